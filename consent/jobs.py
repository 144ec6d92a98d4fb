"""What runs by the clock. Jobs carry nothing but the time: the tables stay the truth about what is due."""

from __future__ import annotations

from django.conf import settings
from django.utils import timezone
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from consent.selectors.drift import mailgun_is_configured
from consent.services import (
    drift,
    drift_compare,
    erasing,
    evidence,
    evidence_notices,
    expiry,
    holds,
    inbox,
    reach,
    retention,
    seal_heads,
    sealing,
    verifying,
)
from consent.services.one_by_one import do_each
from contacts.values import SYSTEM, Actor
from contacts.vocabulary import ActorKind


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


@app.task(name=erasing.WAITING, retry=RetryStrategy(max_attempts=5, exponential_wait=5))
def forget_waiting_deliveries(delivery_ids: list[int]) -> None:
    """Empty the raw requests that an erasure had to leave because they were not read yet."""
    erasing.forget_waiting(delivery_ids=delivery_ids, at=timezone.now())


@app.task(name="tell_submitter", retry=RetryStrategy(max_attempts=5, exponential_wait=5))
def tell_submitter(evidence_id: int) -> None:
    """Send the submitter of evidence what became of it."""
    evidence_notices.tell_submitter(evidence_id=evidence_id)


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


@app.periodic(cron="*/5 * * * *")
@app.task(queueing_lock="seal_ledger", lock="seal_ledger")
def seal_ledger(timestamp: int) -> None:
    """Seal what was written since, and publish the heads where they are to go."""
    sealing.seal_due(at=timezone.now())
    if settings.LEDGER_HEADS_FILE:
        seal_heads.publish_heads(seal_heads.heads_path(settings.LEDGER_HEADS_FILE))


@app.periodic(cron="41 3 * * *")
@app.task(queueing_lock="verify_ledger", lock="verify_ledger")
def verify_ledger(timestamp: int) -> None:
    """Check the whole ledger against its seals and the published heads."""
    _verify(SYSTEM)


@app.task(name=verifying.NOW, queueing_lock=verifying.NOW, lock="verify_ledger")
def verify_ledger_now(user_id: int) -> None:
    """Do the same when a person asks for it."""
    _verify(Actor(ActorKind.USER, str(user_id)))


def _verify(by: Actor) -> None:
    heads = seal_heads.heads_path(settings.LEDGER_HEADS_FILE) if settings.LEDGER_HEADS_FILE else None
    verifying.verify_ledger(by=by, at=timezone.now(), heads=heads)


@app.periodic(cron="23 3 * * *")
@app.task(queueing_lock="rebuild_reach", lock="rebuild_reach")
def rebuild_reach(timestamp: int) -> None:
    """Compare the stored reach of every contact with what the tables say, and put right what differs."""
    reach.rebuild_reach()


@app.periodic(cron="11 3 * * *")
@app.task(queueing_lock="compare_with_providers", lock="compare_with_providers")
def compare_with_providers(timestamp: int) -> None:
    """Compare the providers' suppression lists with ours, every night."""
    _compare()


@app.task(name="compare_now", lock="compare_with_providers")
def compare_now() -> None:
    """Compare them because somebody asked."""
    _compare()


def _compare() -> None:
    mailgun = [drift_compare.compare_mailgun] if mailgun_is_configured() else []
    do_each(lambda compare: compare(at=timezone.now()), [*mailgun, drift_compare.compare_twilio], what="Comparing")


@app.task(name="remove_at_provider", retry=RetryStrategy(max_attempts=6, exponential_wait=5))
def remove_at_provider(drift_id: int) -> None:
    """Take an entry off the provider's list."""
    drift.remove_there(drift_id=drift_id, at=timezone.now())


@app.periodic(cron="47 * * * *")
@app.task(queueing_lock="forget_late_messages", lock="forget_late_messages")
def forget_late_messages(timestamp: int) -> None:
    """Blank what came from erased addresses since they were erased, once it has had its effect."""
    erasing.forget_late(at=timezone.now())
