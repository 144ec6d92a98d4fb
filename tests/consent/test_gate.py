"""The one question and its answer: every reason against a message, in order, with what would end it."""

from __future__ import annotations

from datetime import timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from consent import gate
from consent.rules import LIFT_ROUTES
from consent.values import ActiveSuppression, Facts, GateRequest, ListFacts, Refusal
from consent.vocabulary import CHANNELS, Channel, Covers, Direction, EventKind, Kind, LiftRoute, Purpose, Reason
from tests.consent.register import NOON, standing

SMS, CALL, EMAIL, ALL = Channel.SMS, Channel.CALL, Channel.EMAIL, Channel.ALL
UTC = ZoneInfo("UTC")
DAY = timedelta(days=1)


def refused(
    *active: ActiveSuppression,
    channel: Channel = SMS,
    purpose: Purpose = Purpose.MARKETING,
    list_slug: str | None = None,
    **fields: Any,
) -> tuple[Refusal, ...]:
    """Return the reasons against a message to somebody known, with an address, on a connected channel."""
    facts = Facts(**{"contact_known": True, "address_value": "+15035550101", "active": active} | fields)
    decision = gate.decide(GateRequest(channel, purpose, list_slug), facts, tz=UTC)
    assert decision.allowed is (decision.reasons == ())
    return decision.reasons


def codes(*active: ActiveSuppression, **fields: Any) -> list[str]:
    return [reason.code for reason in refused(*active, **fields)]


SUBJECTS: list[tuple[dict[str, Any], list[str]]] = [
    ({}, []),
    ({"contact_known": None}, []),
    ({"contact_known": False}, ["unknown_contact"]),
    ({"contact_known": False, "address_value": None, "erased": True}, ["unknown_contact"]),
    ({"erased": True}, ["erased"]),
    ({"erased": True, "address_value": None}, ["erased"]),
    ({"address_valid": False, "address_value": None}, ["invalid_address"]),
    ({"address_value": None}, ["no_address"]),
    ({"channel_connected": False}, ["channel_disconnected"]),
    ({"address_value": None, "channel_connected": False}, ["no_address", "channel_disconnected"]),
]


@pytest.mark.parametrize(("fields", "expected"), SUBJECTS, ids=str)
@pytest.mark.parametrize("purpose", Purpose)
def test_who_and_where(fields: dict[str, Any], expected: list[str], purpose: Purpose) -> None:
    assert codes(purpose=purpose, **fields) == expected


def test_every_refusal_about_the_subject_tells_a_sentence_with_the_channels_name() -> None:
    for fields, expected in SUBJECTS:
        for reason in refused(channel=CALL, **fields):
            assert reason.text.endswith(".")
            assert ("Calls & Voicemail" in reason.text) == (reason.code not in {"unknown_contact", "erased"}), expected


@pytest.mark.parametrize("channel", CHANNELS)
def test_a_suppression_refuses_on_its_own_channel(channel: Channel) -> None:
    for other in CHANNELS:
        assert codes(standing(channel=channel), channel=other) == (["opt_out"] if other is channel else [])


@pytest.mark.parametrize("channel", CHANNELS)
def test_one_on_all_channels_refuses_everywhere_connected_or_not(channel: Channel) -> None:
    row = standing(Reason.DO_NOT_CONTACT, channel=ALL)

    assert codes(row, channel=channel) == ["do_not_contact"]
    assert codes(row, channel=channel, channel_connected=False) == ["channel_disconnected", "do_not_contact"]


@pytest.mark.parametrize(
    ("covers", "purpose", "expected"),
    [
        (Covers.EVERYTHING, Purpose.MARKETING, ["opt_out"]),
        (Covers.EVERYTHING, Purpose.CONVERSATIONAL, ["opt_out"]),
        (Covers.EVERYTHING, Purpose.TRANSACTIONAL, ["opt_out"]),
        (Covers.NON_TRANSACTIONAL, Purpose.MARKETING, ["opt_out"]),
        (Covers.NON_TRANSACTIONAL, Purpose.CONVERSATIONAL, ["opt_out"]),
        (Covers.NON_TRANSACTIONAL, Purpose.TRANSACTIONAL, []),
    ],
)
@pytest.mark.parametrize("channel", [SMS, ALL])
def test_transactional_messages_pass_what_spares_them_and_nothing_else(
    covers: Covers, purpose: Purpose, expected: list[str], channel: Channel
) -> None:
    assert codes(standing(covers=covers, channel=channel), purpose=purpose) == expected


@pytest.mark.parametrize("reason", Reason)
def test_an_inbound_suppression_refuses_no_outgoing_message(reason: Reason) -> None:
    assert codes(standing(reason, direction=Direction.INBOUND)) == []


@pytest.mark.parametrize("pair", sorted(LIFT_ROUTES))
def test_a_refusal_tells_the_reason_since_when_and_what_would_end_it(pair: tuple[Reason, Kind]) -> None:
    reason, kind = pair
    row = standing(reason, kind=kind, rule="R20", expires_at=NOON if kind is Kind.TEMPORARY else None)

    (refusal,) = refused(row)

    assert refusal.code == ("blocked_contact" if reason is Reason.BLOCKED else reason.value)
    assert (refusal.channel, refusal.kind, refusal.since, refusal.expires_at, refusal.rule) == (
        SMS,
        kind,
        row.since,
        row.expires_at,
        "R20",
    )
    assert set(refusal.lifted_by) == LIFT_ROUTES[pair]
    assert list(refusal.lifted_by) == [route for route in LiftRoute if route in LIFT_ROUTES[pair]]
    assert "21 Nov 2026" in refusal.text


