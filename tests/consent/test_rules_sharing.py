"""Numbers that are shared or change hands: who is freed, who stays silenced, and by what."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from consent.rules import decide
from consent.values import ActiveSuppression, Attestation, ConsentEvent, Outcome, Situation
from consent.vocabulary import Channel, Covers, Direction, Effect, EventKind, Kind, Reason
from tests.consent.register import NOON, happens, standing

SMS, CALL, WHATSAPP, EMAIL, ALL = Channel.SMS, Channel.CALL, Channel.WHATSAPP, Channel.EMAIL, Channel.ALL
ADA, BO, CARLA = 1, 2, 3
NUMBER, OLD_NUMBER, MAILBOX = 11, 12, 21
HOUR = timedelta(hours=1)
STATED = Attestation(True, True, NOON, "by phone", "Yes, send me offers")

LIFTED, KEPT, SET = Effect.LIFTED, Effect.KEPT, Effect.SET
UNCHANGED, STRENGTHENED = Effect.UNCHANGED, Effect.STRENGTHENED
Told = tuple[Effect, int | None, int | None, str]


def tell(event: ConsentEvent, *active: ActiveSuppression, **fields: Any) -> list[Told]:
    return [(each.effect, each.address_id, each.contact_id, each.code) for each in outcomes(event, *active, **fields)]


def outcomes(event: ConsentEvent, *active: ActiveSuppression, **fields: Any) -> list[Outcome]:
    return list(decide(event, Situation(at=NOON, active=active, **fields)).outcomes)


START = happens(EventKind.TEXT_OPT_IN)
FROM_ADA: dict[str, Any] = {"address_id": NUMBER, "holders": (ADA,)}
FROM_A_HOUSEHOLD: dict[str, Any] = {"address_id": NUMBER, "holders": (ADA, BO)}
FROM_NOBODY: dict[str, Any] = {"address_id": NUMBER}

STARTS: list[tuple[str, dict[str, Any], tuple[int | None, int | None], list[Told]]] = [
    # Who texts START, the row that stands, what becomes of it
    ("her own", FROM_ADA, (NUMBER, ADA), [(LIFTED, NUMBER, ADA, "")]),
    ("the number's", FROM_ADA, (NUMBER, None), [(LIFTED, NUMBER, None, "")]),
    ("hers alone", FROM_ADA, (None, ADA), [(LIFTED, None, ADA, "")]),
    (
        "hers from an old number",
        FROM_ADA,
        (OLD_NUMBER, ADA),
        [(LIFTED, OLD_NUMBER, ADA, ""), (SET, OLD_NUMBER, None, "")],
    ),
    (
        "of somebody who left the number",
        FROM_ADA,
        (NUMBER, CARLA),
        [(LIFTED, NUMBER, CARLA, ""), (SET, None, CARLA, "")],
    ),
    ("one of the household's", FROM_A_HOUSEHOLD, (NUMBER, BO), [(LIFTED, NUMBER, BO, "")]),
    ("the household's number's", FROM_A_HOUSEHOLD, (NUMBER, None), [(LIFTED, NUMBER, None, "")]),
    ("what followed one of them", FROM_A_HOUSEHOLD, (OLD_NUMBER, BO), [(KEPT, OLD_NUMBER, BO, "shared_address")]),
    ("one of theirs alone", FROM_A_HOUSEHOLD, (None, BO), [(KEPT, None, BO, "shared_address")]),
    ("nobody's", FROM_NOBODY, (NUMBER, None), [(LIFTED, NUMBER, None, "")]),
    (
        "of somebody who left, nobody there now",
        FROM_NOBODY,
        (NUMBER, CARLA),
        [(LIFTED, NUMBER, CARLA, ""), (SET, None, CARLA, "")],
    ),
]


@pytest.mark.parametrize(
    ("name", "who", "names", "expected"), STARTS, ids=lambda each: each if str(each) == each else ""
)
def test_a_start_frees_who_could_have_sent_it(
    name: str, who: dict[str, Any], names: tuple[int | None, int | None], expected: list[Told]
) -> None:
    row = standing(address_id=names[0], contact_id=names[1])

    told = [line for line in tell(START, row, **who) if line[0] is not Effect.NOTHING]

    assert told == expected


def test_what_is_not_about_the_sender_is_not_even_told() -> None:
    strangers = [standing(address_id=OLD_NUMBER, contact_id=CARLA), standing(address_id=None, contact_id=CARLA)]

    assert tell(START, *strangers, **FROM_ADA) == [(Effect.NOTHING, NUMBER, None, "")]


def test_a_household_is_freed_together_from_what_was_said_at_its_number() -> None:
    rows = [standing(id=1, contact_id=ADA), standing(id=2, contact_id=BO), standing(id=3, contact_id=None)]

    assert {line[0] for line in tell(START, *rows, **FROM_A_HOUSEHOLD)} == {LIFTED}


def test_what_remains_is_as_old_and_as_strong_and_goes_on_with_the_same_words() -> None:
    row = standing(
        Reason.OPT_OUT,
        id=7,
        address_id=OLD_NUMBER,
        covers=Covers.NON_TRANSACTIONAL,
        rule="R12",
        since=NOON - 9 * HOUR,
        reaffirmed_at=NOON - 2 * HOUR,
    )

    _, remains, *_ = outcomes(START, row, **FROM_ADA)

    assert (remains.rule, remains.reason, remains.kind) == ("R12", Reason.OPT_OUT, Kind.PERMANENT)
    assert (remains.covers, remains.since, remains.copied_from) == (Covers.NON_TRANSACTIONAL, NOON - 2 * HOUR, 7)


def test_what_remains_makes_the_row_that_stands_there_as_young_as_itself() -> None:
    """Else a START that arrives late would end an opt-out that is newer than itself."""
    older = standing(id=6, address_id=OLD_NUMBER, contact_id=None, since=NOON - 9 * HOUR)
    row = standing(id=7, address_id=OLD_NUMBER, since=NOON - 2 * HOUR)

    remains = next(each for each in outcomes(START, older, row, **FROM_ADA) if each.effect is UNCHANGED)

    assert (remains.suppression_id, remains.since) == (6, NOON - 2 * HOUR)


def test_what_remains_makes_the_row_that_stands_there_as_strong_as_itself() -> None:
    narrow = standing(id=6, address_id=OLD_NUMBER, contact_id=None, covers=Covers.NON_TRANSACTIONAL)
    row = standing(id=7, address_id=OLD_NUMBER)

    remains = next(each for each in outcomes(START, narrow, row, **FROM_ADA) if each.effect is STRENGTHENED)

    assert (remains.suppression_id, remains.covers, remains.copied_from) == (6, Covers.EVERYTHING, 7)


# One contact who is known by name: evidence, the preference page, staff

ADA_IN_THE_HOUSEHOLD: dict[str, Any] = {
    "contact_id": ADA,
    "address_id": NUMBER,
    "holders": (ADA, BO),
    "own_addresses": {SMS: (NUMBER,), EMAIL: (MAILBOX,)},
}
FREES_ADA: list[tuple[tuple[int | None, int | None], list[Told]]] = [
    ((NUMBER, ADA), [(LIFTED, NUMBER, ADA, "")]),
    ((NUMBER, None), [(LIFTED, NUMBER, None, "")]),
    ((None, ADA), [(LIFTED, None, ADA, "")]),
    ((NUMBER, BO), [(LIFTED, NUMBER, BO, ""), (SET, None, BO, "")]),
    ((OLD_NUMBER, ADA), [(LIFTED, OLD_NUMBER, ADA, ""), (SET, OLD_NUMBER, None, "")]),
]


@pytest.mark.parametrize(("names", "expected"), FREES_ADA)
@pytest.mark.parametrize("way", [EventKind.STAFF_LIFT, EventKind.PREFERENCE_RETURN])
def test_a_contact_known_by_name_is_freed_and_the_others_at_the_address_stay_silenced(
    way: EventKind, names: tuple[int | None, int | None], expected: list[Told]
) -> None:
    row = standing(Reason.UNSUBSCRIBE, address_id=names[0], contact_id=names[1])
    event = happens(way, attest=STATED, at=NOON + HOUR)

    told = [line for line in tell(event, row, **ADA_IN_THE_HOUSEHOLD) if line[0] is not Effect.NOTHING]

    assert told == expected


FREED_BY_EVIDENCE: list[tuple[tuple[int | None, int | None], list[Told]]] = [
    *[(names, told) for names, told in FREES_ADA if names[1] != BO],
    ((NUMBER, BO), [(KEPT, NUMBER, BO, "shared_address")]),
    ((NUMBER, CARLA), [(LIFTED, NUMBER, CARLA, ""), (SET, None, CARLA, "")]),
]


@pytest.mark.parametrize(("names", "expected"), FREED_BY_EVIDENCE)
def test_evidence_frees_a_contact_and_nobody_else_who_holds_the_address(
    names: tuple[int | None, int | None], expected: list[Told]
) -> None:
    row = standing(address_id=names[0], contact_id=names[1])

    assert tell(happens(EventKind.EVIDENCE_APPROVED), row, **ADA_IN_THE_HOUSEHOLD) == expected


def test_staff_free_one_record_from_two_shared_addresses_at_once() -> None:
    """Both rows leave the same remainder for Bo: one row, of the newer date."""
    rows = [
        standing(Reason.UNREACHABLE, id=1, contact_id=BO, address_id=NUMBER, since=NOON - 3 * HOUR),
        standing(Reason.UNREACHABLE, id=2, contact_id=BO, address_id=OLD_NUMBER, since=NOON - HOUR),
    ]

    lifted, left, lifted_too = outcomes(
        happens(EventKind.STAFF_LIFT), *rows, contact_id=ADA, own_addresses={SMS: (NUMBER, OLD_NUMBER)}
    )

    assert (lifted.effect, lifted_too.effect) == (LIFTED, LIFTED)
    assert (left.effect, left.address_id, left.contact_id, left.since) == (SET, None, BO, NOON - HOUR)


@pytest.mark.parametrize("reason", [Reason.OBJECTION, Reason.DO_NOT_CONTACT])
@pytest.mark.parametrize(
    ("contact", "address", "expected"),
    [
        (ADA, MAILBOX, [LIFTED]),
        (ADA, NUMBER, [LIFTED]),
        (ADA, OLD_NUMBER, [LIFTED, SET]),
        (ADA, None, [LIFTED]),
        (BO, MAILBOX, [LIFTED, SET]),
        (BO, NUMBER, [KEPT]),
        (None, NUMBER, [KEPT]),
    ],
)
def test_who_comes_back_as_a_person_is_freed_at_every_address_they_hold(
    reason: Reason, contact: int | None, address: int | None, expected: list[Effect]
) -> None:
    row = standing(reason, kind=Kind.PERMANENT, channel=ALL, contact_id=contact, address_id=address)
    event = happens(EventKind.PREFERENCE_RETURN, EMAIL)
    ada = {"contact_id": ADA, "address_id": MAILBOX, "own_addresses": {SMS: (NUMBER,), EMAIL: (MAILBOX,)}}

    told = [each.effect for each in outcomes(event, row, **ada) if each.effect is not Effect.NOTHING]

    assert told == expected


def test_who_comes_back_from_one_mailbox_leaves_the_unsubscribe_at_another() -> None:
    row = standing(Reason.UNSUBSCRIBE, channel=EMAIL, address_id=22, contact_id=ADA)
    ada = {"contact_id": ADA, "address_id": MAILBOX, "own_addresses": {EMAIL: (MAILBOX, 22)}}

    told = tell(happens(EventKind.PREFERENCE_RETURN, EMAIL), row, **ada)

    assert told[:2] == [(LIFTED, 22, ADA, ""), (SET, 22, None, "")]


def test_who_comes_back_without_any_address_is_freed_as_a_person() -> None:
    row = standing(Reason.UNSUBSCRIBE, channel=EMAIL, address_id=None)

    assert tell(happens(EventKind.PREFERENCE_RETURN, EMAIL), row, contact_id=ADA)[0] == (LIFTED, None, ADA, "")


def test_evidence_leaves_who_left_the_number_silenced_everywhere_and_the_number_elsewhere() -> None:
    row = standing(Reason.IMPORTED, kind=Kind.PERMANENT, channel=ALL, contact_id=CARLA)

    lifted, for_carla, *elsewhere = outcomes(happens(EventKind.EVIDENCE_APPROVED, SMS), row, **ADA_IN_THE_HOUSEHOLD)

    assert (lifted.effect, lifted.contact_id) == (LIFTED, CARLA)
    assert (for_carla.channel, for_carla.address_id, for_carla.contact_id) == (ALL, None, CARLA)
    assert {(each.address_id, each.contact_id) for each in elsewhere} == {(NUMBER, None)}
    assert SMS not in {each.channel for each in elsewhere}


def test_a_no_to_all_channels_is_lifted_once_by_evidence_for_several() -> None:
    row = standing(Reason.DO_NOT_CONTACT, kind=Kind.PERMANENT, channel=ALL, address_id=MAILBOX)

    told = outcomes(happens(EventKind.EVIDENCE_APPROVED, SMS, CALL, WHATSAPP), row, **ADA_IN_THE_HOUSEHOLD)

    assert [each.effect for each in told].count(LIFTED) == 1
    identities = [(each.address_id, each.contact_id, each.channel) for each in told if each.effect is SET]
    assert len(identities) == len(set(identities))


# An address joins a contact

JOINED = happens(EventKind.ADDRESS_JOINED, ALL)
CARLA_GETS_THE_NUMBER: dict[str, Any] = {"address_id": NUMBER, "contact_id": CARLA, "holders": (ADA, CARLA)}
PEOPLES_WORDS = [
    reason
    for reason in Reason
    if reason not in {Reason.UNREACHABLE, Reason.UNKNOWN_NUMBER, Reason.LANDLINE, Reason.BOUNCE, Reason.WRONG_NUMBER}
]


@pytest.mark.parametrize("reason", Reason)
@pytest.mark.parametrize("rule", ["R01", "R24"])
def test_a_new_holder_gets_what_people_said_and_no_fact_of_the_line(reason: Reason, rule: str) -> None:
    row = standing(reason, id=7, rule=rule, reaffirmed_at=NOON, covers=Covers.NON_TRANSACTIONAL)

    (told,) = outcomes(JOINED, row, **CARLA_GETS_THE_NUMBER)

    if reason in PEOPLES_WORDS:
        assert (told.effect, told.address_id, told.contact_id, told.copied_from) == (SET, NUMBER, CARLA, 7)
        assert (told.rule, told.reason, told.kind, told.covers) == (rule, reason, row.kind, row.covers)
        assert told.since == NOON
    else:
        assert (told.effect, told.rule) == (Effect.NOTHING, "J01")


@pytest.mark.parametrize("holder", [None, ADA, BO])
def test_it_makes_no_difference_whom_the_row_at_the_address_names(holder: int | None) -> None:
    (told,) = outcomes(JOINED, standing(contact_id=holder), **CARLA_GETS_THE_NUMBER)

    assert (told.effect, told.contact_id) == (SET, CARLA)


@pytest.mark.parametrize("fields", [{"address_id": OLD_NUMBER, "contact_id": CARLA}, {"address_id": None}], ids=str)
def test_what_stands_elsewhere_does_not_come_along(fields: dict[str, Any]) -> None:
    assert [each[0] for each in tell(JOINED, standing(**fields), **CARLA_GETS_THE_NUMBER)] == [Effect.NOTHING]


def test_of_several_rows_for_one_reason_a_new_holder_gets_one_with_the_strongest_of_each() -> None:
    later = NOON + HOUR
    rows = [
        standing(
            Reason.IMPORTED,
            id=1,
            contact_id=ADA,
            kind=Kind.TEMPORARY,
            expires_at=later,
            since=NOON - 2 * HOUR,
        ),
        standing(
            Reason.IMPORTED,
            id=2,
            contact_id=BO,
            kind=Kind.PERMANENT,
            covers=Covers.NON_TRANSACTIONAL,
            since=NOON - HOUR,
        ),
    ]

    (told,) = outcomes(JOINED, *rows, **CARLA_GETS_THE_NUMBER)

    assert (told.kind, told.covers, told.since, told.expires_at) == (
        Kind.PERMANENT,
        Covers.EVERYTHING,
        NOON - HOUR,
        None,
    )


def test_directions_and_channels_join_side_by_side() -> None:
    rows = [
        standing(id=1),
        standing(id=2, channel=WHATSAPP),
        standing(id=3, direction=Direction.INBOUND),
        standing(Reason.HOSTILE, id=4),
    ]

    assert [each.copied_from for each in outcomes(JOINED, *rows, **CARLA_GETS_THE_NUMBER)] == [1, 2, 3, 4]


def test_who_held_the_address_before_gets_only_what_is_new() -> None:
    hers = standing(id=1, contact_id=CARLA, since=NOON - 2 * HOUR)
    known = standing(id=2, contact_id=ADA, since=NOON - 2 * HOUR)

    nothing = outcomes(JOINED, hers, known, **CARLA_GETS_THE_NUMBER)
    (newer,) = outcomes(JOINED, hers, replace(known, reaffirmed_at=NOON), **CARLA_GETS_THE_NUMBER)
    (wider,) = outcomes(JOINED, replace(hers, covers=Covers.NON_TRANSACTIONAL), known, **CARLA_GETS_THE_NUMBER)

    assert [each.effect for each in nothing] == [Effect.NOTHING]
    assert (newer.effect, newer.suppression_id, newer.since) == (UNCHANGED, 1, NOON)
    assert (wider.effect, wider.suppression_id, wider.covers) == (STRENGTHENED, 1, Covers.EVERYTHING)
