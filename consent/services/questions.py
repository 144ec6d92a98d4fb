"""Asking somebody whether they opt in. The question itself is sent elsewhere, or was asked by voice."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from consent.models import OptInQuestion
from consent.models.questions import TEXT_CHANNELS
from consent.services.recording import record_event
from consent.values import ConsentEvent
from consent.vocabulary import ADDRESS_KIND_OF, Channel, EventKind, Source
from contacts.models import Address
from contacts.values import Actor

OPEN_FOR = timedelta(days=7)
"""How long a "yes" counts as the answer, unless the asker says otherwise."""


class UnableToAsk(ValueError):
    """The question can't be put. `field` and `code` are stable, the message tells the way out."""

    def __init__(self, field: str, code: str, message: str) -> None:
        super().__init__(message)
        self.field, self.code = field, code


def ask_opt_in(
    *,
    address_id: int,
    channel: Channel,
    by: Actor,
    at: datetime,
    contact_id: int | None = None,
    asked_at: datetime | None = None,
    open_for: timedelta = OPEN_FOR,
    note: str = "",
    source: Source = Source.STAFF,
) -> OptInQuestion:
    """Record that this address was asked whether it opts in on a channel, so that a bare "yes" answers (R34).

    Shape: `asked_at` when the question reached the contact; now if unknown. Nothing is sent here.
    Raises: UnableToAsk; AddressMissing, ContactMissing.
    Once: asks again, and the newest question counts.
    Source: docs/rules.md, L02.
    """
    asked = asked_at or at
    if channel not in TEXT_CHANNELS:
        names = ", ".join(each.label for each in TEXT_CHANNELS)
        raise UnableToAsk("channel", "not_a_text_channel", f"Nobody answers in words there. Choose one of {names}.")
    if asked > at:
        raise UnableToAsk(
            "asked_at", "in_the_future", "The question can't have been asked yet. Give a time that has passed."
        )
    if open_for <= timedelta():
        raise UnableToAsk("open_for", "too_short", "Give the contact some time to answer.")
    with transaction.atomic():
        record_event(
            event=ConsentEvent(
                kind=EventKind.OPT_IN_ASKED, channels=(channel,), occurred_at=asked, source=source, note=note
            ),
            contact_id=contact_id,
            address_id=address_id,
            by=by,
            at=at,
        )
        kind = Address.objects.values_list("kind", flat=True).get(pk=address_id)
        if kind != ADDRESS_KIND_OF[channel]:
            raise UnableToAsk(
                "address", "not_this_address", f"This is no address for {channel.label}. Choose one that is."
            )
        return OptInQuestion.objects.create(
            address_id=address_id,
            channel=channel,
            asked_by=by.ref,
            note=note.strip()[:300],
            asked_at=asked,
            expires_at=asked + open_for,
            recorded_at=at,
        )
