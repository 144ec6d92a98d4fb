"""Batches that come at the same moment: no two wait for each other, and each event counts once."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import connection

from consent.models import Delivery, EmailEvent, LedgerEntry, Suppression
from tests.consent.email_knocks import Knock, knock, sample
from tests.factories.contacts import make_contact

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("doors")]

PEOPLE = [f"person{number}@example.com" for number in range(6)]


def bounce(email: str) -> dict[str, Any]:
    return sample("sendgrid", "bounce")[0] | {"email": email}


def send_at_once(knocks: list[Knock]) -> list[int]:
    start, answers = threading.Barrier(len(knocks)), []

    def send(one: Knock) -> None:
        try:
            start.wait()
            answers.append(one.send().status_code)
        finally:
            connection.close()

    threads = [threading.Thread(target=send, args=[one]) for one in knocks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def test_batches_that_name_the_same_people_in_opposite_order_all_get_through() -> None:
    make_contact("Both", email=PEOPLE[0])
    events = [bounce(email) for email in PEOPLE]
    batches = [events, events[::-1], events[3:] + events[:3], events[:2], events[4:]]

    answers = send_at_once([knock("sendgrid", batch) for batch in batches])

    assert answers == [200] * len(batches)
    assert set(Delivery.objects.values_list("status", flat=True)) <= {"processed", "ignored"}
    assert EmailEvent.objects.count() == LedgerEntry.objects.count() == len(PEOPLE)
    assert Suppression.objects.count() == len(PEOPLE)


def test_one_request_many_times_at_once_counts_once() -> None:
    same = knock("mailgun", sample("mailgun", "complained"))

    assert send_at_once([same] * 5) == [200] * 5

    assert Delivery.objects.count() == EmailEvent.objects.count() == LedgerEntry.objects.count() == 1
