"""What the gate answered, on the screen of all decisions and on the page of the contact it was about."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from consent.models import DecisionRecord
from consent.selectors.decisions import Subject, decide_many
from consent.services import dnd
from consent.services.decisions import record_answers
from consent.values import GateRequest
from consent.vocabulary import Channel, Purpose, Reason, Source
from contacts.models import Contact
from contacts.services import update_contact
from contacts.values import Actor
from tests.config.desk import as_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("connected")]

LIST = "/admin/consent/decisionrecord/"
SMS = GateRequest(Channel.SMS, Purpose.MARKETING, "offers")


def ask(*subjects: Subject, by: Actor, at: datetime, about_at: datetime | None = None) -> DecisionRecord:
    answers = decide_many(SMS, subjects)
    made = record_answers(request=SMS, answers=answers, by=by, at=at, source=Source.STAFF, about_at=about_at)
    return DecisionRecord.objects.get(public_id=made)


def seen(user: User, address: str, **asked: str) -> str:
    return as_user(user).get(address, asked).content.decode()


def test_the_contact_page_tells_who_asked_and_why_not(ada: Contact, agent: User, by: Actor, at: datetime) -> None:
    dnd.switch_on(contact_id=ada.pk, channels=[Channel.SMS], by=by, at=at)
    ask(Subject(contact_id=ada.pk), Subject(contact_id=0), by=by, at=at, about_at=at - timedelta(days=1))

    page = seen(agent, f"/admin/contacts/contact/{ada.pk}/decisions/")

    assert "Asked: May we use SMS for marketing, for the list “offers”?" in page
    assert "by alex" in page
    assert "about 20 Nov 2026, 12:00" in page
    assert "+1 503-555-0101" in page
    assert "with 1 other" in page
    assert f"{Reason.MANUAL.label} since 21 Nov 2026" in page
    assert "There was no such list" in page


def test_an_agent_reads_the_decisions_of_their_own_contacts_alone(
    ada: Contact, agent: User, support: User, by: Actor, at: datetime
) -> None:
    owned = {"owner_id": support.pk}
    update_contact(contact_id=ada.pk, expected_version=ada.version, changes=owned, by=by, at=at)
    address = f"/admin/contacts/contact/{ada.pk}/decisions/"

    assert as_user(agent).get(address).status_code == 403
    assert as_user(support).get(address).status_code == 200


def test_older_decisions_are_one_link_away(ada: Contact, agent: User, by: Actor, at: datetime) -> None:
    records = [ask(Subject(contact_id=ada.pk), by=by, at=at + timedelta(minutes=place)) for place in range(26)]
    address = f"/admin/contacts/contact/{ada.pk}/decisions/"

    assert f"?before={records[1].pk}" in seen(agent, address)
    assert "?before=" not in seen(agent, address, before=str(records[1].pk))
    assert "Asked:" in seen(agent, address, before="x")


def test_all_decisions_are_found_by_answer_by_moment_and_by_person(
    ada: Contact, bo: Contact, support: User, by: Actor, at: datetime
) -> None:
    ask(Subject(contact_id=ada.pk), Subject(contact_id=bo.pk), by=by, at=at)
    ask(Subject(contact_id=bo.pk), by=by, at=at, about_at=at - timedelta(days=1))

    assert "2 subjects" in seen(support, LIST)
    assert "As of 20 Nov 2026, 12:00" in seen(support, LIST, moment="past")
    assert "2 subjects" not in seen(support, LIST, moment="past")
    assert "2 subjects" not in seen(support, LIST, answer="yes")
    assert "2 subjects" in seen(support, LIST, answer="no", channel__exact="sms")
    assert "2 subjects" in seen(support, LIST, q="lovelace")
    assert "Bo Diddley" not in seen(support, LIST, q="lovelace")
    assert "Bo Diddley" in seen(support, LIST, q="503 555 0102")


def test_one_decision_tells_each_subject_with_its_reasons(ada: Contact, support: User, by: Actor, at: datetime) -> None:
    dnd.record_verbal_opt_out(contact_id=ada.pk, channels=[Channel.SMS], by=by, at=at, note="by phone")
    record = ask(Subject(contact_id=ada.pk), Subject(address_value="+15035550199"), by=by, at=at)

    page = seen(support, f"{LIST}{record.pk}/change/")

    assert "Ada Lovelace" in page
    assert f"{Reason.OPT_OUT.label} since 21 Nov 2026; There was no such list" in page
    assert "An address that we did not have" in page
    assert "Name the one whom you ask about." in page


def test_a_decision_is_asked_again_about_its_own_moment(ada: Contact, support: User, by: Actor, at: datetime) -> None:
    """An address that we did not have was not kept (0051), so whoever asks again types it."""
    known = ask(Subject(contact_id=ada.pk), by=by, at=at)
    unknown = ask(Subject(address_value="+15035550199"), by=by, at=at, about_at=at - timedelta(days=1))

    link = "/admin/ask-the-gate/?channel=sms&amp;purpose=marketing&amp;list=offers&amp;at=2026-11-21T12%3A00%3A00"
    assert f"{link}&amp;contact={ada.pk}" in seen(support, f"{LIST}{known.pk}/change/")
    page = seen(support, f"{LIST}{unknown.pk}/change/")
    assert "at=2026-11-20T12%3A00%3A00" in page
    assert "so it was not kept. Type it there" in page
    assert "15035550199" not in page
    again = "/admin/ask-the-gate/?channel=sms&purpose=marketing&at=2026-11-20T12:00:00"
    assert "Name a contact, or type an address." in seen(support, again)


def test_the_screen_asks_as_many_queries_for_many_decisions_as_for_one(
    ada: Contact, bo: Contact, support: User, by: Actor, at: datetime
) -> None:
    client = as_user(support)

    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            client.get(LIST)
        return len(queries)

    ask(Subject(contact_id=ada.pk), by=by, at=at)
    count()
    once = count()
    for contact in (ada, bo) * 5:
        ask(Subject(contact_id=contact.pk), by=by, at=at)

    assert count() == once
