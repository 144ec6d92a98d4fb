"""The history of rows that people edit: shown, never a way back around the verbs."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from simple_history.admin import SimpleHistoryAdmin
from unfold.admin import ModelAdmin


class HistoryAdmin(SimpleHistoryAdmin, ModelAdmin):
    """An admin whose rows have a History page without Revert."""

    def revert_disabled(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Always returns True: an older version comes back by saying it anew, under today's rules."""
        return True

    def history_form_view(
        self, request: HttpRequest, object_id: str, version_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show one older version. Raises: PermissionDenied for anything but reading."""
        if request.method not in {"GET", "HEAD"}:
            raise PermissionDenied
        return super().history_form_view(request, object_id, version_id, extra_context)
