"""In a browser: a reviewer decides a held message, and compliance teaches the reader a phrase."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from consent.models import Suppression
from contacts.models import Contact
from tests.consent.doors import INBOUND, knock, sms

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True, serialized_rollback=True)]

LogIn = Callable[[User], Page]


def test_a_reviewer_finds_a_held_message_on_the_desk_and_decides_it(
    browsing: LogIn,
    live_server: LiveServer,
    accessible: Callable[[Page], None],
    ada: Contact,
    support: User,
    connected: None,
) -> None:
    knock(INBOUND, sms("+15035550101", "Is Tuesday still fine?"))
    knock(INBOUND, sms("+15035550101", "stop sending so many"))
    knock(INBOUND, sms("+15035550102", "Wrong number"))
    knock(INBOUND, sms("+15035550101", "not interested"))
    page = browsing(support)
    for address in ("no-interest", "signals", "review-holds"):
        page.goto(f"{live_server.url}/admin/{address}/")
        accessible(page)

    page.get_by_role("link", name="“stop sending so many”").click()
    expect(page.get_by_text("Is Tuesday still fine?")).to_be_visible()
    accessible(page)
    page.get_by_label("Why").fill("She wants fewer, not none.")
    page.get_by_role("button", name="Not an opt-out").click()

    expect(page.get_by_text("Recorded as no opt-out.")).to_be_visible()
    expect(page.get_by_text("Nothing waits for a reviewer.")).to_be_visible()
    assert not Suppression.objects.filter(lifted_at=None, reason="review_hold").exists()


def test_compliance_tries_a_phrase_and_saves_it(
    browsing: LogIn,
    live_server: LiveServer,
    accessible: Callable[[Page], None],
    ada: Contact,
    compliance: User,
    connected: None,
) -> None:
    page = browsing(compliance)
    page.goto(f"{live_server.url}/admin/words/")
    page.get_by_label("Add as").select_option(label="Request to stop, in words")
    page.get_by_label("Words or phrases to add").fill("pack it in now")
    page.get_by_label("Try a sentence").fill("just pack it in now")
    page.get_by_role("button", name="Try it").click()

    expect(page.get_by_text("The change makes a difference here.")).to_be_visible()
    accessible(page)
    page.get_by_label("What you change, and why").fill("Heard twice this week.")
    page.get_by_role("button", name="Save as a new version").click()

    expect(page.get_by_text("Saved as version 1.")).to_be_visible()
    knock(INBOUND, sms("+15035550101", "just pack it in now"))
    assert Suppression.objects.get(lifted_at=None).reason == "opt_out"
    accessible(page)

    page.goto(f"{live_server.url}/admin/try-a-message/")
    page.get_by_label("Message").fill("Please pack it in now!")
    page.get_by_role("button", name="Try it").click()
    expect(page.get_by_role("heading", name="Read as: Opt-out")).to_be_visible()
