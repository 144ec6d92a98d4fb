"""Plain SQL of two at once, on real connections and without our verbs' locks: the stored reach misses neither."""

from __future__ import annotations

import pytest
from django.db import connection

from consent.models import Reach
from consent.selectors.reach import drift
from tests.consent.acting import phone_of
from tests.consent.test_reach import SMS, write_plainly
from tests.factories.contacts import make_contact
from tests.lists.test_races import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def hold(contact_id: int, address_id: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO contacts_contactaddress (contact_id, address_id, kind, is_primary, joined_at)"
            " VALUES (%s, %s, 'phone', true, now())",
            [contact_id, address_id],
        )


@pytest.mark.parametrize("round_number", range(5))
def test_who_joins_a_number_while_it_is_suppressed_is_silent(ada, round_number: int) -> None:
    newcomer = make_contact("New", email="new@example.com")
    number = phone_of(ada)

    at_once(lambda: hold(newcomer.pk, number), lambda: write_plainly(address_id=number))

    assert Reach.objects.get(pk=newcomer.pk).refused == SMS
    assert drift(1, 10**6) == []


@pytest.mark.parametrize("round_number", range(5))
def test_two_suppressions_of_one_contact_at_once_are_both_seen(ada, round_number: int) -> None:
    at_once(
        lambda: write_plainly(contact_id=ada.pk),
        lambda: write_plainly(contact_id=ada.pk, channel="'email'"),
        lambda: write_plainly(address_id=phone_of(ada), channel="'call'"),
    )

    assert Reach.objects.get(pk=ada.pk).refused == SMS | 2 | 4
    assert drift(1, 10**6) == []
