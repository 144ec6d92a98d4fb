"""The verb that removes a person's data everywhere, and leaves what keeps them from being contacted again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction

from contacts.models import PERSONAL, Address, Contact, ContactAddress, Erasure
from contacts.normalize import erased_value
from contacts.registry import registry
from contacts.selectors import merged_ids
from contacts.services import history
from contacts.services.editing import touch
from contacts.services.errors import RelationsUnknown, UnableToErase
from contacts.services.holdings import hold_exactly
from contacts.services.locks import LockedContact, lock_for_contacts
from contacts.values import Actor, Consequence, ErasureScope
from contacts.vocabulary import AddressKind, Fate


@dataclass(frozen=True, slots=True)
class Erased:
    """What an erasure did. `repeated`: the contact had been erased before, and nothing was left to do."""

    contact_id: int
    repeated: bool
    consequences: tuple[Consequence, ...]


@transaction.atomic
def erase_contact(*, contact_id: int, reason: str, by: Actor, at: datetime) -> Erased:
    """Remove everything that says who a contact is, in every table and its history, and silence them for good.

    The contact and those merged into it stay as anonymous tombstones. An address that nobody else holds becomes a keyed
    hash that a re-import or a message from there still matches; one that others hold stays theirs.
    Raises: UnableToErase without a reason, for a reason that names the person, or without a key to hash with;
    RelationsUnknown; ContactMissing; HoldingsUnsettled.
    Once: nothing is left to do the second time; it is recorded again.
    Source: GDPR Art. 17; docs/rules.md, R23.
    """
    refuse_unknown_relations()
    if not settings.ERASURE_KEYS:
        raise UnableToErase("Erased addresses are hashed with a key, and none is set. Set ERASURE_KEYS, then erase.")
    locked, scope, addresses = _lock(contact_id)
    _refuse_reason(reason, scope)
    Erasure.objects.create(
        contact_ids=list(scope.contact_ids),
        address_ids=list(scope.address_ids),
        reason=reason.strip(),
        erased_by=by.ref,
    )
    consequences: list[Consequence] = []
    for hook in (*registry.erasing, *(one.erase for one in registry.erase_relations if one.erase is not None)):
        consequences += hook(scope=scope, by=by, at=at)
    if not scope.repeated:
        consequences += _forget_addresses(locked, scope, addresses, by=by, at=at)
        consequences += _forget_people([one.contact for one in locked], by=by, at=at)
    return Erased(contact_id, scope.repeated, _told(consequences, scope))


def _told(consequences: Iterable[Consequence], scope: ErasureScope) -> tuple[Consequence, ...]:
    """Return what there is to tell; what a first erasure left in its place is no news the second time."""
    old = {Fate.KEPT} if scope.repeated else set()
    return tuple(each for each in consequences if each.count and each.fate not in old)


def preview_erasure(*, contact_id: int, by: Actor, at: datetime) -> Erased:
    """Return exactly what an erasure would do now, by doing it and taking it back.

    Raises: as erase_contact.
    """
    with transaction.atomic():
        erased = erase_contact(contact_id=contact_id, reason="preview", by=by, at=at)
        transaction.set_rollback(True)
    return erased


def refuse_unknown_relations() -> None:
    """Refuse where a table refers to contacts or addresses and nobody said what becomes of its rows.

    Raises: RelationsUnknown.
    """
    if unknown := registry.unregistered_relations():
        raise RelationsUnknown(unknown)


def open_erasure(*, address_ids: Sequence[int], reason: str, by: Actor) -> None:
    """Let what belongs to these erased addresses be blanked until the transaction ends, and record that it was."""
    Erasure.objects.create(contact_ids=[], address_ids=list(address_ids), reason=reason, erased_by=by.ref)


def _lock(contact_id: int) -> tuple[tuple[LockedContact, ...], ErasureScope, list[Address]]:
    """Lock the contact, those it absorbed and each address that one of them ever held."""
    contact_ids = (contact_id, *merged_ids(contact_id))
    had = set(ContactAddress.history.filter(contact_id__in=contact_ids).values_list("address_id", flat=True))
    locked = lock_for_contacts(contact_ids=contact_ids, address_ids=had)
    had |= {address.pk for one in locked for address in one.addresses}
    others = ContactAddress.objects.filter(
        address_id__in=had, contact__deleted_at=None, contact__erased_at=None
    ).exclude(contact_id__in=contact_ids)
    shared = set(others.values_list("address_id", flat=True))
    addresses = list(Address.objects.filter(pk__in=had - shared).order_by("pk"))
    scope = ErasureScope(
        contact_id=contact_id,
        contact_ids=contact_ids,
        address_ids=tuple(address.pk for address in addresses),
        shared_address_ids=tuple(sorted(shared)),
        traces=_traces(addresses),
        names=_names(contact_ids),
        repeated=all(one.contact.erased_at is not None for one in locked),
    )
    return locked, scope, addresses


def _traces(addresses: Iterable[Address]) -> tuple[str, ...]:
    """Return the spellings of addresses that others may have written down."""
    found: set[str] = set()
    for address in addresses:
        if not address.is_erased:
            found |= {address.value, address.shown, address.value.removeprefix("+")}
    return tuple(sorted(found))


def _names(contact_ids: Iterable[int]) -> tuple[str, ...]:
    """Return the full names that the contacts have or had."""
    had = Contact.history.filter(id__in=contact_ids).values_list("first_name", "last_name").distinct()
    return tuple(sorted({f"{first} {last}" for first, last in had if first and last}))


def _refuse_reason(reason: str, scope: ErasureScope) -> None:
    if not reason.strip():
        raise UnableToErase("Say why the data is erased.", field="reason")
    told = reason.casefold()
    if any(trace.casefold() in told for trace in (*scope.traces, *scope.names)):
        raise UnableToErase(
            "The reason is kept for good, so it must not name the person or an address. Write a ticket number instead.",
            field="reason",
        )


def _forget_addresses(
    locked: Iterable[LockedContact], scope: ErasureScope, addresses: Iterable[Address], *, by: Actor, at: datetime
) -> list[Consequence]:
    for one in locked:
        hold_exactly(one, [], by=by, at=at)
    replaced = 0
    for address in addresses:
        if address.is_erased:
            continue
        kind = AddressKind(address.kind)
        address.value = erased_value(kind, address.value, key=settings.ERASURE_KEYS[0])
        address.shown = f"{kind.label} (erased)"
        history.save(address, reason="erased", by=by, at=at, fields=["value", "shown"])
        Address.history.filter(id=address.pk).update(value=address.value, shown="")
        replaced += 1
    why_hashed = "A keyed hash that still matches the address if it comes back, so that it stays silent."
    why_kept = "Others hold them, and keep them. They are no longer this person's."
    return [
        Consequence(Fate.REPLACED, "Addresses", replaced, why_hashed),
        Consequence(Fate.KEPT, "Shared addresses", len(scope.shared_address_ids), why_kept),
    ]


def _forget_people(contacts: Iterable[Contact], *, by: Actor, at: datetime) -> list[Consequence]:
    blank = dict.fromkeys(PERSONAL, "")
    people = 0
    for contact in contacts:
        if contact.erased_at is not None:
            continue
        for name in PERSONAL:
            setattr(contact, name, "")
        contact.owner_id = None
        contact.erased_at = at
        touch(contact, reason="erased", by=by, at=at, fields=(*PERSONAL, "owner_id", "erased_at"))
        people += 1
    ids = [contact.pk for contact in contacts]
    versions = Contact.history.filter(id__in=ids).update(**blank)
    why = "An anonymous tombstone stays, so that what silences the person has somebody to name."
    return [
        Consequence(Fate.REMOVED, "Names, company, notes, language and time zone", people, why),
        Consequence(Fate.REMOVED, "The same in earlier versions", versions),
    ]
