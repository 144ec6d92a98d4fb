"""The inbox: what a provider delivered is stored first, in a transaction of its own, and read afterwards.

Nothing that was accepted is ever lost: a delivery whose reading fails stays here until the worker gets it through or
staff do. Nothing has its effect twice: reading happens under the row's lock and ends with a status that is final.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from django.db import DatabaseError, InterfaceError, connection, transaction
from django.db.models import F, Q

from consent.models import Delivery, DoorCounter
from consent.models.inbox import DeliveryStatus
from contacts.statements import fetch

log = structlog.get_logger(__name__)

RETRY_AFTER = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=12),
)
"""How long a failed delivery waits before the next try; after the last it waits for staff."""


# Written out, because every message of every provider comes this way: the ORM takes several times as long.
_COLUMNS = [field.attname for field in Delivery._meta.concrete_fields]
_STORE = """
    INSERT INTO consent_delivery
        (provider, door, event_id, body_hash, body, content_type, received_at, status, reason, attempts,
         next_attempt_at)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s, '', 0, %s)
    ON CONFLICT (provider, event_id) DO NOTHING RETURNING id
"""
_LOCK = f"SELECT {', '.join(_COLUMNS)} FROM consent_delivery WHERE id = %s FOR UPDATE"  # noqa: S608  our own names
_SETTLE = """
    UPDATE consent_delivery
    SET status = %s, reason = %s, processed_at = %s, next_attempt_at = NULL, attempts = attempts + 1
    WHERE id = %s RETURNING id
"""


@dataclass(frozen=True, slots=True)
class Accepted:
    """A stored delivery. `is_new` False: this very delivery was accepted before."""

    delivery_id: int
    is_new: bool
    is_conflict: bool = False


@dataclass(frozen=True, slots=True)
class Read:
    """What a reader made of a delivery. `ignored` names why there was nothing to do, `note` what staff should know.

    `asks_for_help`: its sender is told how to get help, unless something is against it.
    """

    ignored: str = ""
    note: str = ""
    asks_for_help: bool = False


Reader = Callable[[Delivery, datetime], Read]
"""Reads a delivery inside the transaction that settles it. Raising undoes what it wrote and keeps the delivery."""

_readers: dict[str, Reader] = {}


class UnreadableDelivery(Exception):
    """Authentic, but it can't be read; staff are shown why, and trying again would not help."""


def register_reader(door: str, reader: Reader) -> None:
    """Say who reads the deliveries of a door. Raises: ValueError for a door that has a reader."""
    if door in _readers:
        raise ValueError(f"Door {door!r} has a reader already.")
    _readers[door] = reader


def accept(
    *,
    provider: str,
    door: str,
    event_id: str,
    body: bytes,
    content_type: str,
    at: datetime,
    identity: bytes | None = None,
) -> Accepted:
    """Store an authentic request and commit it.

    Shape: `event_id` is the provider's id of the event, or "" to use the body's hash. `identity` is what must be equal
    in a repeat (the body, unless its spelling may vary). Ids that no column can hold are hashed.
    Once: the same id with the same body is the same delivery. With another body it is stored beside the first as a
    conflict, for staff to look at, and never read.
    """
    body_hash = hashlib.sha256(body if identity is None else identity).hexdigest()
    key = storable_id(event_id) if event_id else f"sha256:{body_hash}"
    kind = content_type.replace("\x00", "")[:200]
    # One statement, which commits itself: nothing later can take the delivery back.
    new = fetch(_STORE, [provider, door, key, body_hash, body, kind, at, DeliveryStatus.PENDING, at])
    if new:
        return Accepted(new[0][0], is_new=True)
    with transaction.atomic():
        stored = Delivery.objects.only("id", "body_hash").get(provider=provider, event_id=key)
        if stored.body_hash == body_hash:
            return Accepted(stored.pk, is_new=False)
        row = Delivery(provider=provider, door=door, body_hash=body_hash, body=body, content_type=kind, received_at=at)
        return _conflict(row, key)


def storable_id(event_id: str) -> str:
    """Return the id, or its hash where it is too long or holds what PostgreSQL can't store."""
    if len(event_id) <= 200 and event_id.isprintable() and event_id.isascii():
        return event_id
    return f"sha256:{hashlib.sha256(event_id.encode('utf-8', 'surrogateescape')).hexdigest()}"


