"""Writing what the rules decided: a handful of statements, however many events they answer."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any

from django.db import connection
from psycopg.types.json import Jsonb

from consent.models import Suppression
from consent.rules.routes import OPT_IN_KINDS
from consent.selectors.situations import Case
from consent.services import ledger
from consent.services.ledger import Line, Page, Proof
from consent.services.rows import insert
from consent.values import ActiveSuppression, Change, ConsentEvent, Outcome, Situation
from consent.vocabulary import Effect, LiftRoute, Reason
from contacts.values import Actor


@dataclass(frozen=True, slots=True)
class Decided:
    """One case with what the rules saw and said. `event_id` ties its ledger entries together.

    `like` is one whose decision holds for this case too: nothing but the contact differs, in the situation neither.
    """

    case: Case
    situation: Situation
    change: Change
    event_id: uuid.UUID = field(default_factory=uuid.uuid4)
    like: Decided | None = None


def apply(decided: Sequence[Decided], *, proof: Proof, by: Actor, at: datetime) -> dict[uuid.UUID, tuple[int, ...]]:
    """Write the changes and their ledger entries, and return the ids of the new suppressions by event.

    Lifts go first, because a remainder or a restored row takes the place of the lifted one.
    """
    _lift(decided, proof=proof, by=by, at=at)
    _strengthen(decided, by=by)
    _reaffirm(decided)
    ids = iter(insert(Suppression, _new_rows(decided, by=by, at=at)))
    new_ids: dict[uuid.UUID, tuple[int, ...]] = {}
    pages = []
    for one in decided:
        lines, set_ids = [], []
        for outcome in one.change.outcomes:
            suppression_id = outcome.suppression_id
            if outcome.effect is Effect.SET:
                suppression_id = next(ids)
                set_ids.append(suppression_id)
            told = _as_told(outcome, one.case)
            lines += [Line(told, contact_id, suppression_id) for contact_id in _concerned(outcome, one.situation)]
        pages.append(Page(one.case.event, one.event_id, lines))
        new_ids[one.event_id] = tuple(set_ids)
    ledger.write_many(pages=pages, proof=proof, by=by, at=at)
    return new_ids


def _concerned(outcome: Outcome, situation: Situation) -> tuple[int | None, ...]:
    """Return the contacts in whose timelines the outcome belongs; (None,) where nobody holds the address."""
    if outcome.contact_id is not None:
        return (outcome.contact_id,)
    if outcome.address_id == situation.address_id and situation.holders:
        return situation.holders
    return (situation.contact_id,)


def _as_told(outcome: Outcome, case: Case) -> Outcome:
    """Return the outcome as its ledger entry tells it: an opt-in is about the address it came from.

    A late opt-out is weighed against the opt-ins of its own address; what they ended may have stood at another.
    """
    if case.event.kind not in OPT_IN_KINDS or case.address_id is None:
        return outcome
    return replace(outcome, address_id=case.address_id)


def _with(decided: Iterable[Decided], effect: Effect) -> list[tuple[Decided, Outcome]]:
    return [(one, outcome) for one in decided for outcome in one.change.outcomes if outcome.effect is effect]


def _lift(decided: Sequence[Decided], *, proof: Proof, by: Actor, at: datetime) -> None:
    """End suppressions. One that was recorded while this act waited for its lock ends the moment it was recorded."""
    lifted = _with(decided, Effect.LIFTED)
    if not lifted:
        return
    _update(
        """
        UPDATE consent_suppression AS s
        SET lifted_at = greatest(%s, s.recorded_at), lifted_by = %s,
            lift_message_id = %s, lift_review_id = %s, evidence_id = %s,
            lift_route = new.route, lift_note = new.note, lift_event_id = new.event_id, attestation = new.attestation
        FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::uuid[], %s::jsonb[])
             AS new(id, route, note, event_id, attestation)
        WHERE s.id = new.id AND s.lifted_at IS NULL
        """,
        [at, by.ref, proof.message_id, proof.review_id, proof.evidence_id],
        [
            (outcome.suppression_id, outcome.route, one.case.event.note, one.event_id, _attestation(outcome, one))
            for one, outcome in lifted
        ],
    )


def _attestation(outcome: Outcome, one: Decided) -> Jsonb | None:
    """Return what staff stated for this reason, as stored: times in ISO 8601."""
    if outcome.route is not LiftRoute.STAFF or outcome.reason not in {Reason.BOUNCE, Reason.UNSUBSCRIBE}:
        return None
    attest = one.case.event.attest
    given_at = attest.consent_given_at
    return Jsonb({**asdict(attest), "consent_given_at": given_at.isoformat() if given_at else None})


def _strengthen(decided: Sequence[Decided], *, by: Actor) -> None:
    stronger = _with(decided, Effect.STRENGTHENED)
    if not stronger:
        return
    _update(
        """
        UPDATE consent_suppression AS s
        SET set_by = %s, kind = new.kind, covers = new.covers, expires_at = new.expires_at,
            reaffirmed_at = new.reaffirmed_at, rule = new.rule, set_kind = new.set_kind, source = new.source,
            detail = new.detail, note = new.note, set_event_id = new.event_id
        FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::timestamptz[], %s::timestamptz[], %s::text[], %s::text[],
                    %s::text[], %s::text[], %s::text[], %s::uuid[])
             AS new(id, kind, covers, expires_at, reaffirmed_at, rule, set_kind, source, detail, note, event_id)
        WHERE s.id = new.id
        """,
        [by.ref],
        [
            (
                outcome.suppression_id,
                outcome.kind,
                outcome.covers,
                outcome.expires_at,
                outcome.since,
                outcome.rule,
                *_told(_origin(outcome, one.situation) or one.case.event).values(),
                "" if outcome.copied_from else one.case.event.note,
                one.event_id,
            )
            for one, outcome in stronger
        ],
    )


def _reaffirm(decided: Sequence[Decided]) -> None:
    """Note that what stands was said again, later."""
    said_again = [
        (outcome.suppression_id, outcome.since)
        for one, outcome in _with(decided, Effect.UNCHANGED)
        if outcome.since and outcome.since > _standing(one, outcome).reaffirmed_at
    ]
    if not said_again:
        return
    _update(
        """
        UPDATE consent_suppression AS s SET reaffirmed_at = new.reaffirmed_at
        FROM unnest(%s::bigint[], %s::timestamptz[]) AS new(id, reaffirmed_at)
        WHERE s.id = new.id
        """,
        [],
        said_again,
    )


def _standing(one: Decided, outcome: Outcome) -> ActiveSuppression:
    return next(row for row in one.situation.active if row.id == outcome.suppression_id)


def _update(statement: str, scalars: list[Any], rows: Sequence[tuple[Any, ...]]) -> None:
    """Run a statement whose last parameters are columns, an array each."""
    with connection.cursor() as cursor:
        cursor.execute(statement, [*scalars, *(list(column) for column in zip(*rows, strict=True))])


def _new_rows(decided: Sequence[Decided], *, by: Actor, at: datetime) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    patterns: dict[int, list[dict[str, object]]] = {}
    for one in decided:
        pattern = patterns.get(id(one.like))
        if pattern is None:
            first = one.like or one
            pattern = [
                _new_row(outcome, first, by=by, at=at)
                for outcome in first.change.outcomes
                if outcome.effect is Effect.SET
            ]
        if one.like is not None:
            patterns[id(one.like)] = pattern
            whose = {"contact_id": one.case.contact_id, "set_event_id": one.event_id}
            pattern = [row | whose for row in pattern]
        rows += pattern
    return rows


def _new_row(outcome: Outcome, one: Decided, *, by: Actor, at: datetime) -> dict[str, object]:
    """Return the row's columns. What goes on from another row keeps the words that set that one."""
    event = one.case.event
    origin = _origin(outcome, one.situation)
    return {
        "address_id": outcome.address_id,
        "contact_id": outcome.contact_id,
        "channel": outcome.channel,
        "direction": outcome.direction,
        "reason": outcome.reason,
        "kind": outcome.kind,
        "covers": outcome.covers,
        "rule": outcome.rule,
        **_told(origin or event),
        "note": "" if origin else event.note,
        "set_by": by.ref,
        "set_event_id": one.event_id,
        "since": outcome.since,
        "reaffirmed_at": outcome.since,
        "recorded_at": at,
        "expires_at": outcome.expires_at,
    }


def _origin(outcome: Outcome, situation: Situation) -> ActiveSuppression | None:
    if outcome.copied_from is None:
        return None
    known = (*situation.active, *(ended.row for ended in situation.ended))
    return next((row for row in known if row.id == outcome.copied_from), None)


def _told(origin: ActiveSuppression | ConsentEvent) -> dict[str, object]:
    set_kind = origin.set_kind if isinstance(origin, ActiveSuppression) else origin.kind
    return {"set_kind": set_kind, "source": origin.source, "detail": origin.detail[:80]}
