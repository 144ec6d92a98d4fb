"""Putting a mark where personal words were, in rows that an erasure under way may blank."""

from __future__ import annotations

from functools import reduce
from operator import or_

from django.db import models
from django.db.models import Case, Q, Value, When

from contacts.blanking import BLANK


def blank(model: type[models.Model], which: Q, *columns: str) -> int:
    """Put a mark in the place of every text in these columns, and return how many rows had one.

    Once: what is blank already is left alone.
    """
    had = reduce(or_, (~Q(**{f"{name}__in": ["", BLANK]}) & Q(**{f"{name}__isnull": False}) for name in columns))
    new = {
        name: Case(
            When(**{f"{name}__isnull": True}, then=None), When(**{name: ""}, then=Value("")), default=Value(BLANK)
        )
        for name in columns
    }
    return model._default_manager.filter(which, had).update(**new)
