"""Statements that are sent as they are: typed rows, Django's errors, and a place in the log."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import pytest
from django.db import ProgrammingError, connection, transaction
from django.test.utils import CaptureQueriesContext

from contacts.statements import fetch

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
