"""The start page: what needs somebody now, then the figures."""

from __future__ import annotations

from datetime import UTC
from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from config.desk import figures, own_requests, waiting


def context(request: HttpRequest, given: dict[str, Any]) -> dict[str, Any]:
    """Return what the start page's template prints, for this person's eyes only."""
    now, days = timezone.now(), figures.days_asked(request)
    later = figures.are_slow()
    return {
        **given,
        "cards": waiting.cards(request, now=now, day=now.astimezone(UTC).date()),
        "holds": waiting.holds(request, now=now),
        "own_requests": own_requests.lines(request, now=now),
        "days": days,
        "figures_later": later,
        **({} if later else figures.figures(request, days=days, now=now)),
    }
