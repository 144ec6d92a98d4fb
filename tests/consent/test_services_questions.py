"""A bare yes opts in only as the answer to a question, and never after a no."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from consent.models import InboundMessage, LedgerEntry, OptInQuestion, Suppression
from consent.selectors import addresses_by_channel
from consent.selectors.questions import open_question
from consent.services import dnd
from consent.services.questions import OPEN_FOR, UnableToAsk, ask_opt_in
from consent.vocabulary import Channel
from contacts.models import Contact
from contacts.values import Actor
from tests.consent import meta_door
from tests.consent.doors import INBOUND, knock, sms
from tests.consent.meta_door import deliver, text, whatsapp

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("connected")]


@pytest.fixture
def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def number(ada: Contact) -> int:
    return addresses_by_channel(ada.pk)[Channel.SMS][0]


def is_silent() -> bool:
    return Suppression.objects.filter(lifted_at=None, channel="sms").exists()


def test_a_yes_answers_the_question_and_frees_who_had_stopped(
    ada: Contact, number: int, by: Actor, now: datetime
) -> None:
    knock(INBOUND, sms("+15035550101", "stop texting me"))
    knock(INBOUND, sms("+15035550101", "Yes"))
    assert is_silent()

    asked = datetime.now(UTC)
    ask_opt_in(address_id=number, contact_id=ada.pk, channel=Channel.SMS, by=by, at=asked, note="On the phone.")
    asked_line = LedgerEntry.objects.latest("id")
    knock(INBOUND, sms("+15035550101", "Yes!"))

    assert (asked_line.kind, asked_line.effect, asked_line.rule, asked_line.actor) == (
        "opt_in_asked",
        "nothing",
        "R36",
        by.ref,
    )
    assert not is_silent()
    entry = LedgerEntry.objects.latest("id")
    assert (entry.kind, entry.effect, entry.rule) == ("text_opt_in_word", "lifted", "L02")
    assert InboundMessage.objects.latest("id").opts_in


def test_a_yes_that_answered_is_no_answer_to_anything_later(number: int, by: Actor, now: datetime) -> None:
    ask_opt_in(address_id=number, channel=Channel.SMS, by=by, at=now)
    knock(INBOUND, sms("+15035550101", "yes"))
    knock(INBOUND, sms("+15035550101", "please stop"))

    knock(INBOUND, sms("+15035550101", "yes"))

    assert is_silent()
    assert InboundMessage.objects.latest("id").message_class == "none"


@pytest.mark.parametrize("no", ["please stop", "stop sending so many"])
def test_a_no_closes_the_question(number: int, by: Actor, now: datetime, no: str) -> None:
    ask_opt_in(address_id=number, channel=Channel.SMS, by=by, at=now)
    knock(INBOUND, sms("+15035550101", no))

    knock(INBOUND, sms("+15035550101", "yes"))

    assert is_silent()


def test_a_spoken_no_closes_the_question_too(ada: Contact, number: int, by: Actor, now: datetime) -> None:
    ask_opt_in(address_id=number, channel=Channel.SMS, by=by, at=now)
    dnd.record_verbal_opt_out(
        contact_id=ada.pk, channels=[Channel.SMS], by=by, at=datetime.now(UTC), note="Called us back."
    )

    knock(INBOUND, sms("+15035550101", "yes"))

    assert is_silent()


def test_a_question_is_open_for_its_days_on_its_channel_and_number(number: int, by: Actor, now: datetime) -> None:
    question = ask_opt_in(address_id=number, channel=Channel.SMS, by=by, at=now)

    def is_open(at: datetime, channel: Channel = Channel.SMS) -> bool:
        return open_question(address_id=number, channel=channel, at=at) == question

    assert is_open(now)
    assert is_open(now + OPEN_FOR - timedelta(seconds=1))
    assert not is_open(now + OPEN_FOR)
    assert not is_open(now - timedelta(seconds=1))
    assert not is_open(now, Channel.WHATSAPP)


def test_stop_beside_the_yes_is_held_for_a_reviewer(number: int, by: Actor, now: datetime) -> None:
    ask_opt_in(address_id=number, channel=Channel.SMS, by=by, at=now)

    knock(INBOUND, sms("+15035550101", "yes stop"))

    assert InboundMessage.objects.latest("id").message_class == "review_hold"


@pytest.mark.parametrize(
    ("given", "field", "code"),
    [
        ({"channel": Channel.CALL}, "channel", "not_a_text_channel"),
        ({"channel": Channel.FACEBOOK}, "address", "not_this_address"),
        ({"asked_at": datetime(2099, 1, 1, tzinfo=UTC)}, "asked_at", "in_the_future"),
        ({"open_for": timedelta()}, "open_for", "too_short"),
    ],
)
def test_a_question_that_makes_no_sense_is_refused(
    number: int, by: Actor, now: datetime, given: dict[str, object], field: str, code: str
) -> None:
    with pytest.raises(UnableToAsk) as refused:
        ask_opt_in(**{"address_id": number, "channel": Channel.SMS, "by": by, "at": now, **given})

    assert (refused.value.field, refused.value.code) == (field, code)
    assert not OptInQuestion.objects.exists()
    assert not LedgerEntry.objects.exists()


def test_a_yes_on_whatsapp_answers_the_question_that_was_put_there(ada: Contact, by: Actor, settings: Any) -> None:
    settings.META_APP_SECRET = meta_door.SECRET
    asked = datetime.fromtimestamp(meta_door.NOON, UTC)
    number = addresses_by_channel(ada.pk)[Channel.WHATSAPP][0]
    deliver(whatsapp(text("15035550101", "please stop", after=-60)))
    ask_opt_in(address_id=number, channel=Channel.WHATSAPP, by=by, at=asked)

    deliver(whatsapp(text("15035550101", "Yes", after=5)))

    assert not Suppression.objects.filter(lifted_at=None).exists()
    assert InboundMessage.objects.latest("id").message_class == "opt_in"
