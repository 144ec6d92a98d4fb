"""The one way to change consent: gather under lock, let the rules decide, apply, and write the ledger.

Every shell ends here: provider doors, staff's buttons, integrations, imports, jobs. There is no second way.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from django.db import transaction

from consent import rules, selectors
from consent.models import Suppression
from consent.services import ledger
from consent.services.ledger import NO_PROOF, Line, Proof
from consent.values import ConsentEvent, Outcome, Situation
from consent.vocabulary import Effect, LiftRoute, Reason
from contacts.services import lock_for_address, lock_for_contact
from contacts.values import Actor


@dataclass(frozen=True, slots=True)
class Recorded:
    """What became of an event. `refused` is what stood against it; then nothing was changed."""

    event_id: uuid.UUID
    outcomes: tuple[Outcome, ...]

    @property
    def refusals(self) -> tuple[Outcome, ...]:
        return tuple(outcome for outcome in self.outcomes if outcome.effect is Effect.REFUSED)

    @property
    def changed(self) -> bool:
        return any(outcome.effect in _CHANGES for outcome in self.outcomes)

    def count(self, effect: Effect) -> int:
        return sum(outcome.effect is effect for outcome in self.outcomes)


_CHANGES = {Effect.SET, Effect.STRENGTHENED, Effect.LIFTED}


def record_event(
    *,
    event: ConsentEvent,
    by: Actor,
    at: datetime,
    contact_id: int | None = None,
    address_id: int | None = None,
    proof: Proof = NO_PROOF,
) -> Recorded:
    """Record one event about a contact, an address, or a contact at an address, with all it changes.

    The address is locked before the contacts who hold it, so that two events about one person take turns.
    Shape: `contact_id` is the record that staff act on, `address_id` where the event came from.
    Raises: ContactMissing, AddressMissing. A refusal is returned, not raised, so that it is in the ledger.
    Once: recorded again; the rules see what stands already and change nothing more.
    Source: docs/rules.md.
    """
    if contact_id is None and address_id is None:
        raise ValueError("An event is about a contact or an address; name one.")
    with transaction.atomic():
        situation = gather(contact_id=contact_id, address_id=address_id, event=event, at=at)
        change = rules.decide(event, situation)
        event_id = uuid.uuid4()
        lines = _apply(change.outcomes, event, situation, event_id=event_id, proof=proof, by=by, at=at)
        ledger.write(event=event, event_id=event_id, lines=lines, proof=proof, by=by, at=at)
        return Recorded(event_id, change.outcomes)


def gather(*, contact_id: int | None, address_id: int | None, event: ConsentEvent, at: datetime) -> Situation:
    """Lock who the event is about and return what the rules may look at. Needs a transaction."""
    holders: tuple[int, ...] = ()
    if contact_id is not None:
        lock_for_contact(contact_id=contact_id, address_ids=[] if address_id is None else [address_id])
        holders = () if address_id is None else selectors.holder_ids(address_id)
    elif address_id is not None:
        holders = tuple(contact.pk for contact in lock_for_address(address_id=address_id).contacts)
    own = selectors.addresses_by_channel(contact_id) if contact_id is not None else {}
    addresses = {address for each in own.values() for address in each}
    contacts = set(holders)
    if contact_id is not None:
        contacts.add(contact_id)
    if address_id is not None:
        addresses.add(address_id)
    return Situation(
        at=at,
        address_id=address_id,
        holders=holders,
        contact_id=contact_id,
        own_addresses=own,
        active=selectors.active_suppressions(contact_ids=contacts, address_ids=addresses),
        opted_in_at=selectors.newest_opt_ins(
            address_ids=[address_id] if address_id is not None else sorted(addresses), channels=event.channels
        ),
    )


def _apply(
    outcomes: Sequence[Outcome],
    event: ConsentEvent,
    situation: Situation,
    *,
    event_id: uuid.UUID,
    proof: Proof,
    by: Actor,
    at: datetime,
) -> list[Line]:
    """Write what the rules decided and return the ledger's lines. Lifts go first: a remainder may take their place."""
    reaffirmed = {row.id: row.reaffirmed_at for row in situation.active}
    for outcome in outcomes:
        match outcome.effect:
            case Effect.LIFTED:
                _lift(outcome, event, event_id=event_id, proof=proof, by=by, at=at)
            case Effect.STRENGTHENED:
                _strengthen(outcome, event, event_id=event_id, by=by)
            case Effect.UNCHANGED if outcome.since and outcome.since > reaffirmed[outcome.suppression_id or 0]:
                Suppression.objects.filter(pk=outcome.suppression_id).update(reaffirmed_at=outcome.since)
            case _:
                continue
    fresh = [outcome for outcome in outcomes if outcome.effect is Effect.SET]
    set_rows = Suppression.objects.bulk_create(
        _new_row(outcome, event, event_id=event_id, by=by, at=at, situation=situation) for outcome in fresh
    )
    new_ids = {id(outcome): row.pk for outcome, row in zip(fresh, set_rows, strict=True)}
    return [
        Line(outcome, contact_id, new_ids.get(id(outcome), outcome.suppression_id))
        for outcome in outcomes
        for contact_id in _concerned(outcome, situation)
    ]


