"""The e-mail doors: who gets in, and what the others are told."""

from __future__ import annotations

import json
import time
import uuid
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from django.db import OperationalError, connection
from django.test import Client
from pytest_django import Settings

from consent.models import Delivery, DoorCounter, LedgerEntry, Suppression
from consent.providers.email import READERS, TITLES
from consent.views.email_doors import DOORS
from tests.consent import amazon as aws
from tests.consent.door_suite import DoorCase, DoorSuite
from tests.consent.email_knocks import (
    COMPLAINTS,
    ESPS,
    Knock,
    close_doors,
    knock,
    mailgun_block,
    sample,
    sns,
)

WRONG_KEYS = {
    "postal": lambda: rsa.generate_private_key(public_exponent=65537, key_size=2048),
    "sendgrid": lambda: ec.generate_private_key(ec.SECP256R1()),
    "resend": lambda: "whsec_YW5vdGhlciBzZWNyZXQ=",
    "brevo": lambda: "desk:another password",
}
SIGNED_BODIES = {"mailersend", "mailtrap", "mandrill", "postal", "resend", "sendgrid", "unisender_go", "amazon_ses"}
UNPROVEN = {"brevo": 429, "mailersend": 429, "postmark": 401}


def fresh(esp: str, **how: object) -> Knock:
    return knock(esp, sample(esp, COMPLAINTS[esp]), **how)


def carrying(esp: str, body: bytes) -> Knock:
    """Return an authentic request with any body; Amazon signs no body, but any text inside of its own."""
    return sns(text=body.decode("utf-8", "replace")) if esp == "amazon_ses" else knock(esp, body=body)


def wrongly_signed(esp: str) -> Knock:
    if esp == "amazon_ses":
        stranger = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        message = aws.sign(json.loads(fresh(esp).body), stranger)
        return knock(esp, body=json.dumps(message).encode())
    if esp in {"mailjet", "postmark", "sparkpost"}:
        return fresh(esp, key=WRONG_KEYS["brevo"]())
    return fresh(esp, key=WRONG_KEYS.get(esp, lambda: "another-secret")())


def without_proof(esp: str, proven: Knock) -> Knock:
    if esp in {"mailgun", "unisender_go", "amazon_ses"}:
        told = json.loads(proven.body)
        for name in ("signature", "auth", "Signature"):
            told.pop(name, None)
        return proven.with_body(json.dumps(told).encode())
    return replace(proven, headers={})


def tampered(proven: Knock) -> Knock:
    return proven.with_body(proven.body.replace(b"iris.moreau", b"iris.mordau"))


def other_body(esp: str, proven: Knock) -> Knock:
    """Return a request with the same id, rightly signed, and another body."""
    if esp == "mailgun":
        told = json.loads(proven.body)
        told["event-data"]["recipient"] = "victim@example.org"
        return proven.with_body(json.dumps(told).encode())
    if esp == "amazon_ses":
        told = json.loads(proven.body)
        told["Message"] = told["Message"].replace("iris.moreau", "victim")
        return proven.with_body(json.dumps(aws.sign(told)).encode())
    changed = proven.body.replace(b"iris.moreau", b"victim")
    return knock(esp, body=changed, message_id=proven.headers["svix-id"])


def case(esp: str, settings: Settings) -> DoorCase:
    ages = esp in {"mailgun", "resend"}
    return DoorCase(
        name=esp,
        knock=lambda body: fresh(esp) if body is None else carrying(esp, body),
        without_proof=lambda proven: without_proof(esp, proven),
        with_wrong_key=lambda: wrongly_signed(esp),
        tampered=tampered if esp in SIGNED_BODIES else None,
        stale=(lambda: fresh(esp, at=time.time() - 12 * 3600 - 60)) if ages else None,
        from_the_future=(lambda: fresh(esp, at=time.time() + 6 * 60)) if ages else None,
        other_body_same_id=(lambda proven: other_body(esp, proven))
        if esp in {"mailgun", "amazon_ses", "resend"}
        else None,
        close=lambda: close_doors(settings),
        unproven=frozenset({UNPROVEN.get(esp, 403)}),
        wrong_type=406 if esp == "mailgun" else 415,
        allowed_methods={"mandrill": frozenset({"POST", "HEAD"}), "unisender_go": frozenset({"POST", "GET"})}.get(
            esp, frozenset({"POST"})
        ),
    )


