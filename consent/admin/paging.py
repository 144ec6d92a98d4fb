"""Paging over tables of millions of rows."""

from __future__ import annotations

from typing import Any, cast

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.utils.functional import cached_property


class CappedPaginator(Paginator):
    """Counts no further than a few thousand rows, so that neither counting nor the last page reads the whole table.

    Whoever looks for something older narrows the filters.
    """

    MOST = 5_000
    template_name = "consent/pages.html"

    @cached_property
    def ids(self) -> list[Any]:
        """Return the keys of the first MOST rows, in their order: one scan that serves the count and every page."""
        rows = cast("QuerySet[Any]", self.object_list)
        return list(rows.values_list("pk", flat=True)[: self.MOST])

    @cached_property
    def count(self) -> int:
        """Return the number of rows, or MOST where there are more."""
        return len(self.ids)

    @property
    def is_capped(self) -> bool:
        return self.count >= self.MOST

    def ids_of_page(self, number: int) -> list[Any]:
        """Return the keys of the rows on a page, from 1."""
        return self.ids[(number - 1) * self.per_page : number * self.per_page]
