"""How many are silenced now, per channel and reason, and which lists lose most members."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest

from config.desk.waiting import listing
from consent.selectors import connected_channels, standing_counts
from consent.vocabulary import CHANNELS


@dataclass(frozen=True, slots=True)
class Share:
    """One line with a bar. `percent` is of all contacts, or of the longest line."""

    label: str
    count: int
    percent: float
    link: str
    note: str = ""


def tables(request: HttpRequest) -> dict[str, object] | None:
    """Return the shares per channel and the counts per reason, or nothing for who may not see the register."""
    if not request.user.has_perm("consent.view_suppression"):
        return None
    everybody = standing_counts.all_contacts()
    silenced = standing_counts.silenced_contacts()
    connected = connected_channels()
    reasons = standing_counts.standing_by_reason()
    most = max((count for _, count in reasons), default=1)
    return {
        "everybody": everybody,
        "channels": [
            Share(
                channel.label,
                silenced[channel],
                _percent(silenced[channel], everybody.count),
                listing("consent_suppression", state="active", channel=channel.value, direction__exact="outbound"),
                "" if channel in connected else "not connected",
            )
            for channel in CHANNELS
        ],
        "reasons": [
            Share(
                reason.label,
                count,
                _percent(count, most),
                listing("consent_suppression", state="active", reason__exact=reason.value, direction__exact="outbound"),
            )
            for reason, count in reasons
        ],
    }


def losses(request: HttpRequest, *, since: datetime) -> list[Share]:
    """Return the lists that lost most members since then."""
    return []


def _percent(part: int, whole: int) -> float:
    return round(min(part / whole, 1) * 100, 1) if whole else 0.0