def test_dates_are_those_of_the_zone_that_the_caller_names() -> None:
    row = standing(since=NOON)
    facts = Facts(contact_known=True, address_value="+15035550101", active=(row,))

    decision = gate.decide(GateRequest(SMS, Purpose.MARKETING), facts, tz=timezone(timedelta(hours=13)))

    assert decision.reasons[0].text.endswith("22 Nov 2026")


def test_reasons_come_in_this_order_subject_channel_suppressions_list() -> None:
    temporary = standing(Reason.MANUAL, id=1, since=NOON - 9 * DAY)
    young = standing(Reason.HOSTILE, id=2, since=NOON - DAY)
    old = standing(Reason.OPT_OUT, id=3, since=NOON - 2 * DAY)

    told = codes(
        temporary,
        young,
        old,
        address_value=None,
        channel_connected=False,
        list_slug="offers",
        list_facts=ListFacts("offers", member=True, blocked_at=NOON, opted_out_at=NOON, removed_at=NOON),
    )

    assert told == [
        "no_address",
        "channel_disconnected",
        "opt_out",
        "hostile",
        "manual",
        "list_blocked",
        "list_opted_out",
        "list_removed",
    ]


def test_of_several_rows_for_one_reason_the_strongest_and_oldest_is_told() -> None:
    rows = [
        standing(Reason.IMPORTED, id=1, kind=Kind.TEMPORARY, since=NOON - 9 * DAY),
        standing(Reason.IMPORTED, id=2, kind=Kind.PERMANENT, since=NOON - DAY),
        standing(Reason.IMPORTED, id=3, kind=Kind.PERMANENT, since=NOON - 2 * DAY),
        standing(Reason.IMPORTED, id=4, kind=Kind.PERMANENT, since=NOON - 2 * DAY, contact_id=2),
        standing(Reason.IMPORTED, id=5, channel=ALL, since=NOON),
    ]

    told = refused(*rows[::-1])

    assert [(reason.channel, reason.kind, reason.since) for reason in told] == [
        (SMS, Kind.PERMANENT, NOON - 2 * DAY),
        (ALL, Kind.PERMANENT, NOON),
    ]


@pytest.mark.parametrize("channel", CHANNELS)
@pytest.mark.parametrize("row", [standing(Reason.MANUAL, channel=ALL), standing(channel=SMS)], ids=["all", "sms"])
def test_whether_one_suppression_refuses_is_the_same_question_everywhere(
    channel: Channel, row: ActiveSuppression
) -> None:
    for purpose in Purpose:
        assert gate.refuses(row, channel, purpose) == bool(refused(row, channel=channel, purpose=purpose))


LISTS: list[tuple[ListFacts | None, list[str]]] = [
    (None, ["unknown_list"]),
    (ListFacts("offers", exists=False), ["unknown_list"]),
    (ListFacts("offers"), ["not_a_member"]),
    (ListFacts("offers", member=True), []),
    (ListFacts("offers", member=True, opted_out_at=NOON), ["list_opted_out"]),
    (ListFacts("offers", member=True, blocked_at=NOON), ["list_blocked"]),
    (ListFacts("offers", member=True, removed_at=NOON), ["list_removed"]),
    (ListFacts("offers", member=False, removed_at=NOON), ["list_removed"]),
    (ListFacts("offers", member=True, opted_out_elsewhere_at=NOON), ["list_opted_out"]),
    (ListFacts("offers", member=False, opted_out_elsewhere_at=NOON), ["list_opted_out"]),
    (ListFacts("offers", member=True, opted_out_at=NOON, opted_out_elsewhere_at=NOON - DAY), ["list_opted_out"]),
    (ListFacts("offers", member=True, blocked_at=NOON, opted_out_at=NOON), ["list_blocked", "list_opted_out"]),
]


@pytest.mark.parametrize(("facts", "expected"), LISTS, ids=str)
@pytest.mark.parametrize("purpose", Purpose)
def test_a_list_send_needs_a_subscribed_member(facts: ListFacts | None, expected: list[str], purpose: Purpose) -> None:
    assert codes(list_slug="offers", list_facts=facts, purpose=purpose) == expected


def test_a_list_says_nothing_where_no_list_was_asked_about() -> None:
    assert codes(list_facts=ListFacts("offers", blocked_at=NOON)) == []


def test_an_opt_out_through_somebody_else_at_the_address_says_so() -> None:
    (own,) = refused(list_slug="offers", list_facts=ListFacts("offers", member=True, opted_out_at=NOON))
    (other,) = refused(list_slug="offers", list_facts=ListFacts("offers", member=True, opted_out_elsewhere_at=NOON))

    assert own.text == "Opted out of this list on 21 Nov 2026"
    assert other.text == "Somebody with the same address opted out of this list on 21 Nov 2026"
    assert own.since == other.since == NOON


def test_an_unknown_list_is_named() -> None:
    assert refused(list_slug="ofers")[0].text == "There is no list “ofers”."


@pytest.mark.parametrize("purpose", Purpose)
def test_all_channels_is_no_channel_for_a_message(purpose: Purpose) -> None:
    with pytest.raises(ValueError, match="one channel"):
        gate.decide(GateRequest(ALL, purpose), Facts(contact_known=True), tz=UTC)


@pytest.mark.parametrize("kind", EventKind)
def test_whatever_set_a_suppression_the_gate_can_say_it(kind: EventKind) -> None:
    assert refused(standing(set_kind=kind))[0].text.endswith(" on 21 Nov 2026")
