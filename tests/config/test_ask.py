"""Ask the gate: the answer that a message would meet, with every reason and its end."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client

from consent.models import DecisionRecord, LedgerEntry
from consent.services import dnd, profile
from consent.vocabulary import CHANNELS, Channel, Purpose, Source
from contacts.models import Contact
from contacts.values import Actor
from lists import services as lists
from tests.factories.contacts import LONG_AGO, make_contact
from tests.factories.lists import make_list
from tests.factories.staff_site import text

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(client: Client, agent: User, connected: None) -> Client:
    client.force_login(agent)
    return client


def answer(desk: Client, **asked: object) -> str:
    return desk.get("/admin/ask-the-gate/", {"channel": "sms", "purpose": "marketing", **asked}).content.decode()


def test_nothing_stands_against_a_reachable_contact(desk: Client, ada: Contact) -> None:
    page = answer(desk, who="Ada Lovelace")

    assert "Nothing stands against it" in page
    assert "Ada Lovelace, +1 503-555-0101" in page


def test_a_no_tells_why_since_when_under_which_rule_and_what_ends_it(desk: Client, ada: Contact, at: datetime) -> None:
    text("SM1", "stop", sender="+15035550101", at=at)

    page = answer(desk, who="(503) 555-0101")

    assert "Texted STOP on 21 Nov 2026" in page
    assert "Lifts when the contact texts START, or with approved opt-in evidence." in page
    assert 'href="/admin/rules/#R01"' in page
    assert "2 reasons" in page


def test_every_way_to_be_silenced_has_an_answer_and_not_an_error(
    desk: Client, ada: Contact, by: Actor, at: datetime
) -> None:
    dnd.block(contact_id=ada.pk, on=True, by=by, at=at)
    dnd.do_not_contact(contact_id=ada.pk, on=True, by=by, at=at)
    dnd.switch_on(contact_id=ada.pk, channels=[Channel.ALL], by=by, at=at, expires_at=at + timedelta(days=2))

    for channel in CHANNELS:
        for purpose in Purpose:
            page = answer(desk, contact=ada.pk, channel=channel.value, purpose=purpose.value)
            assert "reason" in page, (channel, purpose)
    assert "Ends by itself on" in answer(desk, contact=ada.pk, channel="email")


def test_a_list_is_asked_about_too(desk: Client, ada: Contact, by: Actor, at: datetime) -> None:
    offers = make_list()
    lists.add(list_id=offers.pk, contact_ids=[ada.pk], by=by, at=at)
    lists.opt_out(list_id=offers.pk, contact_ids=[ada.pk], by=by, at=at, source=Source.STAFF)

    assert "Opted out of this list on 21 Nov 2026" in answer(desk, who="ada", list=offers.slug)
    assert "Nothing stands against it" in answer(desk, who="ada")


def test_a_link_with_a_contact_alone_asks_about_sms_and_marketing(desk: Client, ada: Contact) -> None:
    page = desk.get("/admin/ask-the-gate/", {"contact": ada.pk}).content.decode()

    assert "Nothing stands against it" in page
    assert 'value="Ada Lovelace"' in page


def test_one_of_several_is_picked(desk: Client, ada: Contact) -> None:
    make_contact("Ada", "Byron", phone="+15035550188")

    assert "Which one?" in answer(desk, who="ada")
    assert "Ada Lovelace, +1 503-555-0101" in answer(desk, who="ada", pick=ada.pk)


def test_an_address_that_nobody_holds_has_an_answer(desk: Client, at: datetime) -> None:
    text("SM1", "STOP", sender="+442079460000", at=at)

    assert "Texted STOP" in answer(desk, who="+44 20 7946 0000")
    assert "Nothing stands against it" in answer(desk, who="+44 20 7946 0001")


@pytest.mark.parametrize(
    "asked",
    [
        {"who": ""},
        {"who": "zzzz"},
        {"channel": "pigeon"},
        {"list": "none"},
        {"contact": "99999999999999999999"},
        {"pick": "x"},
    ],
)
def test_a_question_that_makes_no_sense_is_answered_in_words(desk: Client, asked: dict[str, str]) -> None:
    page = answer(desk, **asked)

    assert "sd-problem" in page
    assert "Nothing stands against it" not in page


def test_what_staff_are_told_is_recorded_and_changes_nothing(desk: Client, ada: Contact, agent: User) -> None:
    answer(desk, who="ada")
    desk.head("/admin/ask-the-gate/", {"who": "ada"})
    answer(desk, who="zzzz")

    record = DecisionRecord.objects.get()
    assert (record.actor, record.source, record.contact_ids) == (f"user:{agent.pk}", "staff", [ada.pk])
    assert (record.about_at, record.refused_count) == (None, 0)
    assert LedgerEntry.objects.count() == 0


def test_a_past_moment_is_answered_as_it_stood_beside_what_changed_since(desk: Client, by: Actor, ada: Contact) -> None:
    profile.disconnect_channel(channel=Channel.SMS, by=by, at=LONG_AGO)
    profile.connect_channel(channel=Channel.SMS, by=by, at=LONG_AGO)
    stopped_at = LONG_AGO + timedelta(days=10)
    text("SM1", "STOP", sender="+15035550101", at=stopped_at)
    text("SM2", "START", sender="+15035550101", at=stopped_at + timedelta(days=10))
    text("SM3", "stop", sender="+15035550101", at=stopped_at + timedelta(days=20))

    between = answer(desk, who="ada", at="2026-01-30T12:00")
    assert "Nothing stood against it" in between
    assert "on 30 Jan 2026, 12:00" in between
    assert "The answer has changed since." in between
    assert "Texted STOP on 4 Feb 2026" in between
    assert DecisionRecord.objects.get().about_at == datetime(2026, 1, 30, 12, tzinfo=UTC)

    before = answer(desk, who="ada", at="2026-01-20T12:00:30")
    assert "Texted STOP on 15 Jan 2026" in before

    assert "The answer is the same now." in answer(desk, who="ada", at="2026-02-05T12:00")


def test_a_moment_that_our_records_do_not_reach_is_told_in_words(desk: Client, ada: Contact, by: Actor) -> None:
    assert "Our records begin on 5 Jan 2026, 09:00." in answer(desk, who="ada", at="2025-04-01T12:00")
    assert "This moment is still to come." in answer(desk, who="ada", at="2999-04-01T12:00")
    assert "sd-problem" in answer(desk, who="ada", at="yesterday")
    assert DecisionRecord.objects.count() == 0


def test_a_contact_that_came_later_was_not_in_our_records_then(desk: Client, ada: Contact) -> None:
    make_contact("Late", "Comer", phone="+15035550190", at=LONG_AGO + timedelta(days=30))

    page = answer(desk, who="late", at="2026-01-06T12:00")

    assert "Not in our records yet: Late Comer is since 4 Feb 2026, 09:00." in page
