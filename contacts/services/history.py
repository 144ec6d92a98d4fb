"""Write a row together with its history: who, when and by which verb, as the caller said.

Nothing is taken from the request or the clock, so that jobs, imports and webhooks leave the same traces as staff.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractBaseUser
from django.db.models import Model

from contacts.values import Actor


def save(row: Model, *, reason: str, by: Actor, at: datetime, fields: Iterable[str] | None = None) -> None:
    """Save a row, or only the named fields of it, with its history."""
    _stamp(row, reason=reason, by=by, at=at)
    row.save(update_fields=None if fields is None else list(fields))


def delete(row: Model, *, reason: str, by: Actor, at: datetime) -> None:
    """Delete a row and keep its last state in the history."""
    _stamp(row, reason=reason, by=by, at=at)
    row.delete()


def record_created(rows: Sequence[Model], *, reason: str, by: Actor, at: datetime) -> None:
    """Write the first history rows of rows that were inserted in bulk."""
    if rows:
        type(rows[0]).history.bulk_history_create(  # type: ignore[attr-defined]
            rows, default_user=_user(by), default_change_reason=_told(reason, by), default_date=at
        )


def act_and_actor(record: Any) -> tuple[str, str]:
    """Return what a row of history says was done, and the actor's ref; empty where no verb wrote it."""
    act, _, ref = str(record.history_change_reason or "").rpartition(" by ")
    return act, ref


def _stamp(row: Model, *, reason: str, by: Actor, at: datetime) -> None:
    row._history_user = _user(by)  # type: ignore[attr-defined]
    row._history_date = at  # type: ignore[attr-defined]
    row._change_reason = _told(reason, by)  # type: ignore[attr-defined]


def _user(by: Actor) -> AbstractBaseUser | None:
    # Only the key is stored: reading the user again would cost a query for every verb.
    return None if by.user_id is None else get_user_model()(pk=by.user_id)


def _told(reason: str, by: Actor) -> str:
    return f"{reason} by {by.ref}"
