"""The command that lets a newcomer see a STOP arrive, against a desk that really listens."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from config.demo.sample_messages import form_of
from config.management.commands.send_sample import sample
from consent import selectors
from consent.models import Delivery, LedgerEntry
from consent.selectors.decisions import Subject
from consent.values import GateRequest
from consent.vocabulary import Channel, Effect, Purpose, Reason
from tests.factories.contacts import make_contact

MAYA = "+15035550101"


def send(capsys, live_server, *words: str) -> str:
    call_command("send_sample", *words, "--url", live_server.url)
    return capsys.readouterr().out


def may_contact(number: str, channel: Channel = Channel.SMS) -> bool:
    return selectors.decide(GateRequest(channel, Purpose.MARKETING), Subject(address_value=number)).decision.allowed


@pytest.fixture
def maya(connected, transactional_db):
    return make_contact("Maya", "Lindqvist", phone=MAYA, messenger="3699000000000017")


def test_a_stop_silences_the_demo_contact_and_says_where_to_look(capsys, live_server, maya):
    said = send(capsys, live_server, "stop")

    assert not may_contact(MAYA)
    assert "Answered: 200" in said
    assert "Maya Lindqvist, SMS: silenced: Opted out (R01)" in said
    assert f"{live_server.url}/admin/contacts/contact/{maya.pk}/change/" in said


def test_a_start_frees_it_again(capsys, live_server, maya):
    send(capsys, live_server, "stop")

    said = send(capsys, live_server, "start")

    assert may_contact(MAYA)
    assert "lifted: Opted out" in said


@pytest.mark.parametrize("text", ["help", "Is my jacket ready?"])
def test_help_and_ordinary_words_change_nothing(capsys, live_server, maya, text):
    said = send(capsys, live_server, text)

    assert may_contact(MAYA)
    assert "no effect" in said
    assert {entry.effect for entry in LedgerEntry.objects.all()} == {Effect.NOTHING}


@pytest.mark.parametrize("channel", ["whatsapp", "messenger"])
def test_a_stop_on_another_channel_silences_that_channel(capsys, live_server, maya, channel):
    said = send(capsys, live_server, "stop", "--channel", channel)

    assert "silenced: Opted out" in said
    assert may_contact(MAYA)


def test_a_stop_from_a_number_nobody_holds_silences_the_number(capsys, live_server, maya):
    said = send(capsys, live_server, "Stop texting me!", "--from", "(503) 555-0163")

    assert not may_contact("+15035550163")
    assert "Nobody holds +1 503-555-0163" in said
    assert LedgerEntry.objects.get(reason=Reason.OPT_OUT).contact_id is None


def test_each_call_is_a_message_of_its_own(capsys, live_server, maya):
    send(capsys, live_server, "stop")
    send(capsys, live_server, "stop")

    assert Delivery.objects.count() == 2


def test_a_refusal_is_told_with_the_way_out(live_server, maya):
    with pytest.raises(CommandError, match="TWILIO_AUTH_TOKEN"):
        call_command("send_sample", "stop", "--url", f"{live_server.url}/elsewhere")

    assert Delivery.objects.count() == 0


def test_where_nobody_listens_it_says_how_to_start(db):
    with pytest.raises(CommandError, match="make run"):
        call_command("send_sample", "stop", "--url", "http://127.0.0.1:9")


def test_a_sender_that_is_no_number_is_refused(db):
    with pytest.raises(CommandError, match="--from"):
        call_command("send_sample", "stop", "--from", "somebody")


@pytest.mark.parametrize(
    ("channel", "names"),
    [
        (Channel.SMS, {"MessagingServiceSid", "OptOutType", "FromCountry", "ToZip"}),
        (Channel.WHATSAPP, {"ProfileName", "WaId", "MessageType", "ChannelMetadata", "ReferralNumMedia"}),
        (Channel.FACEBOOK, set()),
    ],
)
def test_a_sample_has_every_parameter_that_twilio_sends(channel, names, db):
    common = {
        "MessageSid", "SmsSid", "SmsMessageSid", "AccountSid", "From", "To", "Body", "NumMedia", "NumSegments",
        "SmsStatus", "ApiVersion",
    }  # fmt: skip

    form = form_of(sample("stop", channel=channel, sender=""))

    assert common | names <= form.keys()
    assert form["Body"] == "STOP"
