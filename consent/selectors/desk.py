"""What the Desk shows: what needs somebody now, and what people did lately.

Everything is read in windows that an index serves, or off the active suppressions' covering indexes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.functions import TruncDate

from consent.models import Delivery, DoorCounter, Evidence, LedgerEntry
from consent.models.evidence import EvidenceStatus
from consent.models.inbox import DeliveryStatus
from consent.selectors.records import opt_in_lines, opt_out_lines
from consent.vocabulary import Channel

CONFLICT_DAYS = 30
"""How long a conflict stays on the Desk; the Deliveries list keeps it for good."""

READ_WITHIN = timedelta(minutes=5)
"""What the door itself could not read, a worker comes to every minute."""


@dataclass(frozen=True, slots=True)
class DoorCount:
    """How many requests a door refused today, for one cause."""

    door: str
    cause: str
    count: int


@dataclass(frozen=True, slots=True)
class DayCount:
    """How many acts of one sort happened on one day and channel."""

    day: date
    channel: Channel
    count: int


def unread_deliveries(*, now: datetime) -> tuple[int, int]:
    """Return how many deliveries wait for another try or for staff, and how many no worker came to although it should.

    What is pending was not read at the door; a worker comes to it within a minute or two.
    """
    unread = Delivery.objects.filter(status__in=[DeliveryStatus.FAILED, DeliveryStatus.PENDING])
    left_lying = Q(status=DeliveryStatus.PENDING, received_at__lte=now - READ_WITHIN)
    counted = unread.aggregate(
        failed=Count("pk", filter=Q(status=DeliveryStatus.FAILED)), left=Count("pk", filter=left_lying)
    )
    return counted["failed"], counted["left"]


def conflicting_deliveries(*, since: datetime) -> int:
    """Return how many deliveries since then came under an id that another body had."""
    return Delivery.objects.filter(status=DeliveryStatus.CONFLICT, received_at__gte=since).count()


def refused_at_doors(*, day: date) -> tuple[DoorCount, ...]:
    """Return what the doors refused on a day (UTC), the most frequent first."""
    rows = DoorCounter.objects.filter(day_date=day).values_list("door", "cause").annotate(n=Sum("count"))
    return tuple(DoorCount(door, cause, n) for door, cause, n in rows.order_by("-n", "door", "cause"))


def pending_evidence() -> int:
    """Return how much evidence waits for a second person."""
    return Evidence.objects.filter(status=EvidenceStatus.PENDING).count()


def daily_opt_outs(*, first: date, last: date, tz: tzinfo) -> tuple[DayCount, ...]:
    """Return people's opt-outs per day and channel, as the Ledger's filter lists them."""
    return _daily(opt_out_lines(_recorded(first, last, tz)), tz)


def daily_opt_ins(*, first: date, last: date, tz: tzinfo) -> tuple[DayCount, ...]:
    """Return people's opt-ins per day and channel, as the Ledger's filter lists them."""
    return _daily(opt_in_lines(_recorded(first, last, tz)), tz)


def _recorded(first: date, last: date, tz: tzinfo) -> QuerySet[LedgerEntry]:
    begin = datetime.combine(first, time.min, tzinfo=tz)
    end = datetime.combine(last + timedelta(days=1), time.min, tzinfo=tz)
    return LedgerEntry.objects.filter(recorded_at__gte=begin, recorded_at__lt=end)


def _daily(entries: QuerySet[LedgerEntry], tz: tzinfo) -> tuple[DayCount, ...]:
    rows = (
        entries.annotate(day=TruncDate("recorded_at", tzinfo=tz))
        .values_list("day", "channel")
        .annotate(n=Count("event_id", distinct=True))
        .order_by("day", "channel")
    )
    return tuple(DayCount(day, Channel(channel), n) for day, channel, n in rows)
