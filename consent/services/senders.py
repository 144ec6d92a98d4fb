"""Locking who sent something, with what is on file about them, in one round trip to the database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from consent import selectors
from consent.selectors.words import Newest
from consent.values import ActiveSuppression
from consent.vocabulary import Channel, EventKind
from contacts.services import AddressMissing, get_or_create_address
from contacts.statements import fetch
from contacts.values import CanonicalAddress

_LOCK = "SELECT * FROM consent_lock_sender(%s::bigint, %s::text, %s::text)"

OptIns = Mapping[int, Mapping[tuple[Channel, EventKind], datetime]]


@dataclass(frozen=True, slots=True)
class Sender:
    """An address under lock: who holds it, and what stands for it and for them.

    `opted_in` is {} where nobody ever opted in from there, and None where that must be looked up. `has_agreed`:
    somebody of them has a consent on file. `words` is the newest version of the business's own words.
    """

    address_id: int
    holders: tuple[int, ...]
    standing: tuple[ActiveSuppression, ...]
    opted_in: OptIns | None
    has_agreed: bool
    words: Newest


def lock_sender(*, address_id: int) -> Sender:
    """Lock the address that something came from and whoever holds it, and read what stands there. Needs a transaction.

    The same locks in the same order as `contacts.services.locks`.
    Raises: AddressMissing; TransactionManagementError outside a transaction.
    """
    sender = _lock(address_id, None)
    if sender is None:
        raise AddressMissing(address_id)
    return sender


def meet_sender(*, canonical: CanonicalAddress, at: datetime) -> Sender:
    """Lock the sender at an address, which is made now if nobody ever had it. Needs a transaction.

    Raises: TransactionManagementError outside a transaction.
    Once: the same address again is the same sender.
    """
    # Nearly every message comes from a known address.
    known = _lock(None, canonical)
    return known or lock_sender(address_id=get_or_create_address(canonical=canonical, at=at).pk)


def _lock(address_id: int | None, canonical: CanonicalAddress | None) -> Sender | None:
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("Locks last as long as a transaction; open one first.")
    kind, value = (str(canonical.kind), canonical.value) if canonical else (None, None)
    rows = fetch(_LOCK, [address_id, kind, value])
    if not rows:
        return None
    found, holders, is_something_standing, has_opted_in, has_agreed, number, saved_at = rows[0]
    standing = selectors.active_suppressions(contact_ids=holders, address_ids=[found]) if is_something_standing else ()
    return Sender(
        address_id=found,
        holders=tuple(holders),
        standing=standing,
        opted_in=None if has_opted_in else {},
        has_agreed=has_agreed,
        words=None if number is None else (number, saved_at),
    )
