"""Running batches: by a worker, and at once where they are small."""

from __future__ import annotations

import uuid

import structlog
from django.utils import timezone
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from config.batches import services
from config.batches.models import Batch
from consent.services.bulk import CHUNK

log = structlog.get_logger(__name__)

SMALL = 200
"""Contacts up to which nobody is made to wait for a worker."""


@app.task(name="run_batch", retry=RetryStrategy(max_attempts=5, exponential_wait=3))
def run_batch(batch_id: str, size: int = CHUNK) -> None:
    """Do what is left of a batch, a chunk at a time."""
    number = uuid.UUID(batch_id)
    try:
        while services.run_next_chunk(batch_id=number, at=timezone.now(), size=size):
            pass
    except Exception:
        services.mark_failed(batch_id=number)
        raise


@app.task(name="count_batch", retry=RetryStrategy(max_attempts=5, exponential_wait=3))
def count_batch(batch_id: str) -> None:
    """Count what a large draft would do, a chunk at a time."""
    while services.count_next_chunk(batch_id=uuid.UUID(batch_id), at=timezone.now()):
        pass


def hand_over(batch: Batch) -> None:
    """Give a started batch to the workers, in the transaction that starts it."""
    run_batch.defer(batch_id=str(batch.pk))


def have_counted(batch: Batch) -> None:
    """Have the rest of a draft counted, in the transaction that fills it in."""
    if not batch.is_foreseen:
        count_batch.defer(batch_id=str(batch.pk))


def run_if_small(batch: Batch) -> None:
    """Run a small batch now. A worker that comes to it too finds it done, and finishes it where this fails."""
    if batch.total > SMALL:
        return
    try:
        run_batch(batch_id=str(batch.pk))
    except Exception:
        # The batch's page tells whoever started it; the worker, who has it too, tries again.
        log.exception("batch_left_to_the_worker", batch_id=str(batch.pk))


@app.periodic(cron="17 * * * *")
@app.task(queueing_lock="forget_stale_drafts", lock="forget_stale_drafts")
def forget_stale_drafts(timestamp: int) -> None:
    """Delete the drafts that nobody started."""
    services.forget_stale_drafts(at=timezone.now())