class TestEmailDoors(DoorSuite):
    @pytest.fixture(params=ESPS)
    def door(self, request: pytest.FixtureRequest, settings: Settings, doors: None) -> DoorCase:
        return case(request.param, settings)


def test_every_provider_has_a_reader_a_door_a_title_and_samples() -> None:
    assert set(READERS) == set(DOORS) == set(TITLES) == set(ESPS) == set(COMPLAINTS)


pytestmark = pytest.mark.django_db


def test_an_unknown_provider_has_no_door(doors: None) -> None:
    assert Client().post("/hooks/email/nobody/", data=b"{}", content_type="application/json").status_code == 404


@pytest.mark.parametrize(("alias", "esp"), [("ses", "amazon_ses"), ("sendinblue", "brevo")])
def test_a_door_opens_under_its_other_name(doors: None, alias: str, esp: str) -> None:
    answer = replace(fresh(esp), path=f"/hooks/email/{alias}/").send()

    assert answer.status_code == 200
    assert Delivery.objects.get().provider == esp


@pytest.mark.parametrize("esp", ["brevo", "mailersend"])
def test_who_is_to_come_again_is_told_when(doors: None, esp: str) -> None:
    assert wrongly_signed(esp).send()["Retry-After"] == "600"


@pytest.mark.parametrize("esp", ["mailgun", "brevo", "postmark"])
def test_what_can_not_be_stored_is_asked_for_again(doors: None, esp: str) -> None:
    authentic = fresh(esp)

    with database_down():
        answer = authentic.send()

    assert answer.status_code == {"brevo": 429}.get(esp, 503)
    assert authentic.send().status_code == 200
    assert Delivery.objects.get().status == "processed"


class database_down:
    """While this lasts, every statement fails as it does without a server."""

    def __enter__(self) -> None:
        self._wrapped = connection.execute_wrapper(self._refuse)
        self._wrapped.__enter__()

    def __exit__(self, *error: object) -> None:
        self._wrapped.__exit__(*error)

    def _refuse(self, *_: object) -> None:
        raise OperationalError("the server closed the connection unexpectedly")


# Mailgun


def test_a_block_good_for_one_body_can_not_silence_somebody_else(doors: None) -> None:
    first = fresh("mailgun")
    first.send()

    stolen = other_body("mailgun", first).send()

    assert stolen.status_code == 406
    assert not Suppression.objects.filter(address__value="victim@example.org").exists()
    assert Delivery.objects.filter(status="conflict").count() == 1


def test_the_same_body_in_another_spelling_is_a_repeat(doors: None) -> None:
    first = fresh("mailgun")
    first.send()

    told = json.loads(first.body)
    again = first.with_body(json.dumps(dict(reversed(told.items())), indent=2).encode()).send()

    assert again.status_code == 200
    assert Delivery.objects.count() == 1


def test_an_event_told_again_under_a_fresh_token_counts_once(doors: None) -> None:
    fresh("mailgun").send()

    assert fresh("mailgun").send().status_code == 200

    assert [row.status for row in Delivery.objects.order_by("id")] == ["processed", "ignored"]
    assert LedgerEntry.objects.count() == 1


def test_a_retry_within_twelve_hours_is_believed(doors: None) -> None:
    assert fresh("mailgun", at=time.time() - 11 * 3600).send().status_code == 200
    assert fresh("mailgun", at=time.time() + 4 * 60).send().status_code == 200


def test_digits_can_not_move_from_the_token_to_the_time(doors: None) -> None:
    block = mailgun_block(token="7" + uuid.uuid4().hex)
    moved = {**block, "timestamp": block["timestamp"] + "7", "token": block["token"][1:]}
    body = {"signature": moved, "event-data": sample("mailgun", "complained")}

    answer = Knock("/hooks/email/mailgun/", json.dumps(body).encode()).send()

    assert answer.status_code == 406
    assert not Suppression.objects.exists()


