"""The ledger as a feed: each entry once and in one order, however many write at the same time."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.db import connection
from django.db.models import QuerySet
from django.db.models.fields.tuple_lookups import Tuple, TupleGreaterThan

from consent.models import LedgerEntry
from consent.models.ledger_clock import FirstOpenTransaction
from consent.vocabulary import Channel, EventKind
from contacts.statements import fetch

WINDOW = 20_000
"""Entries that a filtered page looks through at most, so that a rare kind does not read the whole ledger."""


class InvalidCursor(ValueError):
    """This is no cursor that a feed gave out."""

    code = "invalid_cursor"

    def __init__(self) -> None:
        super().__init__("This cursor was not given out by the feed. Leave it out to begin with the first entry.")


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """Where an entry stands in the one order of the ledger."""

    transaction_number: int
    entry_id: int


BEGINNING = Position(0, 0)


class FeedEntry(NamedTuple):
    """An entry of the ledger as its row has it. Ids that others know are text, as PostgreSQL writes them."""

    id: int
    transaction_number: int
    public_id: str
    event_id: str
    kind: str
    effect: str
    rule: str
    code: str
    channel: str
    direction: str
    reason: str
    suppression_kind: str
    route: str
    contact_id: int | None
    address_id: int | None
    list_id: int | None
    source: str
    actor: str
    detail: str
    occurred_at: datetime
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class FeedPage:
    """Some entries, oldest first. `next_cursor` asks for what follows, now or whenever there is more.

    `is_last`: at this moment nothing follows. A filtered page may be empty and not the last one.
    """

    entries: tuple[FeedEntry, ...]
    next_cursor: str
    is_last: bool


def entries_after(
    cursor: str | None,
    *,
    limit: int,
    kinds: Collection[EventKind] | None = None,
    channels: Collection[Channel] | None = None,
    contact_id: int | None = None,
) -> FeedPage:
    """Return the entries that follow a cursor, in an order to which nothing is ever added but at its end.

    Only entries below the oldest open transaction are given out, so that one that commits late is not missed. While
    any transaction that has written stays open, on this database or another of its server, the feed waits for it.
    A transaction's own entries appear once it has committed. None begins with the first entry.
    Raises: InvalidCursor.
    """
    after = position_of(cursor) if cursor is not None else BEGINNING
    asked = {
        "number": after.transaction_number,
        "id": after.entry_id,
        "end": settled_end(),
        "limit": limit + 1,
        "window": WINDOW,
        "kinds": None if kinds is None else sorted(kinds),
        "channels": None if channels is None else sorted(channels),
        "contact": contact_id,
    }
    is_filtered = kinds is not None or channels is not None
    statement = _OF_CONTACT if contact_id is not None else _FILTERED if is_filtered else _ALL
    found = tuple(FeedEntry._make(row) for row in fetch(statement, asked, prepare=False))
    if len(found) > limit:
        return FeedPage(found[:limit], cursor_at(position_at(found[limit - 1])), is_last=False)
    if statement is _FILTERED and (window_end := fetch(_END_OF_WINDOW, asked, prepare=False)):
        return FeedPage(found, cursor_at(Position(*window_end[0])), is_last=False)
    reached = max(after, position_at(found[-1])) if found else after
    return FeedPage(found, cursor_at(reached), is_last=True)


_COLUMNS = ", ".join(f"{name}::text" if name in {"public_id", "event_id"} else name for name in FeedEntry._fields)
_AFTER = """
    FROM consent_ledgerentry
    WHERE (transaction_number, id) > (%(number)s::bigint, %(id)s::bigint) AND transaction_number < %(end)s::bigint
"""
_IN_ORDER = "ORDER BY transaction_number, id"
_NAMED = """
    (%(kinds)s::text[] IS NULL OR kind = ANY (%(kinds)s::text[]))
    AND (%(channels)s::text[] IS NULL OR channel = ANY (%(channels)s::text[]))
"""
# Built from names of our own table alone; every value is a parameter.
_ALL = f"SELECT {_COLUMNS} {_AFTER} {_IN_ORDER} LIMIT %(limit)s"
_FILTERED = f"""
    SELECT {_COLUMNS} FROM (SELECT * {_AFTER} {_IN_ORDER} LIMIT %(window)s) w WHERE {_NAMED} {_IN_ORDER} LIMIT %(limit)s
"""  # noqa: S608
_END_OF_WINDOW = f"SELECT transaction_number, id {_AFTER} {_IN_ORDER} OFFSET %(window)s - 1 LIMIT 1"
# A sum is no column: in the order itself, the planner would walk the ledger until it met enough of the contact.
_OF_CONTACT = f"""
    SELECT {_COLUMNS} FROM (
        SELECT * {_AFTER} AND contact_id = %(contact)s AND {_NAMED} ORDER BY transaction_number + 0, id LIMIT %(limit)s
    ) w {_IN_ORDER}
"""  # noqa: S608


def newest_cursor() -> str:
    """Return the cursor after everything that the feed gives out now: for who wants only what is still to come."""
    return cursor_at(Position(settled_end() - 1, 2**63 - 1))


# A sum is no column: asked for the least number itself, the planner would walk the ledger from its beginning.
_FIRST_SINCE = "SELECT min(transaction_number + 0) FROM consent_ledgerentry WHERE recorded_at >= %s"


def position_since(moment: datetime) -> Position:
    """Return the place before the first entry that was recorded since a moment, and before all that may still come."""
    end = settled_end()
    with connection.cursor() as cursor:
        cursor.execute(_FIRST_SINCE, [moment])
        number = cursor.fetchone()[0]
    if number is None or number >= end:
        return Position(end - 1, 2**63 - 1)
    same = LedgerEntry.objects.filter(transaction_number=number, recorded_at__gte=moment)
    return Position(number, same.order_by("id").values_list("id", flat=True)[0] - 1)


def settled_end() -> int:
    """Return the transaction number below which the ledger never changes any more."""
    sql = f"SELECT {FirstOpenTransaction.template}"
    with connection.cursor() as cursor:
        cursor.execute(sql)
        end: int = cursor.fetchone()[0]
    return end


def between(after: Position, end: int) -> QuerySet[LedgerEntry]:
    """Return the entries after a position and below a transaction number, in order."""
    position = Tuple("transaction_number", "id")
    later = TupleGreaterThan(position, (after.transaction_number, after.entry_id))
    return LedgerEntry.objects.filter(later, transaction_number__lt=end).order_by("transaction_number", "id")


def position_at(entry: FeedEntry) -> Position:
    """Return where an entry stands."""
    return Position(entry.transaction_number, entry.id)


def cursor_at(position: Position) -> str:
    """Return the opaque text for a position."""
    text = f"1.{position.transaction_number}.{position.entry_id}"
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def position_of(cursor: str) -> Position:
    """Return the position that a cursor stands for.

    Raises: InvalidCursor.
    """
    try:
        text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode("ascii")
        form, transaction_number, entry_id = text.split(".")
        position = Position(int(transaction_number), int(entry_id))
    except (ValueError, binascii.Error) as error:
        raise InvalidCursor from error
    if form != "1" or cursor_at(position) != cursor or not _is_in_range(position):
        raise InvalidCursor
    return position


def _is_in_range(position: Position) -> bool:
    return 0 <= position.transaction_number < 2**63 and 0 <= position.entry_id < 2**63
