"""Whom staff mean by what they typed into one box: an address in any spelling, or somebody's name."""

from __future__ import annotations

from dataclasses import dataclass

from consent.vocabulary import ADDRESS_KIND_OF, Channel
from contacts import selectors as contacts
from contacts.models import Contact
from contacts.normalize import InvalidAddress, normalize
from contacts.values import CanonicalAddress
from contacts.vocabulary import AddressKind

MOST_CANDIDATES = 10


@dataclass(frozen=True, slots=True)
class Candidate:
    """A contact that may be meant. `address` is the one that a message on the channel would go to, "" for none."""

    id: int
    name: str
    company: str
    address: str


@dataclass(frozen=True, slots=True)
class Subjects:
    """Who may be meant: one address, or up to ten contacts. `address_id` is None where nobody ever had it."""

    address: CanonicalAddress | None = None
    address_id: int | None = None
    candidates: tuple[Candidate, ...] = ()


def find_subjects(term: str, *, channel: Channel, region: str) -> Subjects:
    """Return who may be meant on this channel. An address comes before names that look like one."""
    kind = ADDRESS_KIND_OF[channel]
    address = _address(term, kind, region)
    if address is not None:
        known = contacts.find_address(kind, address.value)
        return Subjects(address, known.pk if known else None)
    found = contacts.search(term, region=region).order_by("first_name", "last_name", "id")[:MOST_CANDIDATES]
    return Subjects(candidates=tuple(candidate(contact, channel=channel) for contact in found))


def candidate(contact: Contact, *, channel: Channel) -> Candidate:
    """Return a contact with the address that the channel would use."""
    held = primary_address(contact.pk, channel=channel)
    return Candidate(contact.pk, str(contact), contact.company, held.shown if held else "")


def primary_address(contact_id: int, *, channel: Channel) -> contacts.AddressView | None:
    """Return the address that a message to this contact on this channel would go to."""
    kind = ADDRESS_KIND_OF[channel]
    held = [each for each in contacts.addresses_of(contact_id) if each.kind is kind]
    return next((each for each in held if each.is_primary), held[0] if held else None)


def _address(term: str, kind: AddressKind, region: str) -> CanonicalAddress | None:
    try:
        address = normalize(kind, term, region=region)
    except InvalidAddress:
        return None
    is_id = kind in {AddressKind.MESSENGER, AddressKind.GMB}
    # Any word could be a provider's id; those that people have are mostly digits.
    return None if is_id and not any(character.isdigit() for character in address.value) else address
