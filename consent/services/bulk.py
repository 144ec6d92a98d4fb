"""The verbs of staff for many contacts at once: DND on, temporary DND cleared, block, and undoing each of them.

Every contact is decided by the same rules as alone: what staff may not do to one, nobody does to a thousand.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TypeVar

from consent.selectors.acts import Act, acts
from consent.selectors.situations import Case, foresee
from consent.services import dnd
from consent.services.recording import Recorded, record_events
from consent.values import Attestation, ConsentEvent, Outcome
from consent.vocabulary import CHANNELS, Channel, EventKind, Source
from contacts.values import Actor

CHUNK = 1000
"""Contacts per transaction: enough for few statements, few enough that nobody waits long for a lock."""

EVERYWHERE = (*CHANNELS, Channel.ALL)

Answer = TypeVar("Answer")


def switch_on_many(
    *,
    contact_ids: Iterable[int],
    channels: Sequence[Channel],
    by: Actor,
    at: datetime,
    note: str = "",
    expires_at: datetime | None = None,
) -> dict[int, Recorded]:
    """Set a temporary DND by hand for each contact (R15).

    Shape: what became of each, in ascending id. Every thousand share one transaction.
    Raises: UnableToSetDnd, ContactMissing.
    Once: what is on already stays on; a later end, or none, replaces an earlier one.
    """
    event = dnd.switching_on(channels=channels, at=at, note=note, expires_at=expires_at)
    return record_for_many(event=event, contact_ids=contact_ids, by=by, at=at)


def lift_many(
    *,
    contact_ids: Iterable[int],
    channels: Sequence[Channel],
    by: Actor,
    at: datetime,
    note: str = "",
    attest: Attestation = Attestation(),  # noqa: B008  frozen, without any attestation
) -> dict[int, Recorded]:
    """Clear the temporary DND of each contact (L06): all of it on the channels, or nothing where one is refused.

    Shape: as switch_on_many.
    Raises: ContactMissing. A refusal is returned, so that it is in the ledger.
    Once: what was lifted already gives `nothing`.
    """
    event = dnd.lifting(channels=channels, at=at, note=note, attest=attest)
    return record_for_many(event=event, contact_ids=contact_ids, by=by, at=at)


def block_many(*, contact_ids: Iterable[int], by: Actor, at: datetime, note: str = "") -> dict[int, Recorded]:
    """Block each contact in both directions and opt it out of texts (R21).

    Shape: as switch_on_many.
    Raises: ContactMissing.
    Once: who is blocked already gives `unchanged`.
    """
    return record_for_many(event=dnd.blocking(on=True, at=at, note=note), contact_ids=contact_ids, by=by, at=at)


def record_for_many(*, event: ConsentEvent, contact_ids: Iterable[int], by: Actor, at: datetime) -> dict[int, Recorded]:
    """Record the same event for each contact, a thousand in a transaction.

    Raises: ContactMissing; the thousands before it stay recorded.
    Once: as record_event.
    """
    ids = sorted(set(contact_ids))
    recorded: dict[int, Recorded] = {}
    for start in range(0, len(ids), CHUNK):
        chunk = ids[start : start + CHUNK]
        cases = [Case(event, contact_id) for contact_id in chunk]
        recorded |= zip(chunk, record_events(cases=cases, by=by, at=at), strict=True)
    return recorded


def foresee_for_many(
    *, event: ConsentEvent, contact_ids: Iterable[int], at: datetime
) -> dict[int, tuple[Outcome, ...]]:
    """Return what the event would do to each contact now. Nothing is locked and nothing written."""
    ids = sorted(set(contact_ids))
    foreseen: dict[int, tuple[Outcome, ...]] = {}
    for start in range(0, len(ids), CHUNK):
        chunk = ids[start : start + CHUNK]
        changes = foresee(cases=[Case(event, contact_id) for contact_id in chunk], at=at)
        foreseen |= zip(chunk, (change.outcomes for change in changes), strict=True)
    return foreseen


def undo_many(
    *, event_ids: Mapping[int, uuid.UUID], by: Actor, at: datetime, note: str
) -> dict[int, tuple[Recorded, ...]]:
    """Undo what earlier events of these verbs changed, contact by contact: what they set is lifted, what they lifted
    stands again in its own words, what they made longer ends as before.

    What somebody has said again since, what the contact has ended or started itself, and what has become permanent
    stays as it is.
    Shape: `event_ids` maps each contact to the event to undo; what became of each in ascending id.
    Raises: ContactMissing.
    Once: what was undone already gives `nothing` or `unchanged`.
    """
    undone: dict[int, tuple[Recorded, ...]] = {}
    for chunk in _chunks(event_ids):
        undoing = _undoing(chunk, at=at, note=note)
        recorded = record_events(cases=[case for _, case in undoing], by=by, at=at)
        undone |= _by_contact(undoing, recorded)
    return undone


def foresee_undoing(*, event_ids: Mapping[int, uuid.UUID], at: datetime, note: str) -> dict[int, tuple[Outcome, ...]]:
    """Return what undoing would do to each contact now. Nothing is locked and nothing written.

    Shape: as `undo_many`; `note` is what would be noted, because some suppressions ask for one.
    """
    foreseen: dict[int, tuple[Outcome, ...]] = {}
    for chunk in _chunks(event_ids):
        undoing = _undoing(chunk, at=at, note=note)
        changes = _by_contact(undoing, foresee(cases=[case for _, case in undoing], at=at))
        foreseen |= {
            contact_id: tuple(outcome for change in each for outcome in change.outcomes)
            for contact_id, each in changes.items()
        }
    return foreseen


def _chunks(event_ids: Mapping[int, uuid.UUID]) -> Iterable[dict[int, uuid.UUID]]:
    ordered = sorted(event_ids.items())
    for start in range(0, len(ordered), CHUNK):
        yield dict(ordered[start : start + CHUNK])


def _undoing(event_ids: Mapping[int, uuid.UUID], *, at: datetime, note: str) -> list[tuple[int, Case]]:
    """Return the cases of undoing with the contact they are for, in the order in which they must be decided."""
    known = acts(event_ids.values())
    return [
        (contact_id, case)
        for contact_id, event_id in event_ids.items()
        for case in _cases(contact_id, known.get(event_id), at=at, note=note)
    ]


def _cases(contact_id: int, act: Act | None, *, at: datetime, note: str) -> list[Case]:
    """Return how one act is undone. Without anything to undo, the try itself is recorded."""

    def event(kind: EventKind, suppression_ids: frozenset[int] | None = None) -> ConsentEvent:
        return ConsentEvent(
            kind=kind,
            channels=(Channel.ALL,) if kind is EventKind.UNBLOCK else EVERYWHERE,
            occurred_at=at,
            source=Source.STAFF,
            note=note,
            suppression_ids=suppression_ids,
            as_of=act.occurred_at if act else None,
        )

    if act is None:
        return [Case(event(EventKind.STAFF_LIFT, frozenset()), contact_id)]
    cases = [Case(event(EventKind.UNBLOCK, act.blocks), contact_id)] if act.blocks else []
    # A shared address may have left something for another contact, and it ends on that contact's record.
    cases += [Case(event(EventKind.STAFF_LIFT, made), whose) for whose, made in act.made.items()]
    if act.ended:
        cases.append(Case(event(EventKind.CHANGE_UNDONE), contact_id, ended=act.ended))
    return cases


def _by_contact(undoing: Sequence[tuple[int, Case]], answers: Iterable[Answer]) -> dict[int, tuple[Answer, ...]]:
    found: dict[int, list[Answer]] = defaultdict(list)
    for (contact_id, _), answer in zip(undoing, answers, strict=True):
        found[contact_id].append(answer)
    return {contact_id: tuple(each) for contact_id, each in found.items()}
