"""Screens that go by the name the sidebar gives them, not by their table's."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse


def under(screen: str, url: str, leaf: str) -> dict[str, str]:
    """Return what heads a page below a screen: its own name, and the way back to the screen."""
    return {"title": leaf, "leaf": leaf, "subtitle": "", "screen": screen, "screen_url": url}


class NamedScreen:
    """Gives an admin's pages their screen's name. Goes before ModelAdmin; subclasses set `screen`."""

    screen = ""

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        named = {"title": self.screen, "screen": self.screen}
        return super().changelist_view(request, {**named, **(extra_context or {})})  # type: ignore[misc]

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        named = {"title": self.screen, "screen": self.screen}
        if object_id is None:
            named |= {"leaf": "New", "subtitle": "New"}
        return super().changeform_view(request, object_id, form_url, {**named, **(extra_context or {})})  # type: ignore[misc]

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        named = {"screen": self.screen}
        return super().history_view(request, object_id, {**named, **(extra_context or {})})  # type: ignore[misc]

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        named = {"title": f"{self.screen}: delete", "screen": self.screen}
        return super().delete_view(request, object_id, {**named, **(extra_context or {})})  # type: ignore[misc]
