"""Two at once: nothing is lost, nothing is made twice, nobody waits for ever."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction
from django.db.transaction import TransactionManagementError

from contacts.drafts import NewAddress
from contacts.models import Address, Contact, ContactAddress
from contacts.normalize import normalize_phone
from contacts.services import (
    AddressMissing,
    ContactMissing,
    HoldingsUnsettled,
    StaleContact,
    add_address,
    create_contact,
    get_or_create_addresses,
    lock_for_address,
    lock_for_contact,
    lock_for_contacts,
    locks,
    make_primary,
    remove_address,
    set_addresses,
    update_contact,
)
from contacts.values import SYSTEM, CanonicalAddress
from contacts.vocabulary import AddressKind
from tests.factories.contacts import AddressFactory, ContactFactory

pytestmark = pytest.mark.django_db(transaction=True)

PATIENCE = 20
"""Seconds until a wait counts as for ever."""


def _own_connection(work: Callable[[], Any]) -> Any:
    """Run in a thread with a connection of its own that gives up rather than hang."""
    try:
        with connection.cursor() as cursor:
            cursor.execute(f"SET lock_timeout = '{PATIENCE}s'")
            cursor.execute("SET deadlock_timeout = '100ms'")
        return work()
    finally:
        connection.close()


def _at_once(*works: Callable[[], Any]) -> list[Any]:
    """Run all works at the same moment and return their results or exceptions in order."""
    start = threading.Barrier(len(works))

    def run(work: Callable[[], Any]) -> Any:
        start.wait(PATIENCE)
        return work()

    with ThreadPoolExecutor(len(works)) as pool:
        futures: list[Future[Any]] = [pool.submit(_own_connection, lambda work=work: run(work)) for work in works]
        return [future.exception(PATIENCE) or future.result() for future in futures]


def _wait_until_waiting(count: int = 1) -> None:
    """Return as soon as so many connections to this database wait for a lock."""
    with connection.cursor() as cursor:
        for _ in range(PATIENCE * 50):
            cursor.execute(
                "SELECT count(DISTINCT pid), pg_sleep(0.02) FROM pg_locks WHERE NOT granted AND pid IN "
                "(SELECT pid FROM pg_stat_activity WHERE datname = current_database())"
            )
            if cursor.fetchone()[0] >= count:
                return
    pytest.fail("nobody waited")


def _is_locked(address: Address) -> bool:
    def try_it() -> bool:
        try:
            with transaction.atomic():
                Address.objects.select_for_update(nowait=True, no_key=True).get(pk=address.pk)
        except OperationalError:
            return True
        return False

    return bool(_at_once(try_it)[0])


def test_two_who_make_the_same_addresses_at_once_get_the_same_rows(at: datetime) -> None:
    low, middle, high = (normalize_phone(f"+1415555000{number}", region=None) for number in range(3))

    def make(*canonicals: CanonicalAddress) -> list[int]:
        return [row.pk for row in get_or_create_addresses(canonicals=canonicals, at=at)]

    with ThreadPoolExecutor(2) as pool:
        with transaction.atomic():
            # Both have to wait here. Each in its own order, they would then wait for each other.
            make(middle)
            upward = pool.submit(_own_connection, lambda: make(low, middle, high))
            downward = pool.submit(_own_connection, lambda: make(high, middle, low))
            _wait_until_waiting(2)
        assert upward.result(PATIENCE) == downward.result(PATIENCE)[::-1]

    assert Address.objects.count() == Address.history.count() == 3


def test_of_two_who_save_one_contact_at_once_the_second_is_told(at: datetime) -> None:
    contact = ContactFactory(first_name="Ada", company="")

    results = _at_once(
        lambda: update_contact(
            contact_id=contact.pk, expected_version=1, changes={"first_name": "Augusta"}, by=SYSTEM, at=at
        ),
        lambda: update_contact(
            contact_id=contact.pk, expected_version=1, changes={"company": "Engine Ltd"}, by=SYSTEM, at=at
        ),
    )

    assert sorted(type(result).__name__ for result in results) == ["Contact", "StaleContact"]
    refusal = next(result for result in results if isinstance(result, StaleContact))
    assert (refusal.current_version, refusal.changed_by) == (2, "system")
    contact.refresh_from_db()
    assert contact.version == 2
    assert (contact.first_name == "Augusta") != (contact.company == "Engine Ltd")


def test_two_who_add_a_first_address_at_once_leave_one_primary(at: datetime) -> None:
    contact = ContactFactory()

    results = _at_once(
        *(
            lambda raw=raw: add_address(
                contact_id=contact.pk, address=NewAddress(AddressKind.PHONE, raw), by=SYSTEM, at=at
            )
            for raw in ("+14155550101", "+14155550102", "+14155550103")
        )
    )

    assert all(len(result.joined) == 1 for result in results)
    assert contact.held_addresses.filter(is_primary=True).count() == 1
    contact.refresh_from_db()
    assert (contact.version, contact.held_addresses.count()) == (4, 3)


def test_an_address_that_joins_while_its_contact_is_being_locked_is_locked_too(at: datetime) -> None:
    held, joining = AddressFactory(), AddressFactory()
    contact = ContactFactory(holding=[held])

    def lock_and_look() -> tuple[set[int], bool]:
        with transaction.atomic():
            locked = lock_for_contact(contact_id=contact.pk)
            return {address.pk for address in locked.addresses}, _is_locked(joining)

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            lock_for_contact(contact_id=contact.pk, address_ids=[joining.pk])
            waiting = pool.submit(_own_connection, lock_and_look)
            _wait_until_waiting()
            ContactAddress.objects.create(contact=contact, address=joining, kind=joining.kind, joined_at=at)
        assert waiting.result(PATIENCE) == ({held.pk, joining.pk}, True)


def test_a_lock_gives_up_when_the_addresses_never_stand_still(at: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locks, "MAX_TRIES", 1)
    contact, joining = ContactFactory(holding=[AddressFactory()]), AddressFactory()

    def lock() -> Any:
        with transaction.atomic():
            return lock_for_contact(contact_id=contact.pk)

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            lock_for_contact(contact_id=contact.pk, address_ids=[joining.pk])
            waiting = pool.submit(_own_connection, lock)
            _wait_until_waiting()
            ContactAddress.objects.create(contact=contact, address=joining, kind=joining.kind, joined_at=at)
        refusal = waiting.exception(PATIENCE)

    assert isinstance(refusal, HoldingsUnsettled)
    assert refusal.contact_ids == (contact.pk,)


def test_a_locked_address_names_every_holder_even_one_who_joined_while_it_was_being_locked(at: datetime) -> None:
    address = AddressFactory()
    first, deleted, joining = ContactFactory(holding=[address]), ContactFactory(holding=[address]), ContactFactory()
    Contact.objects.filter(pk=deleted.pk).update(deleted_at=at)

    def lock() -> tuple[int, ...]:
        with transaction.atomic():
            return lock_for_address(address_id=address.pk).holder_ids

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            lock_for_contact(contact_id=joining.pk, address_ids=[address.pk])
            waiting = pool.submit(_own_connection, lock)
            _wait_until_waiting()
            ContactAddress.objects.create(contact=joining, address=address, kind=address.kind, joined_at=at)
        assert waiting.result(PATIENCE) == (first.pk, deleted.pk, joining.pk)


def test_several_contacts_are_locked_with_their_addresses_in_one_order() -> None:
    shared, own = AddressFactory(), AddressFactory()
    one, other = ContactFactory(holding=[shared]), ContactFactory(holding=[shared, own])

    with transaction.atomic():
        locked = lock_for_contacts(contact_ids=[other.pk, one.pk])

        assert [(each.contact, each.addresses) for each in locked] == [(one, (shared,)), (other, (shared, own))]
        assert _is_locked(shared)
        assert _is_locked(own)


def test_locks_need_a_transaction() -> None:
    contact, address = ContactFactory(), AddressFactory()

    with pytest.raises(TransactionManagementError):
        lock_for_contact(contact_id=contact.pk)
    with pytest.raises(TransactionManagementError):
        lock_for_address(address_id=address.pk)


def test_what_is_not_there_cannot_be_locked() -> None:
    with transaction.atomic():
        with pytest.raises(ContactMissing):
            lock_for_contact(contact_id=404)
        with pytest.raises(AddressMissing):
            lock_for_address(address_id=404)


def test_two_hundred_random_verbs_at_once_never_wait_for_each_other(at: datetime) -> None:
    addresses = [AddressFactory() for _ in range(5)]
    contacts = [ContactFactory(holding=addresses[number : number + 2]) for number in range(4)]
    fresh = [f"+1415777{number:04}" for number in range(6)]

    def one_verb(dice: random.Random) -> None:
        contact_id, address = dice.choice(contacts).pk, dice.choice(addresses)
        drafts = [
            NewAddress(AddressKind.PHONE, raw)
            for raw in dice.sample([each.value for each in addresses] + fresh, dice.randint(0, 4))
        ]
        verb = dice.randrange(8)
        if verb == 0:
            version = Contact.objects.values_list("version", flat=True).get(pk=contact_id)
            set_addresses(contact_id=contact_id, expected_version=version, addresses=drafts, by=SYSTEM, at=at)
        elif verb == 1:
            add_address(
                contact_id=contact_id, address=NewAddress(AddressKind.PHONE, dice.choice(fresh)), by=SYSTEM, at=at
            )
        elif verb == 2:
            remove_address(contact_id=contact_id, address_id=address.pk, by=SYSTEM, at=at)
        elif verb == 3:
            make_primary(contact_id=contact_id, address_id=address.pk, by=SYSTEM, at=at)
        elif verb == 4:
            create_contact(addresses=drafts, by=SYSTEM, at=at)
        elif verb == 5:
            with transaction.atomic():
                lock_for_address(address_id=address.pk)
        elif verb == 6:
            with transaction.atomic():
                lock_for_contacts(contact_ids=[each.pk for each in dice.sample(contacts, 2)], address_ids=[address.pk])
        else:
            update_contact(
                contact_id=contact_id, expected_version=1, changes={"notes": str(dice.random())}, by=SYSTEM, at=at
            )

    def many_verbs(seed: int) -> int:
        dice, refused = random.Random(seed), 0
        for _ in range(50):
            try:
                one_verb(dice)
            except (StaleContact, AddressMissing):
                refused += 1
        return refused

    results = _at_once(*(lambda seed=seed: many_verbs(seed) for seed in range(4)))

    assert [result for result in results if isinstance(result, Exception)] == []
    for contact in Contact.objects.all():
        holdings = contact.held_addresses.all()
        assert sum(holding.is_primary for holding in holdings) == bool(holdings)
