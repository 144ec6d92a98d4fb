"""The base of every screen that shows records of fact."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib.admin import ShowFacets
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from unfold.admin import ModelAdmin
from unfold.views import ChangeList

from consent.admin.named import NamedScreen
from consent.admin.paging import CappedPaginator
from consent.selectors.people import Names

_PRINTED = "_printed"


def give(rows: Sequence[Model], names: Names) -> None:
    """Give rows the names that their cells print."""
    for row in rows:
        row.__dict__[_PRINTED] = names


def printed(row: Model) -> Names:
    """Return the names that a row was given."""
    names: Names = row.__dict__[_PRINTED]
    return names


class NamedChangeList(ChangeList):
    """A page of rows with everything that its cells print, looked up for all of them at once."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        ids = self.paginator.ids_of_page(self.page_num if self.multi_page else 1)
        found = {row.pk: row for row in self.root_queryset.filter(pk__in=ids)}
        rows: list[Model] = [found[each] for each in ids if each in found]
        self.result_list = rows
        self.model_admin.prepare(rows)


class ViewOnlyAdmin(NamedScreen, ModelAdmin):
    """Shows rows that nobody adds, changes, deletes or reverts here, superusers included.

    Subclasses name their `screen` as the sidebar does.
    """

    actions: Sequence[str] | None = None
    list_per_page = 25
    list_max_show_all = 0
    show_full_result_count = False
    show_facets = ShowFacets.NEVER  # a count for each choice would read the whole table for each
    paginator = CappedPaginator
    sortable_by: tuple[str, ...] = ()
    list_display_links: Sequence[str] | None = None

    def prepare(self, rows: Sequence[Any]) -> None:
        """Give the rows what their cells print beyond their own columns: names for ids."""

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return NamedChangeList

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Model | None:
        row: Model | None = super().get_object(request, object_id, from_field)
        if row is not None:
            self.prepare([row])
        return row

    def may_post(self, request: HttpRequest) -> bool:
        """Return whether the list takes anything but reading. A screen with actions says who may call them."""
        return False

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Always returns False: what happened is written by what happened."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Always returns False: records of fact are never edited."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Always returns False: records of fact are never deleted."""
        return False

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Show the list. Raises: PermissionDenied for anything but reading."""
        if request.method not in {"GET", "HEAD"} and not self.may_post(request):
            raise PermissionDenied
        return super().changelist_view(request, extra_context)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show one row. The theme's History link would lead to edits, of which there are none."""
        return super().changeform_view(request, object_id, form_url, {"show_history": False, **(extra_context or {})})

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Always refuses: there is nothing that could be reverted."""
        raise PermissionDenied