def _concerned(outcome: Outcome, situation: Situation) -> tuple[int | None, ...]:
    """Return the contacts in whose timelines the outcome belongs; (None,) where nobody holds the address."""
    if outcome.contact_id is not None:
        return (outcome.contact_id,)
    if outcome.address_id == situation.address_id and situation.holders:
        return situation.holders
    return (situation.contact_id,)


def _lift(outcome: Outcome, event: ConsentEvent, *, event_id: uuid.UUID, proof: Proof, by: Actor, at: datetime) -> None:
    Suppression.objects.filter(pk=outcome.suppression_id, lifted_at__isnull=True).update(
        lifted_at=at,
        lift_route=outcome.route,
        lifted_by=by.ref,
        lift_note=event.note,
        lift_event_id=event_id,
        lift_message_id=proof.message_id,
        lift_review_id=proof.review_id,
        evidence_id=proof.evidence_id,
        attestation=_attestation(outcome, event),
    )


def _attestation(outcome: Outcome, event: ConsentEvent) -> dict[str, object] | None:
    """Return what staff stated for this reason, as stored: times in ISO 8601."""
    if outcome.route is not LiftRoute.STAFF or outcome.reason not in {Reason.BOUNCE, Reason.UNSUBSCRIBE}:
        return None
    stated = asdict(event.attest)
    given_at = event.attest.consent_given_at
    return {**stated, "consent_given_at": given_at.isoformat() if given_at else None}


def _strengthen(outcome: Outcome, event: ConsentEvent, *, event_id: uuid.UUID, by: Actor) -> None:
    Suppression.objects.filter(pk=outcome.suppression_id).update(
        kind=outcome.kind,
        covers=outcome.covers,
        expires_at=outcome.expires_at,
        reaffirmed_at=outcome.since,
        rule=outcome.rule,
        set_kind=event.kind,
        source=event.source,
        set_by=by.ref,
        detail=event.detail[:80],
        note=event.note,
        set_event_id=event_id,
    )


def _new_row(
    outcome: Outcome,
    event: ConsentEvent,
    *,
    event_id: uuid.UUID,
    by: Actor,
    at: datetime,
    situation: Situation,
) -> Suppression:
    """Return the unsaved row. What goes on from another row keeps the words that set that one."""
    origin = next((row for row in situation.active if row.id == outcome.copied_from), None)
    return Suppression(
        address_id=outcome.address_id,
        contact_id=outcome.contact_id,
        channel=outcome.channel,
        direction=outcome.direction,
        reason=outcome.reason,
        kind=outcome.kind,
        covers=outcome.covers,
        rule=outcome.rule,
        set_kind=origin.set_kind if origin else event.kind,
        source=origin.source if origin else event.source,
        detail=origin.detail if origin else event.detail[:80],
        note="" if origin else event.note,
        set_by=by.ref,
        set_event_id=event_id,
        since=outcome.since,
        reaffirmed_at=outcome.since,
        recorded_at=at,
        expires_at=outcome.expires_at,
    )
