"""Opt-out requests with their clock of 10 business days."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Min, Q, QuerySet

from consent.business_days import business_days_after
from consent.models import Delivery, OptOutRequest
from consent.models.inbox import DeliveryStatus
from consent.models.opt_out_request import RequestOutcome
from consent.selectors.holds import Calendar, calendar

REQUEST_BUSINESS_DAYS = 10
"""FCC 47 CFR 64.1200(a)(10), CAN-SPAM 16 CFR 316.4, CASL s. 11(3)."""
ONE_CLICK_LIMIT = timedelta(hours=48)
"""Within which Gmail and Yahoo want a one-click unsubscribe honoured."""
MOST = 500
_PAGE = 100


@dataclass(frozen=True, slots=True)
class Clocked:
    """A request with the moment at which its time is up."""

    request: OptOutRequest
    due_at: datetime
    is_late: bool


def waiting(*, now: datetime, assigned_to: int | None = None) -> list[Clocked]:
    """Return the requests that wait, the oldest first; those of one person where they are named."""
    rows = _with_people(OptOutRequest.objects.filter(outcome=RequestOutcome.OPEN))
    if assigned_to is not None:
        rows = rows.filter(assigned_to_id=assigned_to)
    return _clocked(rows.order_by("received_at", "id")[:MOST], now=now)


def done(*, now: datetime) -> list[Clocked]:
    """Return the requests that were dealt with last, the newest first."""
    rows = _with_people(OptOutRequest.objects.exclude(outcome=RequestOutcome.OPEN))
    return _clocked(rows.order_by("-received_at", "-id")[:_PAGE], now=now)


def clocked(row: OptOutRequest, *, now: datetime) -> Clocked:
    """Return one request with its clock."""
    return _clocked([row], now=now)[0]


def find(request_id: int) -> OptOutRequest | None:
    """Return a request by its id."""
    return _with_people(OptOutRequest.objects.filter(pk=request_id)).first()


def overdue_count(*, now: datetime) -> tuple[int, int]:
    """Return how many requests wait, and for how many of them the time is up."""
    oldest_first = OptOutRequest.objects.filter(outcome=RequestOutcome.OPEN).order_by("received_at")
    rows = oldest_first.only("received_at", "outcome", "done_at")[:MOST]
    listed = _clocked(rows, now=now)
    return len(listed), sum(each.is_late for each in listed)


def _with_people(rows: QuerySet[OptOutRequest]) -> QuerySet[OptOutRequest]:
    return rows.select_related("contact", "assigned_to")


def _clocked(rows: Iterable[OptOutRequest], *, now: datetime) -> list[Clocked]:
    clock = calendar()
    return [_with_clock(row, clock, now) for row in rows]


def _with_clock(row: OptOutRequest, clock: Calendar, now: datetime) -> Clocked:
    due_at = business_days_after(row.received_at, REQUEST_BUSINESS_DAYS, tz=clock.tz, closed=clock.closed)
    return Clocked(row, due_at, (row.done_at or now) > due_at)


def oldest_unread_email() -> datetime | None:
    """Return since when an e-mail provider's delivery waits to be read; a one-click unsubscribe may be in it."""
    unread = Q(status__in=[DeliveryStatus.PENDING, DeliveryStatus.FAILED]) & Q(door__startswith="email.")
    oldest: datetime | None = Delivery.objects.filter(unread).aggregate(oldest=Min("received_at"))["oldest"]
    return oldest
