"""Several people and machines at one contact at the same moment: one outcome, explained by the ledger."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest
from django.db import connection

from consent.models import Delivery, InboundMessage, LedgerEntry, Suppression
from consent.selectors import addresses_by_channel, decide
from consent.selectors.decisions import Subject
from consent.services import dnd, inbox
from consent.values import GateRequest
from consent.vocabulary import Channel, Purpose
from contacts.drafts import NewAddress
from contacts.models import Contact
from contacts.services import StaleContact, set_addresses, update_contact
from contacts.values import SYSTEM, Actor
from contacts.vocabulary import AddressKind
from tests.consent.doors import INBOUND, knock, sms

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("connected")]


def at_once(*acts: Callable[[], object]) -> list[object]:
    """Run every act in a thread and connection of its own, all let go at one moment; return results or errors."""
    barrier = threading.Barrier(len(acts))

    def run(act: Callable[[], object]) -> object:
        try:
            barrier.wait(timeout=10)
            return act()
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def errors(results: list[object]) -> list[object]:
    return [result for result in results if isinstance(result, Exception)]


def may_text(contact: Contact) -> bool:
    return decide(GateRequest(Channel.SMS, Purpose.MARKETING), Subject(contact_id=contact.pk)).decision.allowed


def test_the_same_webhook_eight_times_at_once_counts_once(ada: Contact) -> None:
    form = sms("+15035550101", "STOP")

    results = at_once(*[lambda: knock(INBOUND, form).status_code] * 8)

    assert results == [200] * 8
    assert (Delivery.objects.count(), InboundMessage.objects.count(), Suppression.objects.count()) == (1, 1, 2)
    assert LedgerEntry.objects.count() == 2


@pytest.mark.parametrize("round_number", range(5))
def test_stop_start_and_a_staff_lift_at_once_end_as_the_ledger_tells(
    ada: Contact, by: Actor, at: datetime, round_number: int
) -> None:
    knock(INBOUND, sms("+15035550101", "stop texting me"))

    results = at_once(
        lambda: knock(INBOUND, sms("+15035550101", "START")).status_code,
        lambda: knock(INBOUND, sms("+15035550101", "please stop")).status_code,
        lambda: dnd.lift(contact_id=ada.pk, channels=[Channel.SMS], by=by, at=at),
        lambda: dnd.switch_on(contact_id=ada.pk, channels=[Channel.SMS], by=by, at=at),
    )

    assert errors(results) == []
    messages = {row.body: row.occurred_at for row in InboundMessage.objects.all()}
    said_stop_last = messages["please stop"] >= messages["START"]
    standing = Suppression.objects.filter(lifted_at=None, reason="opt_out").exists()
    assert standing is said_stop_last
    assert Suppression.objects.filter(lifted_at=None, reason="manual").count() <= 1
    for row in Suppression.objects.exclude(lifted_at=None):
        entry = LedgerEntry.objects.get(event_id=row.lift_event_id, suppression_id=row.pk)
        assert (entry.effect, entry.route) == ("lifted", row.lift_route)


def test_twenty_agents_switching_one_contact_on_make_one_suppression(ada: Contact, by: Actor, at: datetime) -> None:
    results = at_once(*[lambda: dnd.switch_on(contact_id=ada.pk, channels=[Channel.ALL], by=by, at=at)] * 8)

    assert errors(results) == []
    assert Suppression.objects.filter(contact=ada, lifted_at=None).count() == 6
    assert LedgerEntry.objects.filter(effect="set").count() == 6
    assert LedgerEntry.objects.filter(effect="unchanged").count() == 42


def test_two_agents_saving_one_contact_leave_one_winner_and_one_told(ada: Contact, at: datetime) -> None:
    def save(name: str) -> Callable[[], object]:
        return lambda: update_contact(
            contact_id=ada.pk, expected_version=ada.version, changes={"first_name": name}, by=SYSTEM, at=at
        )

    results = at_once(save("Ada Maria"), save("Augusta"))

    assert [type(result) for result in errors(results)] == [StaleContact]
    assert Contact.objects.get(pk=ada.pk).first_name in {"Ada Maria", "Augusta"}


def test_a_stop_and_a_change_of_number_at_once_never_free_the_contact(ada: Contact, at: datetime) -> None:
    for attempt in range(4):
        knock(INBOUND, sms("+15035550101", "START"))
        ada.refresh_from_db()
        new_number = f"+1503555018{attempt}"

        results = at_once(
            lambda: knock(INBOUND, sms("+15035550101", "stop please")).status_code,
            lambda number=new_number: set_addresses(
                contact_id=ada.pk,
                expected_version=ada.version,
                addresses=[NewAddress(AddressKind.PHONE, number, is_primary=True)],
                by=SYSTEM,
                at=at,
            ),
        )

        assert errors(results) == []
        old = decide(GateRequest(Channel.SMS, Purpose.MARKETING), Subject(address_value="+15035550101")).decision
        assert not old.allowed
        ada.refresh_from_db()
        set_addresses(
            contact_id=ada.pk,
            expected_version=ada.version,
            addresses=[NewAddress(AddressKind.PHONE, "+15035550101", is_primary=True)],
            by=SYSTEM,
            at=at,
        )
        assert not may_text(ada)


def test_a_joining_contact_and_a_stop_at_once_leave_the_newcomer_silenced(
    ada: Contact, bo: Contact, at: datetime
) -> None:
    results = at_once(
        lambda: knock(INBOUND, sms("+15035550101", "STOP")).status_code,
        lambda: set_addresses(
            contact_id=bo.pk,
            expected_version=bo.version,
            addresses=[NewAddress(AddressKind.PHONE, "+15035550101", is_primary=True)],
            by=SYSTEM,
            at=at,
        ),
    )

    assert errors(results) == []
    assert not may_text(bo)
    number = addresses_by_channel(bo.pk)[Channel.SMS][0]
    assert Suppression.objects.filter(contact=bo, address_id=number, lifted_at=None).exists()


def test_two_workers_taking_up_one_delivery_read_it_once(ada: Contact, at: datetime) -> None:
    accepted = inbox.accept(
        provider="twilio",
        door="twilio.inbound",
        event_id="SM1",
        body=b"From=%2B15035550101&To=%2B15035550100&Body=STOP&MessageSid=SM1",
        content_type="application/x-www-form-urlencoded",
        at=at,
    )

    results = at_once(*[lambda: inbox.process(delivery_id=accepted.delivery_id, at=at)] * 6)

    assert results == ["processed"] * 6
    assert (InboundMessage.objects.count(), LedgerEntry.objects.count()) == (1, 2)
