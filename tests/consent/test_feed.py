"""The feed misses no entry and repeats none, whoever writes at the same time."""

from __future__ import annotations

import random
import threading
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime

import psycopg
import pytest
from django.db import connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from consent.models import LedgerEntry
from consent.models.ledger_clock import clock_sql
from consent.selectors import feed
from consent.selectors.feed import InvalidCursor, Position, cursor_at, entries_after, newest_cursor, position_of
from consent.services import ledger_clock
from consent.services.rows import insert
from consent.vocabulary import Channel, Effect, EventKind, Source

AT = datetime.fromisoformat("2026-11-21T12:00:00+00:00")
concurrent = pytest.mark.django_db(transaction=True)


def entry(detail: str = "", **given: object) -> dict[str, object]:
    return {
        "event_id": uuid.uuid4(),
        "kind": EventKind.DND_ON,
        "effect": Effect.SET,
        "rule": "R15",
        "channel": Channel.SMS,
        "source": Source.STAFF,
        "actor": "system",
        "detail": detail,
        "occurred_at": AT,
        "recorded_at": AT,
        **given,
    }


def write(*details: str, **given: object) -> None:
    with transaction.atomic():
        insert(LedgerEntry, [entry(detail, **given) for detail in details])


@contextmanager
def another_session() -> Iterator[psycopg.Connection]:
    session = psycopg.connect(**connection.get_connection_params())
    try:
        yield session
    finally:
        session.close()


def begin_entry(session: psycopg.Connection, detail: str) -> None:
    row = {"public_id": uuid.uuid4(), "code": "", "direction": "outbound", "reason": "", "suppression_kind": ""}
    row |= {"route": "", **entry(detail)}
    names = ", ".join(row)
    values = [str(value) if isinstance(value, str) else value for value in row.values()]
    marks = ", ".join(["%s"] * len(row))
    session.execute(f"INSERT INTO consent_ledgerentry ({names}) VALUES ({marks})", values)


def read(cursor: str | None = None, limit: int = 100) -> tuple[list[str], str]:
    page = entries_after(cursor, limit=limit)
    return [row.detail for row in page.entries], page.next_cursor


@concurrent
def test_an_entry_that_commits_late_is_waited_for_and_never_missed() -> None:
    write("first")
    with another_session() as slow:
        begin_entry(slow, "slow")
        write("quick")

        seen, cursor = read()
        assert seen == ["first"]
        assert read(cursor)[0] == []
        slow.commit()

        assert read(cursor)[0] == ["slow", "quick"]


@concurrent
def test_what_was_rolled_back_leaves_a_gap_that_holds_nobody_up() -> None:
    with another_session() as undone:
        begin_entry(undone, "undone")
        write("kept")
        undone.rollback()

    assert read()[0] == ["kept"]


@concurrent
def test_a_transaction_does_not_see_its_own_entries_before_it_commits() -> None:
    with transaction.atomic():
        write("own")
        assert read()[0] == []

    assert read()[0] == ["own"]


@concurrent
def test_a_reader_beside_many_writers_gets_each_entry_once() -> None:
    writers, each = 4, 12
    done = threading.Event()

    def write_some(number: int) -> None:
        dice = random.Random(number)
        with another_session() as session:
            for turn in range(each):
                for part in range(dice.randint(1, 3)):
                    begin_entry(session, f"{number}.{turn}.{part}")
                session.commit() if dice.random() < 0.8 else session.rollback()

    def follow() -> list[str]:
        seen: list[str] = []
        cursor: str | None = None
        try:
            while True:
                ended = done.is_set()
                found, cursor = read(cursor, limit=7)
                seen += found
                if ended and not found:
                    return seen
        finally:
            connection.close()

    with ThreadPoolExecutor(writers + 1) as pool:
        reader = pool.submit(follow)
        list(pool.map(write_some, range(writers)))
        done.set()
        seen = reader.result()

    assert sorted(seen) == sorted(LedgerEntry.objects.values_list("detail", flat=True))
    assert len(seen) > each


@concurrent
def test_pages_follow_one_another_and_the_last_one_says_so() -> None:
    write("a", "b", "c")

    first = entries_after(None, limit=2)
    second = entries_after(first.next_cursor, limit=2)
    nothing = entries_after(second.next_cursor, limit=2)

    assert [[row.detail for row in page.entries] for page in (first, second, nothing)] == [["a", "b"], ["c"], []]
    assert [first.is_last, second.is_last, nothing.is_last] == [False, True, True]
    assert nothing.next_cursor == second.next_cursor


@concurrent
def test_filters_keep_the_order_and_a_rare_kind_does_not_read_the_whole_ledger(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(feed, "WINDOW", 2)
    write("a", "b", "c", contact_id=1)
    write("rare", kind=EventKind.OBJECTION, channel=Channel.EMAIL, contact_id=2)
    kinds = [EventKind.OBJECTION]

    first = entries_after(None, limit=10, kinds=kinds)
    second = entries_after(first.next_cursor, limit=10, kinds=kinds)
    last = entries_after(second.next_cursor, limit=10, kinds=kinds)

    assert (first.entries, first.is_last) == ((), False)
    assert [row.detail for row in second.entries] == ["rare"]
    assert (last.entries, last.is_last) == ((), True)
    assert [row.detail for row in entries_after(None, limit=10, contact_id=2).entries] == ["rare"]
    assert entries_after(None, limit=10, channels=[]).entries == ()


@concurrent
def test_who_begins_now_gets_only_what_is_still_to_come() -> None:
    write("old")
    cursor = newest_cursor()
    write("new")

    assert read(cursor)[0] == ["new"]


@concurrent
def test_a_restored_database_goes_on_behind_what_it_brought_along() -> None:
    write("brought", transaction_number=10**12)
    assert read()[0] == []

    by = ledger_clock.set_on()
    write("new")
    again = ledger_clock.set_on()

    try:
        assert read()[0] == ["brought", "new"]
        assert by > 0
        assert again == 0
    finally:
        connection.cursor().execute(clock_sql(ahead=0))


@concurrent
def test_many_rows_at_once_get_their_number_from_the_database_too() -> None:
    write(*map(str, range(60)))

    assert read()[0] == [str(number) for number in range(60)]
    assert LedgerEntry.objects.values("transaction_number").distinct().count() == 1


@pytest.mark.django_db
def test_the_feed_reads_the_ledger_by_its_order() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_bitmapscan = off")
    plan = feed.between(Position(7, 3), 1000)[:100].explain()

    assert "ledger_in_order" in plan
    assert "Sort" not in plan


@given(st.integers(0, 2**63 - 1), st.integers(0, 2**63 - 1))
def test_a_cursor_stands_for_its_position(transaction_number: int, entry_id: int) -> None:
    position = Position(transaction_number, entry_id)

    assert position_of(cursor_at(position)) == position


@pytest.mark.parametrize(
    "cursor", ["", "x", "é", "MQ", "MS4xLng", "Mi4xLjE", "MS4xLjE=", "MS4tMS4x", "MS4xLjk5OTk5OTk5OTk5OTk5OTk5OTk5"]
)
def test_what_the_feed_never_gave_out_is_refused(cursor: str) -> None:
    with pytest.raises(InvalidCursor):
        position_of(cursor)
