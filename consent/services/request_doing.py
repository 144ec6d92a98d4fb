"""Doing what an opt-out request asks for: the opt-out of the contact it was found to come from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from consent.models import OptOutRequest
from consent.models.opt_out_request import RequestOutcome
from consent.services.dnd import UnableToSetDnd, opt_out_by_voice
from consent.services.recording import Recorded
from consent.services.request_log import RequestRefused, lock_open
from consent.vocabulary import Channel
from contacts.services import lock_for_contact
from contacts.values import Actor


@dataclass(frozen=True, slots=True)
class Done:
    """A request that is done, and what its opt-out did."""

    request: OptOutRequest
    recorded: Recorded


def complete_request(
    *, request_id: int, contact_id: int, channels: Sequence[Channel], by: Actor, at: datetime, note: str = ""
) -> Done:
    """Record the opt-out that a request asked for (R14), as old as the request, and end its clock.

    Raises: RequestRefused for a request that is done, or without a channel; ContactMissing.
    Once: refused with `done`.
    """
    with transaction.atomic():
        lock_for_contact(contact_id=contact_id)
        row = lock_open(request_id)
        try:
            recorded = opt_out_by_voice(
                contact_id=contact_id,
                channels=channels,
                note=note.strip() or row.told,
                asked_at=row.received_at,
                how=row.how,
                by=by,
                at=at,
            )
        except UnableToSetDnd as error:
            raise RequestRefused(error.field, error.code, str(error)) from error
        row.contact_id = contact_id
        row.channels = [each.channel.value for each in recorded.outcomes if each.channel is not Channel.ALL]
        row.channels = list(dict.fromkeys(row.channels))
        row.outcome, row.done_at, row.done_by = RequestOutcome.RECORDED, at, by.ref
        row.event_id = recorded.event_id
        row.save(update_fields=["contact", "channels", "outcome", "done_at", "done_by", "event_id"])
        return Done(row, recorded)
