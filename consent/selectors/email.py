"""What e-mail providers have told: soft bounces that persist, and what staff should see to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Max

from consent.models import EmailEvent, LedgerEntry
from consent.providers.email.soft_bounces import Persistence, persisting_since
from consent.selectors.channels import business_profile
from consent.vocabulary import Effect, EventKind, Reason

ALERT_DAYS = 7
"""How long an alert stays on the Desk."""


@dataclass(frozen=True, slots=True)
class SenderAlert:
    """One cause that lies with us as the sender, and how often it was told of lately."""

    provider: str
    detail: str
    count: int
    last_at: datetime


def soft_bounces_persist_at(address_id: int) -> datetime | None:
    """Return the soft bounce that was one too many for an address (R10), or None.

    Counted anew each time from what providers told, whatever the order it came in: there is no counter to drift.
    A delivery begins the count anew, and so does staff who lifted a bounce and vouched for the address.
    """
    told = EmailEvent.objects.filter(address_id=address_id)
    bounces = told.filter(kind=EventKind.EMAIL_SOFT_BOUNCE).values_list("occurred_at", flat=True)
    deliveries = told.filter(kind=EventKind.EMAIL_DELIVERED).values_list("occurred_at", flat=True)
    lifts = LedgerEntry.objects.filter(address_id=address_id, effect=Effect.LIFTED, reason=Reason.BOUNCE)
    return persisting_since(
        bounces, [*deliveries, *lifts.values_list("occurred_at", flat=True)], persistence_in_force()
    )


def persistence_in_force() -> Persistence:
    """Return from when on soft bounces count as a dead mailbox, as the business profile says."""
    profile = business_profile()
    return Persistence(
        limit=profile.soft_bounce_limit,
        spread=timedelta(days=profile.soft_bounce_spread_days),
        window=timedelta(weeks=profile.soft_bounce_window_weeks),
    )


def sender_alerts(*, since: datetime) -> list[SenderAlert]:
    """Return what staff should see to, the most frequent first: blocked senders, refused content, unknown causes."""
    rows = (
        EmailEvent.objects.filter(alert=True, recorded_at__gte=since)
        .values("provider", "detail")
        .annotate(count=Count("id"), last_at=Max("recorded_at"))
        .order_by("-count", "provider", "detail")
    )
    return [SenderAlert(**row) for row in rows]


def count_sender_alerts(*, since: datetime) -> int:
    """Return how many such events came in, for the counter on the desk."""
    return EmailEvent.objects.filter(alert=True, recorded_at__gte=since).count()
