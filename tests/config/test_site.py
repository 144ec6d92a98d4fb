"""The staff site as a whole: what each role finds in it, what it searches, and that it asks no other host."""

from __future__ import annotations

import re
from datetime import datetime

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.contrib.staticfiles import finders
from django.test import Client
from pytest_django import Settings
from unfold.admin import ModelAdmin

from contacts.models import Contact
from contacts.services import delete_contact
from contacts.values import Actor
from tests.conftest import actor, make_user
from tests.factories.staff_site import make_business

pytestmark = pytest.mark.django_db

EVERY_DAY = ["Desk", "Contacts", "Lists", "Ask the gate", "Bulk actions"]
TO_WORK_THROUGH = [
    "Evidence",
    "Opt-out requests",
    "Review holds",
    "Signals",
    "Re-permission",
    "Contradictions",
    "Drift",
    "Sender alerts",
]
RECORDS = ["Register", "Consents", "Decisions", "Deliveries", "Ledger", "Seals"]
READING = ["Rules", "Words", "Try a message", "Delivery codes"]
SET_UP = ["Business profile", "Channels", "Consent texts", "API keys", "Webhooks"]
NOT_FOR = {
    "agent": {"Seals", "Decisions", "Drift", "Sender alerts", "Delivery codes", "API keys", "Webhooks"},
    "marketing": {"Seals", "API keys", "Webhooks"},
    "support": {"Seals", "API keys", "Webhooks"},
    "compliance": set(),
}


def entries(client: Client) -> list[str]:
    groups = client.get("/admin/").context["sidebar_navigation"]
    return [item["title"] for group in groups for item in group["items"]]


@pytest.mark.parametrize("role", NOT_FOR)
def test_each_role_finds_the_screens_it_may_open(client: Client, role: str) -> None:
    client.force_login(make_user(role, role))

    every = [*EVERY_DAY, *TO_WORK_THROUGH, *RECORDS, *READING, *SET_UP]
    assert entries(client) == [each for each in every if each not in NOT_FOR[role]]


def test_a_superuser_finds_the_people_too(client: Client, superuser: User) -> None:
    client.force_login(superuser)

    assert entries(client) == [*EVERY_DAY, *TO_WORK_THROUGH, *RECORDS, *READING, *SET_UP, "People", "Roles"]


def test_staff_without_a_role_find_an_explanation(client: Client) -> None:
    client.force_login(make_user(None, "new"))

    assert entries(client) == ["Desk"]
    assert "Your log-in has no role." in client.get("/admin/").content.decode()


def test_the_entry_of_the_open_screen_is_marked(client: Client, agent: User) -> None:
    client.force_login(agent)
    groups = client.get("/admin/rules/").context["sidebar_navigation"]

    assert [item["title"] for group in groups for item in group["items"] if item["active"]] == ["Rules"]


def test_logging_in_leads_to_the_desk(client: Client, agent: User) -> None:
    answer = client.post("/admin/login/", {"username": "alex", "password": "a long enough secret"})

    assert answer.headers["Location"] == "/admin/"
    assert client.get("/").headers["Location"] == "/admin/"


def test_the_log_in_page_says_where_one_is(client: Client) -> None:
    page = client.get("/admin/login/").content.decode()

    assert "Consent Desk" in page
    assert "Nobody who said no is contacted." in page
    assert "consent_desk/favicon.svg" in page


def test_a_demo_is_marked_as_one(client: Client, agent: User, settings: Settings) -> None:
    client.force_login(agent)

    settings.DEBUG = True
    assert "Demo" in client.get("/admin/rules/").content.decode()
    settings.DEBUG = False
    assert "Demo" not in client.get("/admin/rules/").content.decode()


@pytest.mark.parametrize("term", ["lovelace", "503 555 0101", "ada@example.com"])
def test_the_search_box_finds_people(client: Client, agent: User, ada: Contact, term: str) -> None:
    client.force_login(agent)

    page = client.get("/admin/search/", {"s": term, "extended": "1"}).content.decode()

    assert f"/admin/contacts/contact/{ada.pk}/change/" in page


