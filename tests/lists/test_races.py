"""Two at once, on real connections: one outcome, whoever comes first, and the ledger tells it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from consent.models import LedgerEntry
from consent.vocabulary import Effect, Source
from contacts.drafts import NewAddress
from contacts.models import Address
from contacts.services import add_address
from contacts.vocabulary import AddressKind
from lists import services
from lists.models import ListAddressOptOut, ListMembership
from tests.factories.contacts import make_contact
from tests.factories.lists import make_consent, make_crowd

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = range(5)
DAY = timedelta(days=1)


def at_once(*works: Callable[[], Any]) -> list[Any]:
    """Start the works together, each on a connection of its own, and return their results in order."""
    start = threading.Barrier(len(works), timeout=20)

    def run(work: Callable[[], Any]) -> Any:
        try:
            start.wait()
            return work()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as pool:
        return [future.result(timeout=30) for future in [pool.submit(run, work) for work in works]]


def test_two_adds_at_once_make_one_membership(offers, by, at):
    people = make_crowd(40)

    changes = at_once(
        lambda: services.add(list_id=offers.pk, contact_ids=people, by=by, at=at),
        lambda: services.add(list_id=offers.pk, contact_ids=people[::-1], by=by, at=at),
    )

    assert ListMembership.objects.count() == 40
    assert sorted(change.count(Effect.LIFTED) for change in changes) == [0, 40]
    assert LedgerEntry.objects.filter(list_id=offers.pk, effect="lifted").count() == 40
    assert LedgerEntry.objects.filter(list_id=offers.pk, effect="unchanged").count() == 40


@pytest.mark.parametrize("round_number", ROUNDS)
def test_a_keyword_and_staff_bringing_back_at_once_end_with_the_newer_act(offers, by, at, round_number):
    """The consent is older than the keyword: whoever is first, the contact is out in the end."""
    contact = make_contact("Ada", phone="+15035550101", email="ada@example.com")
    number = Address.objects.get(kind="phone")
    services.add(list_id=offers.pk, contact_ids=[contact.pk], by=by, at=at)
    services.opt_out(list_id=offers.pk, contact_ids=[contact.pk], by=by, at=at, source=Source.CONTACT)
    consented, texted, now = at + DAY, at + 2 * DAY, at + 3 * DAY

    opted_out, brought_back = at_once(
        lambda: services.opt_out_address(
            list_id=offers.pk, address_id=number.pk, by=by, at=now, occurred_at=texted, source=Source.CONTACT
        ),
        lambda: services.bring_back(
            list_id=offers.pk, contact_id=contact.pk, consent=make_consent(consented), by=by, at=now
        ),
    )

    assert ListMembership.objects.get().opted_out_at == texted
    assert set(ListAddressOptOut.objects.values_list("opted_out_at", flat=True)) == {texted}
    assert (opted_out.contacts[0].effect, brought_back.contacts[0].effect) in {
        (Effect.SET, Effect.LIFTED),
        (Effect.UNCHANGED, Effect.REFUSED),
    }
    told = LedgerEntry.objects.filter(contact_id=contact.pk, recorded_at=now).order_by("id")
    assert set(told.values_list("kind", "effect")) == {
        ("list_opted_out", str(opted_out.contacts[0].effect)),
        ("list_brought_back", str(brought_back.contacts[0].effect)),
    }


@pytest.mark.parametrize("round_number", ROUNDS)
def test_a_late_keyword_and_a_newer_consent_at_once_end_with_the_consent(offers, by, at, round_number):
    contact = make_contact("Ada", phone="+15035550101")
    number = Address.objects.get(kind="phone")
    services.opt_out(list_id=offers.pk, contact_ids=[contact.pk], by=by, at=at, source=Source.CONTACT)
    texted, consented, now = at + DAY, at + 2 * DAY, at + 3 * DAY

    at_once(
        lambda: services.opt_out_address(
            list_id=offers.pk, address_id=number.pk, by=by, at=now, occurred_at=texted, source=Source.CONTACT
        ),
        lambda: services.bring_back(
            list_id=offers.pk, contact_id=contact.pk, consent=make_consent(consented), by=by, at=now
        ),
    )

    assert ListMembership.objects.get().opted_out_at is None
    assert ListAddressOptOut.objects.get().opted_out_at is None


@pytest.mark.parametrize("round_number", ROUNDS)
def test_an_add_and_an_opt_out_at_once_end_opted_out(offers, by, at, round_number):
    contact = make_contact("Ada", phone="+15035550101")

    at_once(
        lambda: services.add(list_id=offers.pk, contact_ids=[contact.pk], by=by, at=at),
        lambda: services.opt_out(list_id=offers.pk, contact_ids=[contact.pk], by=by, at=at, source=Source.CONTACT),
    )

    assert ListMembership.objects.get().opted_out_at == at


@pytest.mark.parametrize("round_number", ROUNDS)
def test_two_who_share_a_number_leave_at_once_and_the_number_is_recorded_once(offers, by, at, round_number):
    people = [make_contact(name, phone="+15035550101", email=f"{name}@example.com") for name in ("ada", "bea")]

    at_once(
        *(
            lambda contact=contact: services.opt_out(
                list_id=offers.pk, contact_ids=[contact.pk], by=by, at=at, source=Source.CONTACT
            )
            for contact in people
        )
    )

    assert ListMembership.objects.filter(opted_out_at=at).count() == 2
    assert ListAddressOptOut.objects.filter(opted_out_at=at).count() == 3


@pytest.mark.parametrize("round_number", ROUNDS)
def test_who_gets_a_number_while_it_opts_out_does_not_slip_through(offers, by, at, round_number):
    contact = make_contact("Ada")
    number = Address.objects.create(kind="phone", value="+15035550101", shown="+15035550101", created_at=at)

    at_once(
        lambda: services.opt_out_address(list_id=offers.pk, address_id=number.pk, by=by, at=at, source=Source.CONTACT),
        lambda: add_address(contact_id=contact.pk, address=NewAddress(AddressKind.PHONE, number.value), by=by, at=at),
    )

    assert ListMembership.objects.get(contact=contact).opted_out_at == at
    assert ListAddressOptOut.objects.get(address=number).opted_out_at == at
