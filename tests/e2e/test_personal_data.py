"""Merging and erasing in a browser, at two widths: support sees what will happen, confirms, and is told what did."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from contacts.models import Contact
from tests.factories.contacts import make_contact

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True, serialized_rollback=True)]

LogIn = Callable[[User], Page]
Check = Callable[[Page], None]


def fits(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


def test_support_merges_a_duplicate_and_erases_who_asked_for_it(
    browsing: LogIn,
    accessible: Check,
    live_server: LiveServer,
    support: User,
    ada: Contact,
    connected: None,
) -> None:
    twin = make_contact("Ada", "Lovelace", phone="+15035550177")
    page = browsing(support)
    page.goto(f"{live_server.url}/admin/contacts/contact/{ada.pk}/change/")
    assert fits(page)

    page.get_by_role("link", name="Merge…").click()
    accessible(page)
    page.get_by_role("link", name=f"See what merging would do with contact {twin.pk}").click()
    expect(page.get_by_role("heading", name="What moves to the kept contact")).to_be_visible()
    accessible(page)
    assert fits(page)
    page.get_by_label("These two are the same person").check()
    page.get_by_role("button", name="Merge").click()
    expect(page.get_by_text(f"Contact {twin.pk} is merged into this one")).to_be_visible()

    page.get_by_role("link", name="Erase…").click()
    expect(page.get_by_role("heading", name="What stays, and why")).to_be_visible()
    accessible(page)
    assert fits(page)
    page.get_by_label("Reason").fill("Ticket 4711")
    page.get_by_label("Confirmation").fill(f"ERASE {ada.pk}")
    page.get_by_role("button", name="Erase for good").click()
    expect(page.get_by_text(f"Contact {ada.pk} was erased")).to_be_visible()
    assert not Contact.objects.filter(first_name="Ada").exists()
