"""The ledger as a feed: each entry once and in one order, however many write at the same time."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import QuerySet
from django.db.models.fields.tuple_lookups import Tuple, TupleGreaterThan, TupleLessThanOrEqual

from consent.models import LedgerEntry
from consent.models.ledger_clock import FirstOpenTransaction
from consent.vocabulary import Channel, EventKind

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


@dataclass(frozen=True, slots=True)
class FeedPage:
    """Some entries, oldest first. `next_cursor` asks for what follows, now or whenever there is more.

    `is_last`: at this moment nothing follows. A filtered page may be empty and not the last one.
    """

    entries: tuple[LedgerEntry, ...]
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
    end = settled_end()
    following = between(after, end)
    window_end = None
    if contact_id is not None:
        following = following.filter(contact_id=contact_id)
    elif kinds is not None or channels is not None:
        window_end = _nth(following, WINDOW)
    if window_end is not None:
        following = following.filter(_until(window_end))
    if kinds is not None:
        following = following.filter(kind__in=sorted(kinds))
    if channels is not None:
        following = following.filter(channel__in=sorted(channels))
    found = tuple(following[: limit + 1])
    if len(found) > limit:
        return FeedPage(found[:limit], cursor_at(position_at(found[limit - 1])), is_last=False)
    if window_end is not None:
        return FeedPage(found, cursor_at(window_end), is_last=False)
    reached = max(after, position_at(found[-1])) if found else after
    return FeedPage(found, cursor_at(reached), is_last=True)


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


def _until(last: Position) -> TupleLessThanOrEqual:
    return TupleLessThanOrEqual(Tuple("transaction_number", "id"), (last.transaction_number, last.entry_id))


def _nth(entries: QuerySet[LedgerEntry], number: int) -> Position | None:
    found = list(entries.values_list("transaction_number", "id")[number - 1 : number])
    return Position(*found[0]) if found else None


def position_at(entry: LedgerEntry) -> Position:
    """Return where an entry stands."""
    return Position(entry.transaction_number, entry.pk)


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
