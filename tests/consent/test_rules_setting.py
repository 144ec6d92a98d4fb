"""What each rule sets: for whom, where, how strong; and what becomes of it beside what stands."""

from __future__ import annotations

from datetime import timedelta

import pytest

from consent.rules import LIFT_ROUTES, as_known, decide
from consent.values import ConsentEvent, Situation, SuppressionTerms
from consent.vocabulary import CHANNELS, Channel, Covers, Direction, Effect, EventKind, Kind, LiftRoute, Reason
from tests.consent.register import NOON, happens

SMS, CALL, WHATSAPP, EMAIL = Channel.SMS, Channel.CALL, Channel.WHATSAPP, Channel.EMAIL
FACEBOOK, GMB, ALL = Channel.FACEBOOK, Channel.GMB, Channel.ALL
PERMANENT, TEMPORARY = Kind.PERMANENT, Kind.TEMPORARY
EVERYTHING, MARKETING = Covers.EVERYTHING, Covers.NON_TRANSACTIONAL
LATER, LATEST = NOON + timedelta(days=1), NOON + timedelta(days=2)

OWN = {SMS: (11, 12), CALL: (11, 12), WHATSAPP: (11, 12), EMAIL: (21,)}
FROM_NOBODY = Situation(at=NOON, address_id=11)
FROM_ADA = Situation(at=NOON, address_id=11, holders=(1,))
FROM_A_HOUSEHOLD = Situation(at=NOON, address_id=11, holders=(1, 2))
ABOUT_ADA = Situation(at=NOON, contact_id=1, own_addresses=OWN)
ABOUT_SOMEBODY_WITHOUT_ADDRESSES = Situation(at=NOON, contact_id=1)


def terms(event: ConsentEvent, situation: Situation) -> set[tuple[object, ...]]:
    return {
        (outcome.channel, outcome.direction, outcome.reason, outcome.kind, outcome.covers)
        for outcome in decide(event, situation).outcomes
    }


def named(event: ConsentEvent, situation: Situation) -> list[tuple[int | None, int | None]]:
    return [(outcome.address_id, outcome.contact_id) for outcome in decide(event, situation).outcomes]


