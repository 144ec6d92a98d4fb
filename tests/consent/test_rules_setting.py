"""What each rule sets: for whom, where, how strong; and what becomes of it beside what stands."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from consent.rules import decide
from consent.rules.folding import distinct
from consent.values import ActiveSuppression, ConsentEvent, Outcome, Situation, SuppressionTerms
from consent.vocabulary import CHANNELS, Channel, Covers, Direction, Effect, EventKind, Kind, LiftRoute, Reason
from tests.consent.register import NOON, happens, standing

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


@pytest.mark.parametrize(("code", "kind", "channel", "expected"), SETS, ids=lambda value: str(value)[:24])
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
    (SuppressionTerms(Reason.OPT_OUT, TEMPORARY), {(SMS, Reason.IMPORTED, TEMPORARY, EVERYTHING)}),
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


# Beside what stands already


def beside(event: ConsentEvent, *active: ActiveSuppression, **fields: Any) -> list[Outcome]:
    values: dict[str, Any] = {"at": NOON, "address_id": 11, "holders": (1,)} | fields
    return list(decide(event, Situation(active=active, **values)).outcomes)


def imports(kind: Kind, covers: Covers, *, until: datetime | None = None) -> ConsentEvent:
    return happens(
        EventKind.IMPORT_SUPPRESSION, terms=SuppressionTerms(Reason.IMPORTED, kind, covers), expires_at=until
    )


GROWTH: list[tuple[tuple[Kind, Covers, datetime | None], tuple[Kind, Covers, datetime | None], Effect, object]] = [
    ((TEMPORARY, MARKETING, None), (TEMPORARY, MARKETING, None), Effect.UNCHANGED, (TEMPORARY, MARKETING, None)),
    ((TEMPORARY, MARKETING, None), (PERMANENT, MARKETING, None), Effect.STRENGTHENED, (PERMANENT, MARKETING, None)),
    ((TEMPORARY, MARKETING, None), (TEMPORARY, EVERYTHING, None), Effect.STRENGTHENED, (TEMPORARY, EVERYTHING, None)),
    ((PERMANENT, MARKETING, None), (TEMPORARY, EVERYTHING, None), Effect.STRENGTHENED, (PERMANENT, EVERYTHING, None)),
    ((PERMANENT, EVERYTHING, None), (TEMPORARY, MARKETING, LATER), Effect.UNCHANGED, (PERMANENT, EVERYTHING, None)),
    ((PERMANENT, EVERYTHING, None), (PERMANENT, MARKETING, None), Effect.UNCHANGED, (PERMANENT, EVERYTHING, None)),
    (
        (TEMPORARY, MARKETING, LATER),
        (TEMPORARY, MARKETING, LATEST),
        Effect.STRENGTHENED,
        (TEMPORARY, MARKETING, LATEST),
    ),
    ((TEMPORARY, MARKETING, LATEST), (TEMPORARY, MARKETING, LATER), Effect.UNCHANGED, (TEMPORARY, MARKETING, LATEST)),
    ((TEMPORARY, MARKETING, LATER), (TEMPORARY, MARKETING, None), Effect.STRENGTHENED, (TEMPORARY, MARKETING, None)),
    ((TEMPORARY, MARKETING, None), (TEMPORARY, MARKETING, LATER), Effect.UNCHANGED, (TEMPORARY, MARKETING, None)),
    ((TEMPORARY, MARKETING, LATER), (PERMANENT, MARKETING, None), Effect.STRENGTHENED, (PERMANENT, MARKETING, None)),
]


@pytest.mark.parametrize(("stood", "said", "effect", "stands"), GROWTH)
def test_said_again_a_reason_grows_and_never_shrinks(
    stood: tuple[Kind, Covers, datetime | None],
    said: tuple[Kind, Covers, datetime | None],
    effect: Effect,
    stands: object,
) -> None:
    row = standing(Reason.IMPORTED, kind=stood[0], covers=stood[1], expires_at=stood[2], rule="R24")

    (outcome,) = beside(imports(said[0], said[1], until=said[2]), row)

    assert (outcome.effect, outcome.suppression_id, outcome.since) == (effect, row.id, NOON)
    assert (outcome.kind, outcome.covers, outcome.expires_at) == stands


def test_said_again_about_an_earlier_moment_it_is_no_younger() -> None:
    row = standing(reaffirmed_at=NOON)

    (outcome,) = beside(happens(EventKind.TEXT_OPT_OUT, at=NOON - timedelta(minutes=1)), row)

    assert (outcome.effect, outcome.since) == (Effect.UNCHANGED, NOON)


OTHERS = [
    {"address_id": 12},
    {"address_id": None},
    {"contact_id": 2},
    {"contact_id": None},
    {"channel": CALL},
    {"channel": ALL},
    {"direction": IN},
    {"reason": Reason.HOSTILE},
]


@pytest.mark.parametrize("fields", OTHERS, ids=str)
def test_another_identity_stands_beside_and_not_instead(fields: dict[str, Any]) -> None:
    (outcome,) = beside(happens(EventKind.TEXT_OPT_OUT), standing(**fields))

    assert (outcome.effect, outcome.suppression_id) == (Effect.SET, None)


@pytest.mark.parametrize("reason", [reason for reason in Reason if reason is not Reason.OPT_OUT])
def test_no_reason_pushes_another_aside(reason: Reason) -> None:
    (outcome,) = beside(happens(EventKind.TEXT_OPT_OUT), standing(reason))

    assert (outcome.effect, outcome.reason) == (Effect.SET, Reason.OPT_OUT)


def test_a_block_takes_over_a_dnd_that_stood_before_so_that_its_own_words_hold() -> None:
    manual = standing(Reason.MANUAL, id=7, address_id=None, rule="R15")

    lifted, fresh = [
        outcome
        for outcome in beside(happens(EventKind.BLOCK, ALL), manual, address_id=None, holders=(), contact_id=1)
        if outcome.reason is Reason.MANUAL
    ]

    assert (lifted.effect, lifted.suppression_id, lifted.route) == (Effect.LIFTED, 7, LiftRoute.STAFF)
    assert (fresh.effect, fresh.suppression_id, fresh.rule, fresh.expires_at) == (Effect.SET, None, "R21", None)


@pytest.mark.parametrize(
    ("fields", "effect"),
    [({"rule": "R21"}, Effect.UNCHANGED), ({"rule": "R15", "expires_at": LATER}, Effect.STRENGTHENED)],
)
def test_a_block_leaves_its_own_dnd_and_makes_a_snoozed_one_its_own(fields: dict[str, Any], effect: Effect) -> None:
    manual = standing(Reason.MANUAL, id=7, address_id=None, **fields)

    (outcome,) = [
        each
        for each in beside(happens(EventKind.BLOCK, ALL), manual, address_id=None, holders=(), contact_id=1)
        if each.reason is Reason.MANUAL
    ]

    assert (outcome.effect, outcome.rule, outcome.expires_at) == (effect, "R21", None)


# Late


CAME_BACK = [
    (EventKind.TEXT_OPT_IN, EventKind.TEXT_OPT_OUT, SMS, True),
    (EventKind.TEXT_OPT_IN, EventKind.PROVIDER_OPT_OUT, SMS, True),
    (EventKind.TEXT_OPT_IN, EventKind.CARRIER_BLOCK, SMS, True),
    (EventKind.TEXT_OPT_IN, EventKind.HANDSET_UNREACHABLE, SMS, True),
    (EventKind.TEXT_OPT_IN, EventKind.TEXT_HOSTILE, SMS, True),
    (EventKind.TEXT_OPT_IN, EventKind.TEXT_AMBIGUOUS, SMS, True),
    (EventKind.TEXT_OPT_IN, EventKind.STAFF_OPT_OUT, SMS, True),
    (EventKind.TEXT_OPT_IN, EventKind.TEXT_DECEASED, SMS, False),
    (EventKind.TEXT_OPT_IN, EventKind.PREFERENCE_NEVER, SMS, False),
    (EventKind.TEXT_OPT_IN, EventKind.DND_ON, SMS, False),
    (EventKind.TEXT_OPT_IN, EventKind.BLOCK, SMS, False),
    (EventKind.TEXT_OPT_IN, EventKind.IMPORT_SUPPRESSION, SMS, False),
    (EventKind.TEXT_OPT_IN_WORD, EventKind.TEXT_OPT_OUT, SMS, True),
    (EventKind.TEXT_OPT_IN_WORD, EventKind.PROVIDER_OPT_OUT, SMS, False),
    (EventKind.TEXT_ANY, EventKind.TEXT_OPT_OUT, SMS, True),
    (EventKind.TEXT_ANY, EventKind.PROVIDER_OPT_OUT, SMS, False),
    (EventKind.TEXT_ANY, EventKind.TEXT_HOSTILE, SMS, False),
    (EventKind.MARKETING_RESUME, EventKind.TEXT_OPT_OUT, WHATSAPP, True),
    (EventKind.MARKETING_RESUME, EventKind.MARKETING_STOP, WHATSAPP, True),
    (EventKind.MARKETING_RESUME, EventKind.TEXT_AMBIGUOUS, WHATSAPP, False),
    (EventKind.PREFERENCE_RETURN, EventKind.EMAIL_UNSUBSCRIBE, EMAIL, True),
    (EventKind.PREFERENCE_RETURN, EventKind.PREFERENCE_NEVER, EMAIL, True),
    (EventKind.PREFERENCE_RETURN, EventKind.EMAIL_COMPLAINT, EMAIL, False),
    (EventKind.PREFERENCE_RETURN, EventKind.TEXT_OPT_OUT, EMAIL, False),
]


@pytest.mark.parametrize(("back", "no", "channel", "too_late"), CAME_BACK)
@pytest.mark.parametrize("minutes", [-1, 0, 1])
def test_a_no_is_too_late_only_where_a_newer_yes_would_have_ended_it(
    back: EventKind, no: EventKind, channel: Channel, too_late: bool, minutes: int
) -> None:
    came_back = {(channel, back): NOON + timedelta(minutes=minutes)}

    outcomes = beside(happens(no, channel), opted_in_at=came_back)

    superseded = {outcome.effect is Effect.SUPERSEDED for outcome in outcomes}
    assert superseded == {too_late and minutes > 0}


def test_a_yes_on_another_channel_makes_no_difference() -> None:
    (outcome,) = beside(
        happens(EventKind.TEXT_OPT_OUT), opted_in_at={(WHATSAPP, EventKind.TEXT_OPT_IN): NOON + timedelta(minutes=1)}
    )

    assert outcome.effect is Effect.SET


def test_a_late_no_leaves_what_stands_as_it_is() -> None:
    row = standing(since=NOON + timedelta(minutes=2))

    (outcome,) = beside(
        happens(EventKind.TEXT_OPT_OUT), row, opted_in_at={(SMS, EventKind.TEXT_OPT_IN): NOON + timedelta(minutes=1)}
    )

    assert (outcome.effect, outcome.suppression_id) == (Effect.SUPERSEDED, None)


@pytest.mark.parametrize(("numbers", "effect"), [((11,), Effect.SUPERSEDED), ((11, 12), Effect.SET)])
def test_a_spoken_no_written_down_late_counts_where_a_yes_came_from_who_knows_which_number(
    numbers: tuple[int, ...], effect: Effect
) -> None:
    outcomes = beside(
        happens(EventKind.STAFF_OPT_OUT),
        address_id=None,
        holders=(),
        contact_id=1,
        own_addresses={SMS: numbers},
        opted_in_at={(SMS, EventKind.TEXT_OPT_IN): NOON + timedelta(minutes=1)},
    )

    assert {outcome.effect for outcome in outcomes} == {effect}


def test_inbound_dnd_is_never_too_late() -> None:
    (outcome,) = beside(
        happens(EventKind.IMPORT_SUPPRESSION, direction=IN, terms=SuppressionTerms(Reason.OPT_OUT, PERMANENT)),
        opted_in_at={(SMS, EventKind.TEXT_OPT_IN): NOON + timedelta(minutes=1)},
    )

    assert outcome.effect is Effect.SET


def test_of_several_outcomes_for_one_identity_the_strongest_of_each_term_is_kept() -> None:
    weak = Outcome(
        Effect.UNCHANGED,
        "R24",
        SMS,
        contact_id=1,
        reason=Reason.IMPORTED,
        kind=TEMPORARY,
        covers=EVERYTHING,
        since=NOON,
        expires_at=LATER,
        suppression_id=7,
    )
    strong = Outcome(
        Effect.STRENGTHENED,
        "R24",
        SMS,
        contact_id=1,
        reason=Reason.IMPORTED,
        kind=PERMANENT,
        covers=MARKETING,
        since=NOON - timedelta(days=1),
        suppression_id=7,
    )

    for given in ([weak, strong, weak], [strong, weak]):
        (kept,) = distinct(given)

        assert (kept.effect, kept.kind, kept.covers) == (Effect.STRENGTHENED, PERMANENT, EVERYTHING)
        assert (kept.since, kept.expires_at) == (NOON, None)
