"""Mutated bodies at Meta's door and the voice door: never an error page, and nothing authentic is ever lost."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client

from consent.models import Delivery
from consent.providers import meta, twilio_voice
from consent.providers.meta.events import AppFact
from consent.services.twilio import form_pairs
from contacts.models import Contact
from tests.consent.doors import FORM, twilio_signature
from tests.consent.meta_door import (
    META,
    SECRET,
    deliver,
    message,
    messenger,
    optin,
    page,
    preference,
    signature,
    status,
    text,
    whatsapp,
)
from tests.consent.test_door_fuzz import ODD, mutated
from tests.consent.test_voice_door import VOICE, ring

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("connected")]

ODD_VALUES: list[Any] = [
    *(odd for odd in ODD if odd.isprintable()),
    None,
    True,
    0,
    -1,
    1e308,
    10**30,
    [],
    {},
    [[]],
    [None],
    "\x00",
    "\ud800",
    {"id": {}},
    "STOP",
]


@pytest.fixture(autouse=True)
def meta_keys(settings: Any) -> None:
    settings.META_APP_SECRET = SECRET


def batches(rng: random.Random) -> dict[str, Any]:
    wa_id, psid = f"1503555{rng.randrange(10000):04}", f"36990000000{rng.randrange(10000):04}"
    made: list[Callable[[], dict[str, Any]]] = [
        lambda: whatsapp(preference(wa_id, rng.choice(["stop", "resume"]), after=rng.randrange(99))),
        lambda: whatsapp(text(wa_id, rng.choice(["STOP", "START", "Hello"])), status(wa_id, "failed", code=131050)),
        lambda: whatsapp(message(wa_id, type="button", button={"text": "Stop promotions", "payload": "x"})),
        lambda: page(messenger(psid, message={"mid": "m_1", "text": "STOP"}), optin(psid, "STOP_NOTIFICATIONS")),
    ]
    return rng.choice(made)()


def places(value: Any) -> list[tuple[Any, Any]]:
    """Return every (container, key) of a JSON value."""
    if isinstance(value, dict):
        keys: list[Any] = list(value)
    else:
        keys = list(range(len(value))) if isinstance(value, list) else []
    return [(value, key) for key in keys] + [place for key in keys for place in places(value[key])]


def bent(rng: random.Random, batch: dict[str, Any]) -> dict[str, Any]:
    """Return a batch with one to three of its values dropped, doubled or made odd."""
    batch = copy.deepcopy(batch)
    for _ in range(rng.randint(1, 3)):
        found = places(batch)
        if not found:
            break
        holder, key = rng.choice(found)
        match rng.randrange(4):
            case 0:
                del holder[key]
            case 1 if isinstance(holder, list):
                holder.append(copy.deepcopy(holder[key]))
            case _:
                holder[key] = rng.choice(ODD_VALUES)
    return batch


def test_whatever_meta_signs_is_stored_and_never_an_error_page() -> None:
    rng = random.Random(11)
    client = Client(raise_request_exception=False)
    bodies = {json.dumps(bent(rng, batches(rng))).encode() for _ in range(200)}

    answers = {deliver(body, client=client).status_code for body in bodies}

    assert answers == {200}
    assert Delivery.objects.count() == len(bodies)
    assert not Delivery.objects.filter(status="pending").exists()
    failed = Delivery.objects.filter(status="failed", next_attempt_at__isnull=False)
    assert list(failed.values_list("reason", flat=True)[:5]) == []


def test_whatever_is_signed_at_the_voice_door_is_answered() -> None:
    rng = random.Random(12)
    client = Client(raise_request_exception=False)
    answers: set[int] = set()
    for _ in range(120):
        pairs = mutated(rng, ring(f"+1503555{rng.randrange(10000):04}"))
        if not pairs:
            continue
        body = urlencode(pairs, errors="surrogateescape").encode()
        signed = {"X-Twilio-Signature": twilio_signature(VOICE, pairs)}
        answers.add(client.post(VOICE, data=body, content_type=FORM, headers=signed).status_code)

    assert answers <= {200, 409}
    failed = Delivery.objects.filter(status="failed")
    assert list(failed.values_list("reason", flat=True)[:5]) == []


def test_no_batch_and_no_call_is_too_odd_to_be_parsed() -> None:
    rng = random.Random(13)
    for _ in range(6000):
        raw = bytearray(json.dumps(bent(rng, batches(rng))).encode())
        for _ in range(rng.randrange(3)):
            raw[rng.randrange(len(raw))] = rng.randrange(256)
        try:
            events = meta.parse(bytes(raw))
        except meta.Unreadable:
            continue
        assert all(len(event.identity) == 64 for event in events if isinstance(event, AppFact))
    for _ in range(3500):
        raw = bytearray(urlencode(mutated(rng, ring("+15035550101")), errors="surrogateescape").encode() or b"x")
        raw[rng.randrange(len(raw))] = rng.randrange(256)
        call = twilio_voice.parse(form_pairs(bytes(raw)))
        assert call.is_inbound or not call.is_coming_in


def test_one_bent_event_in_a_batch_never_hides_the_stop_beside_it(ada: Contact) -> None:
    rng = random.Random(14)
    for number in range(30):
        odd = bent(rng, batches(rng))
        stop = f"1503556{number:04}"
        entries = odd.get("entry") if odd.get("object") == "whatsapp_business_account" else None
        kept = entries if isinstance(entries, list) else []

        deliver({"object": "whatsapp_business_account", "entry": [*kept, *whatsapp(text(stop, "STOP"))["entry"]]})

        delivery = Delivery.objects.latest("id")
        assert delivery.status == "processed", delivery.reason
        assert delivery.messages.filter(address__value=f"+{stop}", message_class="opt_out").exists()


def test_whatever_is_not_signed_is_refused_and_leaves_nothing() -> None:
    rng = random.Random(15)
    client = Client(raise_request_exception=False)
    answers = set()
    for _ in range(300):
        given = rng.choice(["", "sha256=", "é", "A" * 5000, signature(b"another"), "sha1=" + "0" * 40])
        answers.add(
            client.generic(
                "POST",
                META,
                rng.randbytes(rng.randrange(1, 200)),
                content_type=rng.choice(["application/json", "application/json; charset=nonsense", "text/plain", ""]),
                headers={"X-Hub-Signature-256": given},
            ).status_code
        )

    assert answers == {403, 415}
    assert not Delivery.objects.exists()
