"""Statements that are asked with every call: planned once per connection, their rows in binary form.

Django's own cursors write the values into the statement, so that PostgreSQL plans it each time, and read times as text.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

import psycopg
from django.db import connection


def fetch(
    statement: str, params: Sequence[Any] | Mapping[str, Any] = (), *, prepare: bool | None = True
) -> list[tuple[Any, ...]]:
    """Return the rows of a statement; see docs/decisions/0094-a-decision-in-few-statements.md.

    Shape: ids as `id_array` writes them, read as `= ANY ((SELECT %s::bigint[])::bigint[])`: behind the sub-select the
    planner looks at none of them. `prepare` False for a statement whose plan hangs on the values, None for one of many
    spellings: it is prepared once it has come a few times.
    Raises: what Django raises for a statement.
    """
    connection.ensure_connection()
    started = time.perf_counter()
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        rows = cursor.execute(statement, params, prepare=prepare, binary=True).fetchall()
    if connection.queries_logged:
        connection.queries_log.append({"sql": statement, "time": f"{time.perf_counter() - started:.3f}"})
    return rows
