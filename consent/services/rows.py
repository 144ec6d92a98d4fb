"""Writing many rows in few statements. Triggers and constraints see each of them all the same."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Any
from uuid import UUID, uuid4

from django.db import connection, models
from psycopg import sql

from contacts.statements import fetch


def insert(model: type[models.Model], rows: Sequence[Mapping[str, Any]], *, unless_there: bool = False) -> list[int]:
    """Insert rows in one statement and return their ids in the same order.

    `unless_there` leaves out rows that a unique key of the table refuses; they have no id in the answer.

    A column in which all rows agree is sent once, any other as one array: of the rows of a bulk action nearly all
    columns agree.
    Shape: a row maps column names to values, the same columns in each; model and database defaults fill the others.
    """
    if not rows:
        return []
    given = tuple(rows[0])
    columns: list[list[Any]] = [list(map(itemgetter(name), rows)) for name in given]
    shared = tuple(_agree(column) for column in columns)
    params = {f"c{n}": _scalar(column[0]) if shared[n] else _array(column) for n, column in enumerate(columns)}
    statement = _statement(model, given, shared, unless_there)
    return [row[0] for row in fetch(statement, {**params, "count": len(rows)}, prepare=None)]


def _agree(column: list[Any]) -> bool:
    return column.count(column[0]) == len(column)


def _scalar(value: Any) -> Any:
    """Return a value as the driver takes it. It would give small numbers types of their own, and each its own plan."""
    return str(value) if type(value) is int else value


def _array(column: list[Any]) -> list[Any] | str:
    """Return a column as the driver takes it. Ids are written out here, where it costs a tenth."""
    kinds = set(map(type, column))
    return "{" + ",".join(map(str, column)) + "}" if kinds in ({int}, {UUID}) else column


@lru_cache(maxsize=64)
def _absent(model: type[models.Model], given: tuple[str, ...]) -> tuple[models.Field[Any, Any], ...]:
    """Return the fields that a row does not name and the database does not fill."""
    known = {model._meta.pk.attname, *given}
    return tuple(
        field
        for field in model._meta.concrete_fields
        if field.attname not in known and not field.generated and not field.has_db_default()
    )


@lru_cache(maxsize=256)
def _statement(model: type[models.Model], given: tuple[str, ...], shared: tuple[bool, ...], unless_there: bool) -> str:
    by_column = {field.attname: field for field in model._meta.concrete_fields}
    fields = [by_column[name] for name in given]
    types = [_type(field) for field in fields]
    values = [f"%(c{n})s::{types[n]}" if shared[n] else f"new.c{n}" for n in range(len(fields))]
    arrays = [n for n in range(len(fields)) if not shared[n]]
    if arrays:
        # Rows of one function come in its order, and RETURNING tells them in the order in which they are inserted.
        source = f"unnest({', '.join(f'%(c{n})s::{types[n]}[]' for n in arrays)})"
        source += f" AS new({', '.join(f'c{n}' for n in arrays)})"
    else:
        source = "generate_series(1, %(count)s)"
    absent = _absent(model, given)
    names = ", ".join(str(field.column) for field in (*fields, *absent))
    values += [_default(field) for field in absent]
    # Names and defaults of our own models alone; every value is a parameter.
    into = f"INSERT INTO {model._meta.db_table} ({names}) SELECT {', '.join(values)} FROM {source}"  # noqa: S608
    return f"{into}{' ON CONFLICT DO NOTHING' if unless_there else ''} RETURNING id"


def _default(field: models.Field[Any, Any]) -> str:
    """Return a field's default as SQL, evaluated for each row. Raises: TypeError for one that has to be sent."""
    if field.default is uuid4:
        return "gen_random_uuid()"
    default = field.get_default()
    if field.has_default() and callable(field.default):
        raise TypeError(f"{field} has a default of its own making; give the column in each row.")
    return f"{sql.Literal(default).as_string()}::{_type(field)}".replace("%", "%%")


def _type(field: models.Field[Any, Any]) -> str:
    """Return the type to send a value as, without its length: a cast would cut what the column refuses."""
    return re.sub(r"\(\d+\)", "", field.db_type(connection) or "text")
