"""webhook-endpoints/: subscribing, changing, rotating, replaying, and whose endpoints are whose."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from config.api.services import keys
from config.api.vocabulary import Scope
from config.webhooks import signing
from config.webhooks.models import WebhookEndpoint, WebhookNotice
from config.webhooks.services import endpoints, sending
from contacts.values import SYSTEM
from tests.api.conftest import Caller, MakeKey, problem

pytestmark = pytest.mark.django_db

PATH = "webhook-endpoints/"
URL = "https://shop.example.com/hook"


def make(caller: Caller, **more: Any) -> dict[str, Any]:
    response = caller.post(PATH, {"url": URL, **more})
    assert response.status_code == 201, response.content
    told: dict[str, Any] = response.json()
    return told


def test_an_endpoint_is_made_and_its_secret_told_once(shop: Caller) -> None:
    made = make(shop, description="Webshop", kinds=["text_opt_out"], channels=["sms"])

    secret = made.pop("secret")
    assert signing.unlocked(WebhookEndpoint.objects.get().secret) == secret
    assert shop.get(PATH).json()["results"] == [made]
    assert shop.get(f"{PATH}{made['id']}/").json() == made
    assert (made["enabled"], made["kinds"], made["channels"], made["waiting"]) == (True, ["text_opt_out"], ["sms"], 0)
    assert WebhookEndpoint.history.get().history_change_reason == "made by integration:Shop"


def test_the_same_idempotency_key_makes_one_endpoint_with_one_secret(shop: Caller) -> None:
    first, again = (shop.post(PATH, {"url": URL}, Idempotency_Key="a") for _ in range(2))

    assert first.content == again.content
    assert WebhookEndpoint.objects.count() == 1


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "url"),
        ({"url": "http://shop.example.com/"}, "url"),
        ({"url": "https://169.254.169.254/"}, "url"),
        ({"url": URL, "kinds": ["nonsense"]}, "kinds[0]"),
        ({"url": URL, "channels": ["all"]}, "channels[0]"),
        ({"url": URL, "secret": "whsec_mine"}, "secret"),
        ({"url": URL, "key": 1}, "key"),
    ],
)
def test_values_that_cannot_be_used_are_named(shop: Caller, body: dict[str, Any], field: str) -> None:
    told = problem(shop.post(PATH, body), 422, "invalid")

    assert field in {each["field"] for each in told["errors"]}
    assert WebhookEndpoint.objects.count() == 0


def test_the_development_setting_alone_opens_this_machine(shop: Caller, settings: Any) -> None:
    body = {"url": "http://localhost:9000/"}
    problem(shop.post(PATH, body), 422, "invalid")

    settings.WEBHOOKS_TO_LOOPBACK = True
    assert shop.post(PATH, body).status_code == 201


def test_there_are_twenty_endpoints_at_most(shop: Caller, with_scopes: MakeKey) -> None:
    for _ in range(endpoints.MOST_ENDPOINTS):
        make(shop)

    problem(shop.post(PATH, {"url": URL}), 409, "too_many_endpoints")
    make(with_scopes(name="Mailer"))


def test_fields_given_are_changed_and_others_stay(shop: Caller) -> None:
    made = make(shop, description="Webshop", kinds=["text_opt_out"])

    changed = shop.patch(f"{PATH}{made['id']}/", {"channels": ["email"], "enabled": False}).json()

    assert (changed["description"], changed["kinds"], changed["channels"]) == ("Webshop", ["text_opt_out"], ["email"])
    assert (changed["enabled"], changed["stopped_for"]) == (False, "asked")
    assert shop.patch(f"{PATH}{made['id']}/", {"enabled": True}).json()["stopped_at"] is None
    problem(shop.patch(f"{PATH}{made['id']}/", {"url": "https://10.0.0.1/"}), 422, "invalid")


def test_a_rotation_tells_a_new_secret(shop: Caller) -> None:
    made = make(shop)

    told = shop.post(f"{PATH}{made['id']}/rotate-secret/", {"overlap_hours": 48}).json()

    assert told["secret"] != made["secret"]
    row = WebhookEndpoint.objects.get()
    assert [signing.unlocked(each) for each in (row.secret, row.old_secret)] == [told["secret"], made["secret"]]
    assert shop.post(f"{PATH}{made['id']}/rotate-secret/").status_code == 200
    problem(shop.post(f"{PATH}{made['id']}/rotate-secret/", {"overlap_hours": 169}), 422, "invalid")


def test_a_replay_names_a_time_or_what_was_given_up(shop: Caller) -> None:
    made = make(shop)
    path = f"{PATH}{made['id']}/replay/"
    shop.post(f"{PATH}{made['id']}/test/")
    WebhookNotice.objects.update(state="dead", settled_at=timezone.now())

    assert shop.get(f"{PATH}{made['id']}/").json()["given_up"] == 1
    assert shop.post(path, {"given_up": True}).json()["waiting"] == 1
    assert shop.post(path, {"since": "2026-11-01T00:00:00Z"}).status_code == 202
    for wrong in ({}, {"given_up": False}, {"given_up": True, "since": "2026-11-01T00:00:00Z"}, {"since": "today"}):
        problem(shop.post(path, wrong), 422, "invalid")


def test_notices_are_listed_newest_first(shop: Caller) -> None:
    made = make(shop)
    path = f"{PATH}{made['id']}/"
    sent = [shop.post(f"{path}test/").json() for _ in range(3)]
    WebhookNotice.objects.filter(message_id=sent[0]["id"]).update(
        state="dead", failure="tls", settled_at=timezone.now()
    )

    listed = shop.get(f"{path}notices/?page_size=2").json()
    assert [each["id"] for each in listed["results"]] == [sent[2]["id"], sent[1]["id"]]
    assert len(shop.get(listed["next"].partition("/api/v1/")[2]).json()["results"]) == 1
    (dead,) = shop.get(f"{path}notices/?state=dead").json()["results"]
    assert (dead["id"], dead["failure"], dead["is_test"]) == (sent[0]["id"], "tls", True)
    problem(shop.get(f"{path}notices/?state=lost"), 422, "invalid")


def test_a_deleted_endpoint_is_gone_with_what_was_on_its_way(shop: Caller) -> None:
    made = make(shop)
    shop.post(f"{PATH}{made['id']}/test/")

    assert shop("DELETE", f"{PATH}{made['id']}/").status_code == 204

    problem(shop.get(f"{PATH}{made['id']}/"), 404, "not_found")
    assert WebhookNotice.objects.count() == 0
    assert WebhookEndpoint.history.latest().history_change_reason == "deleted by integration:Shop"


OPERATIONS = [
    ("GET", ""),
    ("POST", ""),
    ("GET", "{id}/"),
    ("PATCH", "{id}/"),
    ("DELETE", "{id}/"),
    ("POST", "{id}/rotate-secret/"),
    ("POST", "{id}/replay/"),
    ("POST", "{id}/test/"),
    ("GET", "{id}/notices/"),
]


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_without_the_scope_or_a_key_nothing_is_told_or_done(
    method: str, path: str, shop: Caller, with_scopes: MakeKey, nobody: Caller
) -> None:
    made = make(shop)
    others = with_scopes(*(set(Scope) - {Scope.EVENTS_READ}))

    where = PATH + path.format(**made)
    problem(others(method, where, {}), 403, "missing_scope")
    problem(nobody(method, where, {}), 401, "not_authenticated")
    assert WebhookEndpoint.history.count() == 1


@pytest.mark.parametrize(("method", "path"), [each for each in OPERATIONS if each[1]])
def test_endpoints_of_others_are_not_there(method: str, path: str, shop: Caller, with_scopes: MakeKey) -> None:
    made = make(shop)
    other = with_scopes(name="Mailer")

    problem(other(method, PATH + path.format(**made), {}), 404, "not_found")
    problem(other(method, PATH + path.format(id=uuid.uuid4()), {}), 404, "not_found")
    assert other.get(PATH).json()["results"] == []
    assert WebhookEndpoint.history.count() == 1


def test_compliance_sees_all_endpoints_and_other_people_none(
    shop: Caller, client: Client, compliance: User, support: User
) -> None:
    made = make(shop)
    client.force_login(compliance)
    assert [each["id"] for each in client.get(f"/api/v1/{PATH}").json()["results"]] == [made["id"]]

    client.force_login(support)
    problem(client.get(f"/api/v1/{PATH}"), 403, "missing_permission")
    problem(client.post(f"/api/v1/{PATH}", {"url": URL}, "application/json"), 403, "missing_permission")


@pytest.mark.parametrize("ended", ["revoked", "without the scope"])
def test_an_endpoint_falls_silent_with_its_key(shop: Caller, ended: str) -> None:
    made = make(shop)
    shop.post(f"{PATH}{made['id']}/test/")
    now = timezone.now()
    if ended == "revoked":
        keys.revoke_key(key_id=shop.key.pk, by=SYSTEM, at=now)
    else:
        terms: dict[str, Any] = {"expires_at": None, "calls_per_minute": 60, "owner_id": None}
        keys.change_key(key_id=shop.key.pk, scopes={Scope.DND_READ}, **terms, by=SYSTEM, at=now)

    sent = sending.send_due(endpoint_id=WebhookEndpoint.objects.get().pk, at=now + timedelta(minutes=1))

    assert sent.tried == 0
