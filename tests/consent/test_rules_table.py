"""The table is complete: every word of the vocabulary is ruled, and every row says what the law says."""

from __future__ import annotations

from itertools import groupby

import pytest

from consent import rules
from consent.rules import LIFT_ROUTES, RULES, Lifting, Rule, Scope, Target, rule_of
from consent.rules.lifting import _ROUTES
from consent.rules.routes import ABOUT_THE_PERSON, FACTS_OF_THE_LINE, OPT_IN_KINDS, liftings, rules_for
from consent.rules.setting import _SCOPES
from consent.values import Situation
from consent.vocabulary import (
    ADDRESS_KIND_OF,
    CHANNELS,
    Channel,
    Covers,
    Direction,
    Effect,
    EventKind,
    Kind,
    LiftRoute,
    Reason,
)
from tests.consent.register import NOON, happens, standing

PERMANENT, TEMPORARY = Kind.PERMANENT, Kind.TEMPORARY
EVERYTHING, MARKETING = Covers.EVERYTHING, Covers.NON_TRANSACTIONAL
OPT_IN, EVIDENCE, PAGE = LiftRoute.CONTACT_OPT_IN, LiftRoute.APPROVED_EVIDENCE, LiftRoute.PREFERENCE_PAGE
STAFF, EXPIRY, REVIEWER = LiftRoute.STAFF, LiftRoute.EXPIRY, LiftRoute.REVIEWER

LAW: list[tuple[str, Reason, Kind, Covers, set[LiftRoute]]] = [
    ("R01", Reason.OPT_OUT, PERMANENT, EVERYTHING, {OPT_IN, EVIDENCE}),
    ("R02", Reason.REVIEW_HOLD, TEMPORARY, EVERYTHING, {OPT_IN, REVIEWER, LiftRoute.CONFIRMED}),
    ("R03", Reason.PROVIDER_OPT_OUT, PERMANENT, EVERYTHING, {OPT_IN, EVIDENCE}),
    ("R04", Reason.CARRIER_BLOCK, PERMANENT, EVERYTHING, {OPT_IN, EVIDENCE}),
    ("R05", Reason.UNREACHABLE, TEMPORARY, EVERYTHING, {OPT_IN, STAFF, EXPIRY}),
    ("R05", Reason.UNKNOWN_NUMBER, TEMPORARY, EVERYTHING, {OPT_IN, STAFF, EXPIRY}),
    ("R05", Reason.LANDLINE, TEMPORARY, EVERYTHING, {OPT_IN, STAFF, EXPIRY}),
    ("R07", Reason.BOUNCE, TEMPORARY, EVERYTHING, {STAFF, EXPIRY}),
    ("R08", Reason.UNSUBSCRIBE, TEMPORARY, MARKETING, {PAGE, STAFF, EXPIRY}),
    ("R09", Reason.SPAM_COMPLAINT, PERMANENT, EVERYTHING, {EVIDENCE}),
    ("R10", Reason.BOUNCE, TEMPORARY, EVERYTHING, {STAFF, EXPIRY}),
    ("R12", Reason.OPT_OUT, PERMANENT, EVERYTHING, {OPT_IN, EVIDENCE}),
    ("R12", Reason.OPT_OUT, PERMANENT, MARKETING, {OPT_IN, EVIDENCE}),
    ("R13", Reason.OPT_OUT, PERMANENT, EVERYTHING, {OPT_IN, EVIDENCE}),
    ("R14", Reason.OPT_OUT, PERMANENT, EVERYTHING, {OPT_IN, EVIDENCE}),
    ("R15", Reason.MANUAL, TEMPORARY, EVERYTHING, {STAFF, EXPIRY}),
    ("R16", Reason.DO_NOT_CONTACT, PERMANENT, MARKETING, {PAGE, EVIDENCE}),
    ("R17", Reason.DO_NOT_CONTACT, TEMPORARY, MARKETING, {STAFF, EXPIRY}),
    ("R18", Reason.WRONG_NUMBER, PERMANENT, EVERYTHING, {LiftRoute.NUMBER_CORRECTED, REVIEWER}),
    ("R19", Reason.DECEASED, PERMANENT, EVERYTHING, {EVIDENCE, REVIEWER}),
    ("R20", Reason.HOSTILE, PERMANENT, EVERYTHING, {OPT_IN, EVIDENCE, REVIEWER}),
    ("R21", Reason.BLOCKED, TEMPORARY, EVERYTHING, {STAFF, EXPIRY}),
    ("R21", Reason.MANUAL, TEMPORARY, EVERYTHING, {STAFF, EXPIRY}),
    ("R22", Reason.MANUAL, TEMPORARY, EVERYTHING, {STAFF, EXPIRY}),
    ("R23", Reason.OBJECTION, PERMANENT, MARKETING, {PAGE}),
    ("R24", Reason.IMPORTED, PERMANENT, EVERYTHING, {EVIDENCE}),
    ("R25", Reason.MANUAL, TEMPORARY, EVERYTHING, {STAFF, EXPIRY}),
]


