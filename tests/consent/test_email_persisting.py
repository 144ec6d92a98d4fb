"""Soft bounces that persist (R10), from the door to the gate."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone
from pytest_django import Settings

from consent.models import EmailEvent, Suppression
from consent.services import dnd
from consent.values import Attestation
from consent.vocabulary import Channel
from contacts.models import Contact
from contacts.values import Actor
from tests.consent.email_asking import ledger, mailgun, refusals

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("connected", "doors")]


def soft_bounce(day: float) -> None:
    mailgun("temporary_generic", timestamp=(datetime(2026, 9, 1, tzinfo=UTC) + timedelta(days=day)).timestamp())


def delivery(day: float) -> None:
    mailgun("delivered", timestamp=(datetime(2026, 9, 1, tzinfo=UTC) + timedelta(days=day)).timestamp())


def test_the_fifth_soft_bounce_over_more_than_a_week_silences(iris: Contact) -> None:
    for day in (0, 2, 4, 6):
        soft_bounce(day)
    assert refusals(iris) == set()

    soft_bounce(8)

    assert refusals(iris) == {"bounce"}
    assert ledger()[-2:] == [("email_soft_bounce", "nothing", "R11"), ("email_bounces_persist", "set", "R10")]
    assert Suppression.objects.get().since == datetime(2026, 9, 9, tzinfo=UTC)


def test_a_delivery_begins_the_count_anew(iris: Contact) -> None:
    for day in (0, 2, 4):
        soft_bounce(day)
    delivery(5)
    for day in (6, 8, 10, 12):
        soft_bounce(day)
    assert refusals(iris) == set()

    soft_bounce(14)
    assert refusals(iris) == {"bounce"}


def test_the_same_soft_bounce_told_five_times_is_one(iris: Contact) -> None:
    for day in (0, 0, 0, 0, 8, 8):
        soft_bounce(day)

    assert refusals(iris) == set()
    assert EmailEvent.objects.count() == 2


def test_staff_who_vouch_for_the_address_begin_the_count_anew(iris: Contact, by: Actor) -> None:
    for day in (0, 2, 4, 6, 8):
        soft_bounce(day)
    vouched = Attestation(provider_entry_removed=True, address_validated=True)
    lifted = dnd.lift(contact_id=iris.pk, channels=[Channel.EMAIL], by=by, at=timezone.now(), attest=vouched)
    assert lifted.changed

    soft_bounce(9)  # told late: older than what staff know
    mailgun("temporary_generic", timestamp=timezone.now().timestamp())

    assert refusals(iris) == set()


def test_the_limit_can_be_set(iris: Contact, settings: Settings) -> None:
    settings.SOFT_BOUNCE_LIMIT, settings.SOFT_BOUNCE_SPREAD_DAYS = 2, 1

    soft_bounce(0)
    soft_bounce(2)

    assert refusals(iris) == {"bounce"}


def test_soft_bounces_of_two_addresses_do_not_add_up(iris: Contact) -> None:
    for day in (0, 2, 4, 6, 8):
        soft_bounce(day)
    Suppression.objects.get()

    mailgun("temporary_generic", recipient="somebody.else@example.com")
    assert Suppression.objects.count() == 1
