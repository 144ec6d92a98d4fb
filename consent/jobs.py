"""What runs by the clock. Jobs carry nothing but the time: the tables stay the truth about what is due."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.job_context import JobContext

from consent.services import evidence, expiry, holds, inbox, retention


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="process_due_deliveries", lock="process_due_deliveries")
def process_due_deliveries(timestamp: int) -> None:
    """Read the deliveries that are waiting or due for another try."""
    inbox.process_due(at=timezone.now())


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="expire_due_suppressions", lock="expire_due_suppressions")
def expire_due_suppressions(timestamp: int) -> None:
    """Lift the temporary suppressions whose end has come."""
    expiry.expire_due(at=timezone.now())


@app.periodic(cron="17 * * * *")
@app.task(queueing_lock="expire_stale_evidence", lock="expire_stale_evidence")
def expire_stale_evidence(timestamp: int) -> None:
    """Take evidence that nobody reviewed in time out of the queue."""
    evidence.expire_stale(at=timezone.now())


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="confirm_overdue_holds", lock="confirm_overdue_holds")
def confirm_overdue_holds(timestamp: int) -> None:
    """Make opt-outs of the held messages that nobody reviewed within 5 business days."""
    holds.confirm_overdue(at=timezone.now())


@app.periodic(cron="41 2 * * *")
@app.task(queueing_lock="purge_raw_deliveries", lock="purge_raw_deliveries")
def purge_raw_deliveries(timestamp: int) -> None:
    """Purge the raw bodies that have been kept long enough."""
    retention.purge_raw(at=timezone.now())


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="retry_stalled_jobs", pass_context=True)
async def retry_stalled_jobs(context: JobContext, timestamp: int) -> None:
    """Take up the jobs of workers that died in the middle."""
    for job in await app.job_manager.get_stalled_jobs():
        await app.job_manager.retry_job(job)
