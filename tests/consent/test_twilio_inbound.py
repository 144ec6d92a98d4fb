"""Twilio's inbound form, from real shapes to broken ones."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consent.providers.twilio_inbound import InboundMessage, parse
from consent.vocabulary import Channel

SAMPLES = Path(__file__).parent.parent / "samples" / "twilio"

PLAIN = [
    ("MessageSid", "SM1"),
    ("AccountSid", "AC1"),
    ("From", "+12065550188"),
    ("To", "+12535550147"),
    ("Body", "Stop"),
    ("NumMedia", "0"),
]


def sample(name: str) -> InboundMessage:
    return parse(parse_qsl((SAMPLES / f"{name}.form").read_text(), keep_blank_values=True))


def message(**changes: str | None) -> InboundMessage:
    """Return the plain message with some parameters changed, added or (None) left out."""
    values = {**dict(PLAIN), **changes}
    return parse([(name, value) for name, value in values.items() if value is not None])


@pytest.mark.parametrize(
    ("name", "channel", "sender", "sent_to", "body"),
    [
        ("sms-stop-advanced-opt-out", Channel.SMS, "+12065550188", "+12535550147", "STOP"),
        ("sms-stop-bare", Channel.SMS, "+12065550188", "+12535550147", " stop\n"),
        ("sms-request", Channel.SMS, "+12065550188", "+12535550147", "Please take my number off, thanks"),
        ("sms-two-photos", Channel.SMS, "+12065550188", "+12535550147", ""),
        ("whatsapp-text", Channel.WHATSAPP, "+4915205550163", "+12535550147", "Keine Nachrichten mehr bitte"),
        ("messenger-stop", Channel.FACEBOOK, "7310000000000921", "204100000000877", "Stop"),
        ("rcs-stop", Channel.SMS, "+12065550188", "our_agent", "STOP"),
    ],
)
def test_a_form_becomes_a_message_on_its_channel(
    name: str, channel: Channel, sender: str, sent_to: str, body: str
) -> None:
    read = sample(name)

    assert (read.channel, read.sender, read.sent_to, read.body) == (channel, sender, sent_to, body)
    assert read.message_sid.startswith("SM")
    assert read.account_sid.startswith("AC")
    assert read.problems == ()


def test_what_only_some_forms_carry_is_read_where_it_is() -> None:
    advanced = sample("sms-stop-advanced-opt-out")
    pressed = sample("whatsapp-stop-button")
    photos = sample("sms-two-photos")

    assert (advanced.opt_out_type, advanced.messaging_service_sid[:2]) == ("STOP", "MG")
    assert (pressed.button_text, pressed.button_payload) == ("Stop promotions", "stop_promo")
    assert pressed.profile_name == "Jona Ø"
    assert (pressed.opt_out_type, pressed.messaging_service_sid) == (None, "")
    assert photos.num_media == 2


def test_the_order_of_parameters_means_nothing() -> None:
    assert parse(PLAIN) == parse(PLAIN[::-1])


@pytest.mark.parametrize(
    ("name", "opt_out", "opt_in"),
    [
        ("sms-stop-bare", True, False),
        ("sms-stop-advanced-opt-out", True, False),
        ("sms-unstop", False, True),
        ("sms-request", False, False),
        ("messenger-stop", False, False),
        ("rcs-stop", False, False),
        ("whatsapp-stop-button", False, False),
    ],
)
def test_twilio_acts_by_itself_on_a_bare_keyword_to_a_number(name: str, opt_out: bool, opt_in: bool) -> None:
    read = sample(name)

    assert (read.bare_default_keyword, read.bare_default_opt_in) == (opt_out, opt_in)


@pytest.mark.parametrize(
    ("body", "enforced"),
    [
        ("STOP", True),
        (" sToP ", True),
        ("stopall", True),
        ("REVOKE", True),
        ("optout", True),
        ("opt out", False),
        ("stop.", False),
        ("stop please", False),
        ("ARRET", False),
        ("ﬅop", False),
        ("", False),
    ],
)
def test_only_twilios_own_words_count_as_enforced(body: str, enforced: bool) -> None:
    assert message(Body=body).bare_default_keyword is enforced


@pytest.mark.parametrize("sent_to", ["28544", "", "whatsapp:+12535550147x", "ORCHARD"])
def test_a_stop_to_a_short_code_is_not_enforced_by_twilio(sent_to: str) -> None:
    assert message(To=sent_to).bare_default_keyword is False


@pytest.mark.parametrize(("sender", "short"), [("123", True), ("287654", True), ("1234567", False), ("+12345", False)])
def test_a_short_code_is_known_by_its_length(sender: str, short: bool) -> None:
    assert message(From=sender).is_short_code_sender is short


def test_a_short_code_sender_is_no_problem_in_itself() -> None:
    read = sample("sms-from-short-code")

    assert (read.is_short_code_sender, read.problems) == (True, ())


@pytest.mark.parametrize(
    ("changes", "channel", "problems"),
    [
        ({"MessageSid": None}, Channel.SMS, ("MessageSid_missing",)),
        ({"AccountSid": " "}, Channel.SMS, ("AccountSid_missing",)),
        ({"From": None}, None, ("From_missing",)),
        ({"From": "whatsapp:"}, None, ("From_missing",)),
        ({"From": "client:dana"}, None, ("From_unknown_kind",)),
        ({"From": "rcs:brand_x"}, None, ("From_unknown_kind",)),
        ({"From": "Anonymous"}, Channel.SMS, ("From_no_number",)),
        ({"To": None}, Channel.SMS, ("To_missing",)),
        ({"Body": None}, Channel.SMS, ("Body_missing",)),
        ({"Body": ""}, Channel.SMS, ()),
        ({"NumMedia": None}, Channel.SMS, ()),
        ({"NumMedia": "many"}, Channel.SMS, ("NumMedia_no_number",)),
        ({"NumMedia": "-1"}, Channel.SMS, ("NumMedia_no_number",)),
        ({"NumMedia": "9" * 5000}, Channel.SMS, ("NumMedia_no_number",)),
        ({"Unheard": "of"}, Channel.SMS, ()),
        ({"From": "WhatsApp:+12065550188"}, Channel.WHATSAPP, ()),
        ({"From": "whatsapp:+5215512345678"}, Channel.WHATSAPP, ()),
    ],
)
def test_what_is_odd_is_named_and_the_rest_is_read(
    changes: dict[str, str | None], channel: Channel | None, problems: tuple[str, ...]
) -> None:
    read = message(**changes)

    assert (read.channel, read.problems) == (channel, problems)


def test_an_empty_form_is_a_list_of_problems() -> None:
    read = parse([])

    assert read.channel is None
    assert read.problems == ("MessageSid_missing", "AccountSid_missing", "From_missing", "To_missing", "Body_missing")


@pytest.mark.parametrize("name", ["SmsMessageSid", "SmsSid"])
def test_an_older_name_of_the_sid_stands_in(name: str) -> None:
    assert message(MessageSid=None, **{name: "SM7"}).message_sid == "SM7"
    assert message(MessageSid="", **{name: "SM7"}).message_sid == "SM7"
    assert message(**{name: "SM7"}).message_sid == "SM1"


def test_of_a_repeated_parameter_the_first_that_is_not_blank_counts() -> None:
    read = parse([("Body", " "), *PLAIN, ("Body", "START"), ("From", "+12065550188")])

    assert (read.body, read.sender) == ("Stop", "+12065550188")
    assert read.problems == ("Body_repeated",)


any_text = st.text(st.characters(codec=None), max_size=20)
names = st.sampled_from([name for name, _ in PLAIN] + ["OptOutType", "ButtonText", "SmsSid"]) | any_text


@given(st.lists(st.tuples(names, any_text), max_size=10))
def test_parsing_never_raises(pairs: list[tuple[str, str]]) -> None:
    read = parse(pairs)

    assert isinstance(read.bare_default_keyword, bool)
    assert isinstance(read.is_short_code_sender, bool)
