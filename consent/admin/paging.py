"""Paging over tables of millions of rows."""

from __future__ import annotations

from typing import Any

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
    def count(self) -> int:
        """Return the number of rows, or MOST where there are more."""
        first: QuerySet[Any] = self.object_list[: self.MOST]
        return first.count()

    @property
    def is_capped(self) -> bool:
        return self.count >= self.MOST
