"""What the gate answered then: by our own records, equal to what was answered at the time."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from consent.selectors.decisions import Answer, Subject, decide, decide_many
from consent.selectors.past import MomentRefused
from consent.services import dnd
from consent.values import GateRequest
from consent.vocabulary import Channel, Purpose
from contacts.models import Contact
from contacts.values import Actor
from tests.consent.life import BEGINNING, Life
from tests.factories.contacts import LONG_AGO
from tests.factories.lists import make_crowd

pytestmark = pytest.mark.django_db

SMS = GateRequest(Channel.SMS, Purpose.MARKETING)


def told(answer: Answer) -> tuple[object, ...]:
    return answer.address_value, [
        (reason.code, reason.text, reason.kind, reason.expires_at, reason.suppression_id)
        for reason in answer.decision.reasons
    ]


@pytest.mark.parametrize("seed", [1, 2])
def test_whatever_happened_since_the_gate_answers_for_then_as_it_did_then(seed: int, by: Actor) -> None:
    life = Life(seed, by)
    asked: list[tuple[datetime, GateRequest, list[Answer]]] = []
    for _ in range(60):
        life.act()
        asked += [(life.now, question, decide_many(question, life.subjects())) for question in life.questions()]

    for at, question, answers in asked:
        again = decide_many(question, [answer.subject for answer in answers], at=at)
        assert [told(answer) for answer in again] == [told(answer) for answer in answers], (at, question)


def test_a_moment_to_come_has_no_answer(ada: Contact) -> None:
    with pytest.raises(MomentRefused) as refused:
        decide(SMS, Subject(contact_id=ada.pk), at=timezone.now() + timedelta(minutes=1))

    assert refused.value.code == "in_the_future"


def test_before_our_records_begin_nobody_can_say(by: Actor) -> None:
    Life(1, by)

    with pytest.raises(MomentRefused, match="Our records begin on 2020-03-01") as refused:
        decide(SMS, Subject(address_value="+15035550100"), at=BEGINNING - timedelta(microseconds=1))

    assert (refused.value.code, refused.value.records_begin) == ("before_records", BEGINNING)


def test_without_any_record_no_past_moment_can_be_asked_about(db: None) -> None:
    with pytest.raises(MomentRefused) as refused:
        decide(SMS, Subject(address_value="+15035550100"), at=BEGINNING)

    assert (refused.value.code, refused.value.records_begin) == ("before_records", None)


def test_a_stop_counts_from_when_we_learnt_of_it_and_not_from_when_it_was_said(by: Actor) -> None:
    life = Life(1, by)
    asked, said_at = Subject(contact_id=life.people[0]), BEGINNING + timedelta(hours=1)
    learnt_at = said_at + timedelta(days=2)
    dnd.record_verbal_opt_out(
        contact_id=life.people[0], channels=[Channel.SMS], by=by, at=learnt_at, asked_at=said_at, note="by letter"
    )

    assert decide(SMS, asked, at=learnt_at - timedelta(seconds=1)).decision.allowed
    assert not decide(SMS, asked, at=learnt_at).decision.allowed


def test_people_and_lists_made_in_bulk_count_since_they_joined(by: Actor) -> None:
    Life(1, by)
    people = make_crowd(3)

    before, after = (
        [answer.decision.allowed for answer in decide_many(SMS, [Subject(contact_id=pk) for pk in people], at=moment)]
        for moment in (LONG_AGO - timedelta(days=1), LONG_AGO)
    )

    assert (before, after) == ([False] * 3, [True] * 3)


def test_the_number_of_queries_does_not_grow_with_the_subjects(by: Actor) -> None:
    life = Life(1, by)
    for _ in range(15):
        life.act()
    with_list = GateRequest(Channel.SMS, Purpose.MARKETING, "offers")

    def count(subjects: list[Subject]) -> int:
        with CaptureQueriesContext(connection) as queries:
            decide_many(with_list, subjects, at=life.now)
        return len(queries)

    assert count(life.subjects() * 20) == count(life.subjects())
