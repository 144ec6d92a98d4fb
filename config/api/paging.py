"""Lists by cursor: each page begins after a row, never after a number of rows, so that page 1,000 is as fast."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from rest_framework.request import Request
from rest_framework.utils.urls import replace_query_param

from config.api.problems import Fault, invalid
from config.api.wrapping import Unreadable, unwrap_values, wrap_values

MOST = 1000
USUAL = 100
PARAMETERS = frozenset({"cursor", "page_size"})
"""The query parameters of every list."""


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows and the cursors of the pages around them."""

    rows: Sequence[Any]
    next_cursor: str | None
    previous_cursor: str | None

    def content(self, request: Request, tell: Callable[[Sequence[Any]], Sequence[Any]]) -> dict[str, Any]:
        """Return the page as an answer; `tell` turns all rows of it into plain values at once."""
        return {
            "next": _address(request, self.next_cursor),
            "previous": _address(request, self.previous_cursor),
            "results": list(tell(self.rows)),
        }


@dataclass(frozen=True, slots=True)
class Asked:
    """Which page is asked for: after a key, before one, or the first."""

    size: int
    key: Any = None
    backwards: bool = False


def page_size(request: Request) -> int:
    """Return how many rows are asked for. Raises: Problem."""
    given = request.query_params.get("page_size", str(USUAL))
    if not (given.isascii() and given.isdigit() and len(given) < 5 and 1 <= int(given) <= MOST):
        raise invalid(Fault("page_size", "out_of_range", f"Send a number from 1 to {MOST}."))
    return int(given)


def asked(request: Request, *, purpose: str) -> Asked:
    """Return which page of which size is asked for. Raises: Problem for a cursor that is not from this list."""
    size = page_size(request)
    cursor = request.query_params.get("cursor")
    if cursor is None:
        return Asked(size)
    try:
        backwards, key = unwrap_values(cursor, purpose=f"cursor:{purpose}")
    except Unreadable as no:
        detail = "This is no cursor of this list. Begin without one, and follow “next”."
        raise invalid(Fault("cursor", "unknown_cursor", detail)) from no
    return Asked(size, key, backwards)


def page_of(
    request: Request, rows: QuerySet[Any], *, purpose: str, key: str = "id", newest_first: bool = False
) -> Page:
    """Return the page that a request asks for.

    Shape: `purpose` names the list, so that its cursors fit no other; `key` is a unique field, and an index must
    serve the order by it.
    """
    want = asked(request, purpose=purpose)
    falling = newest_first != want.backwards
    if want.key is not None:
        rows = rows.filter(**{f"{key}__{'lt' if falling else 'gt'}": want.key})
    found = list(rows.order_by(f"-{key}" if falling else key)[: want.size + 1])
    return page_from(found, want, purpose=purpose, key=lambda row: getattr(row, key))


def page_from(found: list[Any], want: Asked, *, purpose: str, key: Callable[[Any], Any]) -> Page:
    """Return a page from the rows of one, read in its direction, with one more where there are more."""
    more = len(found) > want.size
    shown = found[: want.size]
    if want.backwards:
        shown.reverse()
    after = more or want.backwards
    before = more if want.backwards else want.key is not None
    return Page(
        shown,
        wrap_values([False, key(shown[-1])], purpose=f"cursor:{purpose}") if shown and after else None,
        wrap_values([True, key(shown[0])], purpose=f"cursor:{purpose}") if shown and before else None,
    )


def _address(request: Request, cursor: str | None) -> str | None:
    return None if cursor is None else replace_query_param(request.build_absolute_uri(), "cursor", cursor)