OUT, IN = Direction.OUTBOUND, Direction.INBOUND
SETS: list[tuple[str, EventKind, Channel, set[tuple[object, ...]]]] = [
    *[
        ("R01", EventKind.TEXT_OPT_OUT, channel, {(channel, OUT, Reason.OPT_OUT, PERMANENT, EVERYTHING)})
        for channel in (SMS, CALL, EMAIL, GMB)
    ],
    *[
        ("R02", EventKind.TEXT_AMBIGUOUS, channel, {(channel, OUT, Reason.REVIEW_HOLD, TEMPORARY, EVERYTHING)})
        for channel in CHANNELS
    ],
    *[
        ("R03", EventKind.PROVIDER_OPT_OUT, channel, {(channel, OUT, Reason.PROVIDER_OPT_OUT, PERMANENT, EVERYTHING)})
        for channel in (SMS, WHATSAPP)
    ],
    ("R04", EventKind.CARRIER_BLOCK, SMS, {(SMS, OUT, Reason.CARRIER_BLOCK, PERMANENT, EVERYTHING)}),
    ("R05", EventKind.HANDSET_UNREACHABLE, SMS, {(SMS, OUT, Reason.UNREACHABLE, TEMPORARY, EVERYTHING)}),
    ("R05", EventKind.NUMBER_UNKNOWN, SMS, {(SMS, OUT, Reason.UNKNOWN_NUMBER, TEMPORARY, EVERYTHING)}),
    ("R05", EventKind.NUMBER_LANDLINE, SMS, {(SMS, OUT, Reason.LANDLINE, TEMPORARY, EVERYTHING)}),
    ("R07", EventKind.EMAIL_BOUNCE, EMAIL, {(EMAIL, OUT, Reason.BOUNCE, TEMPORARY, EVERYTHING)}),
    ("R08", EventKind.EMAIL_UNSUBSCRIBE, EMAIL, {(EMAIL, OUT, Reason.UNSUBSCRIBE, TEMPORARY, MARKETING)}),
    ("R09", EventKind.EMAIL_COMPLAINT, EMAIL, {(EMAIL, OUT, Reason.SPAM_COMPLAINT, PERMANENT, EVERYTHING)}),
    ("R10", EventKind.EMAIL_BOUNCES_PERSIST, EMAIL, {(EMAIL, OUT, Reason.BOUNCE, TEMPORARY, EVERYTHING)}),
    ("R12", EventKind.TEXT_OPT_OUT, WHATSAPP, {(WHATSAPP, OUT, Reason.OPT_OUT, PERMANENT, EVERYTHING)}),
    ("R12", EventKind.APP_OPT_OUT, WHATSAPP, {(WHATSAPP, OUT, Reason.OPT_OUT, PERMANENT, EVERYTHING)}),
    ("R12", EventKind.MARKETING_STOP, WHATSAPP, {(WHATSAPP, OUT, Reason.OPT_OUT, PERMANENT, MARKETING)}),
    *[
        ("R13", kind, FACEBOOK, {(FACEBOOK, OUT, Reason.OPT_OUT, PERMANENT, EVERYTHING)})
        for kind in (EventKind.TEXT_OPT_OUT, EventKind.APP_OPT_OUT, EventKind.MARKETING_STOP)
    ],
    *[
        ("R14", EventKind.STAFF_OPT_OUT, channel, {(channel, OUT, Reason.OPT_OUT, PERMANENT, EVERYTHING)})
        for channel in CHANNELS
    ],
    *[
        ("R15", EventKind.DND_ON, channel, {(channel, OUT, Reason.MANUAL, TEMPORARY, EVERYTHING)})
        for channel in CHANNELS
    ],
    ("R16", EventKind.PREFERENCE_NEVER, EMAIL, {(ALL, OUT, Reason.DO_NOT_CONTACT, PERMANENT, MARKETING)}),
    ("R17", EventKind.DO_NOT_CONTACT_ON, ALL, {(ALL, OUT, Reason.DO_NOT_CONTACT, TEMPORARY, MARKETING)}),
    *[
        (
            "R18",
            EventKind.TEXT_WRONG_NUMBER,
            channel,
            {(each, OUT, Reason.WRONG_NUMBER, PERMANENT, EVERYTHING) for each in (SMS, CALL, WHATSAPP)},
        )
        for channel in (SMS, WHATSAPP)
    ],
    ("R19", EventKind.TEXT_DECEASED, SMS, {(ALL, OUT, Reason.DECEASED, PERMANENT, EVERYTHING)}),
    *[
        ("R20", EventKind.TEXT_HOSTILE, channel, {(channel, OUT, Reason.HOSTILE, PERMANENT, EVERYTHING)})
        for channel in CHANNELS
    ],
    (
        "R21",
        EventKind.BLOCK,
        ALL,
        {(channel, way, Reason.BLOCKED, TEMPORARY, EVERYTHING) for channel in (SMS, CALL) for way in (OUT, IN)}
        | {(SMS, OUT, Reason.MANUAL, TEMPORARY, EVERYTHING)},
    ),
    *[
        ("R22", EventKind.INBOUND_DND_ON, channel, {(channel, IN, Reason.MANUAL, TEMPORARY, EVERYTHING)})
        for channel in (SMS, CALL)
    ],
    ("R23", EventKind.OBJECTION, ALL, {(ALL, OUT, Reason.OBJECTION, PERMANENT, MARKETING)}),
    ("R24", EventKind.IMPORT_SUPPRESSION, ALL, {(ALL, OUT, Reason.IMPORTED, PERMANENT, EVERYTHING)}),
    *[
        ("R25", EventKind.API_DND_ON, channel, {(channel, OUT, Reason.MANUAL, TEMPORARY, EVERYTHING)})
        for channel in CHANNELS
    ],
]


@pytest.mark.parametrize(
    ("code", "kind", "channel", "expected"), SETS, ids=lambda value: "sets" if isinstance(value, set) else str(value)
)
@pytest.mark.parametrize("situation", [FROM_ADA, ABOUT_ADA], ids=["from her number", "on her record"])
def test_each_rule_sets_this_and_nothing_else(
    code: str, kind: EventKind, channel: Channel, expected: set[tuple[object, ...]], situation: Situation
) -> None:
    event = happens(kind, channel)

    outcomes = decide(event, situation).outcomes

    assert terms(event, situation) == expected
    assert {(outcome.rule, outcome.effect, outcome.since) for outcome in outcomes} == {(code, Effect.SET, NOON)}
    assert {outcome.expires_at for outcome in outcomes} == {None}