def test_the_search_box_finds_screens_that_the_person_may_open(client: Client, agent: User, superuser: User) -> None:
    client.force_login(agent)
    assert "/admin/consent/ledgerentry/" in client.get("/admin/search/?s=ledg").content.decode()
    assert "/admin/auth/" not in client.get("/admin/search/?s=people").content.decode()

    client.force_login(superuser)
    assert "/admin/auth/user/" in client.get("/admin/search/?s=people").content.decode()


def test_the_search_box_forgets_who_was_deleted(
    client: Client, support: User, ada: Contact, by: Actor, at: datetime
) -> None:
    client.force_login(support)
    assert "Lovelace" in client.get("/admin/search/?s=lovelace").content.decode()

    delete_contact(contact_id=ada.pk, by=by, at=at)

    assert "Lovelace" not in client.get("/admin/search/?s=lovelace").content.decode()


def test_who_may_see_no_contacts_finds_none(client: Client, ada: Contact) -> None:
    client.force_login(make_user(None, "new"))

    assert "Lovelace" not in client.get("/admin/search/?s=lovelace").content.decode()


def test_every_table_of_the_site_wears_the_theme() -> None:
    strangers = [
        model._meta.label for model, shown in admin.site._registry.items() if not isinstance(shown, ModelAdmin)
    ]

    assert strangers == []


SCREENS = [
    "/admin/",
    "/admin/consent/suppression/",
    "/admin/consent/suppression/{permanent}/change/",
    "/admin/consent/ledgerentry/",
    "/admin/consent/ledgerseal/",
    "/admin/consent/delivery/",
    "/admin/consent/delivery/{failed}/change/",
    "/admin/consent/businessprofile/1/change/",
    "/admin/consent/channelstate/",
    "/admin/lists/contactlist/{offers}/change/",
    "/admin/lists/listmembership/",
    "/admin/rules/",
    "/admin/try-a-message/",
    "/admin/ask-the-gate/?who=ada",
    "/admin/config/apikey/",
    "/admin/config/apikey/{api_key}/",
    "/admin/config/webhookendpoint/",
    "/admin/config/webhookendpoint/{webhook}/",
    "/admin/auth/user/",
]


def test_no_screen_asks_another_host_or_runs_a_script_of_its_own(
    client: Client, superuser: User, at: datetime, connected: None
) -> None:
    business = make_business(owner_id=superuser.pk, by=actor(superuser), at=at)
    ids = {name: getattr(business, name).pk for name in ("permanent", "failed", "offers", "api_key", "webhook")}
    client.force_login(superuser)

    for screen in SCREENS:
        answer = client.get(screen.format(**ids))
        page = answer.content.decode()
        assert answer.status_code == 200, screen
        loaded = re.findall(r'<(?:script|img|iframe|source)[^>]+src="([^"]+)"|<link[^>]+href="([^"]+)"', page)
        assert [found for pair in loaded for found in pair if found and not found.startswith(("/", "data:"))] == [], (
            screen
        )
        assert re.findall(r"<script(?![^>]*\bsrc=)[^>]*>", page) == [], screen
        assert re.findall(r"\son(?:click|change|load|submit|keydown)=", page) == [], screen
        policy = answer.headers["Content-Security-Policy"]
        assert "script-src 'self' 'unsafe-eval'" in policy, screen
        assert "default-src 'none'" in policy, screen


def test_our_own_styles_load_nothing_from_elsewhere() -> None:
    for name in ("staff.css", "staff-layout.css", "staff-charts.css", "staff.js", "favicon.svg"):
        with open(finders.find(f"consent_desk/{name}"), encoding="utf-8") as asset:
            assert re.findall(r"url\(|@import|https?://(?!www\.w3\.org/2000/svg)", asset.read()) == [], name
