"""What each way back does to each reason, and what staff, reviewers and evidence may end."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from consent.rules import LIFT_ROUTES
from consent.values import ActiveSuppression, Attestation, Outcome
from consent.vocabulary import Channel, Covers, Direction, Effect, EventKind, Kind, LiftRoute, Reason
from tests.consent.register import NOON, after, answer, happens, standing

SMS, CALL, WHATSAPP, EMAIL, ALL = Channel.SMS, Channel.CALL, Channel.WHATSAPP, Channel.EMAIL, Channel.ALL
P, T = Kind.PERMANENT, Kind.TEMPORARY
MINUTE = timedelta(minutes=1)
STATED = Attestation(True, True, NOON - MINUTE, "by phone", "Yes, send me offers")


LIFTED, KEPT, PROVIDER = "lifted", "not_by_contact", "provider_still_blocks"
STAFF_NO, NOT_SO, HELD = "permanent_dnd", "not_by_this_route", "review_pending"
BLOCKED, EVIDENCE_NO, NOTHING = "blocked_contact", "not_by_evidence", "nothing"

WAYS = [
    EventKind.TEXT_OPT_IN,
    EventKind.TEXT_OPT_IN_WORD,
    EventKind.TEXT_ANY,
    EventKind.PREFERENCE_RETURN,
    EventKind.STAFF_LIFT,
    EventKind.EVIDENCE_APPROVED,
    EventKind.HOLD_DISMISSED,
    EventKind.NUMBER_CORRECTED,
    EventKind.EXPIRED,
]
L = LIFTED
MATRIX: dict[tuple[Reason, Kind], list[str]] = {
    # START, RESUBSCRIBE, any message, preference page, staff, evidence, reviewer, number corrected, expiry
    (Reason.OPT_OUT, P): [L, L, L, KEPT, STAFF_NO, L, STAFF_NO, STAFF_NO, STAFF_NO],
    (Reason.REVIEW_HOLD, T): [L, L, L, KEPT, HELD, EVIDENCE_NO, L, NOT_SO, NOT_SO],
    (Reason.PROVIDER_OPT_OUT, P): [L, PROVIDER, PROVIDER, KEPT, STAFF_NO, L, STAFF_NO, STAFF_NO, STAFF_NO],
    (Reason.CARRIER_BLOCK, P): [L, L, L, KEPT, STAFF_NO, L, STAFF_NO, STAFF_NO, STAFF_NO],
    (Reason.UNREACHABLE, T): [L, L, L, KEPT, L, EVIDENCE_NO, NOT_SO, NOT_SO, L],
    (Reason.UNKNOWN_NUMBER, T): [L, L, L, KEPT, L, EVIDENCE_NO, NOT_SO, NOT_SO, L],
    (Reason.LANDLINE, T): [L, L, L, KEPT, L, EVIDENCE_NO, NOT_SO, NOT_SO, L],
    (Reason.BOUNCE, T): [KEPT, KEPT, KEPT, KEPT, L, EVIDENCE_NO, NOT_SO, NOT_SO, L],
    (Reason.UNSUBSCRIBE, T): [KEPT, KEPT, KEPT, L, L, EVIDENCE_NO, NOT_SO, NOT_SO, L],
    (Reason.SPAM_COMPLAINT, P): [KEPT, KEPT, KEPT, KEPT, STAFF_NO, L, STAFF_NO, STAFF_NO, STAFF_NO],
    (Reason.MANUAL, T): [KEPT, KEPT, KEPT, KEPT, L, EVIDENCE_NO, NOT_SO, NOT_SO, L],
    (Reason.DO_NOT_CONTACT, P): [KEPT, KEPT, KEPT, L, STAFF_NO, L, STAFF_NO, STAFF_NO, STAFF_NO],
    (Reason.DO_NOT_CONTACT, T): [KEPT, KEPT, KEPT, KEPT, L, EVIDENCE_NO, NOT_SO, NOT_SO, L],
    (Reason.WRONG_NUMBER, P): [KEPT, KEPT, KEPT, KEPT, STAFF_NO, EVIDENCE_NO, L, L, STAFF_NO],
    (Reason.DECEASED, P): [KEPT, KEPT, KEPT, KEPT, STAFF_NO, L, L, STAFF_NO, STAFF_NO],
    (Reason.HOSTILE, P): [L, L, KEPT, KEPT, STAFF_NO, L, L, STAFF_NO, STAFF_NO],
    (Reason.BLOCKED, T): [BLOCKED, BLOCKED, BLOCKED, KEPT, BLOCKED, EVIDENCE_NO, NOT_SO, NOT_SO, L],
    (Reason.OBJECTION, P): [KEPT, KEPT, KEPT, L, STAFF_NO, EVIDENCE_NO, STAFF_NO, STAFF_NO, STAFF_NO],
    (Reason.IMPORTED, P): [KEPT, KEPT, KEPT, KEPT, STAFF_NO, L, STAFF_NO, STAFF_NO, STAFF_NO],
    (Reason.IMPORTED, T): [KEPT, KEPT, KEPT, KEPT, L, EVIDENCE_NO, NOT_SO, NOT_SO, L],
}
CELLS = [(pair, way, cell) for pair, row in MATRIX.items() for way, cell in zip(WAYS, row, strict=True)]


def test_the_matrix_knows_every_pair() -> None:
    assert set(MATRIX) == set(LIFT_ROUTES)


@pytest.mark.parametrize(("pair", "way", "expected"), CELLS, ids=lambda value: str(value))
@pytest.mark.parametrize("channel", [SMS, WHATSAPP])
def test_every_way_ends_what_it_may_and_says_why_not_else(
    pair: tuple[Reason, Kind], way: EventKind, expected: str, channel: Channel
) -> None:
    reason, kind = pair
    row = standing(reason, id=7, kind=kind, channel=channel, expires_at=NOON if kind is T else None)
    event = happens(
        way,
        channel,
        note="she asked",
        attest=STATED,
        provider_reconsent=True,
        suppression_ids=frozenset({7}),
    )

    assert answer(event, row) == expected


RESUME = {Reason.OPT_OUT: LIFTED, Reason.PROVIDER_OPT_OUT: PROVIDER, Reason.BLOCKED: BLOCKED}


@pytest.mark.parametrize("pair", sorted(MATRIX))
def test_resuming_marketing_ends_an_opt_out_and_nothing_else(pair: tuple[Reason, Kind]) -> None:
    row = standing(pair[0], kind=pair[1], channel=WHATSAPP)

    assert answer(happens(EventKind.MARKETING_RESUME, WHATSAPP), row) == RESUME.get(pair[0], KEPT)


@pytest.mark.parametrize("rule", ["R12", "R14", "R24"])
@pytest.mark.parametrize("covers", Covers)
def test_resuming_marketing_ends_an_opt_out_whoever_wrote_it_down(rule: str, covers: Covers) -> None:
    row = standing(channel=WHATSAPP, rule=rule, covers=covers)

    assert answer(happens(EventKind.MARKETING_RESUME, WHATSAPP), row) == LIFTED


@pytest.mark.parametrize("pair", sorted(MATRIX))
def test_an_unblock_ends_the_block_and_nothing_else(pair: tuple[Reason, Kind]) -> None:
    row = standing(pair[0], kind=pair[1], address_id=None)

    assert answer(happens(EventKind.UNBLOCK, ALL), row) == (LIFTED if pair[0] is Reason.BLOCKED else NOTHING)


@pytest.mark.parametrize("rule", ["R03", "R24"])
@pytest.mark.parametrize(
    ("way", "expected"),
    [(EventKind.TEXT_OPT_IN, LIFTED), (EventKind.TEXT_OPT_IN_WORD, PROVIDER), (EventKind.TEXT_ANY, PROVIDER)],
)
def test_only_start_ends_what_the_provider_blocks_imported_or_not(rule: str, way: EventKind, expected: str) -> None:
    assert answer(happens(way), standing(Reason.PROVIDER_OPT_OUT, rule=rule)) == expected


def test_any_message_does_not_end_an_imported_hostile_message() -> None:
    assert answer(happens(EventKind.TEXT_ANY), standing(Reason.HOSTILE, rule="R24")) == KEPT


# The contact's own act


@pytest.mark.parametrize("way", [EventKind.TEXT_OPT_IN, EventKind.TEXT_OPT_IN_WORD, EventKind.TEXT_ANY])
def test_an_opt_in_lifts_several_reasons_at_once_and_tells_of_those_that_stay(way: EventKind) -> None:
    rows = [
        standing(Reason.OPT_OUT, id=1),
        standing(Reason.UNREACHABLE, id=2, contact_id=None),
        standing(Reason.DO_NOT_CONTACT, id=3, channel=ALL),
        standing(Reason.MANUAL, id=4, address_id=None),
    ]

    outcomes = after(happens(way), *rows, contact_id=None)

    assert [(each.suppression_id, each.effect) for each in outcomes] == [
        (1, Effect.LIFTED),
        (2, Effect.LIFTED),
        (3, Effect.KEPT),
        (4, Effect.KEPT),
    ]
    assert {each.route for each in outcomes[:2]} == {LiftRoute.CONTACT_OPT_IN}
    assert {(each.route, each.code) for each in outcomes[2:]} == {(None, KEPT)}


@pytest.mark.parametrize(("channel", "direction"), [(WHATSAPP, Direction.OUTBOUND), (SMS, Direction.INBOUND)])
def test_an_opt_in_speaks_of_its_own_channel_and_of_what_we_send(channel: Channel, direction: Direction) -> None:
    row = standing(channel=channel, direction=direction)

    assert answer(happens(EventKind.TEXT_OPT_IN), row) == NOTHING


@pytest.mark.parametrize(
    ("minutes", "expected"), [(-1, "newer_opt_out"), (0, "newer_opt_out"), (1, LIFTED)], ids=["older", "tie", "newer"]
)
def test_an_opt_in_ends_what_is_older_than_itself(minutes: int, expected: str) -> None:
    row = standing(since=NOON - timedelta(days=1), reaffirmed_at=NOON)

    assert answer(happens(EventKind.TEXT_OPT_IN, at=NOON + minutes * MINUTE), row) == expected


@pytest.mark.parametrize("direction", Direction)
def test_a_blocked_contacts_start_is_refused_whatever_else_stands(direction: Direction) -> None:
    rows = [standing(id=1), standing(Reason.BLOCKED, id=2, address_id=None, channel=CALL, direction=direction)]

    outcomes = after(happens(EventKind.TEXT_OPT_IN), *rows, contact_id=None)

    assert [(each.effect, each.code, each.suppression_id, each.channel) for each in outcomes] == [
        (Effect.REFUSED, BLOCKED, 2, SMS)
    ]


def test_somebody_elses_block_is_no_matter() -> None:
    rows = [standing(id=1), standing(Reason.BLOCKED, id=2, address_id=None, contact_id=9)]

    outcomes = after(happens(EventKind.TEXT_OPT_IN), *rows, contact_id=None)

    assert [(each.effect, each.suppression_id) for each in outcomes] == [(Effect.LIFTED, 1)]


def test_a_blocked_contact_may_still_come_back_on_the_preference_page() -> None:
    rows = [
        standing(Reason.UNSUBSCRIBE, id=1, channel=EMAIL, address_id=21),
        standing(Reason.BLOCKED, id=2, address_id=None),
    ]

    outcomes = after(happens(EventKind.PREFERENCE_RETURN, EMAIL), *rows, address_id=21)

    assert [(each.effect, each.suppression_id) for each in outcomes] == [(Effect.LIFTED, 1)]


def test_the_preference_page_may_end_what_is_ticked_and_leave_the_rest() -> None:
    rows = [
        standing(Reason.UNSUBSCRIBE, id=1, channel=EMAIL, address_id=21),
        standing(Reason.OBJECTION, id=2, channel=ALL, address_id=21),
    ]

    outcomes = after(happens(EventKind.PREFERENCE_RETURN, EMAIL, suppression_ids=frozenset({1})), *rows, address_id=21)

    assert [(each.effect, each.suppression_id) for each in outcomes] == [(Effect.LIFTED, 1)]


TOLD = [
    ("nothing stands", (), [(Effect.NOTHING, SMS, 11)]),
    ("lifted there", (standing(),), [(Effect.LIFTED, SMS, 11)]),
    (
        "all channels",
        (standing(Reason.OBJECTION, channel=ALL),),
        [(Effect.KEPT, ALL, 11), (Effect.NOTHING, SMS, 11)],
    ),
    (
        "the contact alone",
        (standing(Reason.MANUAL, address_id=None),),
        [(Effect.KEPT, SMS, None)],
    ),
]


@pytest.mark.parametrize(
    ("name", "active", "expected"), TOLD, ids=lambda value: value if isinstance(value, str) else ""
)
def test_an_opt_in_leaves_a_line_about_its_own_channel(
    name: str, active: tuple[ActiveSuppression, ...], expected: list[tuple[Effect, Channel, int | None]]
) -> None:
    """A late opt-out is weighed against that line: without it somebody who said yes would be lost."""
    outcomes = after(happens(EventKind.TEXT_OPT_IN), *active, contact_id=None)

    assert [(each.effect, each.channel, each.address_id) for each in outcomes] == expected
    assert {each.rule for each in outcomes} == {"L01"}


# Reviewers and time


REVIEWED = [
    (EventKind.HOLD_DISMISSED, Reason.REVIEW_HOLD),
    (EventKind.FALSE_POSITIVE, Reason.WRONG_NUMBER),
    (EventKind.FALSE_POSITIVE, Reason.DECEASED),
    (EventKind.FALSE_POSITIVE, Reason.HOSTILE),
    (EventKind.NUMBER_CORRECTED, Reason.WRONG_NUMBER),
]


@pytest.mark.parametrize(("kind", "reason"), REVIEWED)
def test_a_reviewer_ends_the_one_suppression_that_is_named(kind: EventKind, reason: Reason) -> None:
    rows = [standing(reason, id=7), standing(reason, id=8, contact_id=2)]

    named = after(happens(kind, suppression_ids=frozenset({7})), *rows)
    unnamed = after(happens(kind), *rows)
    elsewhere = after(happens(kind, WHATSAPP, suppression_ids=frozenset({7})), *rows)

    assert [(each.effect, each.suppression_id) for each in named] == [(Effect.LIFTED, 7)]
    assert [each.effect for each in unnamed] == [each.effect for each in elsewhere] == [Effect.NOTHING]


ENDS = [(-1, LIFTED), (0, LIFTED), (1, NOT_SO), (None, NOT_SO)]


@pytest.mark.parametrize(("minutes", "expected"), ENDS, ids=["past", "now", "to come", "none"])
def test_a_snooze_ends_when_its_end_has_come(minutes: int | None, expected: str) -> None:
    end = None if minutes is None else NOON + minutes * MINUTE
    row = standing(Reason.MANUAL, id=7, expires_at=end)

    assert answer(happens(EventKind.EXPIRED, suppression_ids=frozenset({7})), row) == expected


# A held message becomes an opt-out


def confirmed(*active: ActiveSuppression, channel: Channel = SMS, **fields: Any) -> list[Outcome]:
    event = happens(EventKind.HOLD_CONFIRMED, channel, suppression_ids=frozenset(row.id for row in active))
    return after(event, *active, **fields)


@pytest.mark.parametrize(("channel", "rule"), [(SMS, "R01"), (WHATSAPP, "R12"), (Channel.FACEBOOK, "R13")])
def test_a_confirmed_hold_is_an_opt_out_since_the_message_was_written(channel: Channel, rule: str) -> None:
    hold = standing(Reason.REVIEW_HOLD, id=7, channel=channel, reaffirmed_at=NOON - 5 * MINUTE)

    lifted, fresh = confirmed(hold, channel=channel)

    assert (lifted.effect, lifted.route, lifted.suppression_id) == (Effect.LIFTED, LiftRoute.CONFIRMED, 7)
    assert (fresh.effect, fresh.rule, fresh.reason, fresh.kind) == (Effect.SET, rule, Reason.OPT_OUT, P)
    assert (fresh.channel, fresh.since) == (channel, NOON - 5 * MINUTE)


@pytest.mark.parametrize(
    ("address", "contact"), [(11, 1), (11, None), (None, 1), (12, 1)], ids=["both", "address", "contact", "old number"]
)
def test_a_confirmed_hold_silences_exactly_whom_it_held(address: int | None, contact: int | None) -> None:
    """Who has left the number meanwhile stays silenced; who came back from another number stays free."""
    _, fresh = confirmed(standing(Reason.REVIEW_HOLD, address_id=address, contact_id=contact))

    assert (fresh.address_id, fresh.contact_id) == (address, contact)


def test_a_hold_that_a_start_has_ended_is_confirmed_too_late() -> None:
    event = happens(EventKind.HOLD_CONFIRMED, suppression_ids=frozenset({7}))

    assert [(each.rule, each.effect) for each in after(event)] == [("L09", Effect.NOTHING)]


def test_a_hold_confirmed_over_a_standing_opt_out_says_it_again() -> None:
    opt_out = standing(id=6, reaffirmed_at=NOON - 30 * MINUTE)
    hold = standing(Reason.REVIEW_HOLD, id=7, reaffirmed_at=NOON - 5 * MINUTE)
    event = happens(EventKind.HOLD_CONFIRMED, suppression_ids=frozenset({7}))

    lifted, again = after(event, opt_out, hold)

    assert (lifted.effect, lifted.suppression_id) == (Effect.LIFTED, 7)
    assert (again.effect, again.suppression_id, again.since) == (Effect.UNCHANGED, 6, NOON - 5 * MINUTE)


def test_only_a_hold_can_be_confirmed() -> None:
    outcomes = confirmed(standing(Reason.MANUAL, id=7))

    assert [(each.effect, each.code) for each in outcomes] == [(Effect.REFUSED, NOT_SO)]


def test_a_later_resume_in_the_app_outranks_a_hold_that_is_confirmed_afterwards() -> None:
    hold = standing(Reason.REVIEW_HOLD, id=7, channel=WHATSAPP, reaffirmed_at=NOON - 5 * MINUTE)

    lifted, late = confirmed(
        hold, channel=WHATSAPP, opted_in_at={(WHATSAPP, EventKind.MARKETING_RESUME): NOON - MINUTE}
    )

    assert (lifted.effect, late.effect) == (Effect.LIFTED, Effect.SUPERSEDED)
