"""The newcomer's path through the contact page, in a browser: set and clear, meet the lock, see why."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from consent import selectors
from consent.services import dnd
from consent.services.recording import record_event
from consent.values import ConsentEvent
from consent.vocabulary import Channel, EventKind, Source
from contacts.models import Contact
from contacts.services import update_contact
from contacts.values import SYSTEM
from tests.factories.lists import make_list

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True, serialized_rollback=True)]

STOPPED_AT = datetime(2026, 10, 2, 9, 0, tzinfo=UTC)

LogIn = Callable[[User], Page]


def stop(contact: Contact) -> None:
    event = ConsentEvent(EventKind.TEXT_OPT_OUT, (Channel.SMS,), STOPPED_AT, Source.CONTACT, detail="stop")
    address_id = selectors.addresses_by_channel(contact.pk)[Channel.SMS][0]
    record_event(event=event, address_id=address_id, by=SYSTEM, at=STOPPED_AT)


def test_an_agent_sets_and_clears_a_dnd_and_meets_the_lock_after_a_stop(
    browsing: LogIn, live_server: LiveServer, ada: Contact, agent: User, connected: None
) -> None:
    page = browsing(agent)
    page.goto(f"{live_server.url}/admin/contacts/contact/")
    page.get_by_placeholder("Name, phone or e-mail").fill("(503) 555-0101")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Ada Lovelace").click()

    sms = page.get_by_role("switch", name="DND for SMS")
    expect(sms).to_have_attribute("aria-checked", "false")
    sms.click()
    expect(page.get_by_text("SMS is silenced until somebody clears it.")).to_be_visible()
    sms = page.get_by_role("switch", name="DND for SMS")
    expect(sms).to_have_attribute("aria-checked", "true")
    sms.click()
    expect(page.get_by_text("Nothing silences it any more.")).to_be_visible()

    stop(ada)
    page.reload()
    row = page.locator("#dnd-sms")
    expect(row.get_by_text("Texted STOP on 2 Oct 2026")).to_be_visible()
    expect(row.get_by_text("On, permanent")).to_be_visible()
    expect(row.get_by_text("Lifts when the contact texts START, or with approved opt-in evidence.")).to_be_visible()
    expect(row.get_by_role("switch")).to_have_count(0)
    expect(row.get_by_role("button")).to_have_count(0)

    page.get_by_role("link", name="Timeline").click()
    expect(page.get_by_text("Texted STOP", exact=True)).to_be_visible()
    expect(page.get_by_text("Silenced — SMS (+1 503-555-0101): opted out, permanent")).to_be_visible()
    expect(page.get_by_text("DND cleared by staff: SMS")).to_be_visible()


def test_a_snooze_is_set_by_keyboard_alone(
    browsing: LogIn, live_server: LiveServer, ada: Contact, agent: User, connected: None
) -> None:
    page = browsing(agent)
    page.goto(f"{live_server.url}/admin/contacts/contact/{ada.pk}/change/")

    page.get_by_role("switch", name="DND for E-mail").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("For 1 week")
    page.keyboard.press("Tab")
    note = page.locator("#dnd-email").get_by_label("Note")
    note.focus()
    page.keyboard.type("On leave")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    expect(page.get_by_text("E-mail is silenced until ")).to_be_visible()
    row = page.locator("#dnd-email")
    expect(row.get_by_text("On leave")).to_be_visible()
    page.get_by_role("switch", name="DND for E-mail").focus()
    page.keyboard.press("Space")
    expect(page.get_by_text("Nothing silences it any more.")).to_be_visible()


def test_a_bounce_asks_for_its_statements_and_keeps_what_was_typed(
    browsing: LogIn, live_server: LiveServer, ada: Contact, agent: User, connected: None
) -> None:
    address_id = selectors.addresses_by_channel(ada.pk)[Channel.EMAIL][0]
    event = ConsentEvent(EventKind.EMAIL_BOUNCE, (Channel.EMAIL,), STOPPED_AT, Source.PROVIDER, detail="605")
    record_event(event=event, address_id=address_id, by=SYSTEM, at=STOPPED_AT)
    page = browsing(agent)
    page.goto(f"{live_server.url}/admin/contacts/contact/{ada.pk}/change/")
    row = page.locator("#dnd-email")

    row.get_by_text("Clear…").click()
    row.get_by_role("textbox", name="Note").fill("Spoke to the provider")
    row.get_by_label("The provider's suppression entry is removed").check()
    row.get_by_role("button", name="Clear", exact=True).click()
    expect(
        row.get_by_text("State that the provider's suppression entry is removed and that the address")
    ).to_be_visible()
    expect(row.get_by_role("textbox", name="Note")).to_have_value("Spoke to the provider")
    row.get_by_label("The address was validated").check()
    row.get_by_role("button", name="Clear", exact=True).click()

    expect(page.get_by_text("DND cleared on E-mail (e-mail bounces).")).to_be_visible()


def test_of_two_agents_the_second_sees_the_newer_state(
    browsing: LogIn, live_server: LiveServer, ada: Contact, agent: User, support: User, connected: None
) -> None:
    page = browsing(agent)
    page.goto(f"{live_server.url}/admin/contacts/contact/{ada.pk}/change/")
    stop(ada)

    page.get_by_role("switch", name="DND for SMS").click()

    expect(page.get_by_text("Not done.")).to_be_visible()
    expect(page.get_by_text("Texted STOP on 2 Oct 2026").first).to_be_visible()


def test_a_contact_is_created_added_to_a_list_and_removed_from_it(
    browsing: LogIn, live_server: LiveServer, agent: User, connected: None
) -> None:
    make_list("News")
    page = browsing(agent)
    page.goto(f"{live_server.url}/admin/contacts/contact/add/")
    page.get_by_label("First name").fill("Eve")
    page.get_by_label("Phone").fill("12")
    page.get_by_role("button", name="Create").click()
    page.get_by_label("Phone").fill("(503) 555-0188")
    page.get_by_role("button", name="Create").click()
    expect(page.get_by_text("Eve created.")).to_be_visible()

    page.get_by_role("link", name="Lists", exact=True).last.click()
    page.get_by_role("button", name="Add to list").click()
    expect(page.get_by_text("Added to News.")).to_be_visible()
    page.get_by_role("button", name="Remove from News").click()
    expect(page.get_by_text("Removed from News.")).to_be_visible()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_tab_is_accessible_and_fits_the_width(
    browsing: LogIn,
    live_server: LiveServer,
    ada: Contact,
    superuser: User,
    connected: None,
    accessible: Callable[[Page], None],
    theme: str,
) -> None:
    stop(ada)
    dnd.switch_on(contact_id=ada.pk, channels=[Channel.CALL], by=SYSTEM, at=STOPPED_AT, note="on leave")
    dnd.do_not_contact(contact_id=ada.pk, on=True, by=SYSTEM, at=STOPPED_AT)
    update_contact(contact_id=ada.pk, expected_version=1, changes={"company": "Engines"}, by=SYSTEM, at=STOPPED_AT)
    make_list("News")
    page = browsing(superuser)
    page.emulate_media(color_scheme=theme)
    base = f"{live_server.url}/admin/contacts/contact/"

    for path in ("", "add/", *(f"{ada.pk}/{tab}/" for tab in ("change", "lists", "timeline", "history", "delete"))):
        page.goto(base + path)
        page.evaluate("document.querySelectorAll('.cd-unfold').forEach(each => each.open = true)")
        assert page.evaluate("document.documentElement.classList.contains('dark')") is (theme == "dark")
        accessible(page)
        too_wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
        assert not page.evaluate(too_wide), path
