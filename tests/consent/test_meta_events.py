"""What each of Meta's events does to a person's consent, and what ends it."""

from __future__ import annotations

from typing import Any

import pytest

from consent.models import Delivery, InboundMessage, LedgerEntry, Suppression
from consent.selectors import decide
from consent.selectors.decisions import Subject
from consent.services import codes, dnd
from consent.values import Decision, GateRequest
from consent.vocabulary import Channel, EventKind, Purpose
from contacts.models import Address, Contact
from contacts.values import Actor
from tests.consent.meta_door import (
    NOON,
    SECRET,
    change,
    deliver,
    message,
    messenger,
    optin,
    page,
    preference,
    status,
    text,
    whatsapp,
)
from tests.factories.contacts import LONG_AGO, make_contact

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("connected", "meta_keys")]

ADA = "15035550101"
FAN = "3699000000000456"


@pytest.fixture
def meta_keys(settings: Any) -> None:
    settings.META_APP_SECRET = SECRET
    settings.META_VERIFY_TOKEN = "a word of our own"


@pytest.fixture
def fan(db: None) -> Contact:
    return make_contact("Fan", messenger=FAN)


def ask(contact: Contact, channel: Channel = Channel.WHATSAPP, purpose: Purpose = Purpose.MARKETING) -> Decision:
    return decide(GateRequest(channel, purpose), Subject(contact_id=contact.pk)).decision


def codes_of(decision: Decision) -> set[str]:
    return {reason.code for reason in decision.reasons}


def test_stopping_marketing_on_whatsapp_silences_marketing_there_and_nothing_else(ada: Contact) -> None:
    answer = deliver(whatsapp(preference(ADA, "stop")))

    assert answer.status_code == 200
    assert codes_of(ask(ada)) == {"opt_out"}
    assert ask(ada, purpose=Purpose.TRANSACTIONAL).allowed
    assert ask(ada, Channel.SMS).allowed
    row = Suppression.objects.get()
    assert (row.kind, row.covers, row.rule, int(row.since.timestamp())) == (
        "permanent",
        "non_transactional",
        "R12",
        NOON,
    )
    act = InboundMessage.objects.get()
    assert (act.message_class, act.matched_by, act.opts_in) == ("opt_out", "provider", False)
    entry = LedgerEntry.objects.get()
    assert (entry.kind, entry.effect, entry.message_id) == ("marketing_stop", "set", act.pk)


def test_resuming_marketing_is_the_proof_of_its_lift(ada: Contact) -> None:
    deliver(whatsapp(preference(ADA, "stop")))

    deliver(whatsapp(preference(ADA, "resume", after=60)))

    assert ask(ada).allowed
    row = Suppression.objects.get()
    assert row.lift_route == "contact_opt_in"
    assert row.lift_message.opts_in
    assert row.lift_message.body == "User requested to resume marketing messages"
    assert LedgerEntry.objects.latest("id").rule == "L03"


def test_a_resume_older_than_the_stop_changes_nothing(ada: Contact) -> None:
    deliver(whatsapp(preference(ADA, "stop", after=60)))

    deliver(whatsapp(preference(ADA, "resume")))

    assert codes_of(ask(ada)) == {"opt_out"}
    assert LedgerEntry.objects.latest("id").effect == "superseded"


def test_a_stop_that_comes_after_its_own_resume_changes_nothing(ada: Contact) -> None:
    deliver(whatsapp(preference(ADA, "resume", after=60)))

    deliver(whatsapp(preference(ADA, "stop")))

    assert ask(ada).allowed
    assert LedgerEntry.objects.latest("id").effect == "superseded"


def test_a_clock_that_runs_ahead_never_makes_an_act_that_nothing_can_follow(ada: Contact) -> None:
    deliver(whatsapp(preference(ADA, "resume", after=50 * 365 * 86400)))

    deliver(whatsapp(change("messages", messages=[{"from": ADA, "id": "wamid.1", "text": {"body": "STOP"}}])))

    assert codes_of(ask(ada)) == {"opt_out"}


@pytest.mark.parametrize(
    ("content", "read_as"),
    [
        ({"type": "text", "text": {"body": "Stop"}}, "opt_out"),
        ({"type": "text", "text": {"body": "please stop texting me"}}, "opt_out"),
        ({"type": "button", "button": {"text": "Stop promotions", "payload": "x"}}, "opt_out"),
        ({"type": "button", "button": {"text": "Kein Interesse", "payload": "STOP"}}, "opt_out"),
        (
            {
                "type": "interactive",
                "interactive": {"type": "button_reply", "button_reply": {"id": "9", "title": "STOP"}},
            },
            "opt_out",
        ),
        (
            {
                "type": "interactive",
                "interactive": {"type": "list_reply", "list_reply": {"id": "STOP", "title": "Bye"}},
            },
            "opt_out",
        ),
        ({"type": "image", "image": {"id": "1", "caption": "unsubscribe"}}, "opt_out"),
        ({"type": "text", "text": {"body": "START"}}, "opt_in"),
        ({"type": "text", "text": {"body": "Hello"}}, "none"),
        ({"type": "location", "location": {"latitude": 1.0}}, "none"),
        ({"type": "a kind of tomorrow", "tomorrow": {"body": "x"}}, "none"),
    ],
)
def test_what_a_person_writes_or_presses_is_read_as_at_every_other_door(
    ada: Contact, content: dict[str, Any], read_as: str
) -> None:
    deliver(whatsapp(message(ADA, **content)))

    assert InboundMessage.objects.get().message_class == read_as
    assert ask(ada).allowed is (read_as != "opt_out")


