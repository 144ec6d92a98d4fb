"""What there is to read of outbound webhooks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Exists, Min, OuterRef, Q

from config.webhooks.models import WebhookEndpoint, WebhookNotice
from config.webhooks.vocabulary import NoticeState, StoppedFor

SOUND = Q(stopped_at=None) | Q(stopped_for=StoppedFor.ASKED)
"""Endpoints that work, or were stopped on purpose."""


@dataclass(frozen=True, slots=True)
class Queue:
    """What is on its way to an endpoint."""

    waiting: int = 0
    dead: int = 0
    waits_since: datetime | None = None


def open_endpoints() -> list[int]:
    """Return the endpoints that are not stopped."""
    return list(WebhookEndpoint.objects.filter(stopped_at=None).order_by("pk").values_list("pk", flat=True))


def endpoints_with_due(*, at: datetime) -> list[int]:
    """Return the endpoints that are not stopped and have something due."""
    due = WebhookNotice.objects.filter(endpoint=OuterRef("pk"), state=NoticeState.WAITING, due_at__lte=at)
    rows = WebhookEndpoint.objects.filter(Exists(due), stopped_at=None)
    return list(rows.order_by("pk").values_list("pk", flat=True))


def queues(endpoint_ids: Sequence[int]) -> dict[int, Queue]:
    """Return what is on its way to each of some endpoints."""
    waiting = Q(state=NoticeState.WAITING)
    found = (
        WebhookNotice.objects.filter(waiting | Q(state=NoticeState.DEAD), endpoint__in=endpoint_ids)
        .values("endpoint_id")
        .annotate(
            waiting=Count("pk", filter=waiting),
            dead=Count("pk", filter=Q(state=NoticeState.DEAD)),
            waits_since=Min("created_at", filter=waiting),
        )
    )
    return {row["endpoint_id"]: Queue(row["waiting"], row["dead"], row["waits_since"]) for row in found}


def count_stopped() -> int:
    """Return how many endpoints were stopped because they fail."""
    return WebhookEndpoint.objects.exclude(SOUND).count()


def count_dead() -> int:
    """Return how many notices were given up."""
    return WebhookNotice.objects.filter(state=NoticeState.DEAD).count()
