"""Webhooks in the staff site: the secret is shown once, what failed is seen, and sent again."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from config.webhooks import signing
from config.webhooks.models import WebhookEndpoint, WebhookNotice
from tests.webhooks.conftest import put

pytestmark = pytest.mark.django_db

PAGES = "/admin/config/webhookendpoint/"
FORM = {
    "url": "https://shop.example.com/hook",
    "description": "Webshop",
    "kinds": ["text_opt_out"],
    "channels": ["sms"],
}
SECRET = re.compile(r"whsec_[A-Za-z0-9+/=]{44}")


@pytest.fixture
def desk(client: Client, compliance: User) -> Client:
    client.force_login(compliance)
    return client


@pytest.fixture
def made(desk: Client) -> WebhookEndpoint:
    desk.post(f"{PAGES}new/", FORM)
    return WebhookEndpoint.objects.get()


def test_compliance_makes_an_endpoint_whose_secret_is_shown_once(desk: Client) -> None:
    page = desk.post(f"{PAGES}new/", FORM)

    (secret,) = SECRET.findall(page.content.decode())
    assert "no-store" in page.headers["Cache-Control"]
    endpoint = WebhookEndpoint.objects.get()
    assert signing.unlocked(endpoint.secret) == secret
    assert (endpoint.kinds, endpoint.channels, endpoint.key) == (["text_opt_out"], ["sms"], None)
    for path in (PAGES, f"{PAGES}{endpoint.pk}/"):
        again = desk.get(path).content.decode()
        assert "Webshop" in again
        assert secret not in again


def test_a_page_says_where_an_endpoint_is_who_made_it_and_what_was_refused(
    desk: Client, made: WebhookEndpoint, compliance: User
) -> None:
    put(made, "set")
    put(made, "clear", kind="staff_lift", effect="refused", code="permanent_dnd")

    page = " ".join(desk.get(f"{PAGES}{made.pk}/").content.decode().split())

    assert "<dt>Address</dt> <dd> https://shop.example.com/hook </dd>" in page
    assert f"<td>{compliance}</td> <td>Made</td>" in page
    assert page.count('<span class="sd-sub">refused</span>') == 1
    assert 'DND cleared by staff</a> <span class="sd-sub">refused</span>' in page


def test_an_address_inside_the_network_is_refused_at_the_field(desk: Client) -> None:
    page = desk.post(f"{PAGES}new/", {**FORM, "url": "https://10.0.0.1/"}).content.decode()

    assert "10.0.0.1 is not a public address." in page
    assert WebhookEndpoint.objects.count() == 0


def test_a_change_counts_and_a_stop_is_ended(desk: Client, made: WebhookEndpoint) -> None:
    desk.post(f"{PAGES}{made.pk}/", {**FORM, "channels": ["email"]})
    desk.post(f"{PAGES}{made.pk}/switch/", {"on": "0"})
    made.refresh_from_db()
    assert (made.channels, made.stopped_for) == (["email"], "asked")

    desk.post(f"{PAGES}{made.pk}/switch/", {"on": "1"})
    made.refresh_from_db()
    assert made.stopped_at is None


def test_a_rotation_shows_the_new_secret(desk: Client, made: WebhookEndpoint) -> None:
    (secret,) = SECRET.findall(desk.post(f"{PAGES}{made.pk}/rotate/", {"overlap": "24"}).content.decode())

    made.refresh_from_db()
    assert signing.unlocked(made.secret) == secret
    assert "signs too until" in desk.get(f"{PAGES}{made.pk}/").content.decode()


def test_what_was_given_up_is_listed_and_sent_again(desk: Client, made: WebhookEndpoint) -> None:
    one, other = put(made, "one"), put(made, "other")
    WebhookNotice.objects.update(state="dead", settled_at=timezone.now(), status=500, failure="status", attempts=14)

    page = desk.get(f"{PAGES}{made.pk}/?state=dead").content.decode()
    assert page.count("Asked to stop by message") >= 2
    assert "500 The answer was not a 2xx" in page
    desk.post(f"{PAGES}{made.pk}/again/", {"notice": str(one.pk)})
    assert set(made.notices.values_list("pk", "state")) == {(one.pk, "waiting"), (other.pk, "dead")}
    desk.post(f"{PAGES}{made.pk}/again/")
    assert set(made.notices.values_list("state", flat=True)) == {"waiting"}


def test_a_replay_needs_a_time(desk: Client, made: WebhookEndpoint) -> None:
    desk.post(f"{PAGES}{made.pk}/replay/", {"since": "soon"})
    assert made.history.count() == 1

    desk.post(f"{PAGES}{made.pk}/replay/", {"since": "2026-11-21T10:00"})
    assert made.history.latest().history_change_reason.startswith("replayed since 2026-11-21 10:00")


def test_a_test_is_sent_and_an_endpoint_deleted(desk: Client, made: WebhookEndpoint) -> None:
    desk.post(f"{PAGES}{made.pk}/test/")
    assert made.notices.get().entry_id is None

    desk.post(f"{PAGES}{made.pk}/remove/")
    assert WebhookEndpoint.objects.count() == 0


def test_the_desk_tells_of_an_endpoint_that_was_stopped_because_it_fails(desk: Client, made: WebhookEndpoint) -> None:
    assert "Stopped webhooks" not in desk.get("/admin/").content.decode()
    at = timezone.now()
    WebhookEndpoint.objects.update(stopped_at=at, stopped_for="failing", failing_since=at - timedelta(days=5))

    assert "Stopped webhooks" in desk.get("/admin/").content.decode()
    assert "It failed for days" in desk.get(PAGES).content.decode()