def _conflict(row: Delivery, key: str) -> Accepted:
    row.event_id = f"{key}#{row.body_hash[:16]}"
    row.status = DeliveryStatus.CONFLICT
    row.reason = "Another body came under this event id before. The first one counts."
    row.next_attempt_at = None
    Delivery.objects.bulk_create([row], ignore_conflicts=True)
    stored = Delivery.objects.only("id").get(provider=row.provider, event_id=row.event_id)
    log.warning("delivery_conflict", provider=row.provider, delivery_id=stored.pk)
    return Accepted(stored.pk, is_new=True, is_conflict=True)


@dataclass(frozen=True, slots=True)
class Settled:
    """Where a delivery stands now, and what its reader made of it; None where nothing was read this time."""

    status: DeliveryStatus
    read: Read | None = None


def process(*, delivery_id: int, at: datetime) -> DeliveryStatus:
    """Settle a delivery, and return where it stands. Raises and Once: as `settle`."""
    return settle(delivery_id=delivery_id, at=at).status


def settle(*, delivery_id: int, at: datetime) -> Settled:
    """Read one delivery and settle it, or keep it for another try.

    Raises: nothing that the reader raises; it is logged and noted on the row. Where the database itself is gone, the
    delivery stays pending for the worker.
    Once: a settled delivery stays as it is, also when two processes come for it at the same moment.
    """
    try:
        with transaction.atomic():
            row = _locked(delivery_id)
            if row.status not in {DeliveryStatus.PENDING, DeliveryStatus.FAILED}:
                return Settled(DeliveryStatus(row.status))
            read = _readers[row.door](row, row.received_at)
            status = DeliveryStatus.IGNORED if read.ignored else DeliveryStatus.PROCESSED
            fetch(_SETTLE, [status, (read.ignored or read.note)[:500], at, row.pk])
        return Settled(status, read)
    except UnreadableDelivery as error:
        return Settled(_keep(delivery_id, reason=str(error), at=at, retry=False))
    except Exception as error:
        log.exception("delivery_failed", delivery_id=delivery_id)
        try:
            return Settled(_keep(delivery_id, reason=f"{type(error).__name__}: {error}", at=at, retry=True))
        except (DatabaseError, InterfaceError):
            log.exception("delivery_not_noted", delivery_id=delivery_id)
            return Settled(DeliveryStatus.PENDING)


def _locked(delivery_id: int) -> Delivery:
    """Lock a delivery until the transaction ends, and return it. Raises: Delivery.DoesNotExist."""
    rows = fetch(_LOCK, [delivery_id])
    if not rows:
        raise Delivery.DoesNotExist(f"There is no delivery {delivery_id}.")
    return Delivery.from_db(connection.alias, _COLUMNS, rows[0])


def _keep(delivery_id: int, *, reason: str, at: datetime, retry: bool) -> DeliveryStatus:
    with transaction.atomic():
        row = _locked(delivery_id)
        if row.status in {DeliveryStatus.PROCESSED, DeliveryStatus.IGNORED}:
            return DeliveryStatus(row.status)
        again = retry and row.attempts < len(RETRY_AFTER)
        Delivery.objects.filter(pk=delivery_id).update(
            status=DeliveryStatus.FAILED,
            reason=reason.replace("\x00", "")[:500],
            attempts=row.attempts + 1,
            next_attempt_at=at + RETRY_AFTER[row.attempts] if again else None,
        )
    return DeliveryStatus.FAILED


def process_due(*, at: datetime, limit: int = 500) -> int:
    """Read what is waiting or due for another try, oldest first, and return how many were settled.

    Deliveries younger than a few seconds are left to the request that accepted them.
    """
    due = Delivery.objects.filter(
        Q(status=DeliveryStatus.PENDING, received_at__lte=at - timedelta(seconds=10))
        | Q(status=DeliveryStatus.FAILED, next_attempt_at__lte=at)
    ).order_by("received_at", "id")
    settled = 0
    for delivery_id in list(due.values_list("id", flat=True)[:limit]):
        status = process(delivery_id=delivery_id, at=at)
        settled += status in {DeliveryStatus.PROCESSED, DeliveryStatus.IGNORED}
    return settled


def count_refused(*, door: str, cause: str, at: datetime) -> None:
    """Count a request that a door refused. Nothing else of it is kept."""
    DoorCounter.objects.bulk_create(
        [DoorCounter(door=door, cause=cause, day_date=at.date(), count=0, last_at=at)], ignore_conflicts=True
    )
    DoorCounter.objects.filter(door=door, cause=cause, day_date=at.date()).update(count=F("count") + 1, last_at=at)
