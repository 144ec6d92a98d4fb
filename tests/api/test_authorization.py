"""Who may: every operation, for every scope, role and session, and for those who are nobody."""

from __future__ import annotations

import hmac
import re
from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from config.api.models import ApiKey
from config.api.openapi import document
from config.api.services import keys
from config.api.vocabulary import Scope
from config.webhooks.models import WebhookEndpoint
from consent.models import LedgerEntry
from contacts.models import Contact
from contacts.values import SYSTEM
from tests.api.conftest import Caller, MakeKey, problem
from tests.conftest import make_user

pytestmark = pytest.mark.django_db

ROLES = ("agent", "support", "marketing", "compliance")
EVERYBODY = frozenset(ROLES)
WHO_SETS_DND = EVERYBODY - {"marketing"}
WHO_KEEPS_LISTS = frozenset({"marketing", "compliance"})
WHO_REVIEWS = frozenset({"support", "compliance"})

MAY: dict[str, tuple[Scope, frozenset[str]]] = {
    "list_contacts": (Scope.CONTACTS_READ, EVERYBODY),
    "create_contact": (Scope.CONTACTS_WRITE, EVERYBODY),
    "get_contact": (Scope.CONTACTS_READ, EVERYBODY),
    "change_contact": (Scope.CONTACTS_WRITE, EVERYBODY),
    "get_dnd": (Scope.DND_READ, EVERYBODY),
    "put_dnd": (Scope.DND_WRITE, WHO_SETS_DND),
    "put_do_not_contact": (Scope.DND_WRITE, WHO_SETS_DND),
    "put_block": (Scope.DND_WRITE, WHO_SETS_DND),
    "get_timeline": (Scope.EVENTS_READ, EVERYBODY),
    "decide": (Scope.DECISIONS, EVERYBODY),
    "list_lists": (Scope.LISTS_READ, EVERYBODY),
    "create_list": (Scope.LISTS_WRITE, WHO_KEEPS_LISTS),
    "get_list": (Scope.LISTS_READ, EVERYBODY),
    "change_list": (Scope.LISTS_WRITE, WHO_KEEPS_LISTS),
    "list_members": (Scope.LISTS_READ, EVERYBODY),
    "get_member": (Scope.LISTS_READ, EVERYBODY),
    "put_member": (Scope.LISTS_WRITE, EVERYBODY),
    "change_members": (Scope.LISTS_WRITE, EVERYBODY),
    "get_audience": (Scope.LISTS_READ, EVERYBODY),
    "list_suppressions": (Scope.DND_READ, EVERYBODY),
    "import_suppressions": (Scope.DND_WRITE, WHO_SETS_DND),
    "list_evidence": (Scope.EVIDENCE_WRITE, EVERYBODY),
    "file_evidence": (Scope.EVIDENCE_WRITE, EVERYBODY),
    "get_evidence": (Scope.EVIDENCE_WRITE, EVERYBODY),
    "approve_evidence": (Scope.EVIDENCE_REVIEW, WHO_REVIEWS),
    "reject_evidence": (Scope.EVIDENCE_REVIEW, WHO_REVIEWS),
    "merge_contacts": (Scope.CONTACTS_WRITE, WHO_REVIEWS),
    "list_webhook_endpoints": (Scope.EVENTS_READ, frozenset({"compliance"})),
    "create_webhook_endpoint": (Scope.EVENTS_READ, frozenset({"compliance"})),
    "get_webhook_endpoint": (Scope.EVENTS_READ, frozenset({"compliance"})),
    "change_webhook_endpoint": (Scope.EVENTS_READ, frozenset({"compliance"})),
    "delete_webhook_endpoint": (Scope.EVENTS_READ, frozenset({"compliance"})),
    "rotate_webhook_secret": (Scope.EVENTS_READ, frozenset({"compliance"})),
    "replay_webhooks": (Scope.EVENTS_READ, frozenset({"compliance"})),
    "send_test_webhook": (Scope.EVENTS_READ, frozenset({"compliance"})),
    "list_webhook_notices": (Scope.EVENTS_READ, frozenset({"compliance"})),
    "list_events": (Scope.EVENTS_READ, EVERYBODY - {"agent"}),
}
"""Operation → the scope that a key needs, and the roles that may with their log-in."""
ALSO = {"list_evidence": Scope.EVIDENCE_REVIEW, "get_evidence": Scope.EVIDENCE_REVIEW}
"""Operation → a scope that will do as well."""

