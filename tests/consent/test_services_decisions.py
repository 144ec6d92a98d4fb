"""Recorded decisions: what was asked, by whom, and what was answered, one row for a call."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from consent.models import DecisionRecord, Suppression
from consent.selectors.decisions import Subject, decide_many
from consent.selectors.recorded import about_contact, answers_of
from consent.services import dnd
from consent.services.decisions import record_answers
from consent.values import GateRequest
from consent.vocabulary import Channel, Purpose, Source
from contacts.models import Address, Contact
from contacts.values import Actor
from tests.consent.acting import phone_of
from tests.consent.life import Life
from tests.factories.contacts import make_contact

pytestmark = pytest.mark.django_db

SMS = GateRequest(Channel.SMS, Purpose.MARKETING)
SIDES = (Channel.SMS, Channel.WHATSAPP, Channel.CALL)


def ask(*subjects: Subject, by: Actor, at: datetime, request: GateRequest = SMS) -> DecisionRecord:
    answers = decide_many(request, subjects)
    public_id = record_answers(request=request, answers=answers, by=by, at=at, source=Source.STAFF)
    return DecisionRecord.objects.get(public_id=public_id)


def replayed(record: DecisionRecord) -> dict[int, list[tuple[str, int | None]]]:
    """Ask a recorded question again, about the moment when it was answered: place → reasons."""
    request = GateRequest(Channel(record.channel), Purpose(record.purpose), record.list_slug or None)
    values = dict(Address.objects.filter(pk__in=[pk for pk in record.address_ids if pk]).values_list("pk", "value"))
    subjects = {
        place: Subject(contact_id=contact_id) if contact_id is not None else Subject(address_value=values[address_id])
        for place, (contact_id, address_id) in enumerate(zip(record.contact_ids, record.address_ids, strict=True), 1)
        if contact_id is not None or address_id is not None
    }
    answers = decide_many(request, list(subjects.values()), at=record.answered_at)
    return {
        place: [(reason.code, reason.suppression_id) for reason in answer.decision.reasons]
        for place, answer in zip(subjects, answers, strict=True)
    }


@pytest.mark.parametrize("seed", [4, 5])
def test_every_recorded_decision_asked_again_for_then_gives_the_same_answer(seed: int, by: Actor) -> None:
    life = Life(seed, by)
    for _ in range(70):
        life.act()
        for question in life.questions():
            ask(*life.subjects(), by=by, at=life.now, request=question)

    seen = set()
    for record in DecisionRecord.objects.order_by("id"):
        told: dict[int, list[tuple[str, int | None]]] = {place: [] for place in range(1, record.subject_count + 1)}
        for place, *reason in zip(record.reason_subjects, record.reason_codes, record.suppression_ids, strict=True):
            told[place].append(tuple(reason))
        again = replayed(record)
        assert again == {place: told[place] for place in again}, record.answered_at
        seen |= {code for reasons in told.values() for code, _ in reasons}
    assert {"opt_out", "manual", "unknown_contact", "not_a_member", "channel_disconnected", "no_consent"} <= seen


def test_a_record_keeps_ids_and_codes_and_nothing_of_the_person(
    connected: None, ada: Contact, bo: Contact, by: Actor, at: datetime
) -> None:
    dnd.record_verbal_opt_out(contact_id=bo.pk, channels=[Channel.SMS], by=by, at=at, note="by phone")
    suppression = Suppression.objects.get(contact=bo)

    record = ask(
        Subject(contact_id=ada.pk), Subject(contact_id=bo.pk), Subject(address_value="+15035550199"), by=by, at=at
    )

    assert (record.contact_ids, record.address_ids) == ([ada.pk, bo.pk, None], [phone_of(ada), phone_of(bo), None])
    assert (record.subject_count, record.refused_count) == (3, 1)
    assert (record.reason_subjects, record.reason_codes, record.suppression_ids) == ([2], ["opt_out"], [suppression.pk])
    assert (record.actor, record.source, record.answered_at, record.about_at) == (by.ref, "staff", at, None)


def test_nothing_to_record_is_an_error(by: Actor, at: datetime) -> None:
    with pytest.raises(ValueError, match="no answers"):
        record_answers(request=SMS, answers=[], by=by, at=at, source=Source.API)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE consent_decisionrecord SET refused_count = 0",
        "DELETE FROM consent_decisionrecord",
        "INSERT INTO consent_decisionrecord SELECT (jsonb_populate_record(row, jsonb_build_object("
        "'id', 0, 'public_id', gen_random_uuid(), 'subject_count', 7))).* FROM consent_decisionrecord row",
        "INSERT INTO consent_decisionrecord SELECT (jsonb_populate_record(row, jsonb_build_object("
        "'id', 0, 'public_id', gen_random_uuid(), 'reason_codes', '[]'::jsonb))).* FROM consent_decisionrecord row",
    ],
)
def test_what_was_answered_is_never_changed_deleted_or_left_incomplete(
    statement: str, ada: Contact, by: Actor, at: datetime
) -> None:
    ask(Subject(contact_id=ada.pk), by=by, at=at)

    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_a_call_about_thousands_is_one_statement(ada: Contact, by: Actor, at: datetime) -> None:
    answers = decide_many(SMS, [Subject(contact_id=ada.pk)] * 3000)

    with CaptureQueriesContext(connection) as queries:
        record_answers(request=SMS, answers=answers, by=by, at=at, source=Source.API)

    assert len(queries) == 1


def test_a_contact_sees_what_was_answered_about_it_and_its_addresses_and_nobody_else(
    connected: None, ada: Contact, by: Actor, at: datetime
) -> None:
    twin = make_contact("Tina", phone="+15035550101")
    mine = ask(Subject(contact_id=twin.pk), Subject(contact_id=ada.pk), by=by, at=at)
    ask(Subject(contact_id=twin.pk), by=by, at=at)
    by_number = ask(Subject(address_value="+15035550101"), by=by, at=at + timedelta(hours=1))

    page = about_contact(ada.pk, address_ids=[phone_of(ada)])

    assert [(each.record_id, each.contact_id) for each in page.answers] == [(by_number.pk, None), (mine.pk, ada.pk)]
    assert page.older_than is None


def test_older_answers_come_page_by_page(connected: None, ada: Contact, by: Actor, at: datetime) -> None:
    records = [ask(Subject(contact_id=ada.pk), by=by, at=at + timedelta(minutes=place)).pk for place in range(5)]

    shown, older_than = [], None
    for _ in range(3):
        page = about_contact(ada.pk, most=2, older_than=older_than)
        shown.append([answer.record_id for answer in page.answers])
        older_than = page.older_than

    assert shown == [[records[4], records[3]], [records[2], records[1]], [records[0]]]
    assert older_than is None


def test_the_answers_of_a_record_tell_the_suppression_behind_each_no(
    connected: None, ada: Contact, bo: Contact, by: Actor, at: datetime
) -> None:
    dnd.switch_on(contact_id=bo.pk, channels=SIDES, by=by, at=at)
    record = ask(Subject(contact_id=ada.pk), Subject(contact_id=bo.pk), by=by, at=at)

    yes, no = answers_of(record.pk, most=10)

    assert yes.allowed
    assert [(reason.code, reason.suppression and reason.suppression.contact_id) for reason in no.reasons] == [
        ("manual", bo.pk)
    ]
    assert len(answers_of(record.pk, most=1)) == 1
