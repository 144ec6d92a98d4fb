"""The staff site in a browser, at two widths: every screen opens, is accessible, and its work is done by keyboard."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from consent.models import LedgerEntry
from lists.models import ListMembership
from tests.conftest import actor
from tests.factories.staff_site import Business, make_business

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True, serialized_rollback=True)]

LogIn = Callable[[User], Page]
Check = Callable[[Page], None]

SCREENS = [
    "/admin/",
    "/admin/?days=90",
    "/admin/consent/suppression/",
    "/admin/consent/suppression/{permanent}/change/",
    "/admin/consent/ledgerentry/",
    "/admin/consent/ledgerentry/{entry}/change/",
    "/admin/consent/delivery/",
    "/admin/consent/delivery/{failed}/change/",
    "/admin/consent/delivery/{stop}/change/",
    "/admin/consent/doorcounter/",
    "/admin/consent/businessprofile/1/change/",
    "/admin/consent/channelstate/",
    "/admin/lists/contactlist/",
    "/admin/lists/contactlist/{offers}/change/",
    "/admin/lists/listmembership/?list__id__exact={offers}",
    "/admin/rules/#R03",
    "/admin/try-a-message/",
    "/admin/ask-the-gate/?who=ada",
    "/admin/auth/user/",
    "/admin/auth/user/{person}/change/",
]


@pytest.fixture
def business(superuser: User, connected: None) -> Business:
    return make_business(owner_id=superuser.pk, by=actor(superuser), at=timezone.now())


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_screen_is_accessible_and_fits_its_width(
    browsing: LogIn, accessible: Check, live_server: LiveServer, superuser: User, business: Business, scheme: str
) -> None:
    page = browsing(superuser)
    page.emulate_media(color_scheme=scheme)
    ids = {name: getattr(business, name).pk for name in ("permanent", "entry", "failed", "stop", "offers")}

    for screen in SCREENS:
        page.goto(live_server.url + screen.format(**ids, person=superuser.pk))
        accessible(page)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), screen


def test_the_log_in_page_is_accessible(sized: Page, accessible: Check, live_server: LiveServer) -> None:
    sized.goto(f"{live_server.url}/admin/login/")

    accessible(sized)


def test_the_first_key_leads_past_the_navigation(browsing: LogIn, live_server: LiveServer, superuser: User) -> None:
    page = browsing(superuser)
    page.keyboard.press("Tab")

    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()


def test_filters_open_and_work_by_keyboard_alone(
    browsing: LogIn, live_server: LiveServer, superuser: User, business: Business
) -> None:
    page = browsing(superuser)
    page.goto(f"{live_server.url}/admin/consent/suppression/")
    page.get_by_role("button", name="Filters").focus()
    page.keyboard.press("Enter")
    page.get_by_label("By kind").select_option("permanent")
    page.get_by_role("button", name="Apply filters").focus()
    page.keyboard.press("Enter")

    rows = page.locator("#result_list")
    expect(rows.get_by_text("Texted STOP on")).to_be_visible()
    expect(rows.get_by_text("Switched on by staff")).to_have_count(0)


def test_the_search_box_leads_to_a_contact(
    browsing: LogIn, live_server: LiveServer, superuser: User, business: Business
) -> None:
    page = browsing(superuser)
    page.keyboard.press("Control+k")
    page.get_by_placeholder("Type to search").press_sequentially("lovelace")
    record = f"/admin/contacts/contact/{business.ada.pk}/change/"
    page.locator(f"a[href='{record}']").first.click()

    expect(page).to_have_url(f"{live_server.url}{record}")


def test_a_message_is_tried_and_the_gate_is_asked(
    browsing: LogIn, live_server: LiveServer, superuser: User, business: Business
) -> None:
    entries = LedgerEntry.objects.count()
    page = browsing(superuser)
    page.goto(f"{live_server.url}/admin/try-a-message/")
    page.get_by_label("Message").fill("please stop texting me")
    page.get_by_label("Sender").fill("bo")
    page.get_by_role("button", name="Try it").click()
    expect(page.get_by_role("heading", name="Read as: Opt-out")).to_be_visible()
    expect(page.get_by_role("link", name="Bo Diddley")).to_be_visible()
    assert LedgerEntry.objects.count() == entries

    page.goto(f"{live_server.url}/admin/ask-the-gate/")
    page.get_by_label("Who").fill("ada")
    page.get_by_role("button", name="Ask").click()
    expect(page.get_by_text("Texted STOP on")).to_be_visible()
    page.get_by_role("link", name="R01").click()
    expect(page.locator("#R01")).to_be_in_viewport()


def test_a_failed_delivery_is_replayed_from_the_desk(
    browsing: LogIn, live_server: LiveServer, superuser: User, business: Business
) -> None:
    page = browsing(superuser)
    page.get_by_role("link", name="1 Failed deliveries").click()
    page.locator("#result_list").get_by_role("link").first.click()
    page.get_by_role("button", name="Replay").click()

    expect(page.get_by_text("Read again: failed.")).to_be_visible()


def test_a_member_is_ticked_and_opted_out_after_a_second_look(
    browsing: LogIn, live_server: LiveServer, superuser: User, business: Business
) -> None:
    page = browsing(superuser)
    page.goto(f"{live_server.url}/admin/lists/listmembership/?list__id__exact={business.offers.pk}&q=lovelace")
    page.locator("input.action-select").first.check()
    page.locator("select[name=action]").select_option("opt_out")
    page.get_by_role("button", name="Run").click()
    page.get_by_label("How they said so").fill("at the till")
    page.get_by_role("button", name="Record 1 opt-out").click()

    expect(page.get_by_text("Spring offers: 1 changed.")).to_be_visible()
    assert ListMembership.objects.get(pk=business.membership.pk).opted_out_at is not None
