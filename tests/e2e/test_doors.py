"""In a browser: a channel is connected, its first event arrives, and a delivery that failed is repaired."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from consent.models import ChannelState, Delivery, Suppression
from consent.services import inbox
from contacts.models import Contact
from tests.consent.doors import FORM, INBOUND, encoded, knock, sms

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True, serialized_rollback=True)]

LogIn = Callable[[User], Page]


def test_a_channel_is_connected_and_shows_its_first_event(
    browsing: LogIn, live_server: LiveServer, accessible: Callable[[Page], None], ada: Contact, compliance: User
) -> None:
    page = browsing(compliance)
    page.goto(f"{live_server.url}/admin/consent/channelstate/")
    card = page.get_by_role("listitem").filter(has=page.get_by_role("heading", name="SMS", exact=True))
    card.get_by_label("Provider").select_option(label="Twilio")
    card.get_by_role("button", name="Connect SMS").click()

    expect(page.get_by_text("SMS is connected.")).to_be_visible()
    expect(card.get_by_text("/hooks/twilio/inbound/").first).to_be_visible()
    expect(card.get_by_text("Last event: none yet").first).to_be_visible()
    assert ChannelState.objects.get(channel="sms").connected
    accessible(page)

    knock(INBOUND, sms("+15035550101", "STOP"))
    page.reload()

    expect(card.get_by_text(re.compile(r"Last event: \d")).first).to_be_visible()
    card.get_by_role("link", name="Who is silenced there").click()
    expect(page.get_by_text("Ada Lovelace").first).to_be_visible()


def test_a_delivery_that_failed_is_read_again_and_silences(
    browsing: LogIn,
    live_server: LiveServer,
    accessible: Callable[[Page], None],
    ada: Contact,
    support: User,
    connected: None,
    at: datetime,
) -> None:
    accepted = inbox.accept(
        provider="twilio",
        door="twilio.inbound",
        event_id="SM5",
        body=encoded(sms("+15035550101", "please stop texting", MessageSid="SM5")).encode(),
        content_type=FORM,
        at=at,
    )
    Delivery.objects.filter(pk=accepted.delivery_id).update(status="failed", reason="The database was away.")
    page = browsing(support)
    page.goto(f"{live_server.url}/admin/consent/delivery/{accepted.delivery_id}/change/")
    expect(page.get_by_text("The database was away.").first).to_be_visible()
    accessible(page)

    page.get_by_role("button", name="Replay").click()

    expect(page.get_by_text("Read again: processed.")).to_be_visible()
    assert Suppression.objects.filter(contact=ada, reason="opt_out", lifted_at=None).exists()
