"""Statements that are asked with every call: planned once per connection, their rows in binary form.

Django's own cursors write the values into the statement, so that PostgreSQL plans it each time, and read times as text.
"""

from __future__ import annotations

import struct
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

import psycopg
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg.adapt import Dumper
from psycopg.pq import Format

_UUID, _UUIDS = (psycopg.adapters.types["uuid"].oid, psycopg.adapters.types["uuid"].array_oid)


class UuidArray(bytes):
    """Ids in the binary form of a PostgreSQL array, which the server reads several times as fast as text."""

    @classmethod
    def of(cls, ids: Collection[str]) -> UuidArray:
        """Return ids as an array. Shape: as PostgreSQL writes them, in small letters with hyphens."""
        head = struct.pack(">iii", 1, 0, _UUID) + struct.pack(">ii", len(ids), 1)
        each = "00000010"  # the length of the id that follows
        return cls(head + bytes.fromhex("".join(f"{each}{one}" for one in ids).replace("-", "")))


class _UuidArrayDumper(Dumper):
    format, oid = Format.BINARY, _UUIDS

    def dump(self, obj: UuidArray) -> bytes:
        return bytes(obj)


psycopg.adapters.register_dumper(UuidArray, _UuidArrayDumper)


def fetch(
    statement: str, params: Sequence[Any] | Mapping[str, Any] = (), *, prepare: bool | None = True
) -> list[tuple[Any, ...]]:
    """Return the rows of a statement; see docs/decisions/0094-a-decision-in-few-statements.md.

    Shape: ids as `id_array` writes them, read as `= ANY ((SELECT %s::bigint[])::bigint[])`: behind the sub-select the
    planner looks at none of them. `prepare` False for a statement whose plan hangs on the values, None for one of many
    spellings: it is prepared once it has come a few times.
    Raises: what Django raises for a statement.
    """
    database = _database()
    started = time.perf_counter()
    with database.wrap_database_errors:
        rows = _send(database, _cursor(database.connection), statement, params, prepare=prepare).fetchall()
    if database.queries_logged:
        database.queries_log.append({"sql": statement, "time": f"{time.perf_counter() - started:.3f}"})
    return rows


def _database() -> BaseDatabaseWrapper:
    """Return the thread's own connected database: each look at Django's `connection` goes by way of it."""
    database = connections[DEFAULT_DB_ALIAS]
    database.ensure_connection()
    return database


def _cursor(lent: psycopg.Connection[Any]) -> psycopg.Cursor[Any]:
    """Return the cursor of a connection that these statements share: a new one learns anew how to write each type."""
    kept: psycopg.Cursor[Any] | None = getattr(lent, "_cursor_of_statements", None)
    if kept is None:
        kept = psycopg.Cursor(lent)
        lent._cursor_of_statements = kept  # type: ignore[attr-defined]  # it lives as long as its connection
    return kept


def _send(
    database: BaseDatabaseWrapper,
    cursor: psycopg.Cursor[Any],
    statement: str,
    params: Sequence[Any] | Mapping[str, Any],
    *,
    prepare: bool | None,
) -> psycopg.Cursor[Any]:
    """Send a statement as Django does: in no transaction that is to be rolled back, and by way of its wrappers."""
    database.validate_no_broken_transaction()

    def execute(statement: str, params: Any, many: bool, context: dict[str, Any]) -> psycopg.Cursor[Any]:
        return cursor.execute(statement, params, prepare=prepare, binary=True)

    way: Callable[..., psycopg.Cursor[Any]] = execute
    for wrapper in reversed(database.execute_wrappers):
        way = partial(wrapper, way)
    return way(statement, params, False, {"connection": database, "cursor": cursor})


@contextmanager
def under_way(
    statement: str, params: Sequence[Any] | Mapping[str, Any]
) -> Iterator[Callable[[], list[tuple[Any, ...]]]]:
    """Let the database work on a statement while the block does something else, and yield what fetches its rows.

    The block asks the database nothing besides. A statement of its own transaction is committed when the block is left.
    Raises: what Django raises for a statement, when its rows are fetched or the block is left.
    """
    database = _database()
    started = time.perf_counter()
    raw = database.connection
    with database.wrap_database_errors, raw.pipeline():
        yield _send(database, psycopg.Cursor(raw), statement, params, prepare=True).fetchall
    if database.queries_logged:
        database.queries_log.append({"sql": statement, "time": f"{time.perf_counter() - started:.3f}"})
