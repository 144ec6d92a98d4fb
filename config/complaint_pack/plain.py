"""Rows as JSON takes them, whole."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any

from django.db.models import Model

Plain = dict[str, Any]


def plain_rows(rows: Iterable[Model], *, without: frozenset[str] = frozenset()) -> list[Plain]:
    """Return each row with every column of its table but those left out."""
    return [
        {
            field.attname: plain(getattr(row, field.attname))
            for field in row._meta.concrete_fields
            if field.attname not in without
        }
        for row in rows
    ]


def plain(value: object) -> object:
    """Return a value of a column as JSON takes it. Times are UTC."""
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(value, date | uuid.UUID):
        return str(value)
    return value


def moment(value: datetime) -> str:
    """Return a moment in UTC, as in 2026-11-21T12:00:00.123456Z."""
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
