"""The people of the demo, as they stood in the shop's former address book."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

from consent.values import SuppressionTerms
from consent.vocabulary import Channel, Covers, Kind, Reason
from contacts.drafts import NewAddress
from contacts.normalize import normalize
from contacts.vocabulary import AddressKind

CONTACTS_CSV = Path(__file__).parent / "contacts.csv"

FORMER_TERMS = {
    "bounce": SuppressionTerms(Reason.BOUNCE, Kind.TEMPORARY),
    "unsubscribe": SuppressionTerms(Reason.UNSUBSCRIBE, Kind.TEMPORARY, Covers.NON_TRANSACTIONAL),
    "spam_complaint": SuppressionTerms(Reason.SPAM_COMPLAINT, Kind.PERMANENT),
    "opt_out": SuppressionTerms(Reason.OPT_OUT, Kind.PERMANENT),
    "objection": SuppressionTerms(Reason.OBJECTION, Kind.PERMANENT, Covers.NON_TRANSACTIONAL),
    "imported": SuppressionTerms(),
}
"""What the former address book's words mean here."""


@dataclass(frozen=True, slots=True)
class Person:
    """One line of the CSV, spelled as it was typed. `key` is a name for the cast and a line number for the rest."""

    key: str
    first_name: str
    last_name: str
    company: str
    phones: tuple[str, ...]
    region: str
    email: str
    messenger: str
    owner: str
    language: str
    time_zone: str
    lists: tuple[str, ...]
    former: tuple[tuple[Channel, SuppressionTerms], ...]
    notes: str

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}"

    @property
    def number(self) -> str:
        """The number that texts come from, in E.164; empty for people without a phone."""
        return normalize(AddressKind.PHONE, self.phones[0], region=self.region).value if self.phones else ""

    @property
    def addresses(self) -> list[NewAddress]:
        kinds = [(AddressKind.PHONE, phone) for phone in self.phones]
        kinds += [(AddressKind.EMAIL, self.email), (AddressKind.MESSENGER, self.messenger)]
        return [NewAddress(kind=kind, raw=raw, region=self.region) for kind, raw in kinds if raw]


def read_people() -> list[Person]:
    """Return everybody in the CSV, the cast first."""
    with CONTACTS_CSV.open(encoding="utf-8", newline="") as file:
        return [_person(row, line) for line, row in enumerate(csv.DictReader(file), start=2)]


def _person(row: dict[str, str], line: int) -> Person:
    return Person(
        key=row["key"] or f"line-{line}",
        first_name=row["first_name"],
        last_name=row["last_name"],
        company=row["company"],
        phones=tuple(phone for phone in (row["phone"], row["phone_2"]) if phone),
        region=row["region"],
        email=row["email"],
        messenger=row["messenger"],
        owner=row["owner"],
        language=row["language"],
        time_zone=row["time_zone"],
        lists=tuple(slug for slug in row["lists"].split(";") if slug),
        former=tuple(_former(word) for word in row["suppressed"].split(";") if word),
        notes=row["notes"],
    )


def _former(word: str) -> tuple[Channel, SuppressionTerms]:
    channel, _, reason = word.partition("=")
    return Channel(channel), FORMER_TERMS[reason]
