"""Every error code that an operation documents comes back from that operation, and none but those."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth.models import User
from django.db import OperationalError, connection, transaction
from django.test import Client
from django.utils import timezone

from config.api.models import ApiKey
from config.api.openapi import document
from config.api.schema import STATUS_OF
from config.api.services import keys
from config.api.subjects import MOST
from config.api.vocabulary import Scope
from config.webhooks.services import endpoints
from consent.services.recording import record_event
from consent.values import ConsentEvent
from consent.vocabulary import Channel, EventKind, Source
from contacts.models import Contact
from contacts.values import SYSTEM
from tests.api.conformance import codes
from tests.api.conftest import Caller, MakeKey, problem
from tests.conftest import make_user
from tests.factories.contacts import make_contact
from tests.factories.lists import make_list

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("connected")]

OPERATIONS = {
    operation["operationId"]: (method.upper(), path.removeprefix("/api/v1/"), operation)
    for path, methods in document()["paths"].items()
    for method, operation in methods.items()
}


@dataclass(frozen=True)
class World:
    """What the requests are about: a contact, a list, evidence and an endpoint, all of them there."""

    shop: Caller
    reviewer: Caller
    with_scopes: MakeKey
    ada: Contact
    names: dict[str, str]

    def call(self, caller: Caller, operation: str, suffix: str = "", body: Any = None, **headers: str) -> Any:
        """Send an operation's request."""
        method, path, _ = OPERATIONS[operation]
        given = body if body is not None or method == "GET" else {}
        where = re.sub(r"\{(\w+)\}", lambda found: self.names[found[1]], path)
        return caller(method, where + suffix, given, **headers)


Produce = Callable[[World, str], Any]


@pytest.fixture
def world(shop: Caller, with_scopes: MakeKey, support: User, ada: Contact, settings: Any) -> World:
    settings.WEBHOOKS_TO_LOOPBACK = True
    make_list("Offers")
    ago = timezone.now() - timedelta(days=1)
    claim = {"contact": str(ada.public_id), "address": "+15035550101", "channels": ["sms"], "method": "web_form"}
    filed = shop.post("evidence/", {**claim, "wording": "Yes.", "consent_given_at": ago.isoformat()})
    made = shop.post("webhook-endpoints/", {"url": "http://localhost:9/"})
    names = {
        "contact_id": str(ada.public_id),
        "channel": "sms",
        "slug": "offers",
        "evidence_id": filed.json()["id"],
        "endpoint_id": made.json()["id"],
    }
    reviewer = with_scopes(name="Desk", owner_id=support.pk)
    return World(shop, reviewer, with_scopes, ada, names)


