"""From the raw text message to the gate's refusal, and back."""

from __future__ import annotations

import pytest

from consent.models import Delivery, DoorCounter, InboundMessage, LedgerEntry, Suppression
from consent.selectors import addresses_by_channel, decide
from consent.selectors.decisions import Subject
from consent.values import Decision, GateRequest
from consent.vocabulary import Channel, Purpose
from contacts.drafts import NewAddress
from contacts.models import Address, Contact
from contacts.services import create_contact, set_addresses
from contacts.values import SYSTEM
from contacts.vocabulary import AddressKind
from tests.consent.doors import INBOUND, STATUS, callback, knock, sid, sms, twilio_signature
from tests.factories.contacts import LONG_AGO, make_contact

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("connected")]


def ask(contact: Contact, channel: Channel = Channel.SMS, purpose: Purpose = Purpose.MARKETING) -> Decision:
    return decide(GateRequest(channel, purpose), Subject(contact_id=contact.pk)).decision


def codes(decision: Decision) -> set[str]:
    return {reason.code for reason in decision.reasons}


def test_a_stop_text_silences_before_the_provider_gets_its_answer(ada: Contact) -> None:
    assert ask(ada).allowed

    answer = knock(INBOUND, sms("+15035550101", "STOP"))

    assert (answer.status_code, answer["Content-Type"]) == (200, "text/xml")
    assert b"<Response/>" in answer.content
    assert codes(ask(ada)) == {"opt_out", "provider_opt_out"}
    assert codes(ask(ada, purpose=Purpose.TRANSACTIONAL)) == {"opt_out", "provider_opt_out"}
    assert ask(ada, Channel.EMAIL).allowed
    assert ask(ada, Channel.WHATSAPP).allowed
    assert Delivery.objects.get().status == "processed"
    assert InboundMessage.objects.get().body == "STOP"
    assert list(LedgerEntry.objects.order_by("id").values_list("rule", "effect", "contact_id")) == [
        ("R01", "set", ada.pk),
        ("R03", "set", ada.pk),
    ]


def test_a_start_text_frees_who_texted_stop(ada: Contact) -> None:
    knock(INBOUND, sms("+15035550101", "STOP", OptOutType="STOP"))

    knock(INBOUND, sms("+15035550101", "START", OptOutType="START"))

    assert ask(ada).allowed
    lifted = Suppression.objects.filter(contact=ada)
    assert {row.lift_route for row in lifted} == {"contact_opt_in"}
    assert {row.lift_message.body for row in lifted} == {"START"}


def test_resubscribe_opts_in_to_us_while_the_provider_still_blocks(ada: Contact) -> None:
    knock(INBOUND, sms("+15035550101", "STOP"))

    knock(INBOUND, sms("+15035550101", "Resubscribe"))
    assert codes(ask(ada)) == {"provider_opt_out"}

    knock(INBOUND, sms("+15035550101", "unstop"))
    assert ask(ada).allowed


@pytest.mark.parametrize(
    "body", ["STOP please", "stop texting me!!", "Arrêt", "S T O P", "&quot;STOP&quot;", "ＳＴＯＰ"]
)
def test_a_no_in_any_spelling_is_ours_even_where_twilio_does_not_hear_it(ada: Contact, body: str) -> None:
    knock(INBOUND, sms("+15035550101", body))

    assert codes(ask(ada)) == {"opt_out"}


@pytest.mark.parametrize(
    "body", ["Hi, what are your opening hours?", "yes", "Y", "start time?", "help", "not interested"]
)
def test_no_other_message_brings_an_opted_out_contact_back(ada: Contact, body: str) -> None:
    knock(INBOUND, sms("+15035550101", "STOP"))

    knock(INBOUND, sms("+15035550101", body))

    assert codes(ask(ada)) == {"opt_out", "provider_opt_out"}


def test_a_number_that_nobody_has_is_silenced_before_it_is_imported() -> None:
    knock(INBOUND, sms("+15035550142", "Stop"))

    contact = create_contact(
        first_name="New", addresses=[NewAddress(AddressKind.PHONE, "503-555-0142")], by=SYSTEM, at=LONG_AGO
    )

    assert codes(ask(contact)) == {"opt_out", "provider_opt_out"}


def test_everybody_at_a_shared_number_is_silenced_and_freed_together(ada: Contact) -> None:
    twin = make_contact("Twin", phone="(503) 555-0101")

    knock(INBOUND, sms("+15035550101", "STOP"))
    assert codes(ask(ada)) == codes(ask(twin)) == {"opt_out", "provider_opt_out"}

    knock(INBOUND, sms("+15035550101", "START"))
    assert ask(ada).allowed
    assert ask(twin).allowed


def test_whatsapp_and_messenger_have_their_own_no(ada: Contact) -> None:
    fan = make_contact("Fan", messenger="3699000000000456")

    knock(INBOUND, sms("whatsapp:+15035550101", "STOP", To="whatsapp:+15035550100", WaId="15035550101"))
    knock(INBOUND, sms("messenger:3699000000000456", "Stop", To="messenger:108200000000123"))

    assert codes(ask(ada, Channel.WHATSAPP)) == {"opt_out"}
    assert ask(ada, Channel.SMS).allowed
    assert codes(ask(fan, Channel.FACEBOOK)) == {"opt_out"}

    knock(INBOUND, sms("whatsapp:+15035550101", "START", To="whatsapp:+15035550100"))
    knock(INBOUND, sms("messenger:3699000000000456", "start", To="messenger:108200000000123"))
    assert ask(ada, Channel.WHATSAPP).allowed
    assert ask(fan, Channel.FACEBOOK).allowed


