"""Try a message: the whole way a message goes, without going it."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from consent.models import Delivery, InboundMessage, LedgerEntry, Suppression
from consent.selectors import addresses_by_channel
from consent.services import dnd
from consent.services.preview import preview
from consent.services.profile import update_profile
from consent.vocabulary import Channel
from contacts.models import Address, Contact
from contacts.values import SYSTEM
from tests.factories.contacts import make_contact
from tests.factories.staff_site import text

pytestmark = pytest.mark.django_db

TRY = "/admin/try-a-message/"
TABLES = (Address, Contact, Delivery, InboundMessage, LedgerEntry, Suppression)


@pytest.fixture
def desk(client: Client, agent: User) -> Client:
    client.force_login(agent)
    return client


def tried(desk: Client, body: str, *, sender: str = "", channel: str = "sms", **more: object) -> str:
    return desk.post(TRY, {"body": body, "channel": channel, "who": sender, **more}).content.decode()


def test_a_stop_from_a_known_number_shows_both_suppressions_and_writes_nothing(desk: Client, ada: Contact) -> None:
    before = [table.objects.count() for table in TABLES]

    with CaptureQueriesContext(connection) as asked:
        page = tried(desk, "STOP", sender="503-555-0101")

    assert "Read as: Opt-out" in page
    assert "R01" in page
    assert "R03" in page
    assert "Ada Lovelace" in page
    assert [table.objects.count() for table in TABLES] == before
    written = [query["sql"] for query in asked if query["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]
    assert [sql for sql in written if "django_session" not in sql] == []
    assert not any("FOR UPDATE" in query["sql"] or "FOR NO KEY" in query["sql"] for query in asked)


def test_what_the_preview_tells_is_what_the_message_then_does(ada: Contact, at: datetime) -> None:
    address_id = addresses_by_channel(ada.pk)[Channel.SMS][0]
    for number, body in enumerate(["STOP", "please no more texts", "START", "hello", "enough", "UNSTOP", "stop"]):
        when = at + timedelta(minutes=number)
        told = preview(body=body, channel=Channel.SMS, address_id=address_id, at=when)
        foretold = {(event.kind, outcome.effect, outcome.rule) for event in told.events for outcome in event.outcomes}

        sent = text(f"SM{number}", body, sender="+15035550101", at=when)

        lines = LedgerEntry.objects.filter(delivery_id=sent.pk).values_list("kind", "effect", "rule")
        assert set(lines) == foretold, body
        assert sent.messages.get().message_class == told.reading.message_class


def test_a_stranger_is_the_default_sender(desk: Client) -> None:
    page = tried(desk, "STOP")

    assert "somebody we have never heard of" in page
    assert "Read as: Opt-out" in page


def test_several_people_of_one_name_are_offered_and_one_can_be_picked(desk: Client, ada: Contact) -> None:
    twin = make_contact("Ada", "Byron", phone="+15035550188")

    assert "Which one?" in tried(desk, "STOP", sender="ada")
    picked = tried(desk, "STOP", sender="ada", pick=twin.pk)
    assert "Ada Byron, +1 503-555-0188" in picked


def test_the_person_in_the_box_can_be_changed_after_one_was_picked(desk: Client, ada: Contact, bo: Contact) -> None:
    page = tried(desk, "STOP", sender="Bo Diddley", contact=ada.pk)

    assert "Bo Diddley, +1 503-555-0102" in page


def test_who_has_no_address_on_the_channel_is_told_so(desk: Client) -> None:
    make_contact("Eve", "Noll", email="eve@example.com")

    assert "Eve Noll has no address for SMS." in tried(desk, "STOP", sender="eve")


def test_nobody_and_no_number_is_told_so(desk: Client) -> None:
    assert "is nobody’s name here" in tried(desk, "STOP", sender="zzzz")


def test_a_blocked_opt_in_says_why_it_would_change_nothing(desk: Client, ada: Contact, at: datetime) -> None:
    text("SM1", "STOP", sender="+15035550101", at=at - timedelta(days=1))
    dnd.block(contact_id=ada.pk, on=True, by=SYSTEM, at=at)

    assert "The contact is blocked. Unblock first." in tried(desk, "START", sender="+15035550101")


def test_the_policy_that_any_message_opts_in_is_foretold_too(desk: Client, ada: Contact, at: datetime) -> None:
    update_profile(name="Us", help_text="?", opt_in_on_any_message=True, by=SYSTEM, at=at)

    assert "which this business reads as opting in" in tried(desk, "hello", sender="+15035550101")


@pytest.mark.parametrize("body", ["", "x" * 2001, "a\x00b"])
def test_a_message_that_can_not_be_tried_is_refused_at_its_field(desk: Client, body: str) -> None:
    page = tried(desk, body)

    assert "sd-problem" in page
    assert "Read as" not in page
