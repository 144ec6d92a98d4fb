"""List filters that work without script: plain selects and days."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from unfold.contrib.filters.admin import ChoicesDropdownFilter, DropdownFilter, RangeDateFilter
from unfold.contrib.filters.forms import DropdownForm
from unfold.utils import parse_date_str
from unfold.widgets import UnfoldAdminSelectWidget


class PlainSelectForm(DropdownForm):
    """A native select: the theme's own needs jQuery and names itself to no screen reader."""

    widget = UnfoldAdminSelectWidget()

    class Media:
        js = ()
        css: ClassVar[dict[str, list[str]]] = {}


class ChoiceFilter(ChoicesDropdownFilter):
    """Filters by one choice of a column."""

    form_class = PlainSelectForm


class SelectFilter(DropdownFilter):
    """Filters by a question of its own. Subclasses give title, parameter_name, lookups and queryset."""

    form_class = PlainSelectForm


class DayFilter(RangeDateFilter):
    """Filters by days in the business's time zone, first and last included. A date that is none finds nothing."""

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        for end, lookup, add in (("from", "gte", 0), ("to", "lt", 1)):
            asked = self.used_parameters.get(f"{self.parameter_name}_{end}")
            if not asked:
                continue
            day = parse_date_str(asked)
            if day is None:
                return queryset.none()
            try:
                bound = midnight(day + timedelta(days=add))
            except OverflowError:
                return queryset.none()
            queryset = queryset.filter(**{f"{self.parameter_name}__{lookup}": bound})
        return queryset


def midnight(day: date) -> datetime:
    """Return the moment a day begins where the business is."""
    return timezone.make_aware(datetime.combine(day, datetime.min.time()))


__all__ = ["ChoiceFilter", "DayFilter", "PlainSelectForm", "SelectFilter", "midnight"]
