"""A condition on several columns at once: that the words in them are a combination which is known."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import BooleanField, Func


class KnownTogether(Func):
    """Whether columns hold, one beside the other, one of these combinations of words.

    PostgreSQL reads the condition of a check anew for every statement that writes to its table. One array of text takes
    about a third of what as many comparisons would, each joined by AND and OR.
    """

    template = "%(expressions)s = ANY ('{%(known)s}'::text[])"
    arg_joiner = " || '/' || "
    output_field = BooleanField()

    def __init__(self, *columns: Any, known: str, **extra: Any) -> None:
        super().__init__(*columns, known=known, **extra)


def written(combinations: Iterable[tuple[str, ...]]) -> str:
    """Return combinations of words as the condition has them. Raises: ValueError for what is no plain word."""
    combinations = sorted(combinations)
    if not all(word.isidentifier() and word.isascii() for each in combinations for word in each):
        raise ValueError("A combination is made of plain words: letters, digits and “_”.")
    return ",".join("/".join(each) for each in combinations)
