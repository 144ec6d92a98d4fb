"""The Desk's figures: what people did and how many are silenced now.

Counting a large register takes longer than a page may. There the page opens without them, asks for them when it is
there, and they are counted once a minute.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone

from config.desk import charts, standing
from consent.selectors import standing_counts
from consent.selectors.business import time_zone

PERIODS = (30, 90)
"""Days that the charts can look back."""
KEPT_SECONDS = 60


def days_asked(request: HttpRequest) -> int:
    """Return how far back the person wants to look."""
    asked = request.GET.get("days", "")
    return int(asked) if asked in {str(period) for period in PERIODS} else PERIODS[0]


def figures(request: HttpRequest, *, days: int, now: datetime) -> dict[str, Any]:
    """Return what the templates print, for this person's eyes only."""
    tz = time_zone()
    today = now.astimezone(tz).date()
    return {
        "acts": charts.acts(request, first=today - timedelta(days=days - 1), last=today, tz=tz),
        "standing": standing.tables(request),
        "losses": standing.losses(request, days=days, now=now),
        "days": days,
        "periods": PERIODS,
    }


def are_slow() -> bool:
    """Return whether there are so many contacts that counting takes its time."""
    return standing_counts.all_contacts().is_estimate


def view(request: HttpRequest) -> HttpResponse:
    """Show the figures alone, for the start page to take in. Counted at most once a minute for people of one sort."""
    days = days_asked(request)
    rights = ("consent.view_ledgerentry", "consent.view_suppression", "lists.view_listmembership")
    sort = "".join(str(int(request.user.has_perm(right))) for right in rights)
    counted = cache.get_or_set(
        f"desk-figures-{sort}-{days}", lambda: figures(request, days=days, now=timezone.now()), KEPT_SECONDS
    )
    return TemplateResponse(request, "admin/desk/figures.html", counted)
