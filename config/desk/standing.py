"""How many are silenced now, per channel and reason, and which lists lose most members."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.http import HttpRequest

from config.desk.waiting import listing
from consent.selectors import connected_channels, standing_counts
from consent.vocabulary import CHANNELS
from lists.selectors.overview import greatest_losses


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
                listing("contacts_contact", channel=channel.value),
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


def losses(request: HttpRequest, *, days: int, now: datetime) -> list[Share]:
    """Return the lists that lost most members in these days."""
    if not request.user.has_perm("lists.view_listmembership"):
        return []
    found = greatest_losses(since=now - timedelta(days=days))
    most = found[0].count if found else 1
    return [
        Share(
            loss.name,
            loss.count,
            _percent(loss.count, most),
            listing("lists_listmembership", list__id__exact=loss.list_id, left=days),
        )
        for loss in found
    ]


def _percent(part: int, whole: int) -> float:
    return round(min(part / whole, 1) * 100, 1) if whole else 0.0
