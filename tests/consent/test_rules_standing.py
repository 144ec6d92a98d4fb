"""What becomes of a new suppression beside what stands already, and of a no that comes late."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from consent.rules import decide
from consent.rules.folding import distinct
from consent.values import ActiveSuppression, ConsentEvent, Outcome, Situation, SuppressionTerms
from consent.vocabulary import Channel, Covers, Direction, Effect, EventKind, Kind, LiftRoute, Reason
from tests.consent.register import NOON, happens, standing

SMS, CALL, WHATSAPP, EMAIL, ALL = Channel.SMS, Channel.CALL, Channel.WHATSAPP, Channel.EMAIL, Channel.ALL
PERMANENT, TEMPORARY = Kind.PERMANENT, Kind.TEMPORARY
EVERYTHING, MARKETING = Covers.EVERYTHING, Covers.NON_TRANSACTIONAL
IN = Direction.INBOUND
LATER, LATEST = NOON + timedelta(days=1), NOON + timedelta(days=2)


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
