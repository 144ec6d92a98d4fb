"""Retention: raw bodies go when their time is up, what they did stays.

The hash and the provider's id stay with them, so that a repeat is still known for one.
"""

from __future__ import annotations

from datetime import datetime

import structlog
from django.db import transaction

from consent.models import Delivery
from consent.models.inbox import DeliveryStatus
from consent.selectors.retention import kept_for

log = structlog.get_logger(__name__)

SETTLED = (DeliveryStatus.PROCESSED, DeliveryStatus.IGNORED)
CHUNK = 2000


def purge_raw(*, at: datetime, chunk: int = CHUNK) -> int:
    """Purge the raw bodies of settled deliveries that were kept long enough, and return how many.

    What waits, failed or is in conflict is never purged: staff still need to look at it. Each chunk is a transaction
    of its own, so that what is done stays done.
    Once: what is purged stays so, with the day it was.
    """
    due = Delivery.objects.filter(status__in=SETTLED, purged_at__isnull=True, received_at__lte=at - kept_for())
    purged = 0
    while True:
        with transaction.atomic():
            oldest = due.order_by("received_at").select_for_update(skip_locked=True)
            ids = list(oldest.values_list("id", flat=True)[:chunk])
            purged += Delivery.objects.filter(pk__in=ids).update(body=b"", purged_at=at)
        if len(ids) < chunk:
            break
    if purged:
        log.info("raw_deliveries_purged", count=purged)
    return purged
