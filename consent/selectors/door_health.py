"""How the doors fare: when each heard from its provider last, what failed last, and who could not prove itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Sum

from consent.models import Delivery, DoorCounter
from consent.models.inbox import DeliveryStatus

UNPROVEN = ("signature", "no_key", "topic", "url", "verify_token", "stale")
"""Causes of a refusal that are about who asks, not about what it sent."""
REFUSED_DAYS = 7


@dataclass(frozen=True, slots=True)
class DoorHealth:
    """One door. `trouble_id` is the last delivery that failed or is in conflict."""

    door: str
    last_at: datetime | None
    trouble_id: int | None
    trouble_at: datetime | None
    trouble: str
    unproven: int


def door_health(doors: Sequence[str], *, day: date) -> dict[str, DoorHealth]:
    """Return how these doors fare; refusals are counted over the days up to this one (UTC)."""
    counters = DoorCounter.objects.filter(door__in=doors, cause__in=UNPROVEN)
    counters = counters.filter(day_date__gt=day - timedelta(days=REFUSED_DAYS), day_date__lte=day)
    refused = dict(counters.values_list("door").annotate(n=Sum("count")))
    return {door: _health(door, refused.get(door, 0)) for door in doors}


def _health(door: str, unproven: int) -> DoorHealth:
    newest = Delivery.objects.filter(door=door).order_by("-received_at")
    bad = newest.filter(status__in=[DeliveryStatus.FAILED, DeliveryStatus.CONFLICT])
    trouble = bad.only("id", "received_at", "status", "reason").first()
    return DoorHealth(
        door=door,
        last_at=newest.values_list("received_at", flat=True).first(),
        trouble_id=trouble.pk if trouble else None,
        trouble_at=trouble.received_at if trouble else None,
        trouble=f"{trouble.get_status_display()}: {trouble.reason}" if trouble else "",
        unproven=unproven,
    )
