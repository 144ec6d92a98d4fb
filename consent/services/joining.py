"""What contacts tells consent: an address has joined a contact."""

from __future__ import annotations

from datetime import datetime

from consent.models import Suppression
from consent.services.recording import record_event
from consent.values import ConsentEvent
from consent.vocabulary import Channel, EventKind, Source
from contacts.values import Actor


def silence_new_holder(*, contact_id: int, address_id: int, by: Actor, at: datetime) -> None:
    """Give a contact the suppressions that people set at an address it now holds (J01).

    Runs in the verb that joined them. Addresses nobody ever silenced leave no ledger entry.
    Once: a holder who has them already gets nothing more.
    """
    if not Suppression.objects.filter(address_id=address_id, lifted_at__isnull=True).exists():
        return
    record_event(
        event=ConsentEvent(
            kind=EventKind.ADDRESS_JOINED,
            channels=(Channel.ALL,),
            occurred_at=at,
            source=Source.SYSTEM,
        ),
        contact_id=contact_id,
        address_id=address_id,
        by=by,
        at=at,
    )
