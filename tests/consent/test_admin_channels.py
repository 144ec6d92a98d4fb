"""The Channels screen: how to connect each provider, whether its secrets are set, and how its doors fare."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import resolve
from django.utils import timezone
from pytest_django import Settings

from consent.models import ChannelState, Suppression
from consent.providers.catalogue import PROVIDERS, provider_named
from consent.providers.email import TITLES
from consent.selectors import connected_channels
from consent.selectors.secrets import is_set
from consent.services import dnd, inbox
from consent.vocabulary import Channel
from contacts.models import Contact
from contacts.values import Actor
from tests.factories.staff_site import text

pytestmark = pytest.mark.django_db

CHANNELS = "/admin/consent/channelstate/"


@pytest.fixture
def desk(client: Client, compliance: User) -> Client:
    client.force_login(compliance)
    return client


def test_every_provider_has_doors_that_are_there_and_secrets_that_can_be_looked_up() -> None:
    assert {code: each.title for code, each in PROVIDERS.items() if code in TITLES} == TITLES
    for provider in PROVIDERS.values():
        assert provider_named(provider.title) is provider_named(provider.code) is provider
        assert all(resolve(door.path) for door in provider.doors)
        assert all(is_set(provider.code, secret) in {True, False} for secret in provider.secrets)
    assert provider_named("Pigeons") is None


def test_a_connected_channel_tells_its_address_and_whether_its_secret_is_set_and_never_the_secret(
    desk: Client, settings: Settings
) -> None:
    settings.PUBLIC_BASE_URL = "https://desk.example.org"
    settings.TWILIO_AUTH_TOKEN = "do-not-print-this"
    settings.MAILGUN_WEBHOOK_SIGNING_KEY = ""
    desk.post(f"{CHANNELS}sms/connect/", {"provider": "Twilio", "account": "AC1"})
    desk.post(f"{CHANNELS}email/connect/", {"provider": "Mailgun", "account": "mail.example.com"})

    page = desk.get(CHANNELS).content.decode()

    assert "https://desk.example.org/hooks/twilio/inbound/" in page
    assert "https://desk.example.org/hooks/email/mailgun/" in page
    assert "How to connect Twilio" in page
    assert "do-not-print-this" not in page
    views = {view.channel: view for view in desk.get(CHANNELS).context["channels"]}
    assert {each.secret.variable: each.is_set for each in views[Channel.SMS].secrets} == {"TWILIO_AUTH_TOKEN": True}
    assert not views[Channel.EMAIL].secrets[0].is_set
    assert "Not set" in page


def test_staff_see_events_arrive_fail_and_be_refused(desk: Client, ada: Contact) -> None:
    now = timezone.now()
    desk.post(f"{CHANNELS}sms/connect/", {"provider": "Twilio"})
    assert "none yet" in desk.get(CHANNELS).content.decode()

    text("SM1", "hello", sender="+15035550101", at=now)
    failed = text("SM2", "hello", sender="nobody at all", at=now)
    inbox.count_refused(door="twilio.inbound", cause="signature", at=now)
    inbox.count_refused(door="twilio.inbound", cause="too_large", at=now)

    page = desk.get(CHANNELS).content.decode()
    assert f"/admin/consent/delivery/{failed.pk}/change/" in page
    assert "The sender is no address" in page
    assert "1 request without a valid proof in 7 days" in page
    (door, _) = next(view for view in desk.get(CHANNELS).context["channels"] if view.channel is Channel.SMS).doors
    assert door.health.last_at == now


def test_reconnecting_restores_what_was_set_up_and_silenced(
    desk: Client, ada: Contact, by: Actor, at: datetime
) -> None:
    desk.post(f"{CHANNELS}sms/connect/", {"provider": "Twilio", "account": "AC1"})
    dnd.switch_on(contact_id=ada.pk, channels=[Channel.SMS], by=by, at=at)
    before = list(Suppression.objects.values())

    desk.post(f"{CHANNELS}sms/disconnect/")
    assert connected_channels() == frozenset()
    desk.post(f"{CHANNELS}sms/connect/", {})

    state = ChannelState.objects.get(channel="sms")
    assert (state.connected, state.provider, state.account) == (True, "Twilio", "AC1")
    assert list(Suppression.objects.values()) == before


def test_an_agent_sees_how_the_doors_fare_and_no_form(client: Client, agent: User, connected: None) -> None:
    ChannelState.objects.filter(channel="sms").update(provider="Twilio")
    client.force_login(agent)

    page = client.get(CHANNELS).content.decode()

    assert "Last event" in page
    assert "Save provider" not in page


def test_calls_have_steps_of_their_own_and_nobody_is_told_to_text_a_telephone(desk: Client) -> None:
    desk.post(f"{CHANNELS}sms/connect/", {"provider": "Twilio"})
    desk.post(f"{CHANNELS}call/connect/", {"provider": "Twilio"})

    views = {view.channel: view for view in desk.get(CHANNELS).context["channels"]}

    assert "Text STOP" in views[Channel.SMS].test
    assert "Call the number" in views[Channel.CALL].test
    assert not any("Opt-Out" in step for step in views[Channel.CALL].steps)


def test_the_desk_says_where_its_own_address_is_missing(desk: Client, settings: Settings) -> None:
    settings.PUBLIC_BASE_URL = ""
    assert "PUBLIC_BASE_URL" in desk.get(CHANNELS).content.decode()
    settings.PUBLIC_BASE_URL = "https://desk.example.org"
    assert "PUBLIC_BASE_URL" not in desk.get(CHANNELS).content.decode()
