"""Twilio by its own reference: every code, status and kind of message that it documents."""

from __future__ import annotations

from typing import Any

import pytest

from consent.models import LedgerEntry
from consent.providers import twilio_inbound, twilio_status, twilio_voice
from consent.providers.catalogue import PROVIDERS
from consent.vocabulary import EventKind
from contacts.models import Contact
from tests.consent.doors import STATUS, callback, knock, sms
from tests.consent.published_email import words
from tests.consent.published_email_tables import PUBLISHED

ADA = "+15035550101"
ROADS = {"sms": ADA, "whatsapp": f"whatsapp:{ADA}", "facebook": "messenger:3699000000000456", "rcs": f"rcs:{ADA}"}


def test_every_provider_of_the_catalogue_has_a_table_here_or_beside() -> None:
    assert set(PROVIDERS) == set(PUBLISHED) | {"twilio", "meta"}


# Twilio: status callbacks. Source: Twilio's error dictionary and the webhook's parameters.

TELLING = {
    "30003": {"sms": EventKind.HANDSET_UNREACHABLE},
    "30004": {"sms": EventKind.CARRIER_BLOCK},
    "30005": {"sms": EventKind.NUMBER_UNKNOWN},
    "30006": {"sms": EventKind.NUMBER_LANDLINE},
    "21610": {"sms": EventKind.PROVIDER_OPT_OUT, "whatsapp": EventKind.PROVIDER_OPT_OUT},
    "63014": {"whatsapp": EventKind.APP_OPT_OUT, "facebook": EventKind.APP_OPT_OUT},
    "63050": {"whatsapp": EventKind.APP_OPT_OUT},
}
SAYING_NOTHING = words(
    """
    21211 21408 21608 21611 21612 21614 21617 30001 30002 30007 30008 30009 30010 30011 30017 30018 30019 30020 30022
    30023 30024 30025 30026 30027 30028 30029 30030 30031 30032 30033 30034 30035 30036 30037 30038 30039 30040 30041
    30042 30043 30044 30045 30046 30125 30126 30410 30450 30451 30452 30453 30454 30455 30458 30500 32017 60410 63001
    63002 63003 63005 63006 63007 63008 63009 63010 63012 63013 63015 63016 63017 63018 63019 63020 63021 63024 63025
    63026 63027 63028 63029 63030 63031 63032 63033 63034 63035 63036 63038 63040 63041 63042 63049 63051 99999 STOP
    """
)


@pytest.mark.parametrize("road", ROADS)
def test_each_of_twilios_codes_means_one_thing_on_each_channel(road: str) -> None:
    expected = {code: roads.get(road, EventKind.STATUS_OTHER) for code, roads in TELLING.items()}
    expected |= dict.fromkeys(["", *SAYING_NOTHING], EventKind.STATUS_OTHER)
    found = {}
    for code in expected:
        told = twilio_status.parse(list(callback(ROADS[road], code, status="undelivered").items()))
        found[code] = twilio_status.effect_of(told, twilio_status.DEFAULT_EFFECTS)

    assert found == expected


@pytest.mark.parametrize(
    "told",
    [
        *words("accepted scheduled queued sending sent delivered read canceled"),
        *words("receiving received failed undelivered partially_delivered of_next_year"),
        "",
    ],
)
def test_a_status_without_a_code_says_nothing_whatever_its_word(told: str) -> None:
    for code in ("", "0"):
        parsed = twilio_status.parse(list(callback(ADA, "", status=told, ErrorCode=code).items()))
        assert twilio_status.effect_of(parsed, twilio_status.DEFAULT_EFFECTS) is EventKind.STATUS_OTHER


def test_a_callback_is_read_from_its_oldest_form_and_from_the_fields_it_can_not_lack() -> None:
    oldest = {"SmsSid": "SM1", "SmsStatus": "UNDELIVERED", "To": ADA, "ErrorCode": "30005"}
    newest = {"MessageSid": "SM1", "MessageStatus": "undelivered", "To": ADA, "ErrorCode": "30005", "NewField": "x"}

    assert twilio_status.parse(list(oldest.items())) == twilio_status.parse(list(reversed(newest.items())))


@pytest.mark.django_db
@pytest.mark.usefixtures("connected")
@pytest.mark.parametrize(
    ("road", "code", "recorded"),
    [
        ("sms", "30003", ("handset_unreachable", "set", "R05")),
        ("sms", "30004", ("carrier_block", "set", "R04")),
        ("sms", "30005", ("number_unknown", "set", "R05")),
        ("sms", "30006", ("number_landline", "set", "R05")),
        ("sms", "21610", ("provider_opt_out", "set", "R03")),
        ("whatsapp", "21610", ("provider_opt_out", "set", "R03")),
        ("whatsapp", "63050", ("app_opt_out", "set", "R12")),
        ("whatsapp", "63014", ("app_opt_out", "set", "R12")),
        ("facebook", "63014", ("app_opt_out", "set", "R13")),
        ("sms", "30007", ("status_other", "nothing", "R06")),
        ("sms", "63050", ("status_other", "nothing", "R06")),
        ("whatsapp", "63016", ("status_other", "nothing", "R06")),
    ],
)
def test_a_code_has_the_effect_of_its_rule(ada: Contact, road: str, code: str, recorded: tuple[str, ...]) -> None:
    assert knock(STATUS, callback(ROADS[road], code, status="failed")).status_code == 204

    assert set(LedgerEntry.objects.values_list("kind", "effect", "rule")) == {recorded}


