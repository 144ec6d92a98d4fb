"""Merges and erasures beside a STOP, and beside each other."""

from __future__ import annotations

from datetime import datetime

import pytest

from consent.models import Delivery, InboundMessage, Suppression
from consent.selectors import decide
from consent.selectors.decisions import Subject
from consent.services import erasing
from consent.values import GateRequest
from consent.vocabulary import Channel, Purpose
from contacts.models import Contact
from contacts.selectors import visible_contacts
from contacts.services import ContactDeleted, UnableToMerge, erase_contact, merge_contacts
from contacts.values import SYSTEM
from tests.consent.doors import INBOUND, knock, sms
from tests.consent.test_races import at_once, errors
from tests.factories.contacts import make_contact
from tests.journeys.searching import found_in_tables

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("connected")]


def may_text(contact: Contact) -> bool:
    return decide(GateRequest(Channel.SMS, Purpose.MARKETING), Subject(contact_id=contact.pk)).decision.allowed


@pytest.mark.parametrize("round_number", range(3))
def test_a_stop_during_a_merge_silences_whoever_is_left(at: datetime, round_number: int) -> None:
    ann, anna = make_contact("Ann", phone="+15035550141"), make_contact("Anna", phone="+15035550142")

    results = at_once(
        lambda: merge_contacts(keep_id=ann.pk, absorb_id=anna.pk, by=SYSTEM, at=at),
        lambda: knock(INBOUND, sms("+15035550142", "STOP")).status_code,
        lambda: knock(INBOUND, sms("+15035550141", "stop please")).status_code,
    )

    assert errors(results) == []
    assert not Delivery.objects.exclude(status="processed").exists()
    assert not may_text(ann)
    assert Suppression.objects.filter(contact=ann, lifted_at=None, reason="opt_out").count() == 2


def test_two_merges_of_one_pair_at_once_leave_one_contact(at: datetime) -> None:
    ann, anna = make_contact("Ann", phone="+15035550141"), make_contact("Anna", phone="+15035550142")

    results = at_once(
        lambda: merge_contacts(keep_id=ann.pk, absorb_id=anna.pk, by=SYSTEM, at=at),
        lambda: merge_contacts(keep_id=anna.pk, absorb_id=ann.pk, by=SYSTEM, at=at),
        lambda: merge_contacts(keep_id=ann.pk, absorb_id=anna.pk, by=SYSTEM, at=at),
    )

    assert {type(error) for error in errors(results)} <= {ContactDeleted, UnableToMerge}
    assert len(errors(results)) == 2
    left = visible_contacts().get()
    assert left.held_addresses.count() == 2


@pytest.mark.parametrize("round_number", range(3))
def test_a_stop_during_an_erasure_counts_and_leaves_no_number(at: datetime, round_number: int) -> None:
    ann = make_contact("Quillon", "Fernsby", phone="+15035550141")

    results = at_once(
        lambda: erase_contact(contact_id=ann.pk, reason="asked", by=SYSTEM, at=at),
        lambda: knock(INBOUND, sms("+15035550141", "stop texting me")).status_code,
    )

    assert errors(results) == []
    assert not Delivery.objects.filter(status="failed").exists()
    assert InboundMessage.objects.count() == 1
    assert Suppression.objects.filter(reason="opt_out", lifted_at=None).exists()
    erasing.forget_late(at=at)
    assert found_in_tables(["Quillon", "Fernsby", "15035550141"]) == set()
