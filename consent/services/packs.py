"""The ledger's lines about what was handed out: complaint packs, and exports of personal data."""

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
    return _record(EventKind.COMPLAINT_PACK, "E05", contact_id=contact_id, digest=digest, by=by, at=at)


def record_export(*, contact_id: int, digest: str, by: Actor, at: datetime) -> uuid.UUID:
    """Record that everything about a contact was exported, and return the event's id. It changes nothing.

    Shape: `digest` is the SHA-256 of the export's data, in hex.
    Once: each export has an entry of its own.
    """
    return _record(EventKind.DATA_EXPORTED, "P01", contact_id=contact_id, digest=digest, by=by, at=at)


def _record(kind: EventKind, rule: str, *, contact_id: int, digest: str, by: Actor, at: datetime) -> uuid.UUID:
    event_id = uuid.uuid4()
    event = ConsentEvent(kind, (Channel.ALL,), at, Source.STAFF, detail=digest)
    outcome = Outcome(Effect.NOTHING, rule, Channel.ALL, contact_id=contact_id)
    lines = [Line(outcome, contact_id=contact_id, suppression_id=None)]
    ledger.write(event=event, event_id=event_id, lines=lines, proof=NO_PROOF, by=by, at=at)
    return event_id