@contextmanager
def undone() -> Iterator[None]:
    """Undo what is written meanwhile, so that each answer begins with the same world."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def by_key(change: Callable[[ApiKey], Any], world: World, operation: str) -> Any:
    caller = world.with_scopes()
    change(caller.key)
    return world.call(caller, operation)


def revoked(key: ApiKey) -> None:
    keys.revoke_key(key_id=key.pk, by=SYSTEM, at=timezone.now())


def expired(key: ApiKey) -> None:
    ApiKey.objects.filter(pk=key.pk).update(expires_at=timezone.now())


def rotated(key: ApiKey) -> None:
    keys.rotate_key(key_id=key.pk, overlap=timedelta(hours=1), by=SYSTEM, at=timezone.now())
    ApiKey.objects.filter(pk=key.pk).update(old_valid_until=timezone.now())


def with_other_scopes(world: World, operation: str) -> Any:
    return world.call(world.with_scopes(Scope.MESSAGES_SEND), operation)


def in_person(world: World, operation: str, *, role: str | None, csrf: bool = False) -> Any:
    client = Client(raise_request_exception=False, enforce_csrf_checks=csrf)
    client.force_login(make_user(role, "somebody"))
    return world.call(Caller("", client), operation)


def too_often(world: World, operation: str) -> Any:
    caller = world.with_scopes(calls_per_minute=1)
    world.call(caller, operation)
    return world.call(caller, operation)


def failing(wrong: Exception, world: World, operation: str) -> Any:
    """Return what is answered where the database fails, at the first statement that Django sends for the operation."""

    def fail(*_: Any) -> Any:
        raise wrong

    with connection.execute_wrapper(fail):
        return world.call(world.shop, operation, body=BODIES.get(operation))


def sent_as_another(world: World, operation: str) -> Any:
    world.call(world.shop, operation, Idempotency_Key="one")
    return world.call(world.shop, operation, body={"other": 1}, Idempotency_Key="one")


def of_nobody(world: World, operation: str) -> Any:
    nobodys = {**dict.fromkeys(world.names, str(UUID(int=0))), "channel": "sms"}
    elsewhere = World(world.shop, world.reviewer, world.with_scopes, world.ada, nobodys)
    return elsewhere.call(world.shop, operation, body=BODIES.get(operation))


EVERYWHERE: dict[str, Produce] = {
    "malformed": lambda world, operation: world.call(world.shop, operation, host="evil.example"),
    "key_in_query": lambda world, operation: world.call(world.shop, operation, f"?key={world.shop.text}"),
    "not_authenticated": lambda world, operation: world.call(Caller(""), operation),
    "invalid_key": lambda world, operation: world.call(Caller("cdk_000000000000_" + "a" * 43), operation),
    "revoked_key": partial(by_key, revoked),
    "expired_key": partial(by_key, expired),
    "rotated_key": partial(by_key, rotated),
    "missing_scope": with_other_scopes,
    "missing_permission": partial(in_person, role=None),
    "not_acceptable": lambda world, operation: world.call(world.shop, operation, accept="text/html"),
    "invalid": lambda world, operation: world.call(world.shop, operation, "?no_such=1"),
    "too_many_requests": too_often,
    "internal_error": partial(failing, ZeroDivisionError()),
    "database_unavailable": partial(failing, OperationalError("gone")),
    "csrf_failed": partial(in_person, role="compliance", csrf=True),
    "too_large": lambda world, operation: world.call(world.shop, operation, content_length="100000001"),
    "unsupported_media_type": lambda world, operation: world.call(
        world.shop, operation, body="a=b", content_type="text/plain"
    ),
    "idempotency_key_reused": sent_as_another,
    "not_found": of_nobody,
}
"""Code → how to bring it about, whatever the operation."""

CONSENT = {"consent_how": "web form", "consent_text": "Yes, again."}
TWO = {"keep": str(UUID(int=1)), "absorb": str(UUID(int=2))}
BODIES: dict[str, Any] = {
    "decide": {"channel": "sms", "purpose": "marketing", "addresses": ["+15035550101"]},
    "change_contact": {"company": "x"},
    "put_block": {"on": True},
    "put_do_not_contact": {"on": True},
    "put_dnd": {"dnd": True},
    "merge_contacts": TWO,
    "change_members": {"act": "remove", "addresses": ["+15035550101"]},
    "put_member": {"subscribed": True},
    "approve_evidence": {"reason": "x"},
    "reject_evidence": {"reason": "x"},
}
"""Operation → a body that could be acted upon."""


def silenced(world: World, code: str) -> str:
    """Silence Ada so that a clear is refused with this code, and return the channel."""
    path = f"contacts/{world.ada.public_id}/block/"
    if code in {"blocked_contact", "note_required"}:
        assert world.shop.put(path, {"on": True}).status_code == 200
        if code == "note_required":
            assert world.shop.put(path, {"on": False}).status_code == 200
        return "sms"
    kind, channel = {
        "permanent_dnd": (EventKind.TEXT_OPT_OUT, Channel.SMS),
        "review_pending": (EventKind.TEXT_AMBIGUOUS, Channel.SMS),
        "attestation_required": (EventKind.EMAIL_BOUNCE, Channel.EMAIL),
        "later_consent_required": (EventKind.EMAIL_UNSUBSCRIBE, Channel.EMAIL),
    }[code]
    address = world.ada.held_addresses.get(kind="email" if channel is Channel.EMAIL else "phone").address_id
    event = ConsentEvent(kind, (channel,), timezone.now(), Source.PROVIDER)
    record_event(event=event, address_id=address, by=SYSTEM, at=timezone.now())
    return str(channel)


def cleared(code: str, world: World, operation: str) -> Any:
    channel = silenced(world, code)
    if operation == "put_dnd":
        return world.shop.put(f"contacts/{world.ada.public_id}/dnd/{channel}/", {"dnd": False})
    theirs = {"sms": "SMS", "email": "Email"}[channel]
    body = {"dndSettings": {theirs: {"status": "inactive"}}}
    if operation == "change_contact":
        return world.call(world.shop, operation, "?shape=highlevel", body)
    return world.call(world.shop, operation, "?shape=highlevel&upsert=address", {**body, "email": "ada@example.com"})


def chosen_as_never(world: World, operation: str) -> Any:
    event = ConsentEvent(EventKind.PREFERENCE_NEVER, (Channel.ALL,), timezone.now(), Source.CONTACT)
    record_event(event=event, contact_id=world.ada.pk, by=SYSTEM, at=timezone.now())
    return world.call(world.shop, operation, body={"on": False})


def as_seen_before(world: World, operation: str) -> Any:
    return world.call(world.shop, operation, body=BODIES[operation], If_Match='"older"')


def held_by_two(world: World, operation: str) -> Any:
    make_contact("Bo", phone="+15035550102")
    both = [{"kind": "phone", "value": f"+1503555010{number}"} for number in (1, 2)]
    return world.call(world.shop, operation, "?upsert=address", {"addresses": both})


def too_many(name: str, each: Any, world: World, operation: str) -> Any:
    return world.call(world.shop, operation, body={**ASKED.get(operation, {}), name: [each] * (MOST + 1)})


ASKED = {
    "decide": {"channel": "sms", "purpose": "marketing"},
    "change_members": {"act": "subscribe"},
}


def member(world: World, body: dict[str, Any], *, of: Contact | None = None) -> Any:
    contact = of or world.ada
    return world.shop.put(f"lists/offers/members/{contact.public_id}/", body)


def after(steps: list[dict[str, Any]], last: dict[str, Any], world: World, operation: str) -> Any:
    """Return what a change of a membership is answered after some that were done."""
    for step in steps:
        assert member(world, step).status_code == 200
    return member(world, last)


def archived(world: World, operation: str) -> Any:
    world.shop.patch("lists/offers/", {"archived": True})
    return member(world, {"subscribed": True})


def back_with_another_at_the_address(world: World, operation: str) -> Any:
    member(world, {"opted_out": True})
    newcomer = make_contact("Newcomer", phone="+15035550101")
    given = {**CONSENT, "consent_given_at": timezone.now().isoformat()}
    return member(world, {"opted_out": False, "attest": given}, of=newcomer)


def back_with_an_older_consent(world: World, operation: str) -> Any:
    """Bo, who shared Ada's number, left the list after Ada's consent, and then the number."""
    before = timezone.now().isoformat()
    bo = make_contact("Bo", phone="+15035550101")
    member(world, {"opted_out": True}, of=bo)
    world.shop.patch(f"contacts/{bo.public_id}/", {"addresses": [{"kind": "phone", "value": "+15035550102"}]})
    return member(world, {"opted_out": False, "attest": {**CONSENT, "consent_given_at": before}})


def without_a_paired_list(world: World, operation: str) -> Any:
    body = {"act": "remove", "contacts": [str(world.ada.public_id)], "also_add_to_paired": True}
    return world.call(world.shop, operation, body=body)


def with_itself(world: World, operation: str) -> Any:
    one = str(world.ada.public_id)
    return world.call(world.shop, operation, body={"keep": one, "absorb": one})


def one_endpoint_more(world: World, operation: str) -> Any:
    answers = [
        world.call(world.shop, operation, body={"url": "http://localhost:9/"}) for _ in range(endpoints.MOST_ENDPOINTS)
    ]
    return answers[-1]


def reviewed_twice(world: World, operation: str) -> Any:
    assert world.call(world.reviewer, operation, body=BODIES[operation]).status_code == 200
    return world.call(world.reviewer, operation, body=BODIES[operation])


def reviewed_by_who_filed(world: World, operation: str) -> Any:
    return world.call(world.shop, operation, body=BODIES[operation])


def reviewed_by_nobody(world: World, operation: str) -> Any:
    return world.call(world.with_scopes(), operation, body=BODIES[operation])


CLEARING = (
    "permanent_dnd",
    "blocked_contact",
    "review_pending",
    "note_required",
    "attestation_required",
    "later_consent_required",
)
HERE: dict[tuple[str, str], Produce] = {
    **{
        (operation, code): partial(cleared, code)
        for operation in ("put_dnd", "change_contact", "create_contact")
        for code in CLEARING
    },
    **{
        (operation, "precondition_failed"): as_seen_before
        for operation in ("put_dnd", "put_block", "put_do_not_contact", "change_contact")
    },
    ("put_do_not_contact", "permanent_dnd"): chosen_as_never,
    ("create_contact", "ambiguous_address"): held_by_two,
    ("merge_contacts", "unable_to_merge"): with_itself,
    ("decide", "too_many_subjects"): partial(too_many, "addresses", "+15035550101"),
    ("change_members", "too_many_subjects"): partial(too_many, "addresses", "+15035550101"),
    ("import_suppressions", "too_many_subjects"): partial(too_many, "suppressions", {}),
    ("change_members", "no_paired_list"): without_a_paired_list,
    ("put_member", "list_opted_out"): partial(after, [{"opted_out": True}], {"subscribed": True}),
    ("put_member", "list_blocked"): partial(after, [{"blocked": True}], {"subscribed": True}),
    ("put_member", "later_consent_required"): partial(after, [{"opted_out": True}], {"opted_out": False}),
    ("put_member", "list_archived"): archived,
    ("put_member", "shared_address"): back_with_another_at_the_address,
    ("put_member", "newer_opt_out"): back_with_an_older_consent,
    ("create_webhook_endpoint", "too_many_endpoints"): one_endpoint_more,
    **{
        (operation, code): produce
        for operation in ("approve_evidence", "reject_evidence")
        for code, produce in {
            "already_reviewed": reviewed_twice,
            "own_evidence": reviewed_by_who_filed,
            "reviewer_unknown": reviewed_by_nobody,
        }.items()
    },
}
"""Operation and code → how to bring it about there."""


@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_code_that_an_operation_documents_comes_back_from_it(world: World, operation: str) -> None:
    documented = codes(OPERATIONS[operation][2])

    came = {}
    for code in sorted(documented):
        produce = HERE.get((operation, code)) or EVERYWHERE[code]
        with undone():
            came[code] = problem(produce(world, operation), STATUS_OF.get(code, 409), code)

    assert came.keys() == documented


def test_nothing_is_brought_about_that_is_not_documented() -> None:
    """An answer with another code would have failed in `refuse_undocumented`, which looks at every answer."""
    documented = {(name, code) for name, (_, _, operation) in OPERATIONS.items() for code in codes(operation)}

    assert HERE.keys() <= documented