THE_LINE = [
    EventKind.HANDSET_UNREACHABLE,
    EventKind.NUMBER_UNKNOWN,
    EventKind.NUMBER_LANDLINE,
    EventKind.TEXT_WRONG_NUMBER,
]
EVERYONE_THERE = [
    EventKind.TEXT_OPT_OUT,
    EventKind.TEXT_AMBIGUOUS,
    EventKind.PROVIDER_OPT_OUT,
    EventKind.CARRIER_BLOCK,
    EventKind.PREFERENCE_NEVER,
    EventKind.TEXT_DECEASED,
    EventKind.TEXT_HOSTILE,
]
THE_RECORD = [EventKind.DND_ON, EventKind.DO_NOT_CONTACT_ON, EventKind.BLOCK, EventKind.API_DND_ON]
THE_RECORD_AND_ITS_ADDRESSES = [EventKind.STAFF_OPT_OUT, EventKind.IMPORT_SUPPRESSION]

NAMES = [
    *[(kind, FROM_NOBODY, {(11, None)}) for kind in [*THE_LINE, *EVERYONE_THERE, *THE_RECORD_AND_ITS_ADDRESSES]],
    *[(kind, FROM_A_HOUSEHOLD, {(11, None)}) for kind in THE_LINE],
    *[(kind, FROM_A_HOUSEHOLD, {(11, 1), (11, 2)}) for kind in [*EVERYONE_THERE, *THE_RECORD_AND_ITS_ADDRESSES]],
    *[(kind, FROM_A_HOUSEHOLD, {(11, 1), (11, 2)}) for kind in THE_RECORD],
    *[(kind, ABOUT_ADA, {(11, None), (12, None)}) for kind in THE_LINE],
    *[(kind, ABOUT_ADA, {(None, 1)}) for kind in [*EVERYONE_THERE, *THE_RECORD]],
    *[(kind, ABOUT_ADA, {(11, 1), (12, 1)}) for kind in THE_RECORD_AND_ITS_ADDRESSES],
    (EventKind.OBJECTION, ABOUT_ADA, {(11, 1), (12, 1), (21, 1)}),
    *[
        (kind, ABOUT_SOMEBODY_WITHOUT_ADDRESSES, {(None, 1)})
        for kind in [*EVERYONE_THERE, *THE_RECORD, *THE_RECORD_AND_ITS_ADDRESSES, EventKind.OBJECTION]
    ],
]


@pytest.mark.parametrize(("kind", "situation", "expected"), NAMES)
def test_who_is_named(kind: EventKind, situation: Situation, expected: set[tuple[int | None, int | None]]) -> None:
    assert set(named(happens(kind, ALL if kind is EventKind.OBJECTION else SMS), situation)) == expected


def test_a_fact_of_the_line_without_any_line_is_only_recorded() -> None:
    change = decide(happens(EventKind.TEXT_WRONG_NUMBER), ABOUT_SOMEBODY_WITHOUT_ADDRESSES)

    assert [(outcome.rule, outcome.effect) for outcome in change.outcomes] == [("R18", Effect.NOTHING)]


def test_a_link_in_an_old_mail_silences_whom_it_names_and_who_holds_the_mailbox_now() -> None:
    moved_away = Situation(at=NOON, address_id=21, holders=(2,), contact_id=1, own_addresses={EMAIL: (22,)})

    for kind in (EventKind.EMAIL_UNSUBSCRIBE, EventKind.PREFERENCE_NEVER):
        assert named(happens(kind, EMAIL), moved_away) == [(21, 2), (21, 1)]


def test_a_wrong_number_is_no_matter_of_messenger() -> None:
    change = decide(happens(EventKind.TEXT_WRONG_NUMBER, FACEBOOK), FROM_ADA)

    assert [outcome.effect for outcome in change.outcomes] == [Effect.NOTHING]


def test_dnd_on_several_channels_is_one_suppression_each_however_often_they_are_named() -> None:
    event = happens(EventKind.DND_ON, SMS, EMAIL, SMS)

    assert [outcome.channel for outcome in decide(event, ABOUT_ADA).outcomes] == [SMS, EMAIL]


@pytest.mark.parametrize("kind", [EventKind.BLOCK, EventKind.DO_NOT_CONTACT_ON, EventKind.TEXT_DECEASED])
def test_what_has_channels_of_its_own_is_set_once_whatever_channels_are_named(kind: EventKind) -> None:
    once, thrice = decide(happens(kind, SMS), ABOUT_ADA), decide(happens(kind, SMS, CALL, EMAIL), ABOUT_ADA)

    assert once.outcomes == thrice.outcomes


@pytest.mark.parametrize(
    ("kind", "expected"),
    [(EventKind.DND_ON, OUT), (EventKind.API_DND_ON, IN), (EventKind.IMPORT_SUPPRESSION, IN), (EventKind.BLOCK, OUT)],
)
def test_only_imports_and_integrations_choose_the_direction(kind: EventKind, expected: Direction) -> None:
    outcomes = decide(happens(kind, SMS, direction=IN), ABOUT_ADA).outcomes

    assert expected in {outcome.direction for outcome in outcomes}
    assert (OUT in {outcome.direction for outcome in outcomes}) is (expected is OUT)


