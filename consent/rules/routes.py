"""What may lift a suppression: read off the table by reason and kind, the same for rules, database and screens."""

from __future__ import annotations

from functools import cache

from consent.rules.rows import Lifting, Rule, Scope, Setting, Target
from consent.rules.table import RULES
from consent.values import ActiveSuppression
from consent.vocabulary import Channel, EventKind, Kind, LiftRoute, Reason


def _routes() -> dict[tuple[Reason, Kind], frozenset[LiftRoute]]:
    routes: dict[tuple[Reason, Kind], frozenset[LiftRoute]] = {}
    for rule in RULES:
        if rule.lifts is not None:
            continue
        for setting in rule.sets:
            key = (setting.reason, setting.kind)
            routes[key] = routes.get(key, frozenset()) | rule.lifted_by
    routes[Reason.IMPORTED, Kind.TEMPORARY] = frozenset({LiftRoute.STAFF, LiftRoute.EXPIRY})
    return routes


def _settings_for(reason: Reason) -> list[Setting]:
    return [setting for rule in RULES for setting in rule.sets if setting.reason is reason]


LIFT_ROUTES: dict[tuple[Reason, Kind], frozenset[LiftRoute]] = _routes()
"""Which routes are open for a reason and kind; a pair that is absent can't be stored."""

FACTS_OF_THE_LINE = frozenset(
    reason for reason in Reason if {Target.ADDRESS} == {each.target for each in _settings_for(reason)}
)
"""Reasons about an address and nobody's wish: they never name a contact, whoever holds the address."""

ABOUT_THE_PERSON = frozenset(
    reason for reason in Reason if {Scope.ALL} == {each.scope for each in _settings_for(reason)}
)
"""Reasons about a person wherever they are: what ends them for the person ends them at every address they hold."""

_BY_CODE = {rule.code: rule for rule in reversed(RULES)}


def lift_routes(suppression: ActiveSuppression) -> frozenset[LiftRoute]:
    """Return the routes by which this suppression can end."""
    return LIFT_ROUTES.get((suppression.reason, suppression.kind), frozenset())


def rule_of(code: str) -> Rule:
    """Return the row with this code. Raises: KeyError for a code that no row has."""
    return _BY_CODE[code]


@cache
def rules_for(kind: EventKind, channel: Channel) -> tuple[Rule, ...]:
    """Return the rows that answer this kind of event on this channel, in the order of the table."""
    return tuple(rule for rule in RULES if kind in rule.on and channel in rule.channels)


@cache
def liftings(kind: EventKind) -> tuple[Lifting, ...]:
    """Return what the rows for this kind of event lift, whatever the channel."""
    return tuple(rule.lifts for rule in RULES if kind in rule.on and rule.lifts is not None)


OPT_IN_KINDS = frozenset(
    kind
    for rule in RULES
    if rule.lifts is not None and rule.lifts.route in {LiftRoute.CONTACT_OPT_IN, LiftRoute.PREFERENCE_PAGE}
    for kind in rule.on
)
"""The contact's own ways back: a later one outranks an opt-out that arrives late."""