def test_what_whatsapp_itself_writes_is_not_the_persons_word(ada: Contact) -> None:
    deliver(whatsapp(message(ADA, type="system", system={"body": "stop", "type": "user_changed_number"})))

    assert Delivery.objects.get().status == "ignored"
    assert not InboundMessage.objects.exists()


def test_a_start_on_whatsapp_ends_a_stop_on_whatsapp(ada: Contact) -> None:
    deliver(whatsapp(text(ADA, "STOP")))

    deliver(whatsapp(text(ADA, "Start", after=5)))

    assert ask(ada).allowed


def test_a_send_that_fails_with_131050_silences_whatsapp(ada: Contact) -> None:
    deliver(whatsapp(status(ADA, "failed", code=131050)))

    assert codes_of(ask(ada)) == {"opt_out"}
    assert LedgerEntry.objects.get().detail == "131050"


@pytest.mark.parametrize("code", [131026, 131047, 470])
def test_any_other_error_code_is_recorded_and_changes_nothing(ada: Contact, code: int) -> None:
    deliver(whatsapp(status(ADA, "failed", code=code)))

    assert ask(ada).allowed
    assert (LedgerEntry.objects.get().kind, LedgerEntry.objects.get().effect) == ("status_other", "nothing")


@pytest.mark.parametrize("state", ["sent", "delivered", "read", "deleted", ""])
def test_a_status_without_an_error_is_ignored_with_a_reason(ada: Contact, state: str) -> None:
    deliver(whatsapp(status(ADA, state)))

    delivery = Delivery.objects.get()
    assert delivery.status == "ignored"
    assert "anybody's wish" in delivery.reason


def test_staff_may_say_that_a_code_of_meta_means_nothing(ada: Contact, by: Actor) -> None:
    codes.change_code(
        provider="meta", code="131050", event_kind=EventKind.STATUS_OTHER, why="Meta says so", by=by, at=LONG_AGO
    )

    deliver(whatsapp(status(ADA, "failed", code=131050)))

    assert ask(ada).allowed


@pytest.mark.parametrize("wish", ["STOP NOTIFICATIONS", "STOP_NOTIFICATIONS", "stop_notifications"])
def test_stopping_notifications_on_messenger_silences_messenger(fan: Contact, wish: str) -> None:
    deliver(page(optin(FAN, wish)))

    assert codes_of(ask(fan, Channel.FACEBOOK)) == {"opt_out"}
    assert Suppression.objects.get().rule == "R13"


@pytest.mark.parametrize("wish", ["RESUME NOTIFICATIONS", "RESUME_NOTIFICATIONS"])
def test_resuming_notifications_on_messenger_lifts_the_stop(fan: Contact, wish: str) -> None:
    deliver(page(optin(FAN, "STOP_NOTIFICATIONS")))

    deliver(page(optin(FAN, wish, after=1)))

    assert ask(fan, Channel.FACEBOOK).allowed


def test_a_first_opt_in_to_a_topic_brings_nobody_back(fan: Contact) -> None:
    deliver(page(optin(FAN, "STOP_NOTIFICATIONS")))
    first = optin(FAN, "", after=5)
    del first["optin"]["notification_messages_status"]

    deliver(page(first))

    assert codes_of(ask(fan, Channel.FACEBOOK)) == {"opt_out"}
    assert Delivery.objects.latest("id").status == "ignored"


@pytest.mark.parametrize(
    "content",
    [
        {"message": {"mid": "m_1", "text": "STOP"}},
        {"message": {"mid": "m_1", "text": "No thanks", "quick_reply": {"payload": "STOP"}}},
        {"postback": {"mid": "m_1", "title": "Stop promotions", "payload": "X"}},
        {"postback": {"title": "Unsubscribe", "payload": "UNSUB"}},
    ],
)
@pytest.mark.parametrize("kind", ["messaging", "standby"])
def test_a_stop_on_messenger_counts_whichever_app_holds_the_thread(
    fan: Contact, content: dict[str, Any], kind: str
) -> None:
    deliver(page(messenger(FAN, **content), kind=kind))

    assert codes_of(ask(fan, Channel.FACEBOOK)) == {"opt_out"}


def test_what_the_page_itself_writes_silences_nobody(fan: Contact) -> None:
    echo = messenger("108200000000123", message={"mid": "m_2", "is_echo": True, "text": "Reply STOP to opt out: STOP"})

    deliver(page(echo, messenger(FAN, read={"watermark": 1}), messenger(FAN, delivery={"mids": ["m_1"]})))

    assert Delivery.objects.get().status == "ignored"
    assert not Suppression.objects.exists()
    assert not Address.objects.filter(value="108200000000123").exists()


def test_nothing_in_a_batch_frees_a_blocked_contact(ada: Contact, by: Actor) -> None:
    deliver(whatsapp(preference(ADA, "stop")))
    dnd.block(contact_id=ada.pk, on=True, by=by, at=LONG_AGO)

    deliver(whatsapp(preference(ADA, "resume", after=9), text(ADA, "START", after=10)))

    assert "opt_out" in codes_of(ask(ada))
    assert LedgerEntry.objects.filter(code="blocked_contact").count() == 2
