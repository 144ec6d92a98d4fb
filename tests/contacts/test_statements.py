"""Statements that are sent as they are: typed rows, Django's errors, and a place in the log."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from django.db import DataError, ProgrammingError, connection, transaction
from django.db.transaction import TransactionManagementError
from django.test.utils import CaptureQueriesContext

from contacts.statements import UuidArray, fetch, under_way

pytestmark = pytest.mark.django_db

ONE = "5f0c2a52-6b0e-4c57-9f0e-1d2c3b4a5968"


def test_rows_have_pythons_types_the_first_time_and_when_they_are_prepared() -> None:
    asked = "SELECT %s::uuid, '2026-11-22 00:00Z'::timestamptz, ARRAY[1, NULL]::bigint[]"
    asked += ", 7 = ANY ((SELECT %s::int[])::int[])"

    told = [fetch(asked, [ONE, "{6,7}"]) for _ in range(3)]

    assert told == [[(UUID(ONE), datetime(2026, 11, 22, tzinfo=UTC), [1, None], True)]] * 3


def test_an_error_is_one_that_django_raises() -> None:
    with pytest.raises(ProgrammingError), transaction.atomic():
        fetch("SELECT nothing FROM nowhere")


def test_statements_are_in_the_log_among_all_others() -> None:
    with CaptureQueriesContext(connection) as queries:
        fetch("SELECT 1")

    assert [each["sql"] for each in queries.captured_queries] == ["SELECT 1"]


def test_ids_are_sent_as_an_array_in_any_number() -> None:
    other = "00000000-0000-0000-0000-00000000000a"

    told = [fetch("SELECT %s::uuid[]", [UuidArray.of(ids)]) for ids in ([], [ONE], [ONE, other])]

    assert told == [[([],)], [([UUID(ONE)],)], [([UUID(ONE), UUID(other)],)]]


def test_a_statement_is_under_way_while_something_else_is_done() -> None:
    with CaptureQueriesContext(connection) as queries, under_way("SELECT %s::int", [7]) as rows:
        told = rows()

    assert (told, [each["sql"] for each in queries.captured_queries]) == ([(7,)], ["SELECT %s::int"])
    assert fetch("SELECT 1") == [(1,)]


def test_nobody_goes_on_from_a_statement_under_way_that_failed() -> None:
    with pytest.raises(DataError), transaction.atomic(), under_way("SELECT 1 / %s::int", [0]):
        pass

    assert fetch("SELECT 1") == [(1,)]


def test_what_is_wrapped_around_statements_is_wrapped_around_these_too() -> None:
    seen = []

    def watch(execute: Any, statement: str, *rest: Any) -> Any:
        seen.append(statement)
        return execute(statement, *rest)

    with connection.execute_wrapper(watch):
        fetch("SELECT 1")
        with under_way("SELECT 2", []):
            pass

    assert seen == ["SELECT 1", "SELECT 2"]


def test_nothing_is_sent_in_a_transaction_that_is_to_be_rolled_back() -> None:
    with transaction.atomic():
        transaction.set_rollback(True)
        with pytest.raises(TransactionManagementError):
            fetch("SELECT 1")

    assert fetch("SELECT 1") == [(1,)]