@pytest.mark.parametrize(("code", "reason", "kind", "covers", "routes"), LAW)
def test_every_rule_of_the_law_is_a_row_that_says_so(
    code: str, reason: Reason, kind: Kind, covers: Covers, routes: set[LiftRoute]
) -> None:
    rows = [
        rule
        for rule in RULES
        for setting in rule.sets
        if (rule.code, setting.reason, setting.kind, setting.covers) == (code, reason, kind, covers)
    ]

    assert rows
    assert {rule.lifted_by for rule in rows} == {frozenset(routes)}
    assert LIFT_ROUTES[reason, kind] == routes


def test_the_table_sets_nothing_that_the_law_does_not_know() -> None:
    set_by_table = {
        (rule.code, setting.reason, setting.kind, setting.covers) for rule in RULES for setting in rule.sets
    }

    assert set_by_table == {(code, reason, kind, covers) for code, reason, kind, covers, _ in LAW}


def test_every_rule_code_of_the_law_is_there_and_what_was_added_silences_nobody() -> None:
    of_the_law = {*(f"R{number:02}" for number in range(1, 26)), "R30"}
    rows = {rule for rule in RULES if rule.code.startswith("R")}

    assert of_the_law <= {rule.code for rule in rows}
    assert not any(rule.sets or rule.lifts for rule in rows if rule.code not in of_the_law)


def test_every_kind_of_event_has_a_row() -> None:
    assert {kind for rule in RULES for kind in rule.on} == set(EventKind)


def test_no_two_rows_answer_one_kind_of_event_on_one_channel() -> None:
    answered = [(kind, channel) for rule in RULES for kind in rule.on for channel in rule.channels]

    assert len(answered) == len(set(answered))


def test_every_reason_is_set_by_some_rule() -> None:
    assert {setting.reason for rule in RULES for setting in rule.sets} == set(Reason)


def test_every_route_is_open_somewhere_and_walked_by_some_rule() -> None:
    assert {route for routes in LIFT_ROUTES.values() for route in routes} == set(LiftRoute)
    assert {rule.lifts.route for rule in RULES if rule.lifts} == set(LiftRoute)
    assert set(_ROUTES) == set(LiftRoute)


def test_every_scope_target_kind_and_cover_is_used() -> None:
    settings = [setting for rule in RULES for setting in rule.sets]

    assert {setting.scope for setting in settings} == set(Scope) == {*_SCOPES, Scope.EVENT}
    assert {setting.target for setting in settings} == set(Target)
    assert {setting.kind for setting in settings} == set(Kind)
    assert {setting.covers for setting in settings} == set(Covers)
    assert {setting.direction for setting in settings} == {*Direction, None}


def test_every_channel_but_all_has_an_address_kind_and_a_text_opt_out_rule() -> None:
    assert set(ADDRESS_KIND_OF) == set(CHANNELS) == set(Channel) - {Channel.ALL}
    for channel in CHANNELS:
        (row,) = rules_for(EventKind.TEXT_OPT_OUT, channel)
        assert row.code == {Channel.WHATSAPP: "R12", Channel.FACEBOOK: "R13"}.get(channel, "R01")


@pytest.mark.parametrize("pair", sorted({(reason, kind) for _, reason, kind, _, _ in LAW}))
def test_rules_that_set_one_reason_and_kind_agree_on_what_lifts_it(pair: tuple[Reason, Kind]) -> None:
    agreed = {rule.lifted_by for rule in RULES for setting in rule.sets if (setting.reason, setting.kind) == pair}

    assert len(agreed) == 1


def test_a_temporary_import_is_the_only_pair_that_no_row_sets_by_itself() -> None:
    assert set(LIFT_ROUTES) - {(reason, kind) for _, reason, kind, _, _ in LAW} == {(Reason.IMPORTED, TEMPORARY)}


@pytest.mark.parametrize("pair", sorted(LIFT_ROUTES))
def test_nothing_permanent_is_lifted_by_staff_or_by_time(pair: tuple[Reason, Kind]) -> None:
    forbidden = {STAFF, EXPIRY, LiftRoute.CONFIRMED}

    assert pair[1] is TEMPORARY or not LIFT_ROUTES[pair] & forbidden


