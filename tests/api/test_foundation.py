"""What every endpoint has in common: who may, and how a "no" reads. Decisions stand for all."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from config.api.models import ApiKey, CallWindow
from config.api.services import keys, rates
from config.api.vocabulary import Scope
from contacts.models import Contact
from contacts.values import SYSTEM
from contacts.vocabulary import AddressKind
from tests.api.conftest import Caller, MakeKey, problem

pytestmark = pytest.mark.django_db

ASK = {"channel": "sms", "purpose": "marketing", "addresses": ["+15035550199"]}


def test_a_key_opens_what_its_scope_names(with_scopes: MakeKey) -> None:
    assert with_scopes(Scope.DECISIONS).post("decisions/", ASK).status_code == 200

    refused = with_scopes(*(scope for scope in Scope if scope is not Scope.DECISIONS)).post("decisions/", ASK)
    assert "decisions" in problem(refused, 403, "missing_scope")["detail"]


def test_without_a_key_one_is_asked_for(nobody: Caller) -> None:
    refused = nobody.post("decisions/", ASK)

    assert "Bearer" in problem(refused, 401, "not_authenticated")["detail"]
    assert refused.headers["Cache-Control"] == "no-store"
    assert refused.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize("text", ["nonsense", "cdk_000000000000_" + "a" * 43, "cdk_", "é"])
def test_a_key_that_nobody_has_opens_nothing(db: None, text: str) -> None:
    problem(Caller(text).post("decisions/", ASK), 401, "invalid_key")


def test_a_key_with_another_secret_opens_nothing(shop: Caller) -> None:
    wrong = shop.text[:-1] + ("a" if shop.text[-1] != "a" else "b")

    problem(Caller(wrong).post("decisions/", ASK), 401, "invalid_key")


def test_another_scheme_than_bearer_opens_nothing(shop: Caller, nobody: Caller) -> None:
    problem(nobody.post("decisions/", ASK, authorization=f"Basic {shop.text}"), 401, "invalid_key")


def test_a_revoked_key_is_refused_by_the_next_call(shop: Caller) -> None:
    assert shop.post("decisions/", ASK).status_code == 200
    keys.revoke_key(key_id=shop.key.pk, by=SYSTEM, at=timezone.now())

    problem(shop.post("decisions/", ASK), 401, "revoked_key")


def test_an_expired_key_is_refused(shop: Caller) -> None:
    ApiKey.objects.update(expires_at=timezone.now())

    problem(shop.post("decisions/", ASK), 401, "expired_key")


def test_a_rotated_key_is_valid_for_its_overlap(shop: Caller) -> None:
    issued = keys.rotate_key(key_id=shop.key.pk, overlap=timedelta(hours=1), by=SYSTEM, at=timezone.now())

    assert Caller(issued.text).post("decisions/", ASK).status_code == 200
    assert shop.post("decisions/", ASK).status_code == 200
    ApiKey.objects.update(old_valid_until=timezone.now())
    problem(shop.post("decisions/", ASK), 401, "rotated_key")
    assert Caller(issued.text).post("decisions/", ASK).status_code == 200


def test_of_a_key_only_its_hash_is_kept(shop: Caller) -> None:
    secret = shop.text.rpartition("_")[2]
    own = {"name": shop.key.name}
    kept = [str(row) for model in (ApiKey, ApiKey.history.model) for row in model.objects.filter(**own).values()]

    assert len(kept) == 2
    assert all(secret not in row for row in kept)


@pytest.mark.parametrize("name", ["key", "api_key", "access_token", "Authorization"])
def test_a_key_in_the_address_is_refused_even_with_one_in_the_header(shop: Caller, name: str) -> None:
    refused = shop.post(f"decisions/?{name}={shop.text}", ASK)

    assert "Authorization" in problem(refused, 400, "key_in_query")["detail"]


def test_the_last_use_is_written_at_most_once_a_minute(shop: Caller) -> None:
    shop.post("decisions/", ASK)
    first = shop.key.last_used_at
    shop.post("decisions/", ASK)

    assert first is not None
    assert shop.key.last_used_at == first
    ApiKey.objects.update(last_used_at=first - timedelta(minutes=2))
    shop.post("decisions/", ASK)
    assert shop.key.last_used_at >= first


def test_who_calls_too_often_is_told_when_to_come_back(with_scopes: MakeKey) -> None:
    caller = with_scopes(calls_per_minute=2)
    assert [caller.post("decisions/", ASK).status_code for _ in range(2)] == [200, 200]

    refused = caller.post("decisions/", ASK)

    problem(refused, 429, "too_many_requests")
    assert 1 <= int(refused.headers["Retry-After"]) <= 60


def test_a_new_minute_begins_with_the_first_call_after_the_last(with_scopes: MakeKey) -> None:
    caller = with_scopes(calls_per_minute=1)
    assert rates.seconds_to_wait(caller.key) == 0
    assert rates.seconds_to_wait(caller.key) > 0

    CallWindow.objects.update(started_at=timezone.now() - timedelta(seconds=61))

    assert rates.seconds_to_wait(caller.key) == 0


def test_a_person_calls_with_their_session_and_csrf_token(agent: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(agent)

    refused = client.post("/api/v1/decisions/", ASK, content_type="application/json")
    client.get("/admin/rules/")
    token = client.cookies["csrftoken"].value if "csrftoken" in client.cookies else "a" * 32
    client.cookies["csrftoken"] = token
    granted = client.post("/api/v1/decisions/", ASK, content_type="application/json", headers={"X-CSRFToken": token})

    problem(refused, 403, "csrf_failed")
    assert granted.status_code == 200


def test_a_person_without_the_permission_is_refused(db: None) -> None:
    client = Client()
    client.force_login(User.objects.create_user("visitor"))

    refused = client.post("/api/v1/decisions/", ASK, content_type="application/json")

    assert "consent.view_suppression" in problem(refused, 403, "missing_permission")["detail"]


@pytest.mark.parametrize(
    ("body", "content_type", "status", "code"),
    [
        ("{", "application/json", 400, "malformed"),
        ("", "application/json", 422, "invalid"),
        ('{"channel": "sms", "channel": "call"}', "application/json", 400, "malformed"),
        ('{"channel": NaN}', "application/json", 400, "malformed"),
        (b'{"channel": "\xff"}', "application/json", 400, "malformed"),
        ('{"channel": "\\ud800"}', "application/json", 400, "malformed"),
        ("[" * 100_000, "application/json", 400, "malformed"),
        ("channel=sms", "application/x-www-form-urlencoded", 415, "unsupported_media_type"),
        ("[]", "application/json", 422, "invalid"),
        ('"sms"', "application/json", 422, "invalid"),
    ],
    ids=["cut", "empty", "twice", "nan", "latin-1", "surrogate", "deep", "form", "list", "string"],
)
def test_a_body_that_is_none_is_told_so(
    shop: Caller, body: str | bytes, content_type: str, status: int, code: str
) -> None:
    problem(shop.post("decisions/", body, content_type=content_type), status, code)


def test_an_unknown_field_is_named(shop: Caller) -> None:
    told = problem(shop.post("decisions/", {**ASK, "chanel": "sms"}), 422, "invalid")

    assert [(each["field"], each["code"]) for each in told["errors"]] == [("chanel", "unknown_field")]


def test_an_unknown_parameter_is_named(shop: Caller) -> None:
    told = problem(shop.post("decisions/?dry=1", ASK), 422, "invalid")

    assert [(each["field"], each["code"]) for each in told["errors"]] == [("dry", "unknown_parameter")]


def test_a_value_that_is_none_of_those_known_is_told_them(shop: Caller) -> None:
    filtered = problem(shop.get("contacts/?dnd_status=maybe"), 422, "invalid")
    written = problem(shop.post("contacts/", {"addresses": [{"kind": "pigeon", "value": "x"}]}), 422, "invalid")

    known = f"Send one of {', '.join(AddressKind)}."
    assert filtered["errors"][0]["detail"] == "Send one of on, partial, off."
    assert written["errors"] == [{"field": "addresses[0].kind", "code": "invalid_choice", "detail": known}]
    assert problem(shop.post("contacts/", []), 422, "invalid")["detail"] == "Send a JSON object."


@pytest.mark.parametrize("value", ["", "%20", "%09"], ids=["empty", "space", "tab"])
@pytest.mark.parametrize("path", ["contacts/?phone=", "suppressions/?address=", "evidence/?contact=", "events/?kind="])
def test_a_filter_without_a_value_is_refused_and_finds_nobody(shop: Caller, path: str, value: str) -> None:
    told = problem(shop.get(path + value), 422, "invalid")

    assert [each["code"] for each in told["errors"]] == ["blank"]


def test_a_parameter_that_comes_twice_is_refused(shop: Caller) -> None:
    told = problem(shop.get("contacts/?phone=%2B15035550101&phone=%2B15035550102"), 400, "malformed")

    assert "“phone” comes twice" in told["detail"]


def test_a_body_in_chunks_is_refused_and_not_taken_for_an_empty_one(shop: Caller, ada: Contact) -> None:
    sent = shop.patch(f"contacts/{ada.public_id}/", {"notes": "Call back"}, Transfer_Encoding="chunked")

    assert "Content-Length" in problem(sent, 400, "malformed")["detail"]


def test_a_body_that_is_too_large_is_not_read(shop: Caller) -> None:
    problem(shop.post("decisions/", " " * 5_000_001), 413, "too_large")


def test_another_method_is_refused_and_those_that_work_are_named(shop: Caller) -> None:
    for method in ("GET", "PUT", "DELETE", "TRACE", "SCOPES"):
        refused = shop(method, "decisions/")
        problem(refused, 405, "method_not_allowed")
        assert "POST" in refused.headers["Allow"]
    assert shop("OPTIONS", "decisions/").headers["Allow"] == "POST, OPTIONS"


def test_another_method_in_a_header_has_no_effect(shop: Caller) -> None:
    for header in ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"):
        problem(shop("GET", "decisions/", **{header: "POST"}), 405, "method_not_allowed")


def test_the_answer_is_json_or_none(shop: Caller) -> None:
    problem(shop.post("decisions/", ASK, accept="text/html"), 406, "not_acceptable")


@pytest.mark.parametrize("path", ["nowhere/", "decisions", "decisions/5/", "../v2/", ""])
def test_an_address_that_is_none_is_a_problem_too(shop: Caller, path: str) -> None:
    problem(shop.get(path), 404, "not_found")


def test_djangos_own_refusals_are_problems_too(shop: Caller) -> None:
    problem(shop.post("decisions/", ASK, host="evil.example"), 400, "malformed")


def test_what_nobody_foresaw_is_told_without_a_word_of_it(shop: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("config.api.endpoints.decisions.decide_many", lambda *_: 1 / 0)

    told = problem(shop.post("decisions/", ASK), 500, "internal_error")

    assert "division" not in str(told)


def test_deciding_about_nobody_is_never_a_yes(shop: Caller, ada: Contact, connected: None) -> None:
    told = problem(shop.post("decisions/", {**ASK, "addresses": []}), 422, "invalid")

    assert told["errors"][0]["field"] == "contacts"


def test_the_scopes_of_a_person_are_known_for_every_scope(settings: Settings) -> None:
    from config.roles import SCOPE_PERMISSIONS  # noqa: PLC0415

    assert set(SCOPE_PERMISSIONS) == set(Scope)
