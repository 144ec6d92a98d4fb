"""What a preview told, so that nothing else is done than the person saw."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction

from contacts.values import Consequence
from contacts.vocabulary import Fate


class Changed(Exception):
    """What would happen is no longer what was shown. Nothing was done."""


@dataclass(frozen=True, slots=True)
class Part:
    """The consequences that meet one fate."""

    title: str
    lines: tuple[Consequence, ...]


def fingerprint(consequences: Sequence[Consequence]) -> str:
    """Return a short hash of everything that a preview told."""
    told = [(each.fate.value, each.what, each.count) for each in consequences]
    return hashlib.sha256(repr(told).encode()).hexdigest()[:16]


def parts(consequences: Sequence[Consequence], titles: Mapping[str, tuple[Fate, ...]]) -> list[Part]:
    """Return the consequences under the titles of their fates, without those that nothing meets."""
    found = [Part(title, tuple(each for each in consequences if each.fate in fates)) for title, fates in titles.items()]
    return [part for part in found if part.lines]


@transaction.atomic
def do_as_shown(seen: str, verb: Callable[[], Sequence[Consequence]]) -> Sequence[Consequence]:
    """Run a verb, and undo it if it did anything else than what was shown.

    Raises: Changed; whatever the verb raises.
    """
    done = verb()
    if fingerprint(done) != seen:
        raise Changed
    return done