@pytest.mark.parametrize("pair", sorted(LIFT_ROUTES))
def test_nothing_stands_for_ever_without_a_way_out(pair: tuple[Reason, Kind]) -> None:
    assert LIFT_ROUTES[pair] - {EXPIRY}


def test_rows_with_one_code_stand_together_and_share_what_a_code_says() -> None:
    runs = [(code, list(rows)) for code, rows in groupby(RULES, key=lambda rule: rule.code)]

    assert len({code for code, _ in runs}) == len(runs)
    for code, rows in runs:
        assert len({(row.lifted_by, row.lift_note) for row in rows}) == 1, code
        assert len({row.trigger for row in rows}) == len(rows), code


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"{rule.code}-{'+'.join(sorted(rule.on))}")
def test_every_rule_tells_its_trigger_its_source_and_why(rule: Rule) -> None:
    assert rule.trigger
    assert rule.source
    assert rule.why.endswith(".")
    assert rule.on
    assert rule.channels
    assert not (rule.sets and rule.lifts)
    assert bool(rule.lifted_by) == bool(rule.sets)
    assert not rule.lift_note or rule.sets


def test_a_code_leads_to_its_first_row_and_an_unknown_one_to_none() -> None:
    assert rule_of("R12").channels == {Channel.WHATSAPP}
    assert [rule_of(rule.code).code for rule in RULES] == [rule.code for rule in RULES]
    with pytest.raises(KeyError):
        rule_of("R99")


def test_facts_of_the_line_and_reasons_about_the_person_are_read_off_the_table() -> None:
    assert {
        Reason.UNREACHABLE,
        Reason.UNKNOWN_NUMBER,
        Reason.LANDLINE,
        Reason.BOUNCE,
        Reason.WRONG_NUMBER,
    } == FACTS_OF_THE_LINE
    assert {Reason.DO_NOT_CONTACT, Reason.DECEASED, Reason.OBJECTION} == ABOUT_THE_PERSON


def test_the_contacts_own_ways_back_are_known() -> None:
    assert {
        EventKind.TEXT_OPT_IN,
        EventKind.TEXT_OPT_IN_WORD,
        EventKind.TEXT_ANY,
        EventKind.MARKETING_RESUME,
        EventKind.PREFERENCE_RETURN,
    } == OPT_IN_KINDS
    assert liftings(EventKind.TEXT_OPT_IN) == (Lifting(OPT_IN),)
    assert liftings(EventKind.TEXT_OPT_OUT) == ()


@pytest.mark.parametrize("kind", EventKind)
def test_whatever_happens_wherever_leaves_a_line(kind: EventKind) -> None:
    situation = Situation(at=NOON, address_id=11, holders=(1,), contact_id=1, own_addresses={Channel.SMS: (11,)})

    for channel in Channel:
        change = rules.decide(happens(kind, channel), situation)

        told = {(outcome.rule, outcome.effect) for outcome in change.outcomes}
        codes = {row.code for row in rules_for(kind, channel)}
        assert {code for code, _ in told} == codes if codes else told == {("R00", Effect.NOTHING)}


RECORDED_ONLY = [
    (rule.code, kind, min(rule.channels, key=list(Channel).index))
    for rule in RULES
    for kind in sorted(rule.on)
    if not (rule.sets or rule.lifts or rule.code.startswith("J"))
]


def test_the_law_knows_these_that_are_only_recorded() -> None:
    assert {
        ("R06", EventKind.STATUS_OTHER, Channel.SMS),
        ("R11", EventKind.EMAIL_SOFT_BOUNCE, Channel.EMAIL),
        ("R11", EventKind.EMAIL_FAILURE_OTHER, Channel.EMAIL),
        ("R30", EventKind.TEXT_SOFT, Channel.SMS),
        ("R31", EventKind.TEXT_HELP, Channel.SMS),
        ("R33", EventKind.TEXT_OTHER, Channel.SMS),
    } <= set(RECORDED_ONLY)


@pytest.mark.parametrize(("code", "kind", "channel"), RECORDED_ONLY)
def test_what_is_only_recorded_silences_and_frees_nobody(code: str, kind: EventKind, channel: Channel) -> None:
    active = tuple(standing(reason, id=number, channel=channel) for number, reason in enumerate(Reason))
    situation = Situation(at=NOON, address_id=11, holders=(1,), active=active)

    change = rules.decide(happens(kind, channel), situation)

    assert [(outcome.rule, outcome.effect) for outcome in change.outcomes] == [(code, Effect.NOTHING)]
    assert change.refusals == ()