def test_the_same_message_twice_is_the_same_as_once(ada: Contact) -> None:
    form = sms("+15035550101", "STOP")

    answers = [knock(INBOUND, form).status_code, knock(INBOUND, dict(reversed(form.items()))).status_code]

    assert answers == [200, 200]
    assert Delivery.objects.count() == 1
    assert LedgerEntry.objects.count() == 2


def test_another_body_under_the_same_id_is_refused_and_shown_to_staff(ada: Contact) -> None:
    message = sid()
    knock(INBOUND, sms("+15035550101", "Hello", MessageSid=message))

    answer = knock(INBOUND, sms("+15035550101", "START", MessageSid=message))

    assert answer.status_code == 409
    assert set(Delivery.objects.values_list("status", flat=True)) == {"processed", "conflict"}
    assert InboundMessage.objects.count() == 1


@pytest.mark.parametrize("forgery", ["no signature", "wrong key", "tampered", "another door's"])
def test_a_forged_message_leaves_nothing_but_a_count(ada: Contact, forgery: str) -> None:
    form = sms("+15035550101", "STOP")
    match forgery:
        case "no signature":
            answer = knock(INBOUND, form, signature="")
        case "wrong key":
            answer = knock(INBOUND, form, token="f" * 32)
        case "tampered":
            pairs = list(form.items())
            answer = knock(INBOUND, {**form, "OptOutType": "STOP"}, signature=twilio_signature(INBOUND, pairs))
        case _:
            answer = knock(INBOUND, form, signature=twilio_signature(STATUS, list(form.items())))

    assert answer.status_code == 403
    assert (Delivery.objects.count(), LedgerEntry.objects.count(), Suppression.objects.count()) == (0, 0, 0)
    assert DoorCounter.objects.get().count == 1
    assert ask(ada).allowed


def test_a_body_larger_than_any_provider_sends_is_413(ada: Contact) -> None:
    answer = knock(INBOUND, sms("+15035550101", "x" * 2_000_000))

    assert answer.status_code == 413
    assert not Delivery.objects.exists()


def test_a_short_code_is_nobodys_number() -> None:
    knock(INBOUND, sms("72345", "STOP"))

    assert Delivery.objects.get().status == "ignored"
    assert not Address.objects.exists()


def test_what_can_not_be_read_is_kept_for_staff(ada: Contact) -> None:
    answer = knock(INBOUND, sms("rcs:brand_agent", "STOP"))

    delivery = Delivery.objects.get()
    assert answer.status_code == 200
    assert (delivery.status, delivery.next_attempt_at) == ("failed", None)
    assert "brand_agent" in delivery.reason


@pytest.mark.parametrize(
    ("code", "reason", "kind"),
    [
        ("30003", "unreachable", "temporary"),
        ("30004", "carrier_block", "permanent"),
        ("30005", "unknown_number", "temporary"),
        ("30006", "landline", "temporary"),
        ("21610", "provider_opt_out", "permanent"),
    ],
)
def test_a_delivery_code_silences_the_number(ada: Contact, code: str, reason: str, kind: str) -> None:
    answer = knock(STATUS, callback("+15035550101", code))

    assert answer.status_code == 204
    decision = ask(ada)
    assert [(each.code, each.kind) for each in decision.reasons] == [(reason, kind)]


@pytest.mark.parametrize("code", ["30007", "30008", "63016", "99999", ""])
def test_any_other_status_changes_nothing(ada: Contact, code: str) -> None:
    knock(STATUS, callback("+15035550101", code, status="delivered" if not code else "undelivered"))

    assert ask(ada).allowed


def test_a_late_code_for_a_message_older_than_a_start_changes_nothing(ada: Contact) -> None:
    message = sid()
    knock(STATUS, callback("+15035550101", "", status="sent", MessageSid=message))
    knock(INBOUND, sms("+15035550101", "START"))

    knock(STATUS, callback("+15035550101", "21610", MessageSid=message))

    assert ask(ada).allowed
    assert LedgerEntry.objects.latest("id").effect == "superseded"


def test_wrong_number_silences_the_number_and_not_the_person(ada: Contact) -> None:
    knock(INBOUND, sms("+15035550101", "Wrong number"))

    assert codes(ask(ada)) == {"wrong_number"}
    assert codes(ask(ada, Channel.CALL)) == {"wrong_number"}
    assert Suppression.objects.filter(contact=ada).count() == 0
    knock(INBOUND, sms("+15035550101", "START"))
    assert codes(ask(ada)) == {"wrong_number"}


def test_a_contact_who_moved_to_a_new_number_is_freed_there_and_not_at_the_old_one(ada: Contact) -> None:
    old = addresses_by_channel(ada.pk)[Channel.SMS][0]
    knock(INBOUND, sms("+15035550101", "stop texting me"))
    set_addresses(
        contact_id=ada.pk,
        expected_version=ada.version,
        addresses=[NewAddress(AddressKind.PHONE, "+15035550188", is_primary=True)],
        by=SYSTEM,
        at=LONG_AGO,
    )
    assert codes(ask(ada)) == {"opt_out"}

    knock(INBOUND, sms("+15035550188", "START"))

    assert ask(ada).allowed
    number = Address.objects.get(pk=old)
    at_old = decide(GateRequest(Channel.SMS, Purpose.MARKETING), Subject(address_value=number.value)).decision
    assert codes(at_old) == {"opt_out"}
