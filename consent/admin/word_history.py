"""The versions of the business's own words, with what each added and took away."""

from __future__ import annotations

from dataclasses import dataclass

from consent.admin import links
from consent.keywords.entries import OwnEntry
from consent.selectors.words import read_entries, version_name, versions
from contacts.values import staff_name


@dataclass(frozen=True, slots=True)
class VersionLine:
    """One save: who, when, why, and what differed from the one before."""

    number: int
    name: str
    note: str
    saved_by: str
    saved_at: str
    added: tuple[OwnEntry, ...]
    removed: tuple[OwnEntry, ...]


def history() -> list[VersionLine]:
    """Return every version, the newest first."""
    found = versions()
    stored = [read_entries(version.entries) for version in found]
    return [
        VersionLine(
            number=version.number,
            name=version_name(version.number),
            note=version.note,
            saved_by=staff_name(version.saved_by),
            saved_at=links.moment(version.saved_at),
            added=tuple(entry for entry in entries if entry not in before),
            removed=tuple(entry for entry in before if entry not in entries),
        )
        for version, entries, before in zip(found, stored, [*stored, ()][1:], strict=True)
    ]
