"""What callers hand to the services, before it is checked. Frozen, without Django, I/O or a clock."""

from __future__ import annotations

from dataclasses import dataclass

from contacts.vocabulary import AddressKind


@dataclass(frozen=True, slots=True)
class NewAddress:
    """An address as somebody wrote it. `region` is the country of a number without a country code."""

    kind: AddressKind
    raw: str
    is_primary: bool = False
    region: str = ""
