"""The start page: what needs somebody now, then what people did and how many are silenced."""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone

from config.desk import charts, standing, waiting

PERIODS = (30, 90)
"""Days that the charts can look back."""


def context(request: HttpRequest, given: dict[str, Any]) -> dict[str, Any]:
    """Return what the start page's template prints, for this person's eyes only."""
    tz = ZoneInfo(settings.TIME_ZONE)
    now = timezone.now()
    days = _days(request)
    today = now.astimezone(tz).date()
    return {
        **given,
        "cards": waiting.cards(request, now=now, day=now.astimezone(UTC).date()),
        "holds": waiting.holds(request, now=now),
        "acts": charts.acts(request, first=today - timedelta(days=days - 1), last=today, tz=tz),
        "standing": standing.tables(request),
        "losses": standing.losses(request, days=days, now=now),
        "days": days,
        "periods": PERIODS,
    }


def _days(request: HttpRequest) -> int:
    asked = request.GET.get("days", "")
    return int(asked) if asked in {str(period) for period in PERIODS} else PERIODS[0]
