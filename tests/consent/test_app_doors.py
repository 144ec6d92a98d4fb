"""Twilio's doors and Meta's: the same security suite that every e-mail door goes through."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from pytest_django import Settings

from consent.services.twilio import form_pairs
from consent.urls import urlpatterns
from tests.consent.door_suite import DoorCase, DoorSuite
from tests.consent.doors import FORM, INBOUND, STATUS, callback, encoded, sms, twilio_signature
from tests.consent.email_knocks import JSON, Knock
from tests.consent.meta_door import META, SECRET, preference, signature, whatsapp
from tests.consent.meta_door import encoded as encoded_batch
from tests.consent.test_voice_door import VOICE, ring

PHONE = "+15035550101"
TOKEN = "a token of the tests'"
WITH_ID: dict[str, Callable[[str], dict[str, str]]] = {
    INBOUND: lambda sender: sms(sender, "STOP"),
    STATUS: lambda recipient: callback(recipient, "21610"),
    VOICE: lambda caller: ring(caller),
}


def signed_form(path: str, body: bytes, *, token: str = TOKEN) -> Knock:
    given = twilio_signature(path, form_pairs(body), token=token)
    return Knock(path, body, FORM, {"X-Twilio-Signature": given})


def signed_batch(body: bytes, *, secret: str = SECRET) -> Knock:
    return Knock(META, body, JSON, {"X-Hub-Signature-256": signature(body, secret=secret)})


def unsigned(knock: Knock) -> Knock:
    return Knock(knock.path, knock.body, knock.content_type)


def about_somebody_else(knock: Knock) -> Knock:
    changed = knock.with_body(knock.body.replace(PHONE[1:].encode(), b"15035550166"))
    assert changed.body != knock.body
    return changed


def twilio_case(path: str, settings: Settings) -> DoorCase:
    settings.TWILIO_AUTH_TOKEN = TOKEN

    def fresh() -> bytes:
        return encoded(WITH_ID[path](PHONE)).encode()

    return DoorCase(
        name=path,
        knock=lambda body: signed_form(path, fresh() if body is None else body),
        without_proof=unsigned,
        with_wrong_key=lambda: signed_form(path, fresh(), token="another token"),
        tampered=about_somebody_else,
        other_body_same_id=lambda proven: signed_form(path, about_somebody_else(proven).body),
        close=lambda: setattr(settings, "TWILIO_AUTH_TOKEN", ""),
        silences=path != VOICE,
        accepted=204 if path == STATUS else 200,
    )


def meta_case(settings: Settings) -> DoorCase:
    settings.META_APP_SECRET = SECRET

    def fresh() -> bytes:
        return encoded_batch(whatsapp(preference(PHONE[1:], "stop")))

    return DoorCase(
        name="meta",
        knock=lambda body: signed_batch(fresh() if body is None else body),
        without_proof=unsigned,
        with_wrong_key=lambda: signed_batch(fresh(), secret="another secret"),
        tampered=about_somebody_else,
        close=lambda: setattr(settings, "META_APP_SECRET", ""),
        handshake=frozenset({"GET"}),
    )


class TestAppDoors(DoorSuite):
    @pytest.fixture(params=[INBOUND, STATUS, VOICE, META])
    def door(self, request: pytest.FixtureRequest, settings: Settings, connected: None) -> DoorCase:
        return meta_case(settings) if request.param == META else twilio_case(request.param, settings)


def test_no_door_is_left_out_of_the_suite() -> None:
    tested = {INBOUND, STATUS, VOICE, META, "/hooks/email/<slug:esp>/"}

    assert {f"/{each.pattern}" for each in urlpatterns if str(each.pattern).startswith("hooks/")} == tested
