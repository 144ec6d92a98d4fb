"""The staff site: unfold's, named after the product, with its own screens, navigation and search."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from unfold.sites import UnfoldAdminSite

from config import navigation, site_search


class StaffSite(UnfoldAdminSite):
    site_header = site_title = "Consent Desk"
    index_title = "Desk"

    def extra_urls(self) -> list[URLPattern]:
        """Return the addresses of the screens that stand for no table."""
        from config.desk.screens import SCREENS  # noqa: PLC0415  their modules register with this very site

        return [path(screen.path, self.admin_view(screen.view), name=screen.name) for screen in SCREENS]

    def get_sidebar_list(self, request: HttpRequest) -> list[dict[str, Any]]:
        """Return the navigation as unfold's templates want it, with nothing in it that the person may not see."""
        return navigation.sidebar(self, request)

    def search(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Answer the search box: screens by name, contacts by name, phone in any spelling or e-mail.

        Nothing is cached: a contact that was deleted or renamed is found so at once.
        """
        term = request.GET.get("s", "").strip()
        if not term:
            return HttpResponse()
        found = Paginator(site_search.find(self, request, term), site_search.MOST)
        return TemplateResponse(
            request,
            "unfold/helpers/command_results.html",
            {"page_obj": found, "results": found.page(1), "page_counter": 0},
            headers={"HX-Trigger": "search"},
        )
