"""Meta's door: who is let in, and that each event of a batch counts once, whatever batch brings it."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from django.test import Client

from consent.models import AppEvent, Delivery, DoorCounter, InboundMessage, LedgerEntry, Suppression
from consent.selectors import decide
from consent.selectors.decisions import Subject
from consent.values import Decision, GateRequest
from consent.vocabulary import Channel, Purpose
from contacts.models import Contact
from tests.consent.meta_door import (
    META,
    SECRET,
    deliver,
    preference,
    signature,
    status,
    text,
    whatsapp,
)
from tests.factories.contacts import make_contact

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("connected", "meta_keys")]

ADA = "15035550101"
FAN = "3699000000000456"


@pytest.fixture
def meta_keys(settings: Any) -> None:
    settings.META_APP_SECRET = SECRET
    settings.META_VERIFY_TOKEN = "a word of our own"


@pytest.fixture
def fan(db: None) -> Contact:
    return make_contact("Fan", messenger=FAN)


def ask(contact: Contact, channel: Channel = Channel.WHATSAPP, purpose: Purpose = Purpose.MARKETING) -> Decision:
    return decide(GateRequest(channel, purpose), Subject(contact_id=contact.pk)).decision


def codes_of(decision: Decision) -> set[str]:
    return {reason.code for reason in decision.reasons}


def test_the_handshake_gives_the_challenge_back_as_plain_text() -> None:
    answer = Client().get(
        META, {"hub.mode": "subscribe", "hub.verify_token": "a word of our own", "hub.challenge": "<b>1158</b>"}
    )

    assert (answer.status_code, answer.content) == (200, b"<b>1158</b>")
    assert answer["Content-Type"] == "text/plain"
    assert answer["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    "query",
    [
        "",
        "hub.mode=subscribe&hub.verify_token=another&hub.challenge=1",
        "hub.mode=unsubscribe&hub.verify_token=a+word+of+our+own&hub.challenge=1",
        "hub.mode=subscribe&hub.verify_token=&hub.challenge=1",
        "hub.mode=subscribe&hub.verify_token=%ff%00%c3%a9&hub.challenge=1",
    ],
)
def test_a_handshake_with_another_token_is_refused_and_counted(query: str) -> None:
    answer = Client().get(f"{META}?{query}")

    assert answer.status_code == 403
    assert DoorCounter.objects.get().cause == "verify_token"


def test_without_a_verify_token_of_our_own_no_handshake_holds(settings: Any) -> None:
    settings.META_VERIFY_TOKEN = ""

    answer = Client().get(META, {"hub.mode": "subscribe", "hub.verify_token": "", "hub.challenge": "1"})

    assert answer.status_code == 403


def test_a_batch_is_one_delivery_and_each_of_its_events_counts(ada: Contact, bo: Contact, fan: Contact) -> None:
    answer = deliver(
        whatsapp(
            preference(ADA, "stop"),
            status(ADA, "delivered"),
            text("15035550102", "STOP", after=1),
            text("15035550142", "Hello", after=2),
            text(ADA, "start", after=3),
        )
    )

    assert answer.status_code == 200
    assert (Delivery.objects.count(), Delivery.objects.get().status) == (1, "processed")
    assert list(InboundMessage.objects.order_by("id").values_list("position", flat=True)) == [0, 2, 3, 4]
    assert ask(ada).allowed
    assert codes_of(ask(bo)) == {"opt_out"}


def test_an_event_that_names_nobody_does_not_stop_the_others_and_is_noted(ada: Contact) -> None:
    deliver(whatsapp(text("", "STOP"), text("a username", "STOP"), text(ADA, "STOP", after=1)))

    delivery = Delivery.objects.get()
    assert delivery.status == "processed"
    assert "Event 1 of 3" in delivery.reason
    assert "Event 2 of 3" in delivery.reason
    assert codes_of(ask(ada)) == {"opt_out"}


def test_a_batch_that_names_nobody_at_all_is_kept_for_staff() -> None:
    deliver(whatsapp(text("a username", "STOP")))

    assert (Delivery.objects.get().status, Delivery.objects.get().next_attempt_at) == ("failed", None)


def test_the_same_body_twice_is_one_delivery(ada: Contact) -> None:
    answers = [deliver(whatsapp(preference(ADA, "stop"))).status_code for _ in range(3)]

    assert answers == [200, 200, 200]
    assert (Delivery.objects.count(), InboundMessage.objects.count(), LedgerEntry.objects.count()) == (1, 1, 1)


def test_an_event_that_comes_again_in_another_batch_has_no_second_effect(ada: Contact, bo: Contact) -> None:
    deliver(whatsapp(preference(ADA, "stop"), text(ADA, "Hello", after=1)))

    deliver(whatsapp(text(ADA, "Hello", after=1), text("15035550102", "STOP", after=2)))
    deliver(whatsapp(preference(ADA, "stop")))

    assert Delivery.objects.count() == 3
    assert InboundMessage.objects.count() == AppEvent.objects.count() == LedgerEntry.objects.count() == 3
    assert codes_of(ask(bo)) == {"opt_out"}
    assert Delivery.objects.latest("id").status == "ignored"
    assert "before" in Delivery.objects.latest("id").reason


@pytest.mark.parametrize(
    "payload",
    [
        {"object": "instagram", "entry": [{"messaging": []}]},
        {"object": "whatsapp_business_account", "entry": [{"changes": [{"field": "account_update", "value": {}}]}]},
        {"object": "page", "entry": [{"changes": [{"field": "feed", "value": {"item": "post"}}]}]},
        {"object": "page", "entry": []},
        {},
    ],
)
def test_what_we_have_no_use_for_is_kept_raw_and_ignored_with_a_reason(payload: dict[str, Any]) -> None:
    answer = deliver(payload)

    delivery = Delivery.objects.get()
    assert answer.status_code == 200
    assert delivery.status == "ignored"
    assert delivery.reason
    assert bytes(delivery.body)


def test_a_preference_counts_also_under_a_field_of_another_name(ada: Contact) -> None:
    renamed = preference(ADA, "stop") | {"field": "marketing_preferences"}

    deliver(whatsapp(renamed))

    assert codes_of(ask(ada)) == {"opt_out"}


@pytest.mark.parametrize("body", [b"{", b"[]", b"null", b'"STOP"', b"[" * 100_000, b"\xff\xfe", b"9" * 5000])
def test_what_is_signed_and_no_json_object_is_kept_for_staff(body: bytes) -> None:
    answer = deliver(body)

    assert answer.status_code == 200
    assert Delivery.objects.get().status == "failed"


@pytest.mark.parametrize("forgery", ["none", "wrong key", "tampered", "sha1", "nonsense", "not ascii"])
def test_a_forged_delivery_leaves_nothing_but_a_count(ada: Contact, forgery: str) -> None:
    payload = whatsapp(preference(ADA, "stop"))
    given = {
        "none": "",
        "wrong key": None,
        "tampered": signature(b"{}"),
        "sha1": "sha1=6d4a",
        "nonsense": "sha256=",
        "not ascii": "sha256=é",
    }[forgery]

    answer = deliver(payload, given=given, secret="f" * 32)

    assert answer.status_code == 403
    assert (Delivery.objects.count(), Suppression.objects.count()) == (0, 0)
    assert (DoorCounter.objects.get().door, DoorCounter.objects.get().cause) == ("meta", "signature")


def test_without_an_app_secret_nobody_is_let_in(settings: Any) -> None:
    settings.META_APP_SECRET = ""

    answer = deliver(whatsapp(preference(ADA, "stop")), secret="")

    assert (answer.status_code, DoorCounter.objects.get().cause) == (403, "no_key")


def test_another_content_type_is_415_and_another_method_405() -> None:
    assert deliver(whatsapp(preference(ADA, "stop")), content_type="text/plain").status_code == 415
    assert Client().put(META).status_code == 405
    assert not Delivery.objects.exists()


def test_two_megabytes_are_413_with_a_length_and_without() -> None:
    assert deliver(b"[" + b" " * 2_000_000 + b"]").status_code == 413
    assert deliver_in_chunks(b"[" + b" " * 2_000_000 + b"]").status_code == 413
    assert not Delivery.objects.exists()


def test_a_body_in_chunks_without_a_length_is_read_whole(ada: Contact) -> None:
    answer = deliver_in_chunks(json.dumps(whatsapp(preference(ADA, "stop"))).encode())

    assert answer.status_code == 200
    assert codes_of(ask(ada)) == {"opt_out"}


def deliver_in_chunks(body: bytes) -> Any:
    """Post as a server hands on a chunked request: no length, and an input that tells its end."""
    return Client().request(
        **{
            "REQUEST_METHOD": "POST",
            "PATH_INFO": META,
            "CONTENT_TYPE": "application/json",
            "HTTP_TRANSFER_ENCODING": "chunked",
            "HTTP_X_HUB_SIGNATURE_256": signature(body),
            "wsgi.input": io.BytesIO(body),
            "wsgi.input_terminated": True,
        }
    )


def test_words_that_no_column_can_hold_are_kept_as_it_can(ada: Contact) -> None:
    said = b"STOP\\u0000\\ud800"
    event = b'{"sender":{"id":"77"},"message":{"mid":"\\u0000","text":"%s"}}' % said
    body = b'{"object":"page","entry":[{"messaging":[%s]}]}' % event

    answer = deliver(body)

    assert answer.status_code == 200
    assert Delivery.objects.get().status == "processed"
    assert InboundMessage.objects.get().body == "STOP?"