@pytest.mark.parametrize("body", [b"", b"no json", b"[1, 2", b'"text"', b"\xff\xfe"])
def test_what_is_no_json_is_refused_for_good(doors: None, body: bytes) -> None:
    expected = 403 if body == b'"text"' else 406

    assert Knock("/hooks/email/mailgun/", body).send().status_code == expected


def test_a_signed_body_without_an_event_is_refused_for_good(doors: None) -> None:
    answer = knock("mailgun", body=b'{"something": "else"}').send()

    assert answer.status_code == 406
    assert DoorCounter.objects.get().cause == "malformed"


def test_form_encoded_webhooks_of_old_are_refused_for_good(doors: None) -> None:
    form = replace(
        fresh("mailgun"),
        body=b"event=complained&recipient=a%40example.com",
        content_type="application/x-www-form-urlencoded",
    )

    assert form.send().status_code == 406


def test_two_keys_are_in_force_while_one_is_replaced(doors: None, settings: Settings) -> None:
    settings.MAILGUN_WEBHOOK_SIGNING_KEY = "the-new-key, the-old-key"

    assert fresh("mailgun", key="the-old-key").send().status_code == 200
    assert fresh("mailgun", key="the-new-key").send().status_code == 200
    assert fresh("mailgun", key="the-new-key, the-old-key").send().status_code == 403


# Passwords


@pytest.mark.parametrize("secret", ["", "None", ":", "no colon"])
def test_an_empty_password_opens_no_door(doors: None, settings: Settings, secret: str) -> None:
    settings.EMAIL_WEBHOOKS = {**settings.EMAIL_WEBHOOKS, "postmark": {"basic_auth": [secret]}}

    assert replace(fresh("postmark"), headers={}).send().status_code in {401, 403}
    assert fresh("postmark", key="None").send().status_code in {401, 403}


def test_either_of_two_passwords_opens(doors: None, settings: Settings) -> None:
    settings.EMAIL_WEBHOOKS = {**settings.EMAIL_WEBHOOKS, "postmark": {"basic_auth": ["a:old", "a:new"]}}

    assert {fresh("postmark", key=pair).send().status_code for pair in ("a:old", "a:new")} == {200}


def test_sendgrid_falls_back_on_a_password_only_without_a_key(doors: None, settings: Settings) -> None:
    by_password = replace(fresh("sendgrid"), headers=fresh("postmark", key="desk:other").headers)
    stated = settings.EMAIL_WEBHOOKS["sendgrid"]
    settings.EMAIL_WEBHOOKS = {**settings.EMAIL_WEBHOOKS, "sendgrid": {**stated, "basic_auth": ["desk:other"]}}
    assert by_password.send().status_code == 403

    settings.EMAIL_WEBHOOKS = {
        **settings.EMAIL_WEBHOOKS,
        "sendgrid": {"verification_key": [], "basic_auth": ["desk:other"]},
    }
    assert by_password.send().status_code == 200


def test_a_misspelt_key_refuses_and_never_breaks(doors: None, settings: Settings) -> None:
    settings.EMAIL_WEBHOOKS = {
        esp: {name: ["nonsense ü"] for name in secrets} for esp, secrets in settings.EMAIL_WEBHOOKS.items()
    }
    for esp in sorted(set(ESPS) - {"mailgun"}):
        assert fresh(esp).send().status_code in {401, 403, 429}, esp


# MailerSend's test of the address


def ping(**how: str) -> Knock:
    return knock("mailersend", {"type": "webhook.test", "message": "This is a ping test message"}, **how)


def test_mailersends_test_of_the_address_is_answered_before_there_is_a_secret(doors: None, settings: Settings) -> None:
    close_doors(settings)

    assert ping(key="test_Am3L1GuOIc4blLUuHqAPxxwkZaJyEk8G").send().status_code == 200
    assert not Delivery.objects.exists()


def test_nothing_but_the_test_is_believed_under_the_public_secret(doors: None) -> None:
    assert fresh("mailersend", key="test_Am3L1GuOIc4blLUuHqAPxxwkZaJyEk8G").send().status_code == 429
    assert not Delivery.objects.exists()
