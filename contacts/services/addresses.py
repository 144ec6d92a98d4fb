"""Verbs on addresses: make them, and join them to contacts or part them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import connection, transaction

from contacts.drafts import NewAddress
from contacts.models import Address
from contacts.normalize import normalize
from contacts.registry import registry
from contacts.selectors import known_addresses
from contacts.services import history
from contacts.services.editing import refuse_deleted, refuse_stale, touch
from contacts.services.errors import AddressMissing
from contacts.services.holdings import AddressChange, WantedAddress, hold_exactly
from contacts.services.locks import LockedContact, lock_for_contact
from contacts.values import SYSTEM, Actor, CanonicalAddress

_COLUMNS = [field.attname for field in Address._meta.concrete_fields]
_FIND = f"SELECT {', '.join(_COLUMNS)} FROM contacts_address WHERE kind = %s AND value = %s"  # noqa: S608  our own names


def read_draft(draft: NewAddress) -> CanonicalAddress:
    """Return a draft's canonical form, read in its own region or else the business's.

    Raises: InvalidAddress.
    """
    return normalize(draft.kind, draft.raw, region=draft.region or registry.default_region())


def get_or_create_address(*, canonical: CanonicalAddress, at: datetime, by: Actor = SYSTEM) -> Address:
    """Return the one row of an address, made now if nobody had it.

    Once: the same address again, or at the same moment elsewhere, gives the same row.
    """
    # Nearly every message comes from a known address, which needs one look and no transaction of its own.
    if (known := _find(canonical)) is not None:
        return known
    return get_or_create_addresses(canonicals=[canonical], at=at, by=by)[0]


@transaction.atomic
def get_or_create_addresses(
    *, canonicals: Sequence[CanonicalAddress], at: datetime, by: Actor = SYSTEM
) -> list[Address]:
    """Return the rows of several addresses in the order asked, made now where nobody had them.

    Call it before locking anything: see `contacts.services.locks`.
    """
    # One order for all: two that make the same addresses at once wait for each other in one direction only.
    distinct = sorted({(str(one.kind), one.value): one for one in canonicals}.items())
    fresh = {
        key: Address(kind=one.kind.value, value=one.value, shown=one.shown, created_at=at) for key, one in distinct
    }
    found = known_addresses(fresh)
    if absent := [address for key, address in fresh.items() if key not in found]:
        Address.objects.bulk_create(absent, ignore_conflicts=True)
        found = known_addresses(fresh)
        created = [found[key] for key, address in fresh.items() if found[key].public_id == address.public_id]
        history.record_created(created, reason="created", by=by, at=at)
    return [found[str(one.kind), one.value] for one in canonicals]


def _find(canonical: CanonicalAddress) -> Address | None:
    with connection.cursor() as cursor:
        cursor.execute(_FIND, [canonical.kind, canonical.value])
        row = cursor.fetchone()
    return None if row is None else Address.from_db(connection.alias, _COLUMNS, row)


@transaction.atomic
def set_addresses(
    *, contact_id: int, expected_version: int, addresses: Sequence[NewAddress], by: Actor, at: datetime
) -> AddressChange:
    """Make a contact hold exactly these addresses: join the new, part with the missing, mark the primaries.

    Once: the same list again changes nothing, and the change returned is empty.
    Raises: InvalidAddress; TwoPrimaries; StaleContact; ContactMissing; ContactDeleted.
    """
    wanted = find_or_create(addresses, by=by, at=at)
    locked = _lock(contact_id, wanted)
    refuse_stale(locked.contact, expected_version)
    return _change(locked, wanted, by=by, at=at)


@transaction.atomic
def add_address(*, contact_id: int, address: NewAddress, by: Actor, at: datetime) -> AddressChange:
    """Join one more address to a contact. The first of its kind becomes the primary.

    Once: an address the contact holds already stays as it is, unless the draft makes it primary.
    Raises: InvalidAddress; ContactMissing; ContactDeleted.
    """
    added = find_or_create([address], by=by, at=at)
    locked = _lock(contact_id, added)
    return _change(locked, [*_held(locked), *added], by=by, at=at)


@transaction.atomic
def remove_address(*, contact_id: int, address_id: int, by: Actor, at: datetime) -> AddressChange:
    """Part a contact from an address. Was it the primary, the longest held of its kind becomes it.

    The address itself stays, with everything that silences it.
    Raises: AddressMissing if the contact does not hold it; ContactMissing; ContactDeleted.
    """
    locked = _lock(contact_id, [])
    _refuse_not_held(locked, address_id)
    kept = [wanted for wanted in _held(locked) if wanted.address.pk != address_id]
    return _change(locked, kept, by=by, at=at)


@transaction.atomic
def make_primary(*, contact_id: int, address_id: int, by: Actor, at: datetime) -> AddressChange:
    """Make an address the one that a contact's messages of its kind go to.

    Once: the primary stays the primary, and the change returned is empty.
    Raises: AddressMissing if the contact does not hold it; ContactMissing; ContactDeleted.
    """
    locked = _lock(contact_id, [])
    _refuse_not_held(locked, address_id)
    wanted = [WantedAddress(address, address.pk == address_id) for address in locked.addresses]
    return _change(locked, wanted, by=by, at=at)


def find_or_create(drafts: Sequence[NewAddress], *, by: Actor, at: datetime) -> list[WantedAddress]:
    """Return what the drafts ask for, with an address row for each.

    Raises: InvalidAddress.
    """
    rows = get_or_create_addresses(canonicals=[read_draft(draft) for draft in drafts], at=at, by=by)
    return [WantedAddress(row, draft.is_primary) for row, draft in zip(rows, drafts, strict=True)]


def _lock(contact_id: int, wanted: Sequence[WantedAddress]) -> LockedContact:
    locked = lock_for_contact(contact_id=contact_id, address_ids=[one.address.pk for one in wanted])
    refuse_deleted(locked.contact)
    return locked


def _change(locked: LockedContact, wanted: Sequence[WantedAddress], *, by: Actor, at: datetime) -> AddressChange:
    change = hold_exactly(locked, wanted, by=by, at=at)
    if not change.is_empty:
        touch(change.contact, reason="addresses changed", by=by, at=at)
    return change


def _held(locked: LockedContact) -> list[WantedAddress]:
    return [WantedAddress(address) for address in locked.addresses]


def _refuse_not_held(locked: LockedContact, address_id: int) -> None:
    if address_id not in {holding.address_id for holding in locked.holdings}:
        raise AddressMissing(address_id, locked.contact.pk)
