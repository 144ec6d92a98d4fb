"""The business's own words: added and removed, each change a new version that stays on file."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import IntegrityError, transaction

from consent.keywords import DEFAULT_WORDS, normalise
from consent.keywords.entries import RESERVED, WHOLE_MESSAGE, OwnEntry, refusals
from consent.models import WordListVersion
from consent.registry import registry
from consent.selectors.words import newest_version, read_entries, write_entries
from contacts.values import Actor


@dataclass(frozen=True, slots=True)
class Problem:
    """What stands against a change. `position` is that of an added entry; None for the change as a whole."""

    code: str
    sentence: str
    field: str
    position: int | None = None


class UnableToChangeWords(ValueError):
    """Nothing was saved; `problems` holds everything that stands against it."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(" ".join(problem.sentence for problem in problems))
        self.problems = tuple(problems)


def change_words(
    *,
    add: Sequence[OwnEntry] = (),
    remove: Collection[OwnEntry] = (),
    note: str,
    expected: int,
    by: Actor,
    at: datetime,
) -> WordListVersion:
    """Save a new version of the business's own words, in force for the next message.

    Shape: `expected` is the number of the version that the change was made on, 0 for none.
    Raises: UnableToChangeWords with codes note_required, nothing_to_change, stale, reserved, not_listed,
    list_keyword, already_listed, or those of WordRefused.
    Once: refused, since an entry that was added is listed and one that was removed is not.
    """
    before = newest_version()
    entries = () if before is None else read_entries(before.entries)
    add = [replace(entry, text=entry.text.strip()) for entry in add]
    problems = [*_about_the_change(add, remove, note), *_about_removing(remove, entries), *check_added(add, entries)]
    number = before.number if before else 0
    if number != expected:
        problems.insert(0, _STALE)
    if problems:
        raise UnableToChangeWords(problems)
    kept = [entry for entry in entries if entry not in remove]
    try:
        with transaction.atomic():
            return WordListVersion.objects.create(
                number=number + 1,
                entries=write_entries([*kept, *add]),
                note=note.strip()[:300],
                saved_by_id=by.staff_id,
                saved_at=at,
            )
    except IntegrityError as error:
        if WordListVersion.objects.filter(pk=number + 1).exists():
            raise UnableToChangeWords([_STALE]) from error
        raise


_STALE = Problem("stale", "Somebody changed the words meanwhile. Look at them again, and make your change anew.", "")


def check_added(add: Sequence[OwnEntry], entries: Sequence[OwnEntry]) -> list[Problem]:
    """Return what stands against entries joining those of the business, by their position."""
    keywords = registry.list_keywords()
    problems = [
        Problem(
            "list_keyword",
            f"“{normalise(entry.text)}” is the keyword of the list “{keywords[normalise(entry.text)]}”."
            " Change that keyword first.",
            "text",
            position,
        )
        for position, entry in enumerate(add)
        if entry.kind in WHOLE_MESSAGE and normalise(entry.text) in keywords
    ]
    refused = refusals(DEFAULT_WORDS, add, beside=entries)
    return problems + [Problem(each.code, each.sentence, "text", each.position) for each in refused]


def _about_the_change(add: Collection[OwnEntry], remove: Collection[OwnEntry], note: str) -> list[Problem]:
    problems = []
    if not add and not remove:
        problems.append(Problem("nothing_to_change", "Add a word, or choose one to remove.", "text"))
    if not note.strip():
        problems.append(Problem("note_required", "Say what you change, and why.", "note"))
    return problems


def _about_removing(remove: Collection[OwnEntry], entries: Sequence[OwnEntry]) -> list[Problem]:
    problems = []
    for entry in remove:
        if entry in entries:
            continue
        if normalise(entry.text) in RESERVED:
            sentence = f"“{entry.text}” is reserved by carriers and regulators, and can't be removed."
            problems.append(Problem("reserved", sentence, "remove"))
        else:
            sentence = f"“{entry.text}” is none of your own words. What ships with the product can't be removed."
            problems.append(Problem("not_listed", sentence, "remove"))
    return problems
