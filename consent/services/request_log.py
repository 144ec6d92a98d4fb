"""Opt-out requests by a slow road: logged when they arrive, assigned, and closed where they were none.

Recording the opt-out itself is in `consent.services.request_doing`.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime

from django.contrib.auth import get_user_model
from django.db import transaction

from consent.models import OptOutRequest
from consent.models.opt_out_request import RequestOutcome
from consent.services import ledger
from consent.services.ledger import NO_PROOF, Line
from consent.values import ConsentEvent, Outcome
from consent.vocabulary import CHANNELS, Channel, Effect, EventKind, Source
from contacts.services import lock_for_contact
from contacts.values import Actor


class RequestRefused(ValueError):
    """Nothing was changed. `field` and `code` are stable, the message tells the way out."""

    def __init__(self, field: str, code: str, message: str) -> None:
        super().__init__(message)
        self.field, self.code = field, code


def log_request(
    *,
    told: str,
    how: str,
    received_at: datetime,
    by: Actor,
    at: datetime,
    contact_id: int | None = None,
    channels: Sequence[Channel] = (),
) -> OptOutRequest:
    """Log a request that has arrived and is not done yet. It silences nobody until it is done.

    Shape: `told` is what the person said or wrote, in free text; `contact_id` where it is known who asked.
    Raises: RequestRefused; ContactMissing.
    Once: logged again; two letters are two requests.
    """
    if not told.strip():
        raise RequestRefused("told", "required", "Write down what the person asked for, and who it may be.")
    if received_at > at:
        raise RequestRefused(
            "received_at", "in_the_future", "The request can't have arrived in the future. Give a time that has passed."
        )
    if any(channel not in CHANNELS for channel in channels):
        raise RequestRefused("channels", "not_a_channel", "Choose channels from the list, or none.")
    with transaction.atomic():
        if contact_id is not None:
            lock_for_contact(contact_id=contact_id)
        row = OptOutRequest.objects.create(
            contact_id=contact_id,
            channels=[channel.value for channel in dict.fromkeys(channels)],
            how=how[:40],
            told=told.strip(),
            received_at=received_at,
            logged_at=at,
            logged_by=by.ref,
        )
        _note(row, EventKind.OPT_OUT_REQUESTED, occurred_at=received_at, by=by, at=at)
        return row


def assign_request(*, request_id: int, to_user_id: int | None, by: Actor, at: datetime) -> OptOutRequest:
    """Give a request to somebody, or to nobody.

    Raises: RequestRefused for who is no active staff, and for a request that is done.
    Once: assigned again to the same person; nothing changes.
    """
    with transaction.atomic():
        row = lock_open(request_id)
        staff = get_user_model().objects.filter(is_active=True, is_staff=True)
        if to_user_id is not None and not staff.filter(pk=to_user_id).exists():
            raise RequestRefused("assigned_to", "not_staff", "Choose somebody who works here.")
        row.assigned_to_id = to_user_id
        row.save(update_fields=["assigned_to"])
        return row


def close_request(*, request_id: int, reason: str, by: Actor, at: datetime) -> OptOutRequest:
    """Close a request that asked for no opt-out, or that nobody can be found for.

    Raises: RequestRefused without a reason, and for a request that is done.
    """
    if not reason.strip():
        raise RequestRefused("reason", "required", "Say why no opt-out was recorded.")
    with transaction.atomic():
        row = lock_open(request_id)
        row.outcome, row.done_at, row.done_by, row.closed_reason = RequestOutcome.CLOSED, at, by.ref, reason.strip()
        row.save(update_fields=["outcome", "done_at", "done_by", "closed_reason"])
        _note(row, EventKind.OPT_OUT_REQUEST_CLOSED, occurred_at=at, by=by, at=at)
        return row


def lock_open(request_id: int) -> OptOutRequest:
    """Lock a request that waits and return it. Needs a transaction. Raises: RequestRefused where it is done."""
    row = OptOutRequest.objects.select_for_update().filter(pk=request_id).first()
    if row is None:
        raise RequestRefused("request", "not_found", "There is no such request. Go back to the list.")
    if row.outcome != RequestOutcome.OPEN:
        raise RequestRefused("request", "done", "Somebody has dealt with this request meanwhile. Nothing was changed.")
    return row


def keep_done(
    *,
    contact_id: int,
    channels: Sequence[Channel],
    how: str,
    received_at: datetime,
    event_id: uuid.UUID,
    by: Actor,
    at: datetime,
) -> OptOutRequest:
    """Keep a request that was done as soon as it was heard, in the transaction that recorded its opt-out.

    What was said is on the suppression.
    """
    return OptOutRequest.objects.create(
        contact_id=contact_id,
        channels=[channel.value for channel in channels],
        how=how[:40],
        received_at=received_at,
        logged_at=at,
        logged_by=by.ref,
        outcome=RequestOutcome.RECORDED,
        done_at=at,
        done_by=by.ref,
        event_id=event_id,
    )


def _note(row: OptOutRequest, kind: EventKind, *, occurred_at: datetime, by: Actor, at: datetime) -> None:
    channels = tuple(Channel(value) for value in row.channels) or (Channel.ALL,)
    event = ConsentEvent(kind=kind, channels=channels, occurred_at=occurred_at, source=Source.STAFF, detail=row.how)
    lines = [
        Line(Outcome(Effect.NOTHING, "E03", channel, contact_id=row.contact_id), row.contact_id, None)
        for channel in channels
    ]
    ledger.write(event=event, event_id=uuid.uuid4(), lines=lines, proof=NO_PROOF, by=by, at=at)
