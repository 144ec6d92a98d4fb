"""Settling differences: take over what the provider knows, or have it removed there too.

What takes Mailgun's time is handed to the workers by the job's name (consent/jobs.py), in the transaction that asks.
"""

from __future__ import annotations

from datetime import datetime

import structlog
from django.db import transaction
from procrastinate.contrib.django import app

from consent.models import Drift
from consent.models.drift import DriftListing, DriftOutcome, DriftSort, RemovalState
from consent.providers.mailgun_suppressions import Listing
from consent.selectors import addresses_by_channel
from consent.selectors.drift import REASON_OF, mailgun_domains, mailgun_is_configured, standing_at
from consent.services import mailgun_api
from consent.services.drift_compare import MAILGUN
from consent.services.mailgun_api import MailgunAway, MailgunRefused
from consent.services.recording import Recorded, record_event
from consent.values import ConsentEvent
from consent.vocabulary import Channel, Effect, EventKind, Reason, Source
from contacts.models import Address
from contacts.normalize import ERASED_PREFIX
from contacts.values import SYSTEM, Actor

log = structlog.get_logger(__name__)

KIND_OF = {
    DriftListing.BOUNCES: EventKind.EMAIL_BOUNCE,
    DriftListing.UNSUBSCRIBES: EventKind.EMAIL_UNSUBSCRIBE,
    DriftListing.COMPLAINTS: EventKind.EMAIL_COMPLAINT,
    DriftListing.REFUSALS: EventKind.PROVIDER_OPT_OUT,
}