# Twilio: messages that come in, and calls.


@pytest.mark.parametrize(
    ("fields", "read"),
    [
        ({}, ("sms", ADA, "Hello", None, 0)),
        ({"OptOutType": "STOP", "Body": "STOP"}, ("sms", ADA, "STOP", "STOP", 0)),
        ({"From": "whatsapp:+15035550101", "WaId": "15035550101"}, ("whatsapp", ADA, "Hello", None, 0)),
        ({"From": "messenger:3699000000000456"}, ("facebook", "3699000000000456", "Hello", None, 0)),
        ({"From": "rcs:+15035550101", "ChannelPrefix": "rcs"}, ("sms", ADA, "Hello", None, 0)),
        ({"NumMedia": "2", "MediaUrl0": "https://api.example/1", "Body": ""}, ("sms", ADA, "", None, 2)),
        ({"Latitude": "45.5", "Longitude": "-122.6", "Body": ""}, ("sms", ADA, "", None, 0)),
        ({"ReferralSourceId": "1", "ReferralSourceType": "ad"}, ("sms", ADA, "Hello", None, 0)),
        ({"AddOns": '{"status":"successful"}', "NewField": "x"}, ("sms", ADA, "Hello", None, 0)),
        ({"From": "pigeon:+15035550101"}, (None, ADA, "Hello", None, 0)),
    ],
    ids=[
        *["a text", "Advanced Opt-Out", "WhatsApp", "Messenger", "RCS", "pictures", "a place", "an advert"],
        *["what nobody knows", "a channel nobody knows"],
    ],
)
def test_a_message_is_read_whatever_comes_with_it(fields: dict[str, str], read: tuple[Any, ...]) -> None:
    pairs = list((sms(ADA, "Hello") | fields).items())

    for order in (pairs, pairs[::-1]):
        told = twilio_inbound.parse(order)
        assert (told.channel, told.sender, told.body, told.opt_out_type, told.num_media) == read


def test_a_message_of_the_fields_that_it_can_not_lack_is_read_too() -> None:
    told = twilio_inbound.parse([("Body", "STOP"), ("From", ADA), ("To", "+15035550100"), ("MessageSid", "SM1")])

    assert (told.sender, told.body, told.bare_default_keyword) == (ADA, "STOP", True)
    assert told.problems == ("AccountSid_missing",)


@pytest.mark.parametrize("word", words("STOP STOPALL UNSUBSCRIBE CANCEL END QUIT REVOKE OPTOUT stop Stop"))
def test_what_twilio_enforces_by_itself_is_known(word: str) -> None:
    assert twilio_inbound.parse(list(sms(ADA, word).items())).bare_default_keyword
    assert not twilio_inbound.parse(list(sms(ADA, f"{word} please").items())).bare_default_keyword
    assert not twilio_inbound.parse(list(sms(f"whatsapp:{ADA}", word).items())).bare_default_keyword


@pytest.mark.parametrize(
    ("told", "is_inbound", "coming_in"),
    [
        ({"CallStatus": "ringing", "Direction": "inbound"}, True, True),
        ({"CallStatus": "queued", "Direction": "inbound"}, True, True),
        ({"CallStatus": "in-progress", "Direction": "inbound"}, True, True),
        ({"CallStatus": "ringing", "Direction": "trunking-terminating"}, True, True),
        ({"Direction": "inbound"}, True, True),
        *[
            ({"CallStatus": ended, "Direction": "inbound"}, True, False)
            for ended in ("completed", "busy", "failed", "no-answer", "canceled", "of-next-year")
        ],
        ({"CallStatus": "ringing", "Direction": "outbound-api"}, False, False),
        ({"CallStatus": "initiated", "Direction": "outbound-dial"}, False, False),
        ({"CallStatus": "ringing", "Direction": "trunking-originating"}, False, False),
    ],
    ids=lambda value: "-".join(value.values()) if isinstance(value, dict) else "",
)
def test_a_request_about_a_call_tells_whether_somebody_waits(
    told: dict[str, str], is_inbound: bool, coming_in: bool
) -> None:
    call = twilio_voice.parse([("CallSid", "CA1"), ("From", ADA), ("To", "+15035550100"), *told.items()])

    assert (call.is_inbound, call.is_coming_in, call.caller) == (is_inbound, coming_in, ADA)


@pytest.mark.parametrize("withheld", ["", "anonymous", "Restricted", "+266696687", "+7378742833", "sip:a@b.example"])
def test_a_caller_who_can_not_be_known_is_nobody(withheld: str) -> None:
    assert twilio_voice.parse([("CallSid", "CA1"), ("From", withheld)]).caller == ""
