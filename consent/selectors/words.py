"""The word lists in force: those that ship, with the business's own words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import TypedDict

import structlog
from django.db import connection

from consent.keywords import DEFAULT_WORDS, WordLists
from consent.keywords.entries import LABELS, EntryKind, OwnEntry, fitting
from consent.models import WordListVersion

log = structlog.get_logger(__name__)


class UnknownVersion(LookupError):
    """No word lists were ever in force under this version."""


class StoredEntry(TypedDict):
    """An own entry as a version, and a file for `reread_messages`, holds it."""

    kind: str
    label: str
    language: str
    text: str


Newest = tuple[int, datetime] | None
"""Number and time of the newest version of the business's own words; None where it never added any."""


def word_lists() -> WordLists:
    """Return the lists that messages are read with. Costs one small query; each version is built once a process."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT number, saved_at FROM consent_wordlistversion ORDER BY number DESC LIMIT 1")
        return words_of(cursor.fetchone())


def words_of(newest: Newest) -> WordLists:
    """Return the lists in force where this is the newest version."""
    return DEFAULT_WORDS if newest is None else _built(*newest)


@lru_cache(maxsize=4)
def _built(number: int, saved_at: datetime) -> WordLists:
    """Return a version's lists. The time is part of the key: a database that began anew has other versions."""
    stored = WordListVersion.objects.get(pk=number).entries
    words, refused = fitting(DEFAULT_WORDS, read_entries(stored), version=version_name(number))
    for entry in refused:
        log.error("own_word_left_out", word_list=words.version, entry_kind=entry.kind.value, text=entry.text)
    return words


def version_name(number: int) -> str:
    """Return the version that messages keep: that of the shipped lists, and the number of the business's own."""
    return f"{DEFAULT_WORDS.version}+{number}" if number else DEFAULT_WORDS.version


def lists_of_version(version: str) -> WordLists:
    """Return the lists of an earlier version, on top of those that ship now.

    Shape: as a message keeps it ("2026-11-21+3"), or the number alone; 0 for nothing of our own.
    Raises: UnknownVersion.
    """
    number = version.rpartition("+")[2] if "+" in version else version
    if version in {"0", DEFAULT_WORDS.version}:
        return DEFAULT_WORDS
    row = WordListVersion.objects.filter(pk=int(number)).first() if number.isdecimal() else None
    if row is None:
        raise UnknownVersion(f"There is no version “{version}” of the words. The Words page lists them.")
    return _built(row.number, row.saved_at)


def newest_version() -> WordListVersion | None:
    """Return the version in force, or None where the business never added a word."""
    return WordListVersion.objects.select_related("saved_by").order_by("-number").first()


def own_entries() -> tuple[OwnEntry, ...]:
    """Return the business's own words in force."""
    newest = newest_version()
    return () if newest is None else read_entries(newest.entries)


def versions() -> list[WordListVersion]:
    """Return every version, the newest first."""
    return list(WordListVersion.objects.select_related("saved_by").order_by("-number"))


def read_entries(stored: Sequence[StoredEntry]) -> tuple[OwnEntry, ...]:
    """Return stored entries as values.

    Raises: ValueError or KeyError for what is no entry.
    """
    entries = []
    for each in stored:
        kind = EntryKind(each["kind"])
        labels, label = LABELS.get(kind), each.get("label", "")
        entries.append(OwnEntry(kind, each["text"], each.get("language", ""), labels(label).value if labels else ""))
    return tuple(entries)


def write_entries(entries: Sequence[OwnEntry]) -> list[StoredEntry]:
    """Return entries as a version stores them."""
    return [
        {"kind": entry.kind.value, "label": entry.label, "language": entry.language, "text": entry.text}
        for entry in entries
    ]
