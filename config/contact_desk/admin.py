"""Contacts in the staff site: the list by Django's admin, everything about one contact by our own views."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from unfold.admin import ModelAdmin

from config.batches.admin_actions import BulkActionsMixin
from config.complaint_pack import views as complaint_pack
from config.contact_desk import (
    addresses,
    decisions_tab,
    dnd_views,
    history_tab,
    lists_tab,
    overview,
    panels_tab,
    persons,
    timeline_tab,
)
from config.contact_desk.changelist import CappedPaginator, Columns, ContactChangeList
from config.contact_desk.filters import FILTERS
from config.personal_data import erase, export, merge
from consent.admin.named import NamedScreen
from consent.selectors.business import default_region
from contacts.models import Contact
from contacts.selectors import search, visible_contacts


@admin.register(Contact)
class ContactAdmin(NamedScreen, BulkActionsMixin, Columns, ModelAdmin):
    """The contacts list, and the way to the contact page."""

    screen = "Contacts"
    list_display = ("name", "phone", "email", "dnd", "lists", "owner_name")
    list_display_links = ("name",)
    list_filter = FILTERS
    list_filter_submit = True
    list_per_page = 25
    list_max_show_all = 0
    list_select_related = ("owner",)
    list_before_template = "contact_desk/list/active_filters.html"
    change_list_template = "contact_desk/list/page.html"
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER  # a count per choice would read the whole table for each
    paginator = CappedPaginator
    ordering = ("-id",)
    sortable_by = ()
    search_fields = ("search_text",)
    search_help_text = "Name, phone or e-mail"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Contact]:
        return visible_contacts()

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Contact], search_term: str
    ) -> tuple[QuerySet[Contact], bool]:
        found = search(search_term, region=default_region()) if search_term.strip() else None
        return (queryset if found is None else queryset & found), False

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ContactChangeList]:
        return ContactChangeList

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        if request.user.has_perm("contacts.merge_contact") and request.GET.get("_popup") is None:
            actions["merge"] = (merge.chosen, "merge", "Merge two contacts…")
        return actions

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        return persons.create(request)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        page = overview.save_details if request.method == "POST" else overview.view
        return page(request, _number(object_id))

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        return persons.delete(request, _number(object_id))

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        return history_tab.view(request, _number(object_id))

    def get_urls(self) -> list[URLPattern]:
        def at(route: str, view: Callable[..., HttpResponse], name: str) -> URLPattern:
            return path(f"<int:contact_id>/{route}", self.admin_site.admin_view(view), name=f"contact-desk-{name}")

        return [
            at("dnd/<slug:action>/", dnd_views.act, "dnd"),
            at("addresses/", addresses.add, "address-add"),
            at("addresses/<int:address_id>/remove/", addresses.remove, "address-remove"),
            at("addresses/<int:address_id>/primary/", addresses.promote, "address-primary"),
            at("lists/", lists_tab.view, "lists"),
            at("lists/<slug:action>/", lists_tab.act, "lists-act"),
            at("timeline/", timeline_tab.view, "timeline"),
            at("decisions/", decisions_tab.view, "decisions"),
            at("complaint-pack/", complaint_pack.download, "complaint-pack"),
            at("erase/", erase.view, "erase"),
            at("export/", export.download, "export"),
            at("merge/", merge.choose, "merge"),
            at("merge/<int:other_id>/", merge.pair, "merge-pair"),
            at("panel/<slug:key>/", panels_tab.view, "panel"),
            *super().get_urls(),
        ]


def _number(object_id: str) -> int:
    """Return the id in an address of the staff site; nobody has number 0."""
    return int(object_id) if object_id.isascii() and object_id.isdigit() and len(object_id) < 19 else 0
