"""Indexes of a history that grows with every row written: those that it is asked by, and no others."""

from __future__ import annotations

from typing import Any

from django.db import models


def without_needless_indexes(history: type[models.Model]) -> None:
    """Take the indexes by date and by author from a history: nothing asks by them, and each costs every row a write.

    Shape: the model that simple-history made; called once, where the model is defined.
    """
    for name in ("history_date", "history_user"):
        field: Any = history._meta.get_field(name)
        field.db_index = False  # simple-history has no option of its own for them