@pytest.mark.parametrize(
    ("kind", "snoozed"),
    [
        (EventKind.DND_ON, True),
        (EventKind.API_DND_ON, True),
        (EventKind.DO_NOT_CONTACT_ON, True),
        (EventKind.STAFF_OPT_OUT, False),
        (EventKind.IMPORT_SUPPRESSION, False),
        (EventKind.PREFERENCE_NEVER, False),
    ],
)
def test_only_what_is_temporary_takes_an_end(kind: EventKind, snoozed: bool) -> None:
    outcomes = decide(happens(kind, SMS, expires_at=LATER), ABOUT_ADA).outcomes

    assert {outcome.expires_at for outcome in outcomes} == {LATER if snoozed else None}


ASKED = [
    (None, {(SMS, Reason.IMPORTED, PERMANENT, EVERYTHING)}),
    (SuppressionTerms(Reason.IMPORTED, TEMPORARY, MARKETING), {(SMS, Reason.IMPORTED, TEMPORARY, MARKETING)}),
    (SuppressionTerms(Reason.OPT_OUT, PERMANENT), {(SMS, Reason.OPT_OUT, PERMANENT, EVERYTHING)}),
    # An opt-out that staff could clear is none; a block for ever is not ours to lift either.
    (SuppressionTerms(Reason.OPT_OUT, TEMPORARY), {(SMS, Reason.OPT_OUT, PERMANENT, EVERYTHING)}),
    (SuppressionTerms(Reason.BLOCKED, PERMANENT), {(SMS, Reason.IMPORTED, PERMANENT, EVERYTHING)}),
    (SuppressionTerms(Reason.BOUNCE, TEMPORARY), {(SMS, Reason.BOUNCE, TEMPORARY, EVERYTHING)}),
    (SuppressionTerms(Reason.BOUNCE, PERMANENT), {(SMS, Reason.IMPORTED, PERMANENT, EVERYTHING)}),
]


@pytest.mark.parametrize(("asked", "expected"), ASKED)
def test_an_import_is_stored_as_asked_where_something_could_end_it(
    asked: SuppressionTerms | None, expected: set[tuple[object, ...]]
) -> None:
    outcomes = decide(happens(EventKind.IMPORT_SUPPRESSION, terms=asked), FROM_ADA).outcomes

    assert {(each.channel, each.reason, each.kind, each.covers) for each in outcomes} == expected


@pytest.mark.parametrize("reason", list(Reason))
@pytest.mark.parametrize("kind", list(Kind))
def test_no_other_register_can_soften_what_is_never_temporary_here(reason: Reason, kind: Kind) -> None:
    stored, stored_kind = as_known(reason, kind)

    routes = LIFT_ROUTES[stored, stored_kind]
    never_temporary = (reason, PERMANENT) in LIFT_ROUTES and (reason, TEMPORARY) not in LIFT_ROUTES
    assert (stored, stored_kind) == (reason, PERMANENT) or not never_temporary
    assert routes.isdisjoint({LiftRoute.STAFF, LiftRoute.EXPIRY}) or not never_temporary
    assert (stored_kind, stored) == (kind, reason) or (reason, kind) not in LIFT_ROUTES
    assert kind is TEMPORARY or stored_kind is PERMANENT


def test_an_imported_fact_of_the_line_names_no_contact() -> None:
    for reason, kind in ((Reason.WRONG_NUMBER, PERMANENT), (Reason.BOUNCE, TEMPORARY)):
        event = happens(EventKind.IMPORT_SUPPRESSION, terms=SuppressionTerms(reason, kind))

        assert named(event, ABOUT_ADA) == [(11, None), (12, None)]
        assert named(event, FROM_A_HOUSEHOLD) == [(11, None)]


def test_an_imported_opt_out_of_everything_stands_on_each_channel_for_a_start_speaks_for_one() -> None:
    event = happens(EventKind.IMPORT_SUPPRESSION, ALL, terms=SuppressionTerms(Reason.OPT_OUT, PERMANENT))

    assert [outcome.channel for outcome in decide(event, FROM_ADA).outcomes] == list(CHANNELS)
    assert [outcome.channel for outcome in decide(happens(EventKind.STAFF_OPT_OUT, ALL), FROM_ADA).outcomes] == list(
        CHANNELS
    )
