"""Bulk DND on many contacts.

The rival is what Django projects do: rows by `bulk_create`, their history by simple-history. It neither locks, decides,
guards nor keeps a ledger; with a ledger it is measured on a fifth of them. Each way is rolled back.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime

from django.db import connection, transaction
from simple_history.utils import bulk_create_with_history

from benchmarks.harness import Comparison, Goal, Measured, Way
from benchmarks.scale import Scale
from consent.models import LedgerEntry, Suppression
from consent.services import bulk, dnd
from consent.vocabulary import Channel
from contacts.models import Contact
from contacts.values import Actor
from contacts.vocabulary import ActorKind

NAME = "bulk_dnd"
OURS = "DND on for many: lock, decide, write, ledger, history"
USUAL = "bulk_create_with_history"
GOAL = (Goal(OURS, USUAL, at_least=10),)

BY = Actor(ActorKind.USER, "1")
AT = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
ONE_BY_ONE = 500
"""So many contacts stand for the ways that take one at a time."""


def run(scale: Scale) -> Measured:
    """Measure on contacts spread over the whole table, some of them silenced already."""
    step = max(1, scale.contacts // scale.bulk)
    ids = list(Contact.objects.filter(deleted_at=None).order_by("id").values_list("id", flat=True))[::step]
    ids = ids[: scale.bulk]
    few = ids[:ONE_BY_ONE]
    ways = [
        _way(USUAL, _usual, ids),
        _way("bulk_create_with_history, and a ledger by bulk_create", _usual_with_ledger, ids[::5]),
        _way(OURS, _ours, ids),
        _way("the preview of the same", _preview, ids),
        _way("DND on, contact by contact", _one_by_one, few),
    ]
    return Comparison(USUAL, ways, note=f"{len(ids):,} contacts, times are for one.").measure(repeats=scale.repeats)


def _way(name: str, does: Callable[[Sequence[int]], None], ids: Sequence[int]) -> Way:
    def whole() -> None:
        does(ids)
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # foreign keys are checked at commit otherwise

    return Way(name, whole, per=len(ids), around=_rolled_back)


def _ours(ids: Sequence[int]) -> None:
    bulk.switch_on_many(contact_ids=ids, channels=[Channel.SMS], by=BY, at=AT)


def _preview(ids: Sequence[int]) -> None:
    bulk.foresee_for_many(event=dnd.switching_on(channels=[Channel.SMS], at=AT), contact_ids=ids, at=AT)


def _usual(ids: Sequence[int]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE consent_suppression DISABLE TRIGGER USER")
    bulk_create_with_history([_row(contact_id) for contact_id in ids], Suppression, batch_size=1000)


def _usual_with_ledger(ids: Sequence[int]) -> None:
    _usual(ids)
    LedgerEntry.objects.bulk_create(
        (
            LedgerEntry(
                event_id=uuid.uuid4(),
                kind="dnd_on",
                effect="set",
                rule="R15",
                channel="sms",
                reason="manual",
                suppression_kind="temporary",
                contact_id=contact_id,
                source="staff",
                actor=BY.ref,
                occurred_at=AT,
                recorded_at=AT,
            )
            for contact_id in ids
        ),
        batch_size=1000,
    )


def _one_by_one(ids: Sequence[int]) -> None:
    for contact_id in ids:
        dnd.switch_on(contact_id=contact_id, channels=[Channel.SMS], by=BY, at=AT)


def _row(contact_id: int) -> Suppression:
    return Suppression(
        contact_id=contact_id,
        channel="call",
        reason="manual",
        kind="temporary",
        rule="R15",
        set_kind="dnd_on",
        source="staff",
        set_by=BY.ref,
        set_event_id=uuid.uuid4(),
        since=AT,
        reaffirmed_at=AT,
        recorded_at=AT,
        direction="inbound",
    )


class _Done(Exception):
    pass


@contextmanager
def _rolled_back() -> Iterator[None]:
    try:
        with transaction.atomic():
            yield
            raise _Done
    except _Done:
        return
