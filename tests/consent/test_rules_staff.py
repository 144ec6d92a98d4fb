"""What staff may end and what they must state for it, and what approved evidence ends."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from consent.values import Attestation
from consent.vocabulary import CHANNELS, Channel, Covers, Direction, Effect, EventKind, Kind, Reason
from tests.consent.register import NOON, after, answer, happens, standing

SMS, CALL, WHATSAPP, EMAIL, ALL = Channel.SMS, Channel.CALL, Channel.WHATSAPP, Channel.EMAIL, Channel.ALL
P, T = Kind.PERMANENT, Kind.TEMPORARY
MINUTE = timedelta(minutes=1)
STATED = Attestation(True, True, NOON - MINUTE, "by phone", "Yes, send me offers")
LIFTED, STAFF_NO, BLOCKED, PROVIDER, NOTHING = (
    "lifted",
    "permanent_dnd",
    "blocked_contact",
    "provider_still_blocks",
    "nothing",
)

# Staff


STATEMENTS = [
    (Reason.BOUNCE, Attestation(True, True), LIFTED),
    (Reason.BOUNCE, Attestation(True, False), "attestation_required"),
    (Reason.BOUNCE, Attestation(False, True), "attestation_required"),
    (Reason.BOUNCE, Attestation(), "attestation_required"),
    (Reason.UNSUBSCRIBE, Attestation(False, False, NOON - MINUTE, "phone", "Yes"), LIFTED),
    (Reason.UNSUBSCRIBE, Attestation(False, False, NOON, "phone", "Yes"), LIFTED),
    (Reason.UNSUBSCRIBE, Attestation(True, True), "later_consent_required"),
    (Reason.UNSUBSCRIBE, Attestation(False, False, NOON - MINUTE, "", "Yes"), "later_consent_required"),
    (Reason.UNSUBSCRIBE, Attestation(False, False, NOON - MINUTE, "phone", " "), "later_consent_required"),
    (Reason.UNSUBSCRIBE, Attestation(False, False, None, "phone", "Yes"), "later_consent_required"),
    # Consent given before the unsubscribe, at the same moment, or in the future
    (Reason.UNSUBSCRIBE, Attestation(False, False, NOON - 61 * MINUTE, "phone", "Yes"), "later_consent_required"),
    (Reason.UNSUBSCRIBE, Attestation(False, False, NOON - 60 * MINUTE, "phone", "Yes"), "later_consent_required"),
    (Reason.UNSUBSCRIBE, Attestation(False, False, NOON + MINUTE, "phone", "Yes"), "later_consent_required"),
]


@pytest.mark.parametrize(("reason", "attest", "expected"), STATEMENTS)
def test_staff_state_what_the_reason_asks_for(reason: Reason, attest: Attestation, expected: str) -> None:
    row = standing(reason, channel=EMAIL, address_id=21, rule="R08")

    assert answer(happens(EventKind.STAFF_LIFT, EMAIL, attest=attest), row) == expected


BLOCK_DND = [
    # The rule that set it, whether the contact is blocked now, the note, the answer
    ("R15", False, "", LIFTED),
    ("R15", True, "", LIFTED),
    ("R21", False, "", "note_required"),
    ("R21", False, " \n", "note_required"),
    ("R21", False, "asked on the phone", LIFTED),
    ("R21", True, "", BLOCKED),
    ("R21", True, "asked on the phone", BLOCKED),
]


@pytest.mark.parametrize(("rule", "blocked", "note", "expected"), BLOCK_DND)
def test_the_opt_out_that_came_with_a_block_ends_after_the_unblock_with_a_note(
    rule: str, blocked: bool, note: str, expected: str
) -> None:
    manual = standing(Reason.MANUAL, id=1, address_id=None, rule=rule)
    block = standing(Reason.BLOCKED, id=2, address_id=None, channel=CALL, rule="R21")

    outcomes = after(happens(EventKind.STAFF_LIFT, note=note), manual, *([block] if blocked else []))

    assert [(each.suppression_id, each.code or each.effect.value) for each in outcomes] == [(1, expected)]


def test_an_unblock_ends_every_part_of_the_block_and_leaves_its_opt_out() -> None:
    rows = [
        standing(Reason.BLOCKED, id=1, address_id=None, channel=SMS),
        standing(Reason.BLOCKED, id=2, address_id=None, channel=CALL),
        standing(Reason.BLOCKED, id=3, address_id=None, channel=SMS, direction=Direction.INBOUND),
        standing(Reason.BLOCKED, id=4, address_id=None, channel=CALL, direction=Direction.INBOUND),
        standing(Reason.MANUAL, id=5, address_id=None, rule="R21"),
    ]

    outcomes = after(happens(EventKind.UNBLOCK, ALL), *rows)

    assert [(each.suppression_id, each.effect) for each in outcomes] == [(each, Effect.LIFTED) for each in (1, 2, 3, 4)]


def test_staff_clear_all_that_is_named_or_nothing() -> None:
    rows = [standing(Reason.MANUAL, id=1, address_id=None), standing(Reason.OPT_OUT, id=2)]

    everything = after(happens(EventKind.STAFF_LIFT), *rows)
    by_reason = after(happens(EventKind.STAFF_LIFT, reasons=frozenset({Reason.MANUAL})), *rows)
    by_id = after(happens(EventKind.STAFF_LIFT, suppression_ids=frozenset({1})), *rows)

    assert [(each.suppression_id, each.effect, each.code, each.route) for each in everything] == [
        (1, Effect.KEPT, "refused_together", None),
        (2, Effect.REFUSED, STAFF_NO, None),
    ]
    for outcomes in (by_reason, by_id):
        assert [(each.suppression_id, each.effect) for each in outcomes] == [(1, Effect.LIFTED)]


def test_a_refused_clearing_leaves_no_remainder_behind() -> None:
    shared = standing(Reason.UNSUBSCRIBE, id=1, channel=EMAIL, address_id=21, contact_id=2)
    complaint = standing(Reason.SPAM_COMPLAINT, id=2, channel=EMAIL, address_id=21)

    outcomes = after(happens(EventKind.STAFF_LIFT, EMAIL, attest=STATED), shared, complaint)

    assert [each.effect for each in outcomes] == [Effect.KEPT, Effect.REFUSED]


OUT_OF_REACH = [
    {"channel": CALL},
    {"channel": ALL},
    {"direction": Direction.INBOUND},
    {"contact_id": 2, "address_id": None},
    {"contact_id": 2, "address_id": 12},
    {"contact_id": None, "address_id": 12},
]


@pytest.mark.parametrize("fields", OUT_OF_REACH, ids=str)
@pytest.mark.parametrize("forged", [None, frozenset({7})])
def test_staff_reach_one_record_channel_and_direction_even_by_a_forged_id(
    fields: dict[str, Any], forged: frozenset[int] | None
) -> None:
    row = standing(Reason.MANUAL, id=7, **fields)

    assert answer(happens(EventKind.STAFF_LIFT, suppression_ids=forged), row) == NOTHING


@pytest.mark.parametrize(("minutes", "expected"), [(-1, LIFTED), (0, LIFTED), (1, "said_again")])
@pytest.mark.parametrize(
    ("way", "channel", "reason"),
    [(EventKind.STAFF_LIFT, SMS, Reason.MANUAL), (EventKind.UNBLOCK, ALL, Reason.BLOCKED)],
)
def test_a_lift_as_of_a_moment_leaves_what_was_said_again_since(
    minutes: int, expected: str, way: EventKind, channel: Channel, reason: Reason
) -> None:
    row = standing(reason, id=7, address_id=None, reaffirmed_at=NOON + minutes * MINUTE)

    assert answer(happens(way, channel, as_of=NOON), row) == expected
    assert answer(happens(way, channel, as_of=NOON, suppression_ids=frozenset({8})), row) == NOTHING


@pytest.mark.parametrize(("direction", "expected"), [(Direction.INBOUND, LIFTED), (Direction.OUTBOUND, NOTHING)])
def test_inbound_dnd_is_cleared_as_inbound_dnd(direction: Direction, expected: str) -> None:
    row = standing(Reason.MANUAL, address_id=None, direction=Direction.INBOUND, rule="R22")

    assert answer(happens(EventKind.STAFF_LIFT, direction=direction), row) == expected


def test_do_not_contact_is_cleared_by_naming_it() -> None:
    row = standing(Reason.DO_NOT_CONTACT, kind=T, address_id=None, channel=ALL)
    event = happens(EventKind.STAFF_LIFT, *CHANNELS, ALL, reasons=frozenset({Reason.DO_NOT_CONTACT}))

    assert answer(event, row) == LIFTED


def test_staff_clear_a_fact_of_the_line_by_its_address_where_nobody_holds_it() -> None:
    row = standing(Reason.BOUNCE, channel=EMAIL, address_id=21, contact_id=None)
    event = happens(EventKind.STAFF_LIFT, EMAIL, attest=STATED)

    assert answer(event, row, address_id=21, holders=(), contact_id=None, own_addresses={}) == LIFTED


# Evidence


@pytest.mark.parametrize(("reconsent", "expected"), [(True, LIFTED), (False, PROVIDER)])
def test_evidence_ends_a_block_at_the_provider_only_with_its_re_consent(reconsent: bool, expected: str) -> None:
    event = happens(EventKind.EVIDENCE_APPROVED, provider_reconsent=reconsent)

    assert answer(event, standing(Reason.PROVIDER_OPT_OUT)) == expected


@pytest.mark.parametrize(("minutes", "expected"), [(-1, "newer_opt_out"), (0, "newer_opt_out"), (1, LIFTED)])
def test_evidence_ends_what_is_older_than_the_consent(minutes: int, expected: str) -> None:
    row = standing(since=NOON - timedelta(days=9), reaffirmed_at=NOON)

    assert answer(happens(EventKind.EVIDENCE_APPROVED, at=NOON + minutes * MINUTE), row) == expected


@pytest.mark.parametrize(
    "fields",
    [{"channel": WHATSAPP}, {"direction": Direction.INBOUND}, {"contact_id": 2, "address_id": 12}],
    ids=str,
)
def test_evidence_says_nothing_of_other_channels_directions_and_people(fields: dict[str, Any]) -> None:
    assert answer(happens(EventKind.EVIDENCE_APPROVED), standing(**fields)) == NOTHING


@pytest.mark.parametrize("reason", [Reason.DO_NOT_CONTACT, Reason.DECEASED, Reason.IMPORTED])
def test_evidence_for_two_channels_leaves_a_no_to_all_channels_on_the_others(reason: Reason) -> None:
    row = standing(reason, id=7, kind=P, channel=ALL, covers=Covers.NON_TRANSACTIONAL)

    lifted, *left = after(happens(EventKind.EVIDENCE_APPROVED, SMS, CALL), row)

    assert (lifted.effect, lifted.suppression_id) == (Effect.LIFTED, 7)
    assert {each.channel for each in left} == set(CHANNELS) - {SMS, CALL}
    assert {(each.address_id, each.contact_id, each.reason, each.kind, each.covers) for each in left} == {
        (11, 1, reason, P, Covers.NON_TRANSACTIONAL)
    }
    assert {(each.effect, each.since, each.copied_from) for each in left} == {(Effect.SET, row.since, 7)}


def test_what_evidence_left_on_the_other_channels_ends_when_the_contact_comes_back() -> None:
    rows = [
        standing(Reason.DO_NOT_CONTACT, id=number, kind=P, channel=channel, address_id=None)
        for number, channel in enumerate((EMAIL, WHATSAPP), start=1)
    ]

    outcomes = after(happens(EventKind.PREFERENCE_RETURN, EMAIL), *rows, address_id=21)

    assert {each.suppression_id for each in outcomes if each.effect is Effect.LIFTED} == {1, 2}
