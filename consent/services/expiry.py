"""What time does: a snooze ends."""

from __future__ import annotations

from datetime import datetime

from consent.models import Suppression
from consent.services.one_by_one import do_each
from consent.services.recording import record_event
from consent.values import ConsentEvent
from consent.vocabulary import Channel, Direction, EventKind, Source
from contacts.values import SYSTEM


def expire_due(*, at: datetime, limit: int = 1000) -> int:
    """Lift the temporary suppressions whose end has come (L11), and return how many.

    Each in its own transaction, so that one that fails leaves the others lifted.
    Raises: ExceptionGroup of those that failed, once the others are lifted.
    Once: a row that somebody lifted meanwhile gives `nothing`.
    """
    due = Suppression.objects.filter(lifted_at__isnull=True, expires_at__lte=at).order_by("expires_at")
    rows = due.only("id", "contact_id", "address_id", "channel", "direction", "expires_at")[:limit]
    return do_each(lambda row: _expire(row, at=at), rows, what="Ending a snooze")


def _expire(row: Suppression, *, at: datetime) -> bool:
    return record_event(
        event=ConsentEvent(
            kind=EventKind.EXPIRED,
            channels=(Channel(row.channel),),
            occurred_at=row.expires_at or at,
            source=Source.SYSTEM,
            direction=Direction(row.direction),
            suppression_ids=frozenset({row.pk}),
        ),
        contact_id=row.contact_id,
        address_id=row.address_id,
        by=SYSTEM,
        at=at,
    ).changed
