"""What bulk actions add to the contacts list: an entry per action, and the pages behind them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.admin import AdminSite
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path

from config.batches import pages, services
from config.batches.acts import ACTS
from config.batches.errors import BatchRefusal
from config.batches.vocabulary import Action
from config.contact_desk.shell import act_of, refuse, require
from contacts.models import Contact

AdminAction = tuple[Callable[..., HttpResponse | None], str, str]


class BulkActionsMixin:
    """Gives the admin of contacts its bulk actions, for those who may do to one contact what they do to many."""

    admin_site: AdminSite

    def get_actions(self, request: HttpRequest) -> dict[str, AdminAction]:
        """Return the actions that this person may take, and nothing else that Django would add."""
        actions: dict[str, AdminAction] = super().get_actions(request)  # type: ignore[misc]
        if request.GET.get("_popup") is not None:
            return actions
        ours = {
            action.value: (_choosing(action), action.value, f"{action.label}…")
            for action, act in ACTS.items()
            if request.user.has_perm(act.permission)
        }
        return {**actions, **ours}

    def get_urls(self) -> list[URLPattern]:
        """Return the pages of bulk actions, before those of the contacts themselves."""

        def at(route: str, view: Callable[..., HttpResponse], name: str) -> URLPattern:
            answer: Callable[..., HttpResponse] = self.admin_site.admin_view(view)
            return path(f"batches/{route}", answer, name=name)

        return [
            at("", pages.listing, "batches"),
            at("<uuid:batch_id>/", pages.page, "batch"),
            at("<uuid:batch_id>/form/", pages.fill_in, "batch-form"),
            at("<uuid:batch_id>/preview/", pages.preview, "batch-preview"),
            at("<uuid:batch_id>/start/", pages.start, "batch-start"),
            at("<uuid:batch_id>/progress/", pages.progress, "batch-progress"),
            at("<uuid:batch_id>/rows/", pages.rows, "batch-rows"),
            at("<uuid:batch_id>/undo/", pages.undo, "batch-undo"),
            at("<uuid:batch_id>/resume/", pages.resume, "batch-resume"),
            *super().get_urls(),  # type: ignore[misc]
        ]


def _choosing(action: Action) -> Callable[..., HttpResponse | None]:
    """Return Django's action: it fixes who was chosen, and leads to the form."""

    def choose(model_admin: Any, request: HttpRequest, queryset: QuerySet[Contact]) -> HttpResponse | None:
        require(request, ACTS[action].permission)
        ids = queryset.order_by("pk").values_list("pk", flat=True)[: services.MOST + 1]
        try:
            draft = services.make_draft(action=action, contact_ids=list(ids), **act_of(request))
        except BatchRefusal as refusal:
            refuse(request, refusal.message)
            return None
        return redirect(pages.FORM, draft.pk)

    return choose
