"""Secrets by reference: compliance chooses which variable locks a door, and can neither see nor invent a value."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import Settings

from consent.models import DoorSecret, Suppression
from consent.views.email_doors import secrets_of
from tests.consent.doors import INBOUND, knock, sms

pytestmark = pytest.mark.django_db

CHANNELS = "/admin/consent/channelstate/"
NAME = f"{CHANNELS}sms/secret/auth_token/"
SECOND = "the-second-token-of-the-account"


@pytest.fixture
def desk(client: Client, compliance: User, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Client:
    settings.TWILIO_AUTH_TOKEN = "the-first-token-of-the-account"
    monkeypatch.setenv("TWILIO_AUTH_TOKEN_2", SECOND)
    client.force_login(compliance)
    client.post(f"{CHANNELS}sms/connect/", {"provider": "Twilio", "account": "AC1"})
    return client


def test_a_stop_signed_with_the_newly_named_secret_gets_in_and_the_replaced_one_opens_nothing(
    desk: Client, settings: Settings
) -> None:
    assert knock(INBOUND, sms("+15035550101", "STOP"), token=SECOND).status_code == 403

    page = desk.post(NAME, {"variable": "TWILIO_AUTH_TOKEN_2"}, follow=True).content.decode()

    assert "TWILIO_AUTH_TOKEN_2 locks the doors from now on." in page
    assert SECOND not in page
    assert settings.TWILIO_AUTH_TOKEN not in page
    assert knock(INBOUND, sms("+15035550101", "STOP"), token=settings.TWILIO_AUTH_TOKEN).status_code == 403
    assert not Suppression.objects.exists()
    assert knock(INBOUND, sms("+15035550101", "STOP"), token=SECOND).status_code == 200
    assert Suppression.objects.filter(reason="opt_out", lifted_at=None).exists()


@pytest.mark.parametrize(
    "variable",
    [
        "OWN_NAME",
        "TWILIO_AUTH_TOKENS",
        "TWILIO_AUTH_TOKEN_3",
        "TWILIO_AUTH_TOKEN_4",
        "META_APP_SECRET",
        "",
        "hush",
    ],
)
def test_nobody_names_a_variable_of_their_own_or_one_that_is_not_set(
    desk: Client, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    for name in ("OWN_NAME", "TWILIO_AUTH_TOKENS", "META_APP_SECRET"):
        monkeypatch.setenv(name, "a value that staff know")
    monkeypatch.setenv("TWILIO_AUTH_TOKEN_4", " ")

    page = desk.post(NAME, {"variable": variable}, follow=True).content.decode()

    assert "Choose TWILIO_AUTH_TOKEN, or a variable whose name begins with TWILIO_AUTH_TOKEN_" in page
    assert knock(INBOUND, sms("+15035550101", "STOP"), token="a value that staff know").status_code == 403
    assert not DoorSecret.objects.exists()


def test_the_screen_offers_what_is_set_and_the_history_keeps_who_chose(
    desk: Client, compliance: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def shown() -> tuple[str, bool, tuple[str, ...]]:
        views = {view.channel: view for view in desk.get(CHANNELS).context["channels"]}
        secret = views["sms"].secrets[0]
        return secret.variable, secret.is_set, secret.choices

    assert shown() == ("TWILIO_AUTH_TOKEN", True, ("TWILIO_AUTH_TOKEN", "TWILIO_AUTH_TOKEN_2"))

    desk.post(NAME, {"variable": "TWILIO_AUTH_TOKEN_2"})
    desk.post(NAME, {"variable": "TWILIO_AUTH_TOKEN_2"})
    assert shown()[:2] == ("TWILIO_AUTH_TOKEN_2", True)
    desk.post(NAME, {"variable": "TWILIO_AUTH_TOKEN"})

    changes = DoorSecret.history.order_by("history_id").values_list("variable", "history_user")
    assert list(changes) == [("TWILIO_AUTH_TOKEN_2", compliance.pk), ("TWILIO_AUTH_TOKEN", compliance.pk)]

    desk.post(NAME, {"variable": "TWILIO_AUTH_TOKEN_2"})
    monkeypatch.delenv("TWILIO_AUTH_TOKEN_2")
    assert shown() == ("TWILIO_AUTH_TOKEN_2", False, ("TWILIO_AUTH_TOKEN",))
    assert "Use this one" in desk.get(CHANNELS).content.decode()


def test_the_key_to_a_providers_api_is_not_named_by_staff(desk: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.post(f"{CHANNELS}email/connect/", {"provider": "Mailgun", "account": "mail.example.com"})
    monkeypatch.setenv("MAILGUN_API_KEY_2", "key")

    page = desk.post(f"{CHANNELS}email/secret/api_key/", {"variable": "MAILGUN_API_KEY_2"}, follow=True)

    assert "No door is locked with such a secret." in page.content.decode()


def test_an_e_mail_door_takes_any_of_the_named_variables_secrets(
    desk: Client, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.post(f"{CHANNELS}email/connect/", {"provider": "Postmark", "account": "News"})
    monkeypatch.setenv("POSTMARK_WEBHOOK_SECRET_NEW", "desk:new, desk:newer")

    desk.post(f"{CHANNELS}email/secret/basic_auth/", {"variable": "POSTMARK_WEBHOOK_SECRET_NEW"})

    assert secrets_of("postmark") == {"basic_auth": ["desk:new", "desk:newer"]}
