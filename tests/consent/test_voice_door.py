"""The voice door: who is put through, who is rejected, and what is kept of a call."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client

from consent.models import BusinessProfile, ChannelState, Delivery, InboundCall, LedgerEntry, Suppression
from consent.selectors import decide
from consent.selectors.decisions import Subject
from consent.services import dnd, voice
from consent.values import GateRequest
from consent.vocabulary import Channel, Direction, Purpose
from contacts.models import Address, Contact
from contacts.values import Actor
from tests.consent.doors import knock, sid
from tests.factories.contacts import LONG_AGO, make_contact

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("connected")]

VOICE = "/hooks/twilio/voice/"
REJECT = '<Reject reason="rejected"/>'


def ring(caller: str, **more: str) -> dict[str, str]:
    """Return the parameters that Twilio sends when somebody calls."""
    return {
        "CallSid": sid("CA"),
        "AccountSid": "AC" + "5d" * 16,
        "From": caller,
        "To": "+15035550100",
        "CallStatus": "ringing",
        "ApiVersion": "2010-04-01",
        "Direction": "inbound",
        "Caller": caller,
        "Called": "+15035550100",
        "FromCity": "SALEM",
        **more,
    }


def answer_to(caller: str, **more: str) -> str:
    answer = knock(VOICE, ring(caller, **more))
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/xml")
    return answer.content.decode()


def call_dnd(contact: Contact, by: Actor) -> None:
    dnd.switch_on(contact_id=contact.pk, channels=[Channel.CALL], direction=Direction.INBOUND, by=by, at=LONG_AGO)


def test_a_call_is_put_through_to_the_businesss_number(ada: Contact, by: Actor) -> None:
    voice.forward_calls(to="(503) 555-0199", by=by, at=LONG_AGO)

    told = answer_to("+15035550101")

    assert '<Dial answerOnBridge="true">+15035550199</Dial>' in told
    row = InboundCall.objects.get()
    assert (row.status, row.rejected, row.address.value, row.sent_to) == (
        "ringing",
        False,
        "+15035550101",
        "+15035550100",
    )
    entry = LedgerEntry.objects.get()
    assert (entry.kind, entry.rule, entry.effect, entry.contact_id) == ("call_received", "R34", "nothing", ada.pk)
    assert (entry.channel, entry.direction, entry.delivery_id) == ("call", "inbound", Delivery.objects.get().pk)


def test_without_a_number_to_ring_the_caller_hears_the_businesss_name(ada: Contact) -> None:
    BusinessProfile.objects.create(name="Fish & <Chips>\x07")

    told = answer_to("+15035550101")

    assert "<Say>Thank you for calling Fish &amp; &lt;Chips&gt;." in told
    assert told.endswith("<Hangup/></Response>")


def test_a_number_put_through_to_itself_does_not_ring_for_ever(ada: Contact, by: Actor) -> None:
    voice.forward_calls(to="+15035550100", by=by, at=LONG_AGO)

    assert "<Dial" not in answer_to("+15035550101")


def test_a_blocked_contacts_call_is_rejected_and_kept(ada: Contact, by: Actor) -> None:
    dnd.block(contact_id=ada.pk, on=True, by=by, at=LONG_AGO)

    told = answer_to("+15035550101")

    assert REJECT in told
    assert InboundCall.objects.get().rejected
    assert LedgerEntry.objects.latest("id").detail == "rejected: blocked"


def test_inbound_dnd_on_calls_rejects_calls_until_staff_clear_it(ada: Contact, by: Actor) -> None:
    call_dnd(ada, by)
    assert REJECT in answer_to("+15035550101")

    dnd.lift(contact_id=ada.pk, channels=[Channel.CALL], direction=Direction.INBOUND, by=by, at=LONG_AGO)

    assert REJECT not in answer_to("+15035550101")


def test_one_blocked_holder_of_a_shared_number_is_enough(ada: Contact, by: Actor) -> None:
    twin = make_contact("Twin", phone="(503) 555-0101")
    call_dnd(twin, by)

    assert REJECT in answer_to("+15035550101")


@pytest.mark.parametrize("what", ["outbound dnd", "inbound dnd on sms", "opted out of calls"])
def test_whom_we_may_not_call_may_still_call_us(ada: Contact, by: Actor, what: str) -> None:
    if what == "outbound dnd":
        dnd.switch_on(contact_id=ada.pk, channels=[Channel.ALL], by=by, at=LONG_AGO)
    elif what == "inbound dnd on sms":
        dnd.switch_on(contact_id=ada.pk, channels=[Channel.SMS], direction=Direction.INBOUND, by=by, at=LONG_AGO)
    else:
        dnd.record_verbal_opt_out(contact_id=ada.pk, channels=[Channel.CALL], by=by, at=LONG_AGO, note="By phone")

    assert REJECT not in answer_to("+15035550101")


@pytest.mark.parametrize(
    "caller",
    ["", "anonymous", "+266696687", "+7378742833", "client:alex", "sip:alex@example.com", "72345", "Restricted"],
)
def test_a_caller_without_a_number_is_answered_and_becomes_nobodys_address(caller: str) -> None:
    assert "<Say>" in answer_to(caller)

    assert InboundCall.objects.get().address is None
    assert not Address.objects.exists()
    assert not LedgerEntry.objects.exists()


def test_an_unknown_caller_is_put_through_and_kept(by: Actor) -> None:
    voice.forward_calls(to="+15035550199", by=by, at=LONG_AGO)

    assert "<Dial" in answer_to("+447700900142")

    assert InboundCall.objects.get().address.value == "+447700900142"
    assert LedgerEntry.objects.get().contact_id is None


@pytest.mark.parametrize("status", ["completed", "busy", "no-answer", "failed", "canceled"])
def test_how_a_call_ends_silences_nobody_and_is_in_the_timeline_once(ada: Contact, status: str) -> None:
    call = ring("+15035550101")
    knock(VOICE, call)

    answer = knock(VOICE, {**call, "CallStatus": status, "CallDuration": "12"})

    assert b"<Response/>" in answer.content
    assert list(InboundCall.objects.order_by("id").values_list("status", flat=True)) == ["ringing", status]
    assert LedgerEntry.objects.count() == 1
    assert not Suppression.objects.exists()
    assert decide(GateRequest(Channel.CALL, Purpose.MARKETING), Subject(contact_id=ada.pk)).decision.allowed


@pytest.mark.parametrize("status", ["completed", "busy", "no-answer", "failed"])
def test_the_end_of_a_call_that_we_made_is_ignored(ada: Contact, status: str) -> None:
    answer = knock(VOICE, ring("+15035550100", To="+15035550101", Direction="outbound-api", CallStatus=status))

    assert b"<Response/>" in answer.content
    assert Delivery.objects.get().status == "ignored"
    assert not Suppression.objects.exists()


def test_a_repeated_request_gets_the_same_answer_and_counts_once(ada: Contact, by: Actor) -> None:
    call_dnd(ada, by)
    call = ring("+15035550101")
    first = knock(VOICE, call).content
    dnd.lift(contact_id=ada.pk, channels=[Channel.CALL], direction=Direction.INBOUND, by=by, at=LONG_AGO)

    again = knock(VOICE, {**call, "FromCity": "PORTLAND"}).content

    assert first == again
    assert REJECT.encode() in again
    assert (Delivery.objects.count(), InboundCall.objects.count()) == (1, 1)


def test_another_caller_under_the_same_call_is_a_conflict(ada: Contact) -> None:
    call = ring("+15035550101")
    knock(VOICE, call)

    assert knock(VOICE, {**call, "From": "+15035550102"}).status_code == 409


def test_a_caller_is_answered_also_while_the_reading_of_the_call_waits(ada: Contact, by: Actor) -> None:
    call_dnd(ada, by)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE consent_inboundcall ADD CONSTRAINT full_disk CHECK (false) NOT VALID")

    told = answer_to("+15035550101")

    assert REJECT in told
    assert Delivery.objects.get().status == "failed"


def test_a_forged_call_is_refused(ada: Contact) -> None:
    assert knock(VOICE, ring("+15035550101"), token="f" * 32).status_code == 403
    assert Client().get(VOICE).status_code == 405
    assert not Delivery.objects.exists()


def test_calls_are_never_changed_or_deleted(ada: Contact) -> None:
    answer_to("+15035550101")

    for change in (lambda: InboundCall.objects.update(rejected=True), lambda: InboundCall.objects.all().delete()):
        with pytest.raises(DatabaseError, match="never changed or deleted"), transaction.atomic():
            change()


def test_calls_are_forwarded_to_a_number_or_not_at_all(by: Actor) -> None:
    with pytest.raises(voice.UnableToForward) as refusal:
        voice.forward_calls(to="the front desk", by=by, at=LONG_AGO)
    assert (refusal.value.field, refusal.value.code) == ("forward_to", "not_a_number")

    voice.forward_calls(to="+15035550199", by=by, at=LONG_AGO)
    voice.forward_calls(to="+1 503 555 0199", by=by, at=LONG_AGO)
    voice.forward_calls(to="", by=by, at=LONG_AGO)

    state = ChannelState.objects.get(channel=Channel.CALL)
    told = state.history.filter(history_change_reason__contains=by.ref)
    assert state.forward_to == ""
    assert list(told.order_by("history_id").values_list("forward_to", flat=True)) == ["+15035550199", ""]


@pytest.mark.parametrize(("channel", "number"), [("sms", "+15035550199"), ("call", "503-555-0199")])
def test_the_database_refuses_to_forward_what_is_no_call_to_what_is_no_number(channel: str, number: str) -> None:
    with pytest.raises(DatabaseError, match="channel_forwards_calls_to_a_number"), transaction.atomic():
        ChannelState.objects.filter(channel=channel).update(forward_to=number)


def test_parameters_that_are_missing_or_strange_are_answered_politely(ada: Contact) -> None:
    odd: list[dict[str, Any]] = [
        {"From": "+15035550101"},
        {"CallSid": "CA1\x00", "From": "+1503555010\x001", "CallStatus": "RINGING"},
        {"CallSid": "x" * 3000, "CallStatus": "y" * 3000, "To": "z" * 3000},
    ]

    assert [knock(VOICE, form).status_code for form in odd] == [200] * 3
    assert set(Delivery.objects.values_list("status", flat=True)) == {"processed"}
