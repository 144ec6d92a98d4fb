"""Requests that a door refused: only their number is kept."""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest

from consent.admin import links
from consent.admin.view_only import ViewOnlyAdmin
from consent.models import DoorCounter


@admin.register(DoorCounter)
class DoorCounterAdmin(ViewOnlyAdmin):
    """Shows per day how many requests each door refused, and for which cause."""

    screen = "Refused at the door"
    list_display = ("day_date", "door", "cause", "count", "last")
    ordering = ("-day_date", "door", "cause")

    def has_view_permission(self, request: HttpRequest, obj: DoorCounter | None = None) -> bool:
        return request.user.has_perm("consent.view_delivery")

    @admin.display(description="Last one")
    def last(self, row: DoorCounter) -> str:
        return links.moment(row.last_at)
