"""What was done to a key or a webhook endpoint, as their pages list it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from contacts.services.history import act_and_actor
from contacts.values import SYSTEM, staff_name

_MOST = 50


@dataclass(frozen=True, slots=True)
class Change:
    """One act. `cells` are what stood from then on."""

    at: datetime
    who: str
    what: str
    cells: tuple[str, ...]


def changes_of(history: Any, *, system: str, cells: Callable[[Any], tuple[str, ...]]) -> Sequence[Change]:
    """Return what a row's history tells, newest first. `system` is who acted where it was no person and no key."""
    return [
        _change(row, system, cells) for row in history.select_related("history_user").order_by("-history_id")[:_MOST]
    ]


def _change(row: Any, system: str, cells: Callable[[Any], tuple[str, ...]]) -> Change:
    what, ref = act_and_actor(row)
    kind, _, name = ref.partition(":")
    if row.history_user is not None:
        who = staff_name(row.history_user)
    elif ref in {"", SYSTEM.ref}:
        who = system
    else:
        who = "former staff" if kind == "user" else name or ref
    return Change(row.history_date, who, what[:1].upper() + what[1:], cells(row))
