"""The one way to change consent: gather under lock, let the rules decide, apply, and write the ledger.

Every shell ends here: provider doors, staff's buttons, integrations, imports, jobs. There is no second way.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from django.db import transaction

from consent import rules, selectors
from consent.selectors.situations import Case, Situations
from consent.services import consent_following
from consent.services.applying import Decided, apply
from consent.services.ledger import NO_PROOF, Proof
from consent.services.senders import Sender
from consent.values import Change, ConsentEvent, Outcome, Situation
from consent.vocabulary import Effect, Reason
from contacts.services import lock_crowd, lock_for_contact, lock_for_contacts, lock_holders, lock_holders_of
from contacts.values import Actor

Holders = Mapping[int, tuple[int, ...]]
"""Address → the contacts who hold it, as they are under lock."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """What became of an event. `refusals` are what stood against it; a refused staff lift changes nothing.

    `set_ids` are the new suppressions, in the order of the outcomes that set them.
    """

    event_id: uuid.UUID
    outcomes: tuple[Outcome, ...]
    set_ids: tuple[int, ...] = ()

    @property
    def refusals(self) -> tuple[Outcome, ...]:
        return tuple(outcome for outcome in self.outcomes if outcome.effect is Effect.REFUSED)

    @property
    def changed(self) -> bool:
        return any(outcome.effect in CHANGES for outcome in self.outcomes)

    def count(self, effect: Effect) -> int:
        return sum(outcome.effect is effect for outcome in self.outcomes)


CHANGES = frozenset({Effect.SET, Effect.STRENGTHENED, Effect.LIFTED})


def record_event(
    *,
    event: ConsentEvent,
    by: Actor,
    at: datetime,
    contact_id: int | None = None,
    address_id: int | None = None,
    merged_id: int | None = None,
    proof: Proof = NO_PROOF,
) -> Recorded:
    """Record one event about a contact, an address, or a contact at an address, with all it changes.

    The address is locked before the contacts who hold it, so that two events about one person take turns.
    Shape: `contact_id` is the record that staff act on, `address_id` where the event came from, `merged_id` the contact
    that becomes one with it.
    Raises: ContactMissing, AddressMissing. A refusal is returned, not raised, so that it is in the ledger.
    Once: recorded again; the rules see what stands already and change nothing more.
    Source: docs/rules.md.
    """
    case = Case(event, contact_id, address_id, merged_id=merged_id)
    with transaction.atomic():
        return _record([case], holders=_lock(case), proof=proof, by=by, at=at)[0]


def record_from(
    *, sender: Sender, events: Sequence[ConsentEvent], proof: Proof, by: Actor, at: datetime
) -> list[Recorded]:
    """Record what came from one address at once, in the caller's transaction, each event seeing those before it.

    Shape: `sender` was locked in this transaction, and nothing has changed its consent since; one Recorded per event.
    Once: as record_event.
    """
    cases = [Case(event, address_id=sender.address_id) for event in events]
    holders = {sender.address_id: sender.holders}
    return _record(cases, holders=holders, sender=sender, proof=proof, by=by, at=at)


def record_events(*, cases: Sequence[Case], by: Actor, at: datetime) -> list[Recorded]:
    """Record events about many contacts in one transaction, in a number of statements that does not grow with them.

    Each event sees what those before it have done, as if they were recorded one by one.
    Shape: every case names a contact, and no address; one Recorded per case, in their order.
    Raises: ContactMissing, and then nothing is recorded.
    Once: as record_event.
    """
    if not cases:
        return []
    ended = [each.row for case in cases for each in case.ended]
    with transaction.atomic():
        lock_crowd(
            contact_ids={_named(case) for case in cases} | {row.contact_id for row in ended if row.contact_id},
            address_ids={row.address_id for row in ended if row.address_id},
        )
        return _record(cases, holders={}, proof=NO_PROOF, by=by, at=at)


def record_at_addresses(*, cases: Sequence[Case], by: Actor, at: datetime) -> list[Recorded]:
    """Record events that came from many addresses in one transaction, as `record_events` does for contacts.

    Shape: every case names an address, and no contact; one Recorded per case, in their order.
    Raises: AddressMissing, and then nothing is recorded.
    Once: as record_event.
    """
    if not cases:
        return []
    addresses = [case.address_id for case in cases if case.address_id is not None and case.contact_id is None]
    if len(addresses) != len(cases):
        raise ValueError("These events are about addresses; record one about a contact by itself.")
    with transaction.atomic():
        holders = lock_holders_of(address_ids=addresses)
        return _record(cases, holders=holders, proof=NO_PROOF, by=by, at=at)


def _named(case: Case) -> int:
    if case.contact_id is None or case.address_id is not None:
        raise ValueError("Events in bulk are about contacts; record one about an address by itself.")
    return case.contact_id


def gather(*, contact_id: int | None, address_id: int | None, event: ConsentEvent, at: datetime) -> Situation:
    """Lock who the event is about and return what the rules may look at. Needs a transaction."""
    case = Case(event, contact_id, address_id)
    return Situations([case], holders=_lock(case), at=at).of(case)


def _lock(case: Case) -> Holders:
    """Lock everybody an event is about, and return who holds the address it came from."""
    if case.merged_id is not None and case.contact_id is not None:
        lock_for_contacts(contact_ids=[case.contact_id, case.merged_id])
        return {}
    if case.contact_id is not None:
        lock_for_contact(contact_id=case.contact_id, address_ids=[] if case.address_id is None else [case.address_id])
        return {} if case.address_id is None else {case.address_id: selectors.holder_ids(case.address_id)}
    if case.address_id is None:
        raise ValueError("An event is about a contact or an address; name one.")
    return {case.address_id: lock_holders(address_id=case.address_id)}


def _record(
    cases: Sequence[Case],
    *,
    holders: Holders,
    proof: Proof,
    by: Actor,
    at: datetime,
    sender: Sender | None = None,
) -> list[Recorded]:
    situations = (
        Situations(cases, holders=holders, at=at, standing=sender.standing, opted_in=sender.opted_in)
        if sender
        else Situations(cases, holders=holders, at=at)
    )
    recorded: list[Recorded] = []
    waiting: list[Decided] = []
    alike = _Alike()

    def write() -> None:
        new_ids = apply(waiting, proof=proof, by=by, at=at)
        nobody_agreed = sender is not None and not sender.has_agreed and not recorded
        consent_following.follow(waiting, proof=proof, by=by, at=at, nobody_agreed=nobody_agreed)
        recorded.extend(Recorded(one.event_id, one.change.outcomes, new_ids[one.event_id]) for one in waiting)
        waiting.clear()

    for number, case in enumerate(cases):
        key = alike.key(case, situations)
        if key is not None and (known := alike.decided(key, case)) is not None:
            situations.follow_later(known.case.contact_id or 0, known.change)
            waiting.append(known)
            continue
        situation = situations.of(case)
        change = rules.decide(case.event, situation)
        if situations.leans_on_unwritten(change):
            write()
            situations = Situations(cases[number:], holders=holders, at=at)
            situation = situations.of(case)
            change = rules.decide(case.event, situation)
        situations.follow(change)
        waiting.append(Decided(case, situation, change))
        if key is not None:
            alike.remember(key, waiting[-1])
    write()
    return recorded


_Key = tuple[int, tuple[int, ...]]


class _Alike:
    """Decisions that hold for every contact of one shape: of a bulk action's thousand, nearly all."""

    def __init__(self) -> None:
        self._weighed: dict[int, frozenset[Reason] | None] = {}
        self._first: dict[_Key, tuple[Decided, list[dict[str, Any]]]] = {}

    def key(self, case: Case, situations: Situations) -> _Key | None:
        """Return what cases have in common that get the same decision. None: this one stands by itself."""
        if case.address_id is not None:
            return None
        event = id(case.event)
        if event not in self._weighed:
            self._weighed[event] = rules.weighs(case.event)
        shape = situations.shape(case, self._weighed[event])
        return None if shape is None else (event, shape)

    def remember(self, key: _Key, one: Decided) -> None:
        """Keep a decision for those alike, where all that it says is about the contact alone."""
        if all(outcome.contact_id == one.case.contact_id and _names_no_row(outcome) for outcome in one.change.outcomes):
            told = [{each.name: getattr(outcome, each.name) for each in _TOLD} for outcome in one.change.outcomes]
            self._first[key] = (one, told)

    def decided(self, key: _Key, case: Case) -> Decided | None:
        """Return the decision for one more contact, if one alike is known."""
        if key not in self._first:
            return None
        first, told = self._first[key]
        outcomes = tuple(Outcome(**(each | {"contact_id": case.contact_id})) for each in told)
        return Decided(case, first.situation, Change(outcomes), like=first)


_TOLD = fields(Outcome)


def _names_no_row(outcome: Outcome) -> bool:
    return outcome.address_id is None and outcome.suppression_id is None and outcome.copied_from is None
