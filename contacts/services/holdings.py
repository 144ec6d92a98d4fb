"""Make a contact hold exactly the addresses it shall hold: the one place where holdings are written."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from contacts.models import Address, Contact, ContactAddress
from contacts.registry import registry
from contacts.services import history
from contacts.services.errors import TwoPrimaries
from contacts.services.locks import LockedContact
from contacts.values import Actor
from contacts.vocabulary import AddressKind


@dataclass(frozen=True, slots=True)
class WantedAddress:
    """An address that a contact shall hold. Without a flag of its kind the present primary stays."""

    address: Address
    is_primary: bool = False


@dataclass(frozen=True, slots=True)
class AddressChange:
    """What a verb did to a contact's addresses, as address ids in the order it was done."""

    contact: Contact
    joined: tuple[int, ...] = ()
    left: tuple[int, ...] = ()
    made_primary: tuple[int, ...] = ()

    @property
    def is_empty(self) -> bool:
        return not (self.joined or self.left or self.made_primary)


def hold_exactly(locked: LockedContact, wanted: Sequence[WantedAddress], *, by: Actor, at: datetime) -> AddressChange:
    """Turn what a locked contact holds into what is wanted, and tell the hooks.

    Raises: TwoPrimaries.
    """
    contact, held = locked.contact, {holding.address_id: holding for holding in locked.holdings}
    target = {one.address.pk: one.address for one in wanted}
    primaries = _primaries(wanted, present={key for key, holding in held.items() if holding.is_primary})
    change = AddressChange(
        contact,
        joined=tuple(key for key in target if key not in held),
        left=tuple(key for key in held if key not in target),
        made_primary=tuple(key for key in target if key in primaries and not (key in held and held[key].is_primary)),
    )
    if change.is_empty:
        return change
    for address_id in change.left:
        for hook in registry.address_leaving:
            hook(contact_id=contact.pk, address_id=address_id, by=by, at=at)
        history.delete(held[address_id], reason="address left", by=by, at=at)
    _demote([held[key] for key in held if key in target and key not in primaries], by=by, at=at)
    for address_id in change.joined:
        _join(contact, target[address_id], is_primary=address_id in primaries, by=by, at=at)
    for address_id in change.made_primary:
        if address_id in held:
            held[address_id].is_primary = True
            history.save(held[address_id], reason="made primary", by=by, at=at, fields=["is_primary"])
    for address_id in change.joined:
        for hook in registry.address_joined:
            hook(contact_id=contact.pk, address_id=address_id, by=by, at=at)
    return change


def _primaries(wanted: Sequence[WantedAddress], *, present: set[int]) -> set[int]:
    """Return the primary address of each kind: the flagged one, else the present one, else the first."""
    chosen: dict[str, int] = {}
    for one in wanted:
        if one.is_primary and chosen.setdefault(one.address.kind, one.address.pk) != one.address.pk:
            raise TwoPrimaries(AddressKind(one.address.kind))
    for candidates in ([one for one in wanted if one.address.pk in present], wanted):
        for one in candidates:
            chosen.setdefault(one.address.kind, one.address.pk)
    return set(chosen.values())


def _demote(holdings: Iterable[ContactAddress], *, by: Actor, at: datetime) -> None:
    for holding in holdings:
        if holding.is_primary:
            holding.is_primary = False
            history.save(holding, reason="no longer primary", by=by, at=at, fields=["is_primary"])


def _join(contact: Contact, address: Address, *, is_primary: bool, by: Actor, at: datetime) -> None:
    holding = ContactAddress(contact=contact, address=address, kind=address.kind, is_primary=is_primary, joined_at=at)
    history.save(holding, reason="address joined", by=by, at=at)
