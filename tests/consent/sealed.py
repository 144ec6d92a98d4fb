"""A ledger that is sealed, for the tests of what finds a change in it."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db import transaction

from consent.models import LedgerEntry
from consent.services import sealing
from consent.services.rows import insert
from consent.vocabulary import Channel, Effect, EventKind, Source

AT = datetime.fromisoformat("2026-11-21T12:00:00.123456+00:00")


def entry(**given: object) -> dict[str, object]:
    return {
        "event_id": uuid.uuid4(),
        "kind": EventKind.DND_ON,
        "effect": Effect.SET,
        "rule": "R15",
        "channel": Channel.SMS,
        "source": Source.STAFF,
        "actor": "user:5",
        "occurred_at": AT,
        "recorded_at": AT,
        **given,
    }


def write(count: int, **given: object) -> list[int]:
    """Append entries, in a transaction of their own."""
    with transaction.atomic():
        return insert(LedgerEntry, [entry(detail=f"line {number}", **given) for number in range(count)])


def make_sealed_ledger() -> None:
    """Write entries of every look, under seals of different sizes."""
    for size in (1, 5, 2, 8, 3):
        write(size, contact_id=size, address_id=None, suppression_id=7)
        sealing.seal_due(at=AT)
