"""The newest act of the contact wins by the time it was done, however late, early or often we hear of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from consent.values import ConsentEvent
from consent.vocabulary import Channel, EventKind, Purpose, Source
from contacts.vocabulary import AddressKind
from tests.consent.register import Register

ADA, PHONE, MAILBOX = 1, 11, 21
START_OF_DAY = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)

SMS, WHATSAPP, EMAIL = Channel.SMS, Channel.WHATSAPP, Channel.EMAIL
ACTS: list[tuple[EventKind, Channel]] = [
    *((kind, channel) for channel in (SMS, WHATSAPP) for kind in EventKind if kind.startswith("text_")),
    (EventKind.PROVIDER_OPT_OUT, SMS),
    (EventKind.PROVIDER_OPT_OUT, WHATSAPP),
    (EventKind.CARRIER_BLOCK, SMS),
    (EventKind.HANDSET_UNREACHABLE, SMS),
    (EventKind.NUMBER_UNKNOWN, SMS),
    (EventKind.NUMBER_LANDLINE, SMS),
    (EventKind.STATUS_OTHER, SMS),
    (EventKind.APP_OPT_OUT, WHATSAPP),
    (EventKind.MARKETING_STOP, WHATSAPP),
    (EventKind.MARKETING_RESUME, WHATSAPP),
    *((kind, EMAIL) for kind in EventKind if kind.startswith("email_")),
    (EventKind.PREFERENCE_NEVER, EMAIL),
    (EventKind.PREFERENCE_RETURN, EMAIL),
]
Act = tuple[EventKind, Channel, int]
acts = st.tuples(st.sampled_from(ACTS), st.integers(0, 5)).map(lambda drawn: (*drawn[0], drawn[1]))


def event(act: Act) -> ConsentEvent:
    kind, channel, minutes = act
    return ConsentEvent(kind, (channel,), START_OF_DAY + timedelta(minutes=minutes), Source.PROVIDER)


def hear(told: list[Act]) -> Register:
    """Return what stands after hearing of these acts of one contact in this order."""
    register = Register({PHONE: AddressKind.PHONE, MAILBOX: AddressKind.EMAIL}, held={(ADA, PHONE), (ADA, MAILBOX)})
    for act in told:
        address = MAILBOX if act[1] is EMAIL else PHONE
        named = ADA if act[0] in {EventKind.PREFERENCE_NEVER, EventKind.PREFERENCE_RETURN} else None
        register.record(event(act), contact=named, address=address, at=START_OF_DAY + timedelta(hours=1))
    return register


def answers(register: Register) -> dict[tuple[Channel, Purpose], bool]:
    return {
        (channel, purpose): register.ask(
            channel, purpose, contact=ADA, address=MAILBOX if channel is EMAIL else PHONE
        ).allowed
        for channel in (SMS, Channel.CALL, WHATSAPP, EMAIL)
        for purpose in Purpose
    }


@settings(max_examples=150, deadline=None)
@given(st.lists(acts, max_size=7), st.data())
def test_any_order_and_any_repetition_end_in_the_same_answers(told: list[Act], data: st.DataObject) -> None:
    in_time = sorted(told, key=lambda act: act[2])
    shuffled = data.draw(st.permutations(told + data.draw(st.lists(st.sampled_from(told)) if told else st.just([]))))

    expected, answered = answers(hear(in_time)), answers(hear(shuffled))

    if EventKind.MARKETING_STOP in {act[0] for act in told} and not answered[WHATSAPP, Purpose.MARKETING]:
        # The one known strictness: see test_a_yes_between_two_noes_on_whatsapp_that_comes_last.
        expected[WHATSAPP, Purpose.TRANSACTIONAL] &= answered[WHATSAPP, Purpose.TRANSACTIONAL]
    assert answered == expected


@settings(max_examples=60, deadline=None)
@given(st.lists(acts, max_size=6), acts)
def test_an_event_over_its_own_result_changes_nothing(told: list[Act], last: Act) -> None:
    register = hear([*told, last])
    before = dict(register.rows)

    named = ADA if last[0] in {EventKind.PREFERENCE_NEVER, EventKind.PREFERENCE_RETURN} else None
    register.record(event(last), contact=named, address=MAILBOX if last[1] is EMAIL else PHONE)

    assert register.rows == before


def test_a_yes_between_two_noes_on_whatsapp_that_comes_last() -> None:
    """One row holds a STOP and a later marketing stop. Told in time, transactional messages are free again."""
    stop, start = (EventKind.TEXT_OPT_OUT, WHATSAPP, 1), (EventKind.TEXT_OPT_IN, WHATSAPP, 2)
    marketing_stop = (EventKind.MARKETING_STOP, WHATSAPP, 3)

    in_time, late = answers(hear([stop, start, marketing_stop])), answers(hear([stop, marketing_stop, start]))

    assert (in_time[WHATSAPP, Purpose.MARKETING], late[WHATSAPP, Purpose.MARKETING]) == (False, False)
    assert (in_time[WHATSAPP, Purpose.TRANSACTIONAL], late[WHATSAPP, Purpose.TRANSACTIONAL]) == (True, False)


NOES_THAT_START_ENDS = [
    EventKind.TEXT_OPT_OUT,
    EventKind.TEXT_AMBIGUOUS,
    EventKind.PROVIDER_OPT_OUT,
    EventKind.CARRIER_BLOCK,
    EventKind.HANDSET_UNREACHABLE,
    EventKind.NUMBER_UNKNOWN,
    EventKind.NUMBER_LANDLINE,
    EventKind.TEXT_HOSTILE,
]


@pytest.mark.parametrize("no", NOES_THAT_START_ENDS)
@pytest.mark.parametrize(
    ("said", "started", "free"),
    [(1, 2, True), (2, 1, False), (2, 2, False)],
    ids=["START is newer", "the no is newer", "at the same moment"],
)
@pytest.mark.parametrize("heard_late", [False, True])
def test_the_newer_of_start_and_a_no_wins_and_a_tie_is_a_no(
    no: EventKind, said: int, started: int, free: bool, heard_late: bool
) -> None:
    told: list[Act] = [(no, SMS, said), (EventKind.TEXT_OPT_IN, SMS, started)]

    answered = answers(hear(told[::-1] if heard_late else told))

    assert answered[SMS, Purpose.MARKETING] is free


@pytest.mark.parametrize("heard_late", [False, True])
def test_a_newer_start_neither_ends_nor_forestalls_what_it_may_not_end(heard_late: bool) -> None:
    for no, channel in (
        (EventKind.TEXT_WRONG_NUMBER, SMS),
        (EventKind.TEXT_DECEASED, SMS),
        (EventKind.EMAIL_COMPLAINT, EMAIL),
        (EventKind.EMAIL_UNSUBSCRIBE, EMAIL),
        (EventKind.EMAIL_BOUNCE, EMAIL),
        (EventKind.PREFERENCE_NEVER, EMAIL),
    ):
        told: list[Act] = [(no, channel, 1), (EventKind.TEXT_OPT_IN, channel, 2)]

        answered = answers(hear(told[::-1] if heard_late else told))

        assert not answered[channel, Purpose.MARKETING], no


@example([0, 1, 2])
@given(st.permutations([0, 1, 2]))
def test_a_repeated_yes_in_the_middle_frees_from_the_first_no_only(order: list[int]) -> None:
    told = [(EventKind.TEXT_OPT_OUT, SMS, 1), (EventKind.TEXT_OPT_IN, SMS, 2), (EventKind.TEXT_OPT_OUT, SMS, 3)]

    assert not answers(hear([told[index] for index in order]))[SMS, Purpose.MARKETING]
