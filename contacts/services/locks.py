"""The one order in which rows of contacts are locked, so that no two verbs can wait for each other.

First address rows in ascending id, then contact rows in ascending id. A verb that makes addresses inserts them
before it locks anything. Whoever holds an address's lock may join it to a contact or part them, nobody else;
so the holders of a locked address and the addresses of a locked contact stand still.
One transaction locks once, through one of these functions. A hook that runs inside a verb may lock again what
the verb has locked, and nothing more.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from django.db import connection, transaction
from django.db.models import QuerySet

from contacts.models import Address, Contact, ContactAddress
from contacts.services.errors import AddressMissing, ContactMissing, HoldingsUnsettled

MAX_TRIES = 5

Locked = TypeVar("Locked")


@dataclass(frozen=True, slots=True)
class LockedContact:
    """A locked contact with what it holds, oldest first. Deleted contacts can be locked too."""

    contact: Contact
    holdings: tuple[ContactAddress, ...]

    @property
    def addresses(self) -> tuple[Address, ...]:
        return tuple(holding.address for holding in self.holdings)


@dataclass(frozen=True, slots=True)
class LockedAddress:
    """A locked address with every contact that holds it in ascending id, deleted ones included."""

    address: Address
    contacts: tuple[Contact, ...]

    @property
    def holder_ids(self) -> tuple[int, ...]:
        return tuple(contact.pk for contact in self.contacts)


def lock_holders(*, address_id: int) -> tuple[int, ...]:
    """Lock an address and each contact that holds it, and return the contacts' ids in ascending order.

    The same locks as `lock_for_address` in two short statements, for a door that needs to know no more.
    Raises: AddressMissing; TransactionManagementError outside a transaction.
    """
    _refuse_without_transaction()
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM contacts_address WHERE id = %s FOR NO KEY UPDATE", [address_id])
        if cursor.fetchone() is None:
            raise AddressMissing(address_id)
        # A statement of its own, which sees who holds the address now that nobody else can change it.
        cursor.execute(
            """
            SELECT id FROM contacts_contact
            WHERE id IN (SELECT contact_id FROM contacts_contactaddress WHERE address_id = %s)
            ORDER BY id FOR NO KEY UPDATE
            """,
            [address_id],
        )
        return tuple(row[0] for row in cursor.fetchall())


def lock_holders_of(*, address_ids: Iterable[int]) -> dict[int, tuple[int, ...]]:
    """Lock addresses and every contact that holds one, and return who holds each, in ascending order.

    As `lock_holders` for many, in three statements.
    Raises: AddressMissing; TransactionManagementError outside a transaction.
    """
    _refuse_without_transaction()
    wanted = sorted(set(address_ids))
    if missing := set(wanted) - _ids(_LOCK_ADDRESSES, wanted):
        raise AddressMissing(min(missing))
    held: dict[int, list[int]] = {address_id: [] for address_id in wanted}
    with connection.cursor() as cursor:
        cursor.execute(_HOLDERS, [wanted])
        for address_id, contact_id in cursor.fetchall():
            held[address_id].append(contact_id)
    _ids(_LOCK_CONTACTS, sorted({contact_id for each in held.values() for contact_id in each}))
    return {address_id: tuple(each) for address_id, each in held.items()}


class _HoldingsMoved(Exception):
    pass


def lock_for_address(*, address_id: int) -> LockedAddress:
    """Lock an address and each contact that holds it until the transaction ends.

    Raises: AddressMissing; TransactionManagementError outside a transaction.
    """
    found = lock_addresses([address_id])
    if not found:
        raise AddressMissing(address_id)
    # Read under the address's lock, so the set of holders can't change any more.
    holders = ContactAddress.objects.filter(address_id=address_id).values_list("contact_id", flat=True)
    return LockedAddress(found[0], tuple(_lock_contacts(holders)))


def lock_for_contact(*, contact_id: int, address_ids: Iterable[int] = ()) -> LockedContact:
    """Lock a contact, the addresses it holds and those it is about to hold until the transaction ends.

    Raises: ContactMissing; HoldingsUnsettled; TransactionManagementError outside a transaction.
    """
    return lock_for_contacts(contact_ids=[contact_id], address_ids=address_ids)[0]


def lock_for_contacts(*, contact_ids: Iterable[int], address_ids: Iterable[int] = ()) -> tuple[LockedContact, ...]:
    """Lock several contacts and all their addresses, for verbs such as merge.

    Shape: in ascending id of the contacts.
    Raises: ContactMissing; HoldingsUnsettled; TransactionManagementError outside a transaction.
    """
    return _lock_settled(_try_to_lock, contact_ids, address_ids)


def lock_crowd(*, contact_ids: Iterable[int], address_ids: Iterable[int] = ()) -> None:
    """Take the locks of `lock_for_contacts` for a thousand at once, and read no more of them than their ids.

    Raises: ContactMissing; HoldingsUnsettled; TransactionManagementError outside a transaction.
    """
    _lock_settled(_try_to_lock_crowd, contact_ids, address_ids)


def _lock_settled(
    try_to_lock: Callable[[Sequence[int], set[int]], Locked], contact_ids: Iterable[int], address_ids: Iterable[int]
) -> Locked:
    _refuse_without_transaction()
    wanted_contacts, more_addresses = sorted(set(contact_ids)), set(address_ids)
    for _ in range(MAX_TRIES):
        try:
            # A savepoint, because rolling it back is the only way to let go of locks taken too early.
            with transaction.atomic():
                return try_to_lock(wanted_contacts, more_addresses)
        except _HoldingsMoved:
            continue
    raise HoldingsUnsettled(wanted_contacts)


def _refuse_without_transaction() -> None:
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("Locks last as long as a transaction; open one first.")


def _try_to_lock(contact_ids: Sequence[int], more_addresses: set[int]) -> tuple[LockedContact, ...]:
    before = set(_holdings(contact_ids).values_list("address_id", flat=True))
    lock_addresses(before | more_addresses)
    contacts = _lock_contacts(contact_ids)
    if missing := set(contact_ids) - {contact.pk for contact in contacts}:
        raise ContactMissing(min(missing))
    holdings = list(_holdings(contact_ids).select_related("address").order_by("joined_at", "id"))
    if {holding.address_id for holding in holdings} - before - more_addresses:
        raise _HoldingsMoved
    held: dict[int, list[ContactAddress]] = defaultdict(list)
    for holding in holdings:
        held[holding.contact_id].append(holding)
    return tuple(LockedContact(contact, tuple(held[contact.pk])) for contact in contacts)


def _try_to_lock_crowd(contact_ids: Sequence[int], more_addresses: set[int]) -> None:
    before = _ids(_HELD, contact_ids)
    _ids(_LOCK_ADDRESSES, sorted(before | more_addresses))
    if missing := set(contact_ids) - _ids(_LOCK_CONTACTS, contact_ids):
        raise ContactMissing(min(missing))
    if _ids(_HELD, contact_ids) - before - more_addresses:
        raise _HoldingsMoved


_HELD = "SELECT address_id FROM contacts_contactaddress WHERE contact_id = ANY (%s::bigint[])"
_HOLDERS = """
    SELECT address_id, contact_id FROM contacts_contactaddress
    WHERE address_id = ANY (%s::bigint[]) ORDER BY address_id, contact_id