OPERATIONS = {
    operation["operationId"]: (method.upper(), path)
    for path, methods in document()["paths"].items()
    for method, operation in methods.items()
}
NOBODYS = UUID(int=0)


def _path(operation: str) -> str:
    """Return the address of an operation, about something that is not there."""
    path = OPERATIONS[operation][1].removeprefix("/api/v1/")
    return re.sub(
        r"\{(\w+)\}", lambda found: str(NOBODYS) if found[1].endswith("id") or found[1] == "contact" else "sms", path
    )


def _send(caller: Caller, operation: str, suffix: str = "", **headers: str) -> Any:
    method = OPERATIONS[operation][0]
    return caller(method, _path(operation) + suffix, None if method == "GET" else {}, **headers)


def _log_in(user: User) -> Caller:
    client = Client(raise_request_exception=False)
    client.force_login(user)
    return Caller("", client)


def test_every_operation_has_its_row() -> None:
    assert set(MAY) == set(OPERATIONS)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_key_with_all_scopes_but_the_needed_is_refused_and_with_it_alone_let_through(
    with_scopes: MakeKey, operation: str
) -> None:
    needed, _ = MAY[operation]
    either = {needed, ALSO.get(operation, needed)}

    told = problem(_send(with_scopes(*(set(Scope) - either)), operation), 403, "missing_scope")
    through = [_send(with_scopes(each), operation).status_code for each in either]

    assert needed in told["detail"]
    assert not {401, 403} & set(through)
    assert not LedgerEntry.objects.exists()


@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_log_in_may_what_its_role_may_and_no_more(operation: str) -> None:
    _, roles = MAY[operation]

    let_through = {
        role
        for role in ROLES
        if _send(_log_in(make_user(role, f"one-{role}")), operation).status_code not in {401, 403}
    }

    assert let_through == roles
    assert not LedgerEntry.objects.exists()


@pytest.mark.parametrize("operation", OPERATIONS)
def test_who_is_nobody_no_more_or_has_no_rights_is_refused(
    with_scopes: MakeKey, nobody: Caller, operation: str
) -> None:
    revoked, left = with_scopes(), make_user("compliance", "left")
    keys.revoke_key(key_id=revoked.key.pk, by=SYSTEM, at=timezone.now())
    session = _log_in(left)
    User.objects.filter(pk=left.pk).update(is_active=False)

    problem(_send(nobody, operation), 401, "not_authenticated")
    problem(_send(Caller("cdk_000000000000_" + "a" * 43), operation), 401, "invalid_key")
    problem(_send(revoked, operation), 401, "revoked_key")
    problem(_send(session, operation), 401, "not_authenticated")
    problem(_send(_log_in(make_user(None, "visitor")), operation), 403, "missing_permission")


@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_key_in_the_address_is_refused_everywhere(shop: Caller, operation: str) -> None:
    for name in ("key", "api_key", "access_token", "anything"):
        problem(_send(shop, operation, f"?{name}={shop.text}"), 400, "key_in_query")
    problem(_send(shop, operation, f"?anything={shop.text}&anything=1"), 400, "key_in_query")


@pytest.mark.parametrize("operation", OPERATIONS)
def test_no_header_or_parameter_makes_a_request_another(with_scopes: MakeKey, operation: str) -> None:
    caller = with_scopes(MAY[operation][0])
    usual = _send(caller, operation)

    for header in ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"):
        assert _send(caller, operation, **{header: "DELETE"}).status_code == usual.status_code
    for name in ("_method", "method"):
        told = _send(caller, operation, f"?{name}=DELETE")
        assert [each["field"] for each in problem(told, 422, "invalid")["errors"]] == [name]


