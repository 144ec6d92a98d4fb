"""Paging over tables of millions of rows."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.utils.functional import cached_property


class CappedPaginator(Paginator):
    """Counts no further than a few thousand rows, so that neither counting nor the last page reads the whole table.

    Whoever looks for something older narrows the filters.
    """

    MOST = 5_000
    template_name = "consent/pages.html"

    @cached_property
    def count(self) -> int:
        """Return the number of rows, or MOST where there are more."""
        return int(self.object_list[: self.MOST].count())  # type: ignore[attr-defined]  # a query, never a list

    @property
    def is_capped(self) -> bool:
        return self.count >= self.MOST
