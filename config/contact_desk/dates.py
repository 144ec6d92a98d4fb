"""Moments as staff read them, in the installation's time zone."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from consent.sentences import day


def on_day(moment: datetime) -> str:
    """Return "2 Oct 2026"."""
    return day(moment, tz=timezone.get_current_timezone())


def at_time(moment: datetime) -> str:
    """Return "2 Oct 2026, 14:05"."""
    local = timezone.localtime(moment)
    return f"{on_day(moment)}, {local:%H:%M}"


def until(moment: datetime) -> str:
    """Return "2 Oct 2026, 14:05", or the day alone where it ends at midnight."""
    local = timezone.localtime(moment)
    return on_day(moment) if (local.hour, local.minute) == (0, 0) else at_time(moment)