def test_no_body_writes_what_its_document_does_not_name(shop: Caller, ada: Contact) -> None:
    """Columns of ours, sent to every operation that takes a body, about things that there are."""
    Contact.objects.filter(pk=ada.pk).update(public_id=NOBODYS)
    shop.post("lists/", {"slug": "sms", "name": "Texts", "purpose": "marketing"})
    shop.post("webhook-endpoints/", {"url": "https://shop.example.com/hook"})
    WebhookEndpoint.objects.update(public_id=NOBODYS)
    ours = {"pk": 1, "public_id": str(NOBODYS), "key_id": 1, "owner_id": 1, "created_at": "2026-01-01T00:00:00Z"}
    with_body = [name for name in OPERATIONS if _takes_json(name)]

    for name in with_body:
        told = problem(shop(OPERATIONS[name][0], _path(name), ours), 422, "invalid")
        assert {each["field"] for each in told["errors"]} == set(ours), name
        assert {each["code"] for each in told["errors"]} == {"unknown_field"}, name

    assert len(with_body) > 15
    assert not LedgerEntry.objects.exists()


def _takes_json(operation: str) -> bool:
    method, path = OPERATIONS[operation]
    body = document()["paths"][path][method.lower()].get("requestBody", {})
    return "application/json" in body.get("content", {})


def test_a_key_has_no_right_of_the_person_who_owns_it(with_scopes: MakeKey, superuser: User, ada: Contact) -> None:
    caller = with_scopes(Scope.DECISIONS, owner_id=superuser.pk)

    problem(caller.get(f"contacts/{ada.public_id}/"), 403, "missing_scope")


def test_the_log_in_behind_a_key_adds_nothing_to_it(with_scopes: MakeKey, superuser: User) -> None:
    caller = with_scopes(Scope.DECISIONS)
    caller.client.force_login(superuser)

    problem(caller.get("contacts/"), 403, "missing_scope")


def test_an_agent_reads_the_timeline_of_own_contacts_alone(agent: User, support: User, ada: Contact) -> None:
    path = f"contacts/{ada.public_id}/timeline/"
    session = _log_in(agent)

    Contact.objects.filter(pk=ada.pk).update(owner=support)
    problem(session.get(path), 403, "missing_permission")
    Contact.objects.filter(pk=ada.pk).update(owner=agent)
    assert session.get(path).status_code == 200


def test_highlevels_shape_needs_the_scopes_for_dnd_too(with_scopes: MakeKey, ada: Contact) -> None:
    caller = with_scopes(Scope.CONTACTS_READ, Scope.CONTACTS_WRITE)
    path = f"contacts/{ada.public_id}/?shape=highlevel"

    problem(caller.get(path), 403, "missing_scope")
    problem(with_scopes(*(set(Scope) - {Scope.DND_WRITE})).patch(path, {"dnd": True}), 403, "missing_scope")
    assert not LedgerEntry.objects.exists()


@pytest.mark.parametrize("text", ["known", "other secret", "unknown", "nonsense"])
def test_what_is_shown_is_compared_in_constant_time_whoever_it_is(
    shop: Caller, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    shown = {
        "known": shop.text,
        "other secret": shop.text[:-1] + "!",
        "unknown": f"cdk_000000000000_{'a' * 43}",
        "nonsense": "nonsense",
    }[text]
    compared: list[int] = []
    real = hmac.compare_digest
    monkeypatch.setattr(
        hmac, "compare_digest", lambda a, b: (compared.append(len(a) * (len(a) == len(b))), real(a, b))[1]
    )

    Caller(shown).get("contacts/")

    assert compared[:2] == [64, 64]


def test_another_integration_gets_no_answer_that_was_kept_for_one(with_scopes: MakeKey) -> None:
    ours, theirs = with_scopes(), with_scopes()
    body = {"first_name": "Ada"}
    made = ours.post("contacts/", body, idempotency_key="one")

    again = theirs.post("contacts/", body, idempotency_key="one")

    assert made.json()["id"] != again.json()["id"]
    assert "Idempotent-Replayed" not in again.headers
    assert ApiKey.objects.count() == 2