"""
_LOCK_ADDRESSES = "SELECT id FROM contacts_address WHERE id = ANY (%s::bigint[]) ORDER BY id FOR NO KEY UPDATE"
_LOCK_CONTACTS = "SELECT id FROM contacts_contact WHERE id = ANY (%s::bigint[]) ORDER BY id FOR NO KEY UPDATE"


def _ids(statement: str, ids: Sequence[int]) -> set[int]:
    with connection.cursor() as cursor:
        # The array is written out here, which costs a tenth of the driver's way.
        cursor.execute(statement, [f"{{{','.join(map(str, ids))}}}"])
        return {row[0] for row in cursor.fetchall()}


def _holdings(contact_ids: Sequence[int]) -> QuerySet[ContactAddress]:
    return ContactAddress.objects.filter(contact_id__in=contact_ids)


def lock_addresses(address_ids: Iterable[int]) -> list[Address]:
    """Lock address rows only, for a verb whose contact is not there yet."""
    return list(Address.objects.filter(id__in=sorted(address_ids)).order_by("id").select_for_update(no_key=True))


def _lock_contacts(contact_ids: Iterable[int]) -> list[Contact]:
    return list(Contact.objects.filter(id__in=sorted(contact_ids)).order_by("id").select_for_update(no_key=True))
