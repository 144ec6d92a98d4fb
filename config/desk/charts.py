"""Opt-outs and opt-ins per day and channel, as bars drawn on the server: no script, and every bar leads to its rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta, tzinfo

from django.http import HttpRequest

from config.desk.waiting import listing
from consent.selectors import desk
from consent.selectors.desk import DayCount
from consent.vocabulary import Channel

HEIGHT = 100
"""Units of the drawing from nothing to the highest day."""


@dataclass(frozen=True, slots=True)
class Segment:
    """One channel's part of a day's bar, in the drawing's units from the top."""

    channel: Channel
    top: float
    height: float


@dataclass(frozen=True, slots=True)
class Bar:
    """One day. `text` tells it in words; `link` leads to its rows, "" where there are none."""

    day: date
    left: float
    total: int
    text: str
    link: str
    segments: tuple[Segment, ...]


@dataclass(frozen=True, slots=True)
class ChannelTotal:
    """How many acts of the whole period came on one channel."""

    channel: Channel
    count: int
    link: str


@dataclass(frozen=True, slots=True)
class Chart:
    """One sort of act over the period. `highest` is the count of the tallest bar."""

    key: str
    title: str
    total: int
    link: str
    highest: int
    bars: tuple[Bar, ...]
    channels: tuple[ChannelTotal, ...]
    first: date
    last: date


def acts(request: HttpRequest, *, first: date, last: date, tz: tzinfo) -> list[Chart]:
    """Return the charts of opt-outs and opt-ins, or none for who reads only their own contacts' ledger."""
    if not request.user.has_perm("consent.view_ledgerentry"):
        return []
    return [
        _chart("opt_out", "Opt-outs", desk.daily_opt_outs(first=first, last=last, tz=tz), first, last),
        _chart("opt_in", "Opt-ins", desk.daily_opt_ins(first=first, last=last, tz=tz), first, last),
    ]


def _chart(key: str, title: str, counts: Sequence[DayCount], first: date, last: date) -> Chart:
    days: dict[date, dict[Channel, int]] = defaultdict(dict)
    totals: dict[Channel, int] = defaultdict(int)
    for each in counts:
        days[each.day][each.channel] = each.count
        totals[each.channel] += each.count
    highest = max((sum(day.values()) for day in days.values()), default=0)
    length = (last - first).days + 1
    return Chart(
        key=key,
        title=title,
        total=sum(totals.values()),
        link=_link(key, first, last),
        highest=highest,
        bars=tuple(
            _bar(key, first + timedelta(days=place), place, days.get(first + timedelta(days=place), {}), highest)
            for place in range(length)
        ),
        channels=tuple(
            ChannelTotal(channel, totals[channel], _link(key, first, last, channel))
            for channel in Channel
            if channel in totals
        ),
        first=first,
        last=last,
    )


def _bar(key: str, day: date, place: int, counts: dict[Channel, int], highest: int) -> Bar:
    segments = []
    top = float(HEIGHT)
    for channel in Channel:
        if channel in counts:
            height = counts[channel] * HEIGHT / highest
            top -= height
            segments.append(Segment(channel, round(top, 2), round(height, 2)))
    told = ", ".join(f"{channel.label} {counts[channel]}" for channel in Channel if channel in counts)
    return Bar(
        day=day,
        left=place * 10,
        total=sum(counts.values()),
        text=f"{day.day} {day:%b %Y}: {told or 'none'}",
        link=_link(key, day, day) if counts else "",
        segments=tuple(segments),
    )


def _link(key: str, first: date, last: date, channel: Channel | None = None) -> str:
    filters = {"act": key, "recorded_at_from": first.isoformat(), "recorded_at_to": last.isoformat()}
    if channel is not None:
        filters["channel__exact"] = channel.value
    return listing("consent_ledgerentry", **filters)
