"""Undoing a clearing of DND: what staff ended stands again as it stood, unless somebody acted since."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from consent.rules import decide
from consent.values import ActiveSuppression, EndedSuppression, Outcome, Situation
from consent.vocabulary import Channel, Covers, Effect, EventKind, Reason
from tests.consent.register import NOON, happens, standing

SMS, WHATSAPP = Channel.SMS, Channel.WHATSAPP
HOUR = timedelta(hours=1)
CLEARED = standing(Reason.MANUAL, id=7, address_id=None, rule="R15", reaffirmed_at=NOON - HOUR)


def undone(row: ActiveSuppression = CLEARED, *, channel: Channel = SMS, **fields: Any) -> Outcome:
    """Return what undoing at noon does about a row that staff ended half an hour before."""
    ended = (EndedSuppression(row, NOON - HOUR / 2),)
    event = happens(EventKind.CHANGE_UNDONE, channel)
    (outcome,) = decide(event, Situation(at=NOON, contact_id=1, ended=ended, **fields)).outcomes
    return outcome


def test_what_staff_ended_stands_again_as_it_stood() -> None:
    row = standing(Reason.UNSUBSCRIBE, id=7, covers=Covers.NON_TRANSACTIONAL, rule="R08", expires_at=NOON + HOUR)

    again = undone(row)

    assert (again.effect, again.rule, again.copied_from, again.suppression_id) == (Effect.SET, "R08", 7, None)
    assert (again.address_id, again.contact_id, again.reason, again.kind) == (11, 1, row.reason, row.kind)
    assert (again.covers, again.since, again.expires_at) == (row.covers, row.reaffirmed_at, NOON + HOUR)


def test_it_is_told_once_where_it_stands_again_already() -> None:
    again = undone(active=(standing(Reason.MANUAL, id=9, address_id=None),))

    assert (again.effect, again.rule, again.suppression_id, again.since) == (Effect.UNCHANGED, "J02", 9, None)


@pytest.mark.parametrize(
    ("channel", "minutes", "effect"),
    [
        (SMS, 1, Effect.SUPERSEDED),
        (SMS, 0, Effect.SET),
        (SMS, -1, Effect.SET),
        (WHATSAPP, 1, Effect.SET),
    ],
)
def test_a_contact_who_came_back_since_is_not_silenced_again(channel: Channel, minutes: int, effect: Effect) -> None:
    came_back = {(channel, EventKind.TEXT_OPT_IN): NOON - HOUR / 2 + timedelta(minutes=minutes)}

    again = undone(opted_in_at=came_back)

    assert (again.effect, again.code) == (effect, "came_back" if effect is Effect.SUPERSEDED else "")


@pytest.mark.parametrize(("minutes", "effect"), [(-1, Effect.NOTHING), (0, Effect.NOTHING), (1, Effect.SET)])
def test_a_snooze_that_would_have_ended_since_does_not_begin_again(minutes: int, effect: Effect) -> None:
    again = undone(standing(Reason.MANUAL, id=7, expires_at=NOON + timedelta(minutes=minutes)))

    assert (again.effect, again.code) == (effect, "ran_out" if effect is Effect.NOTHING else "")


def test_another_channel_is_another_undoing() -> None:
    again = undone(channel=WHATSAPP)

    assert (again.effect, again.rule, again.suppression_id) == (Effect.NOTHING, "J02", None)


def test_two_that_ended_and_were_one_stand_again_as_one() -> None:
    """Lifted, set anew, lifted again: the undoing of both finds two rows of one identity."""
    ended = tuple(
        EndedSuppression(standing(Reason.MANUAL, id=number, since=NOON - number * HOUR), NOON) for number in (2, 1)
    )
    stands = (standing(Reason.MANUAL, id=9),)

    fresh = decide(happens(EventKind.CHANGE_UNDONE), Situation(at=NOON, contact_id=1, ended=ended)).outcomes
    told = decide(
        happens(EventKind.CHANGE_UNDONE), Situation(at=NOON, contact_id=1, ended=ended, active=stands)
    ).outcomes

    assert [(each.effect, each.since) for each in fresh] == [(Effect.SET, NOON - HOUR)]
    assert {each.effect for each in told} == {Effect.UNCHANGED}
