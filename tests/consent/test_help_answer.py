"""HELP is answered with the business's own text, unless the provider has answered."""

from __future__ import annotations

from datetime import datetime

import pytest

from consent.models import LedgerEntry, Suppression
from consent.services import dnd, profile
from contacts.models import Contact
from contacts.values import Actor
from tests.consent.doors import INBOUND, knock, sms

pytestmark = pytest.mark.django_db

EMPTY = '<?xml version="1.0" encoding="UTF-8"?><Response/>'
SENDER = "+15035550101"


@pytest.fixture(autouse=True)
def _help_text(by: Actor, at: datetime, connected: None) -> None:
    profile.update_profile(help_text="Fern & Sons <503 555 0100>. Reply STOP to opt out.\x07", by=by, at=at)


def answer(body: str, **more: str) -> str:
    return knock(INBOUND, sms(SENDER, body, **more)).content.decode()


def test_help_gets_the_help_text_and_changes_nothing(ada: Contact) -> None:
    told = answer("Help!")

    assert told == (
        '<?xml version="1.0" encoding="UTF-8"?><Response><Message>'
        "Fern &amp; Sons &lt;503 555 0100&gt;. Reply STOP to opt out.</Message></Response>"
    )
    assert not Suppression.objects.exists()
    assert not LedgerEntry.objects.filter(effect="set").exists()


def test_a_repeat_is_answered_as_the_first_one_was(ada: Contact) -> None:
    message = sms(SENDER, "INFO")

    first, again = (knock(INBOUND, message).content for _ in range(2))

    assert b"<Message>" in first
    assert again == first


def test_the_provider_answers_what_it_calls_help_itself(ada: Contact) -> None:
    assert answer("HELP", OptOutType="HELP") == EMPTY


@pytest.mark.parametrize("body", ["STOP", "START", "hello", "stop sending so many"])
def test_nothing_else_is_answered(ada: Contact, body: str) -> None:
    assert answer(body) == EMPTY


def test_without_a_text_nobody_is_answered(ada: Contact, by: Actor, at: datetime) -> None:
    profile.update_profile(help_text="", by=by, at=at)

    assert answer("HELP") == EMPTY


def test_who_is_blocked_gets_no_answer(ada: Contact, by: Actor, at: datetime) -> None:
    dnd.block(contact_id=ada.pk, on=True, by=by, at=at)

    assert answer("HELP") == EMPTY


def test_who_opted_out_is_told_how_to_reach_us(ada: Contact) -> None:
    answer("STOP")

    assert "<Message>" in answer("HELP")
