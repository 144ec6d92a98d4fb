"""Ten thousand mutated bodies at Twilio's doors: never an error page, and nothing authentic is ever lost."""

from __future__ import annotations

import random
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test import Client

from consent.keywords import DEFAULT_WORDS, read
from consent.models import Delivery
from consent.providers import twilio_inbound
from consent.services.twilio import form_pairs
from tests.consent.doors import FORM, INBOUND, STATUS, callback, sms, twilio_signature

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("connected")]

ODD = [
    "",
    " ",
    "\x00",
    "STOP\x00",
    "\udcff\udcfe",
    "🛑" * 40,
    "+" * 30,
    "whatsapp:",
    "messenger:x",
    "rcs:agent",
    "+1503555010" * 30,
    "٠١٢٣٤٥٦٧٨٩",
    "%00%ff",
    "&amp;amp;STOP",
    "-1",
    "9" * 400,
    "STOP" * 500,
    "2611211261",
    "9913319999",
    "\u202eSTOP",
    "null",
    "[]",
    "{}",
    "'; DROP TABLE consent_suppression; --",
]


def mutated(rng: random.Random, form: dict[str, str]) -> list[tuple[str, str]]:
    """Return a form with one to four of its parameters dropped, repeated, renamed or filled with something odd."""
    pairs = list(form.items())
    for _ in range(rng.randint(1, 4)):
        position = rng.randrange(len(pairs)) if pairs else 0
        match rng.randrange(6):
            case 0 if pairs:
                pairs.pop(position)
            case 1 if pairs:
                pairs.insert(rng.randrange(len(pairs)), pairs[position])
            case 2 if pairs:
                pairs[position] = (pairs[position][0], rng.choice(ODD))
            case 3 if pairs:
                pairs[position] = (rng.choice(ODD) or "X", pairs[position][1])
            case 4:
                pairs.append((rng.choice(list(form)), rng.choice(ODD)))
            case _:
                rng.shuffle(pairs)
    return pairs


def bodies(path: str, seed: int, count: int) -> list[list[tuple[str, str]]]:
    rng = random.Random(seed)
    texts = ["STOP", "START", "Hello", "STOP please", "Wrong number", "stpo"]
    forms = []
    for _ in range(count):
        sender = f"+1503555{rng.randrange(10000):04}"
        form = sms(sender, rng.choice(texts)) if path == INBOUND else callback(sender, rng.choice(["30003", "21610"]))
        forms.append(mutated(rng, form))
    return forms


@pytest.mark.parametrize(("path", "count", "taken"), [(INBOUND, 600, 200), (STATUS, 200, 204)])
def test_whatever_is_signed_is_stored_and_never_an_error_page(path: str, count: int, taken: int) -> None:
    client = Client(raise_request_exception=False)
    seen: dict[int, int] = {}
    for pairs in bodies(path, seed=count, count=count):
        answer = client.post(
            path,
            data=urlencode(pairs, errors="surrogateescape").encode(),
            content_type=FORM,
            headers={"X-Twilio-Signature": twilio_signature(path, pairs)},
        )
        seen[answer.status_code] = seen.get(answer.status_code, 0) + 1

    assert set(seen) <= {taken, 409}
    assert Delivery.objects.count() == count
    assert not Delivery.objects.filter(status="pending").exists()
    failed = Delivery.objects.filter(status="failed", next_attempt_at__isnull=False)
    assert list(failed.values_list("reason", flat=True)[:5]) == []


def test_no_body_is_too_odd_to_be_parsed() -> None:
    rng = random.Random(7)
    for pairs in bodies(INBOUND, seed=8200, count=8200):
        raw = bytearray(urlencode(pairs, errors="surrogateescape").encode())
        for _ in range(rng.randrange(4)):
            raw[rng.randrange(len(raw))] = rng.randrange(256)

        message = twilio_inbound.parse(form_pairs(bytes(raw)))
        reading = read(message.body, words=DEFAULT_WORDS, opt_out_type=message.opt_out_type)

        assert reading.rule


def test_whatever_is_not_signed_is_refused_and_leaves_nothing() -> None:
    client = Client(raise_request_exception=False)
    rng = random.Random(8)
    seen: dict[int, int] = {}
    for _ in range(1000):
        raw = rng.randbytes(rng.randrange(200))
        content_type = rng.choice([FORM, f"{FORM}; charset=latin-1", f"{FORM}; charset=nonsense", "text/plain", ""])
        answer = client.generic(
            "POST",
            INBOUND,
            raw,
            content_type=content_type,
            headers={"X-Twilio-Signature": rng.choice(["", "x", "é", "A" * 5000, "n9kJVW+zjmz5IMv1WioNHgSr9ME="])},
        )
        seen[answer.status_code] = seen.get(answer.status_code, 0) + 1

    assert set(seen) == {403, 415}
    assert not Delivery.objects.exists()
    with connection.cursor() as cursor:
        cursor.execute("SELECT sum(count) FROM consent_doorcounter")
        assert cursor.fetchone() == (1000,)


@pytest.mark.parametrize("charset", ["utf-8", "latin-1", "utf-16", "cp1252", "nonsense", ""])
def test_a_stop_counts_in_whatever_charset_the_request_claims(charset: str, ada: object) -> None:
    pairs = list(sms("+15035550101", "Arrêt").items())

    answer = Client().generic(
        "POST",
        INBOUND,
        urlencode(pairs).encode(),
        content_type=f"{FORM}; charset={charset}",
        headers={"X-Twilio-Signature": twilio_signature(INBOUND, pairs)},
    )

    assert answer.status_code == 200
    assert Delivery.objects.get().messages.get().message_class == "opt_out"


@pytest.mark.parametrize("method", ["get", "put", "delete", "patch", "head"])
def test_another_method_is_405(method: str) -> None:
    assert getattr(Client(), method)(INBOUND).status_code == 405
