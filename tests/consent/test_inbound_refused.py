"""Messages of blocked and inbound-DND contacts: their "no" counts, and nothing else is done with them."""

from __future__ import annotations

import pytest

from consent.models import InboundMessage, LedgerEntry, Suppression
from consent.selectors import decide
from consent.selectors.decisions import Subject
from consent.selectors.inbound import refused_inbound
from consent.services import dnd
from consent.values import GateRequest
from consent.vocabulary import Channel, Direction, Purpose
from contacts.models import Address, Contact
from contacts.values import Actor
from lists.models import ListAddressOptOut
from tests.consent.doors import INBOUND, knock, sms
from tests.factories.contacts import LONG_AGO, make_contact
from tests.factories.lists import make_list

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("connected")]


def refuse_texts(contact: Contact, by: Actor) -> None:
    dnd.switch_on(contact_id=contact.pk, channels=[Channel.SMS], direction=Direction.INBOUND, by=by, at=LONG_AGO)


def codes(contact: Contact) -> set[str]:
    decision = decide(GateRequest(Channel.SMS, Purpose.MARKETING), Subject(contact_id=contact.pk)).decision
    return {reason.code for reason in decision.reasons}


@pytest.mark.parametrize("how", ["blocked", "manual"])
def test_a_refused_message_is_kept_marked_and_in_the_timeline_as_such(ada: Contact, by: Actor, how: str) -> None:
    if how == "blocked":
        dnd.block(contact_id=ada.pk, on=True, by=by, at=LONG_AGO)
    else:
        refuse_texts(ada, by)

    assert knock(INBOUND, sms("+15035550101", "Call me back!")).status_code == 200

    message = InboundMessage.objects.get()
    assert (message.body, message.refused_inbound) == ("Call me back!", True)
    entry = LedgerEntry.objects.latest("id")
    assert (entry.kind, entry.rule, entry.effect, entry.detail) == ("message_refused", "R35", "nothing", how)
    assert (entry.contact_id, entry.direction, entry.message_id) == (ada.pk, "inbound", message.pk)


def test_a_stop_is_read_before_the_refusal_and_counts(ada: Contact, by: Actor) -> None:
    refuse_texts(ada, by)

    knock(INBOUND, sms("+15035550101", "STOP"))

    assert codes(ada) == {"opt_out", "provider_opt_out"}
    assert InboundMessage.objects.get().refused_inbound
    kinds = LedgerEntry.objects.filter(message_id__isnull=False).order_by("id").values_list("kind", flat=True)
    assert list(kinds) == ["text_opt_out", "provider_opt_out", "message_refused"]


def test_a_start_counts_under_inbound_dnd_but_not_under_a_block(ada: Contact, bo: Contact, by: Actor) -> None:
    for contact, number in ((ada, "+15035550101"), (bo, "+15035550102")):
        knock(INBOUND, sms(number, "stop texting me"))
        if contact is ada:
            refuse_texts(contact, by)
        else:
            dnd.block(contact_id=contact.pk, on=True, by=by, at=LONG_AGO)

        knock(INBOUND, sms(number, "START"))

    assert codes(ada) == set()
    assert "opt_out" in codes(bo)
    assert LedgerEntry.objects.filter(code="blocked_contact", contact_id=bo.pk).exists()


def test_a_lists_keyword_is_a_no_that_a_refusal_never_loses(ada: Contact, by: Actor) -> None:
    make_list("Offers", keyword="NOPROMO")
    refuse_texts(ada, by)

    knock(INBOUND, sms("+15035550101", "nopromo"))

    assert InboundMessage.objects.get().refused_inbound
    assert ListAddressOptOut.objects.filter(list__slug="offers", opted_out_at__isnull=False).exists()


def test_one_holders_block_refuses_everybody_at_a_shared_number(ada: Contact, by: Actor) -> None:
    twin = make_contact("Twin", phone="(503) 555-0101")
    dnd.block(contact_id=twin.pk, on=True, by=by, at=LONG_AGO)

    knock(INBOUND, sms("+15035550101", "Hello"))

    assert InboundMessage.objects.get().refused_inbound


def test_refusing_texts_refuses_neither_whatsapp_nor_calls(ada: Contact, by: Actor) -> None:
    refuse_texts(ada, by)

    knock(INBOUND, sms("whatsapp:+15035550101", "Hello", To="whatsapp:+15035550100"))

    assert not InboundMessage.objects.get().refused_inbound
    number = Address.objects.get(value="+15035550101")
    assert refused_inbound(address_id=number.pk, channel=Channel.CALL) is None


def test_once_the_refusal_is_cleared_messages_arrive_again(ada: Contact, by: Actor) -> None:
    refuse_texts(ada, by)
    dnd.lift(contact_id=ada.pk, channels=[Channel.SMS], direction=Direction.INBOUND, by=by, at=LONG_AGO)

    knock(INBOUND, sms("+15035550101", "Hello"))

    assert not InboundMessage.objects.get().refused_inbound
    assert Suppression.objects.filter(lifted_at=None).count() == 0
