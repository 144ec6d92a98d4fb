"""The verbs of bulk actions: draft, foresee, start, run chunk by chunk, and undo as one."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from config.batches import acts, errors
from config.batches.models import Batch, BatchItem
from config.batches.values import Chunk, Result
from config.batches.vocabulary import CHANGED, PARTLY, Action, Status
from consent.services.bulk import CHUNK
from consent.services.rows import insert
from contacts.values import Actor, staff_name
from contacts.vocabulary import ActorKind

MOST = 100_000
"""Contacts in one batch."""

DRAFTS_KEPT = timedelta(days=1)
"""Nobody comes back to a form after that."""


def make_draft(*, action: Action, contact_ids: Collection[int], by: Actor, at: datetime) -> Batch:
    """Make a batch for these contacts, to be filled in and looked at before anything happens.

    Raises: BatchRefusal for nobody or too many.
    """
    ids = sorted(set(contact_ids))
    if not ids:
        raise errors.NOBODY_CHOSEN
    if len(ids) > MOST:
        raise errors.TOO_MANY
    return Batch.objects.create(
        action=action, contact_ids=ids, total=len(ids), created_by_id=_person(by), created_at=at
    )


@transaction.atomic
def fill_in(*, batch_id: uuid.UUID, parameters: Mapping[str, Any], note: str, at: datetime) -> Batch:
    """Say what a draft is to do and why. What it would do is counted from the first contact on.

    Shape: `parameters` as the action takes them, in JSON's types.
    Raises: BatchRefusal for what was started, or without a reason; UnableToSetDnd.
    Once: a draft can be filled in anew until it is started.
    """
    batch = _locked(batch_id)
    if batch.status != Status.DRAFT:
        raise errors.NOT_A_DRAFT
    if not note.strip():
        raise errors.REASON_REQUIRED
    batch.parameters, batch.note = dict(parameters), note.strip()
    batch.foreseen, batch.foreseen_at, batch.counted = {}, at, 0
    batch.save(update_fields=["parameters", "note", "foreseen", "foreseen_at", "counted"])
    _count(batch, at=at)
    return batch


@transaction.atomic
def count_next_chunk(*, batch_id: uuid.UUID, at: datetime) -> bool:
    """Count what a draft would do to the next chunk of its contacts, and return whether more are left.

    Once: False for a draft that is counted, or a batch that was started.
    """
    batch = _locked(batch_id)
    if batch.status != Status.DRAFT or batch.foreseen is None or batch.is_foreseen:
        return False
    _count(batch, at=at)
    return not batch.is_foreseen


def _count(batch: Batch, *, at: datetime) -> None:
    contact_ids = _contacts(batch, batch.counted, CHUNK)
    batch.foreseen = _added(batch.foreseen, acts.foresee(batch, _chunk(batch, contact_ids), at=at))
    batch.counted += len(contact_ids)
    batch.save(update_fields=["foreseen", "counted"])


def _added(counts: Mapping[str, int] | None, results: Collection[Result]) -> dict[str, int]:
    return dict(Counter(counts or {}) + Counter(result.outcome for result in results))


@transaction.atomic
def start(*, batch_id: uuid.UUID, at: datetime) -> Batch:
    """Let a draft run.

    Raises: BatchRefusal for what was started before, or was not foreseen.
    """
    batch = _locked(batch_id)
    if batch.status != Status.DRAFT:
        raise errors.NOT_A_DRAFT
    if not batch.is_foreseen:
        raise errors.NOT_FORESEEN
    batch.status, batch.started_at = Status.QUEUED, at
    batch.save(update_fields=["status", "started_at"])
    return batch


@transaction.atomic
def run_next_chunk(*, batch_id: uuid.UUID, at: datetime, size: int = CHUNK) -> bool:
    """Do the next chunk of a started batch, and return whether more is left.

    Effects, items and progress share one transaction, and the batch is locked meanwhile: a chunk is done once,
    whoever runs it and whenever somebody is killed.
    Once: False for a batch that has run.
    """
    batch = _locked(batch_id)
    if batch.status not in {Status.QUEUED, Status.RUNNING, Status.FAILED}:
        return False
    contact_ids = _contacts(batch, batch.done, size)
    results = acts.perform(batch, _chunk(batch, contact_ids), by=_actor(batch), at=at)
    insert(BatchItem, [_item(batch, result, at) for result in results])
    batch.done += len(contact_ids)
    batch.outcomes = _added(batch.outcomes, results)
    batch.status = Status.RUNNING if batch.done < batch.total else Status.DONE
    batch.finished_at = at if batch.status == Status.DONE else None
    batch.save(update_fields=["done", "outcomes", "status", "finished_at"])
    if batch.status == Status.DONE and batch.undo_of_id:
        Batch.objects.filter(pk=batch.undo_of_id).update(status=Status.UNDONE)
    return batch.status == Status.RUNNING


@transaction.atomic
def mark_failed(*, batch_id: uuid.UUID) -> None:
    """Note that an error stopped a batch. What it has done stays done, and it can go on from there.

    Once: leaves a batch alone that has run to its end.
    """
    Batch.objects.filter(pk=batch_id, status__in=[Status.QUEUED, Status.RUNNING]).update(status=Status.FAILED)


@transaction.atomic
def resume(*, batch_id: uuid.UUID) -> Batch:
    """Let a batch go on that an error has stopped.

    Raises: BatchRefusal for any other.
    """
    batch = _locked(batch_id)
    if batch.status != Status.FAILED:
        raise errors.NOTHING_TO_RESUME
    batch.status = Status.QUEUED
    batch.save(update_fields=["status"])
    return batch


@transaction.atomic
def undo(*, batch_id: uuid.UUID, note: str, by: Actor, at: datetime) -> Batch:
    """Start undoing what a batch changed, as a batch of its own, and return that.

    Raises: BatchRefusal for one that has not run, changed nothing, is an undo, or without a reason.
    Once: refused; a batch is undone one time.
    """
    batch = _locked(batch_id)
    check_undo(batch)
    if not note.strip():
        raise errors.REASON_REQUIRED
    if batch.status == Status.FAILED:
        # What an error has stopped goes no further once its undoing has begun.
        batch.status, batch.finished_at = Status.DONE, at
        batch.save(update_fields=["status", "finished_at"])
    undoing = _undoing(batch)
    undoing.status, undoing.note = Status.QUEUED, note.strip()
    undoing.created_by_id, undoing.created_at, undoing.started_at = _person(by), at, at
    undoing.save(force_insert=True)
    return undoing


def foresee_undo(batch: Batch, *, at: datetime) -> dict[str, int] | None:
    """Return how many contacts undoing would end how for; None where they are too many to count while somebody waits.

    Raises: BatchRefusal as undo.
    """
    check_undo(batch)
    undoing = _undoing(batch)
    if undoing.total > CHUNK:
        return None
    return _added(None, acts.foresee(undoing, _chunk(undoing, undoing.contact_ids), at=at))


def check_undo(batch: Batch) -> None:
    """Refuse an undo that can't be.

    Raises: BatchRefusal.
    """
    if batch.undo_of_id:
        raise errors.UNDO_IS_FINAL
    if Batch.objects.filter(undo_of=batch).exists():
        raise errors.UNDONE_BEFORE
    if batch.status not in {Status.DONE, Status.FAILED}:
        raise errors.NOT_DONE
    if not any(batch.outcomes.get(outcome) for outcome in (CHANGED, PARTLY)):
        raise errors.NOTHING_TO_UNDO


def _undoing(batch: Batch) -> Batch:
    """Return the unsaved batch that undoes another: for those whom it changed."""
    changed = BatchItem.objects.filter(batch=batch, outcome__in=[CHANGED, PARTLY]).order_by("contact_id")
    ids = list(changed.values_list("contact_id", flat=True))
    return Batch(
        action=Action.UNDO,
        parameters=batch.parameters,
        note="Undo",
        contact_ids=ids,
        total=len(ids),
        undo_of=batch,
    )


def forget_stale_drafts(*, at: datetime) -> int:
    """Delete the drafts that nobody started in time, and return how many."""
    return Batch.objects.filter(status=Status.DRAFT, created_at__lt=at - DRAFTS_KEPT).delete()[0]


def _locked(batch_id: uuid.UUID) -> Batch:
    """Return a batch, locked; its contacts are read where they are needed, and then in part."""
    batches = Batch.objects.select_for_update(no_key=True, of=("self",)).select_related("undo_of")
    return batches.defer("contact_ids", "undo_of__contact_ids").get(pk=batch_id)


def _contacts(batch: Batch, start: int, size: int) -> list[int]:
    part = f"contact_ids__{start}_{start + size}"
    return Batch.objects.filter(pk=batch.pk).values_list(part, flat=True).get() or []


def _person(by: Actor) -> int:
    if by.user_id is None:
        raise ValueError("A batch is made by a person.")
    return by.user_id


def _chunk(batch: Batch, contact_ids: list[int]) -> Chunk:
    return Chunk(contact_ids, batch.parameters, batch.note, batch.undo_of_id, batch.foreseen_at)


def _actor(batch: Batch) -> Actor:
    return Actor(ActorKind.USER, str(batch.created_by_id), staff_name(batch.created_by))


def _item(batch: Batch, result: Result, at: datetime) -> dict[str, object]:
    return {
        "batch_id": batch.pk,
        "contact_id": result.contact_id,
        "outcome": result.outcome,
        "event_id": result.event_id,
        "recorded_at": at,
    }
