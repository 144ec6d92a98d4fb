"""What a rule that silences does: which suppressions are new, made stronger, or there already."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from consent.rules.routes import FACTS_OF_THE_LINE, LIFT_ROUTES, liftings
from consent.rules.rows import Rule, Scope, Setting, Target
from consent.values import ActiveSuppression, ConsentEvent, Outcome, Situation
from consent.vocabulary import CHANNELS, Channel, Covers, Direction, Effect, Kind, Reason

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
    outcomes = []
    for setting in rule.sets:
        reason, kind, covers = _terms(setting, event)
        direction = setting.direction or event.direction
        for scoped in _SCOPES.get(setting.scope, (channel,)):
            for address_id, contact_id in _holders(setting.target, reason, scoped, situation):
                wanted = Outcome(
                    Effect.SET,
                    rule.code,
                    scoped,
                    direction,
                    address_id=address_id,
                    contact_id=contact_id,
                    reason=reason,
                    kind=kind,
                    covers=covers,
                    since=event.occurred_at,
                    expires_at=event.expires_at if kind is Kind.TEMPORARY else None,
                )
                outcomes.append(_against_what_stands(wanted, event, situation))
    return outcomes


def _terms(setting: Setting, event: ConsentEvent) -> tuple[Reason, Kind, Covers]:
    """Return reason, kind and covers. A pair that nothing could ever lift is stored as `imported`."""
    if not setting.as_asked or event.terms is None:
        return setting.reason, setting.kind, setting.covers
    asked = event.terms
    reason = asked.reason if (asked.reason, asked.kind) in LIFT_ROUTES else Reason.IMPORTED
    return reason, asked.kind, asked.covers


def _holders(target: Target, reason: Reason, channel: Channel, situation: Situation) -> list[Holder]:
    address, contact = situation.address_id, situation.contact_id
    if target is Target.ADDRESS or reason in FACTS_OF_THE_LINE:
        lines = own_addresses(channel, situation) if address is None else (address,)
        return [(line, None) for line in lines]
    match target:
        case Target.ADDRESS_AND_HOLDERS:
            if address is None:
                return [(None, who) for who in situation.contacts]
            return [(address, holder) for holder in situation.holders] or [(address, None)]
        case Target.CONTACT:
            return [(None, contact)]
        case Target.CONTACT_AND_ADDRESSES:
            return [(own, contact) for own in own_addresses(channel, situation)] or [(None, contact)]
        case Target.AS_NAMED:
            if contact is not None:
                return [(own, contact) for own in own_addresses(channel, situation)] or [(None, contact)]
            return [(address, holder) for holder in situation.holders] or [(address, None)]


def own_addresses(channel: Channel, situation: Situation) -> tuple[int, ...]:
    """Return the addresses that the contact holds for a channel; for ALL, every address once."""
    if channel is not Channel.ALL:
        return situation.own_addresses.get(channel, ())
    return tuple(dict.fromkeys(own for each in CHANNELS for own in situation.own_addresses.get(each, ())))


def _against_what_stands(wanted: Outcome, event: ConsentEvent, situation: Situation) -> Outcome:
    if _is_superseded(wanted, situation):
        return replace(wanted, effect=Effect.SUPERSEDED)
    standing = _same_identity(wanted, situation)
    if standing is None:
        return wanted
    kind = max(standing.kind, wanted.kind or standing.kind, key=_KIND_STRENGTH.index)
    covers = max(standing.covers, wanted.covers or standing.covers, key=_COVERS_STRENGTH.index)
    expires_at = None if kind is Kind.PERMANENT else _later(standing, wanted)
    stronger = (kind, covers, expires_at) != (standing.kind, standing.covers, standing.expires_at)
    return replace(
        wanted,
        effect=Effect.STRENGTHENED if stronger else Effect.UNCHANGED,
        kind=kind,
        covers=covers,
        suppression_id=standing.id,
        since=max(standing.reaffirmed_at, event.occurred_at),
        expires_at=expires_at,
    )


_KIND_STRENGTH = [Kind.TEMPORARY, Kind.PERMANENT]
_COVERS_STRENGTH = [Covers.NON_TRANSACTIONAL, Covers.EVERYTHING]


def _later(standing: ActiveSuppression, wanted: Outcome) -> datetime | None:
    """Return the later of two ends; no end is later than any."""
    if standing.expires_at is None or wanted.expires_at is None:
        return None
    return max(standing.expires_at, wanted.expires_at)


def _same_identity(wanted: Outcome, situation: Situation) -> ActiveSuppression | None:
    key = (wanted.address_id, wanted.contact_id, wanted.channel, wanted.direction, wanted.reason)
    for row in situation.active:
        if (row.address_id, row.contact_id, row.channel, row.direction, row.reason) == key:
            return row
    return None


def _is_superseded(wanted: Outcome, situation: Situation) -> bool:
    """Return whether the contact came back after this act, by a way that ends what it would set.

    Ties go to the opt-out.
    """
    if wanted.direction is not Direction.OUTBOUND or not (wanted.reason and wanted.kind and wanted.since):
        return False
    routes = LIFT_ROUTES[wanted.reason, wanted.kind]
    for (channel, kind), opted_in_at in situation.opted_in_at.items():
        if channel is not wanted.channel or opted_in_at <= wanted.since:
            continue
        if any(lifting.route in routes and lifting.reaches(wanted.reason) for lifting in liftings(kind)):
            return True
    return False
