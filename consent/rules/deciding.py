"""One event in, the change it asks for out.

An event is looked up in the table once per channel. Rows that set are answered in `setting`, rows that
lift in `lifting`; what no row answers is recorded as having no effect.
"""

from __future__ import annotations

from dataclasses import replace

from consent.rules.folding import distinct
from consent.rules.joining import join, merge
from consent.rules.lifting import lift
from consent.rules.restoring import restore
from consent.rules.routes import OPT_IN_KINDS, rules_for
from consent.rules.rows import Rule
from consent.rules.setting import reasons_weighed, set_suppressions
from consent.values import ActiveSuppression, Change, ConsentEvent, Outcome, Situation
from consent.vocabulary import Channel, Effect, EventKind, Reason


def decide(event: ConsentEvent, situation: Situation) -> Change:
    """Return what this event does to the people and addresses of the situation.

    Shape: never empty; channel by channel, in the order of the table.
    Once: the same event over its own result sets and lifts nothing more.
    Raises: nothing; an event that no row answers gives `nothing` under rule R00, so that it is recorded.
    Source: each row of RULES cites its own.
    """
    outcomes = [
        outcome
        for channel in event.channels
        for row in rules_for(event.kind, channel)
        for outcome in _answer(row, channel, event, situation)
    ]
    if event.kind is EventKind.STAFF_LIFT:
        outcomes = _all_or_nothing(outcomes)
    if event.kind in OPT_IN_KINDS:
        outcomes += _opt_ins_told_nowhere(outcomes, event, situation)
    return Change(tuple(distinct(outcomes)) or (_nothing(event, event.channels[0], situation),))


def weighs(event: ConsentEvent) -> frozenset[Reason] | None:
    """Return the reasons that what stands must have to make a difference to what this event does.

    Shape: None where anything that stands may. Contacts for whom nothing of these stands, who never opted in and hold
    as many addresses of each kind, are alike: one decision holds for all of them, with the ids of each.
    """
    if event.kind in {EventKind.ADDRESS_JOINED, EventKind.MERGED, EventKind.CHANGE_UNDONE}:
        return None
    return reasons_weighed([row for channel in event.channels for row in rules_for(event.kind, channel)], event)


def _answer(rule: Rule, channel: Channel, event: ConsentEvent, situation: Situation) -> list[Outcome]:
    if event.kind is EventKind.ADDRESS_JOINED:
        return join(rule, situation)
    if event.kind is EventKind.MERGED:
        return merge(situation)
    if event.kind is EventKind.CHANGE_UNDONE:
        return restore(rule, channel, event, situation)
    outcomes = set_suppressions(rule, channel, event, situation)
    if rule.lifts:
        outcomes += lift(rule, channel, event, situation)
    if rule.also:
        outcomes += _become(rule.also, outcomes, event, situation)
    return outcomes


def _become(kind: EventKind, outcomes: list[Outcome], event: ConsentEvent, situation: Situation) -> list[Outcome]:
    """Return what the lifted suppressions turn into, each for exactly whom it named and as old as it was.

    The contact spoke when the held message came, not when somebody read it: a START in between still counts.
    """
    lifted = {outcome.suppression_id for outcome in outcomes if outcome.effect is Effect.LIFTED}
    return [
        outcome
        for hold in situation.active
        if hold.id in lifted
        for row in rules_for(kind, hold.channel)
        for outcome in set_suppressions(
            row, hold.channel, replace(event, occurred_at=hold.reaffirmed_at), _named_by(hold, situation)
        )
    ]


def _named_by(hold: ActiveSuppression, situation: Situation) -> Situation:
    """Return the situation of exactly whom a hold names.

    Where it names no address, every opt-in that speaks for the contact has ended it already. One that did not came from
    a number that others shared then, and says nothing now that they don't any more.
    """
    if hold.address_id is None:
        return replace(situation, address_id=None, contact_id=hold.contact_id, opted_in_at={})
    holders = () if hold.contact_id is None else (hold.contact_id,)
    return replace(situation, address_id=hold.address_id, contact_id=None, holders=holders)


def _all_or_nothing(outcomes: list[Outcome]) -> list[Outcome]:
    """Keep everything where anything is refused: a refused change changes nothing."""
    if not any(outcome.effect is Effect.REFUSED for outcome in outcomes):
        return outcomes
    return [
        replace(outcome, effect=Effect.KEPT, route=None, code="refused_together")
        if outcome.effect is Effect.LIFTED
        else outcome
        for outcome in outcomes
        if outcome.effect in {Effect.LIFTED, Effect.KEPT, Effect.REFUSED}
    ]


def _opt_ins_told_nowhere(outcomes: list[Outcome], event: ConsentEvent, situation: Situation) -> list[Outcome]:
    """Return a line for an opt-in that has none about its own channel.

    A late opt-out is weighed against what the ledger tells of that channel, at the address that the opt-in came from.
    A refused opt-in counts for nothing.
    """
    told = {outcome.channel for outcome in outcomes}
    if any(outcome.effect is Effect.REFUSED for outcome in outcomes):
        return []
    return [_nothing(event, channel, situation) for channel in event.channels if channel not in told]


def _nothing(event: ConsentEvent, channel: Channel, situation: Situation) -> Outcome:
    """Return the outcome that says: recorded, no effect."""
    rows = rules_for(event.kind, channel)
    return Outcome(
        Effect.NOTHING,
        rows[0].code if rows else "R00",
        channel,
        event.direction,
        address_id=situation.address_id,
        contact_id=situation.contact_id,
    )