class UnableToSettle(ValueError):
    """A difference can't be settled so. `code` is stable, the message tells the way out."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@transaction.atomic
def take_over(*, drift_id: int, by: Actor, at: datetime) -> Recorded:
    """Record what the provider's list says as the provider's own event, under the rules like any other.

    A whole unsubscribe is meant where the list names tags: the wider silence is the safe one.
    Raises: UnableToSettle for one that is settled, or that we have already.
    """
    row = _open(drift_id)
    if row.sort != DriftSort.THEIRS_ONLY:
        raise UnableToSettle(
            "not_theirs_only", "Only what the provider has and we don't can be taken over. Reload the page."
        )
    listing = DriftListing(row.listing)
    channel = Channel(row.domain) if listing is DriftListing.REFUSALS else Channel.EMAIL
    recorded = record_event(
        event=ConsentEvent(
            kind=KIND_OF[listing],
            channels=(channel,),
            occurred_at=min(row.since or row.found_at, at),
            source=Source.PROVIDER,
            detail=row.detail if listing is DriftListing.REFUSALS else f"{row.provider} {row.listing}",
        ),
        address_id=row.address_id,
        by=by,
        at=at,
    )
    _settle(row, DriftOutcome.TAKEN_OVER, by=by, at=at)
    return recorded


@transaction.atomic
def ask_removal(*, drift_id: int, by: Actor, at: datetime) -> Drift:
    """Have a worker remove the entry at the provider, too.

    Raises: UnableToSettle for what stands here, is settled, or can't be removed there.
    Once: asked again while it waits, it waits on.
    """
    row = _open(drift_id)
    if row.provider != MAILGUN:
        raise UnableToSettle("not_removable", "Only the contact can end this, with START: Twilio lets nobody else.")
    if row.sort != DriftSort.LIFTED_HERE:
        raise UnableToSettle("not_lifted_here", "Only what was lifted here is removed there. Reload the page.")
    if not mailgun_is_configured():
        raise UnableToSettle("no_key", "Mailgun can't be asked: set MAILGUN_API_KEY, or remove it by hand there.")
    row.removal, row.removal_told, row.asked_by = RemovalState.QUEUED, "", by.ref
    row.save(update_fields=["removal", "removal_told", "asked_by"])
    _hand_over(row.pk)
    return row


@transaction.atomic
def follow_lift(*, recorded: Recorded, by: Actor, at: datetime) -> list[int]:
    """Have a bounce that staff lifted removed at Mailgun, on every sending domain, and return the differences noted.

    None where no bounce was lifted, or Mailgun can't be asked.
    """
    lifted = [each for each in recorded.outcomes if each.effect is Effect.LIFTED and each.reason is Reason.BOUNCE]
    if not lifted or not mailgun_is_configured():
        return []
    addresses: set[int] = {each.address_id for each in lifted if each.address_id is not None}
    for contact_id in {each.contact_id for each in lifted if each.address_id is None and each.contact_id is not None}:
        addresses |= set(addresses_by_channel(contact_id).get(Channel.EMAIL, ()))
    queued = []
    for address_id in sorted(addresses - standing_at(addresses, Reason.BOUNCE)):
        for domain in mailgun_domains():
            row, _ = Drift.objects.select_for_update().get_or_create(
                provider=MAILGUN,
                listing=DriftListing.BOUNCES,
                domain=domain,
                address_id=address_id,
                settled_at=None,
                defaults={"sort": DriftSort.LIFTED_HERE, "found_at": at, "seen_at": at},
            )
            Drift.objects.filter(pk=row.pk).update(
                sort=DriftSort.LIFTED_HERE, removal=RemovalState.QUEUED, removal_told="", asked_by=by.ref
            )
            _hand_over(row.pk)
            queued.append(row.pk)
    return queued


def remove_there(*, drift_id: int, at: datetime) -> None:
    """Take an entry off Mailgun's list, and keep what became of it.

    What was silenced here again meanwhile stays there, too.
    Raises: MailgunAway, so that the job is tried again.
    Once: a settled one stays as it is; Mailgun answers 404 to a second removal, which counts as done.
    """
    with transaction.atomic():
        row = Drift.objects.select_for_update().get(pk=drift_id)
        if row.settled_at is not None:
            return
        if standing_at([row.address_id], REASON_OF[DriftListing(row.listing)]):
            _settle(row, DriftOutcome.STANDS_AGAIN, by=SYSTEM, at=at)
            return
        address = Address.objects.only("value").get(pk=row.address_id)
        if address.value.startswith(ERASED_PREFIX):
            _settle(row, DriftOutcome.GONE, by=SYSTEM, at=at)  # nobody knows it any more, so that nobody can name it
            return
    try:
        status = mailgun_api.remove(row.domain, Listing(row.listing), address.value)
    except (MailgunAway, MailgunRefused) as error:
        Drift.objects.filter(pk=drift_id).update(removal=RemovalState.FAILED, removal_told=str(error)[:200])
        log.warning("removal_failed", drift_id=drift_id, told=str(error))
        if isinstance(error, MailgunAway):
            raise
        return
    with transaction.atomic():
        row = Drift.objects.select_for_update().get(pk=drift_id)
        told = "It was not there any more (404)." if status == 404 else f"Removed ({status})."
        Drift.objects.filter(pk=drift_id).update(removal="", removal_told=told)
        if row.settled_at is None:
            _settle(row, DriftOutcome.REMOVED, by=SYSTEM, at=at)
    log.info("removed_at_mailgun", drift_id=drift_id, status=status)


def ask_comparison() -> None:
    """Have a worker compare the lists now."""
    app.configure_task("compare_now").defer()


def _hand_over(drift_id: int) -> None:
    app.configure_task("remove_at_provider").defer(drift_id=drift_id)


def _open(drift_id: int) -> Drift:
    row = Drift.objects.select_for_update().filter(pk=drift_id).first()
    if row is None or row.settled_at is not None:
        raise UnableToSettle("settled", "This difference was settled meanwhile. Nothing is left to do.")
    return row


def _settle(row: Drift, outcome: DriftOutcome, *, by: Actor, at: datetime) -> None:
    Drift.objects.filter(pk=row.pk).update(settled_at=at, settled_by=by.ref, outcome=outcome, removal="")
