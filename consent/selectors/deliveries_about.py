"""The raw requests of providers that brought something from or about somebody's addresses."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Count, Q

from consent.models import AppEvent, Delivery, EmailEvent, InboundCall, InboundMessage, LedgerEntry


@dataclass(frozen=True, slots=True)
class DeliveryAbout:
    """One raw request. `is_alone`: nothing in it is known to be about anybody else."""

    delivery: Delivery
    is_alone: bool


def deliveries_about(address_ids: Collection[int]) -> list[DeliveryAbout]:
    """Return the requests about these addresses, oldest first, with and without a body.

    Shape: one that brought something of another address too, or is a batch, is not alone.
    """
    here = Q(address_id__in=address_ids)
    about = Q(pk__in=LedgerEntry.objects.filter(here, delivery_id__isnull=False).values("delivery_id"))
    for model in (InboundMessage, EmailEvent, InboundCall):
        about |= Q(pk__in=model.objects.filter(here).values("delivery_id"))
    found = list(Delivery.objects.filter(about).order_by("received_at", "pk"))
    ids = [each.pk for each in found]
    with_others: set[int] = set()
    for model in (InboundMessage, EmailEvent):
        others = model.objects.filter(delivery_id__in=ids).exclude(here)
        with_others |= set(others.values_list("delivery_id", flat=True))
    batches = AppEvent.objects.filter(delivery_id__in=ids).values("delivery_id").annotate(events=Count("pk"))
    with_others |= set(batches.filter(events__gt=1).values_list("delivery_id", flat=True))
    return [DeliveryAbout(each, each.pk not in with_others and not _is_batch(bytes(each.body))) for each in found]


def _is_batch(body: bytes) -> bool:
    if not body.lstrip().startswith(b"["):
        return False
    try:
        return len(json.loads(body)) > 1
    except ValueError:
        return True
