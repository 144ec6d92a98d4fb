"""The ledger's line about a complaint pack that was handed out."""

from __future__ import annotations

import uuid
from datetime import datetime

from consent.services import ledger
from consent.services.ledger import NO_PROOF, Line
from consent.values import ConsentEvent, Outcome
from consent.vocabulary import Channel, Effect, EventKind, Source
from contacts.values import Actor


def record_pack(*, contact_id: int, digest: str, by: Actor, at: datetime) -> uuid.UUID:
    """Record that a contact's complaint pack was made, and return the event's id. It changes nothing.

    Shape: `digest` is the SHA-256 of the pack's manifest, in hex: it tells this pack from every other.
    Once: each pack that is made has an entry of its own.
    """
    event_id = uuid.uuid4()
    event = ConsentEvent(EventKind.COMPLAINT_PACK, (Channel.ALL,), at, Source.STAFF, detail=digest)
    outcome = Outcome(Effect.NOTHING, "E05", Channel.ALL, contact_id=contact_id)
    lines = [Line(outcome, contact_id=contact_id, suppression_id=None)]
    ledger.write(event=event, event_id=event_id, lines=lines, proof=NO_PROOF, by=by, at=at)
    return event_id
