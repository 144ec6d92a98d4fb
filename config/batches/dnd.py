"""What batches do to DND: by the verbs of consent, the preview by the same rules without writing."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from config.batches.models import BatchItem
from config.batches.values import Chunk, Result
from config.batches.vocabulary import CHANGED, PARTLY
from consent.services import bulk, dnd
from consent.services.recording import CHANGES
from consent.values import Attestation, ConsentEvent, Outcome
from consent.vocabulary import Channel, Effect
from contacts.values import Actor

Event = Callable[[Chunk, datetime], ConsentEvent]


def switching_on(chunk: Chunk, at: datetime) -> ConsentEvent:
    """Return the event of setting DND as it was asked for.

    Raises: UnableToSetDnd, also for an end that has passed since.
    """
    ends = chunk.parameters.get("expires_at")
    expires_at = datetime.fromisoformat(ends) if ends else None
    return dnd.switching_on(channels=_channels(chunk), at=at, note=chunk.note, expires_at=expires_at)


def lifting(chunk: Chunk, at: datetime) -> ConsentEvent:
    """Return the event of clearing temporary DND, with what staff state about bounces.

    What was said after the preview nobody has seen, nor stated anything about: it stays, however late the batch runs.
    """
    parameters = chunk.parameters
    attest = Attestation(
        provider_entry_removed=bool(parameters.get("provider_entry_removed")),
        address_validated=bool(parameters.get("address_validated")),
    )
    event = dnd.lifting(channels=_channels(chunk), at=at, note=chunk.note, attest=attest)
    return replace(event, as_of=chunk.as_of)


def blocking(chunk: Chunk, at: datetime) -> ConsentEvent:
    """Return the event of blocking."""
    return dnd.blocking(on=True, at=at, note=chunk.note)


def _channels(chunk: Chunk) -> list[Channel]:
    return [Channel(value) for value in chunk.parameters.get("channels", ())]


def perform(event: Event, chunk: Chunk, *, by: Actor, at: datetime) -> list[Result]:
    """Do one event to each contact of the chunk."""
    recorded = bulk.record_for_many(event=event(chunk, at), contact_ids=chunk.contact_ids, by=by, at=at)
    return [Result(who, outcome_of(each.outcomes), each.event_id) for who, each in recorded.items()]


def foresee(event: Event, chunk: Chunk, *, at: datetime) -> list[Result]:
    """Return what it would do."""
    foreseen = bulk.foresee_for_many(event=event(chunk, at), contact_ids=chunk.contact_ids, at=at)
    return [Result(who, outcome_of(outcomes)) for who, outcomes in foreseen.items()]


def undo(chunk: Chunk, *, by: Actor, at: datetime) -> list[Result]:
    """Undo what the earlier batch did to each contact of the chunk."""
    undone = bulk.undo_many(event_ids=_events(chunk), by=by, at=at, note=chunk.note)
    return [
        Result(who, outcome_of(_outcomes(each.outcomes for each in recorded)), recorded[-1].event_id)
        for who, recorded in undone.items()
    ]


def foresee_undo(chunk: Chunk, *, at: datetime) -> list[Result]:
    """Return what undoing would do."""
    foreseen = bulk.foresee_undoing(event_ids=_events(chunk), at=at, note=chunk.note)
    return [Result(who, outcome_of(outcomes)) for who, outcomes in foreseen.items()]


def _outcomes(parts: Iterable[Sequence[Outcome]]) -> list[Outcome]:
    return [outcome for part in parts for outcome in part]


def _events(chunk: Chunk) -> dict[int, uuid.UUID]:
    items = BatchItem.objects.filter(batch_id=chunk.undone, contact_id__in=chunk.contact_ids)
    return {who: event_id for who, event_id in items.values_list("contact_id", "event_id") if event_id is not None}


def outcome_of(outcomes: Sequence[Outcome]) -> str:
    """Return the one word for what happened to a contact: changed, partly, or the code of what stood against it."""
    changed = any(outcome.effect in CHANGES for outcome in outcomes)
    for effect in (Effect.REFUSED, Effect.KEPT, Effect.SUPERSEDED):
        against = next((outcome for outcome in outcomes if outcome.effect is effect), None)
        if against is not None:
            return PARTLY if changed else against.code or effect.value
    if changed:
        return CHANGED
    if any(outcome.effect is Effect.UNCHANGED for outcome in outcomes):
        return Effect.UNCHANGED.value
    return next((outcome.code for outcome in outcomes if outcome.code), Effect.NOTHING.value)
