"""What a rule that silences does: which suppressions are new, made stronger, or there already."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from consent.rules.folding import fold, standing
from consent.rules.routes import FACTS_OF_THE_LINE, LIFT_ROUTES, liftings
from consent.rules.rows import Rule, Scope, Setting, Target
from consent.values import ConsentEvent, Outcome, Situation
from consent.vocabulary import CHANNELS, Channel, Covers, Direction, Effect, Kind, LiftRoute, Reason

_SCOPES: dict[Scope, tuple[Channel, ...]] = {
    Scope.PHONE: (Channel.SMS, Channel.CALL, Channel.WHATSAPP),
    Scope.TEXT_AND_CALL: (Channel.SMS, Channel.CALL),
    Scope.SMS: (Channel.SMS,),
    Scope.ALL: (Channel.ALL,),
}

Holder = tuple[int | None, int | None]
"""(address, contact): who a suppression names."""


def set_suppressions(rule: Rule, channel: Channel, event: ConsentEvent, situation: Situation) -> list[Outcome]:
    """Return an outcome per suppression that the rule sets for this event on this channel."""
    outcomes: list[Outcome] = []
    for setting in rule.sets:
        reason, kind, covers = _terms(setting, event)
        for scoped in _channels(setting.scope, channel, reason, kind):
            for address_id, contact_id in _holders(setting.target, reason, scoped, situation):
                wanted = Outcome(
                    Effect.SET,
                    rule.code,
                    scoped,
                    setting.direction or event.direction,
                    address_id=address_id,
                    contact_id=contact_id,
                    reason=reason,
                    kind=kind,
                    covers=covers,
                    since=event.occurred_at,
                    expires_at=event.expires_at if kind is Kind.TEMPORARY else None,
                )
                outcomes += _answer(wanted, setting, situation)
    return outcomes


def reasons_weighed(rows: Sequence[Rule], event: ConsentEvent) -> frozenset[Reason] | None:
    """Return the reasons of which what stands decides anything about this event; None where it may be any.

    Who is only silenced is weighed against what stands of the same identity, and so for the same reason.
    """
    if any(row.lifts or row.also for row in rows):
        return None
    return frozenset(_terms(setting, event)[0] for row in rows for setting in row.sets)


def _terms(setting: Setting, event: ConsentEvent) -> tuple[Reason, Kind, Covers]:
    """Return reason, kind and covers."""
    if not setting.as_asked or event.terms is None:
        return setting.reason, setting.kind, setting.covers
    return *as_known(event.terms.reason, event.terms.kind), event.terms.covers


def as_known(reason: Reason, kind: Kind) -> tuple[Reason, Kind]:
    """Return the pair as which one that another register names is stored, for nothing could ever lift an unknown one.

    What is never temporary here is permanent, whatever the register calls it: no opt-out becomes one that staff lift.
    Any other unknown pair is `imported`, of the kind that was named.
    Source: docs/rules.md, R24; docs/decisions/0098-no-import-softens-a-no.md.
    """
    if (reason, kind) in LIFT_ROUTES:
        return reason, kind
    if (reason, Kind.PERMANENT) in LIFT_ROUTES:
        return reason, Kind.PERMANENT
    return Reason.IMPORTED, kind


def _channels(scope: Scope, channel: Channel, reason: Reason, kind: Kind) -> Sequence[Channel]:
    """Return where to silence. What an opt-in can end stands channel by channel, for an opt-in speaks for one only."""
    scoped = _SCOPES.get(scope, (channel,))
    if scoped == (Channel.ALL,) and LiftRoute.CONTACT_OPT_IN in LIFT_ROUTES[reason, kind]:
        return CHANNELS
    return scoped


def _holders(target: Target, reason: Reason, channel: Channel, situation: Situation) -> list[Holder]:
    """Return who is named. An address alone is named with everybody who holds it; a fact of the line with nobody."""
    address, contact = situation.address_id, situation.contact_id
    if target is Target.ADDRESS or reason in FACTS_OF_THE_LINE:
        lines = own_addresses(channel, situation) if address is None else (address,)
        return [(line, None) for line in lines]
    if contact is None:
        return [(address, holder) for holder in situation.holders] or [(address, None)]
    if target is Target.ADDRESS_AND_HOLDERS and address is not None:
        # The contact may have parted with the address that the event names: a link in an old mail.
        return [(address, person) for person in dict.fromkeys((*situation.holders, contact))]
    if target in {Target.CONTACT_AND_ADDRESSES, Target.AS_NAMED}:
        return [(own, contact) for own in own_addresses(channel, situation)] or [(None, contact)]
    return [(None, contact)]


def own_addresses(channel: Channel, situation: Situation) -> tuple[int, ...]:
    """Return the addresses that the contact holds for a channel; for ALL, every address once."""
    if channel is not Channel.ALL:
        return situation.own_addresses.get(channel, ())
    return tuple(dict.fromkeys(own for each in CHANNELS for own in situation.own_addresses.get(each, ())))


def _answer(wanted: Outcome, setting: Setting, situation: Situation) -> list[Outcome]:
    if _is_superseded(wanted, situation):
        return [replace(wanted, effect=Effect.SUPERSEDED)]
    outcome = fold(wanted, situation.active)
    before = standing(wanted, situation.active)
    if setting.takes_over and before is not None and outcome.effect is Effect.UNCHANGED and before.rule != wanted.rule:
        ended = replace(outcome, effect=Effect.LIFTED, since=before.since, route=LiftRoute.STAFF)
        return [ended, replace(outcome, effect=Effect.SET, suppression_id=None)]
    return [outcome]


def _is_superseded(wanted: Outcome, situation: Situation) -> bool:
    """Return whether the contact came back after this act, by a way that ends what it would set.

    Ties go to the opt-out. Where a contact holds several addresses, an opt-in from one says nothing of the others.
    """
    assert wanted.reason
    assert wanted.kind
    assert wanted.since
    own = own_addresses(wanted.channel, situation)
    if wanted.direction is not Direction.OUTBOUND or (situation.address_id is None and len(own) > 1):
        return False
    routes = LIFT_ROUTES[wanted.reason, wanted.kind]
    for (channel, kind), opted_in_at in situation.opted_in_at.items():
        if wanted.channel not in {channel, Channel.ALL} or opted_in_at <= wanted.since:
            continue
        if any(lifting.route in routes and lifting.reaches(wanted.reason) for lifting in liftings(kind)):
            return True
    return False
