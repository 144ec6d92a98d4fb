"""The demo business, told once as a whole: what a newcomer finds on the desk."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth import authenticate
from django.contrib.auth.models import User
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import transaction

from config.demo.business import PASSWORD, STAFF
from config.demo.cast import TOUR
from config.demo.loader import DatabaseNotEmpty, Loaded, load
from config.demo.people import read_people
from consent import selectors
from consent.models import ChannelState, Delivery, DoorCounter, InboundMessage, LedgerEntry, Suppression
from consent.models.drift import DriftSort
from consent.models.evidence import Evidence, EvidenceStatus
from consent.selectors.decisions import Subject
from consent.selectors.dnd import ContactDnd, contact_dnd
from consent.selectors.drift import open_differences
from consent.values import GateRequest
from consent.vocabulary import (
    CHANNELS,
    Channel,
    DndStatus,
    Effect,
    EventKind,
    Kind,
    Purpose,
    Reason,
)
from contacts.models import Contact
from lists.models import ContactList, ListMembership

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 21, 18, 30, tzinfo=UTC)
DAYS, CROWD = 24, 90


@pytest.fixture(scope="module")
def demo(django_db_setup, django_db_blocker) -> Iterator[Loaded]:
    """A shorter story with fewer people, told once for all tests here and then undone; `make demo` tells all of it."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield load(now=NOW, days=DAYS, crowd=CROWD)
        transaction.set_rollback(True)


def test_it_fills_the_desk(demo):
    assert demo.contacts == 14 + CROWD
    assert demo.messages > 10 * DAYS
    assert demo.ledger_entries > 2 * demo.messages


def test_every_message_came_through_the_door(demo):
    assert InboundMessage.objects.filter(delivery__door="twilio.inbound").count() == demo.messages
    days = Delivery.objects.dates("received_at", "day")
    assert len(days) >= DAYS
    assert Delivery.objects.filter(received_at__gt=NOW).count() == 0
    assert Delivery.objects.filter(status="failed").count() == 1


def test_forged_messages_left_nothing_but_a_count(demo):
    assert sum(DoorCounter.objects.filter(cause="signature").values_list("count", flat=True)) > 0


@pytest.mark.parametrize("kind", [EventKind.TEXT_OPT_OUT, EventKind.TEXT_OPT_IN, EventKind.DND_ON])
def test_life_goes_on_over_the_whole_time(demo, kind):
    happened = LedgerEntry.objects.filter(kind=kind).values_list("occurred_at", flat=True)

    assert len({at.isocalendar()[:2] for at in happened}) >= 3


def test_e_mail_comes_through_its_own_door(demo):
    rules = set(
        LedgerEntry.objects.filter(channel=Channel.EMAIL, delivery_id__isnull=False).values_list("rule", flat=True)
    )

    assert {"R06", "R07", "R08", "R09", "R11"} <= rules


def test_every_kind_of_reason_a_newcomer_should_meet_stands_for_somebody(demo):
    standing = set(Suppression.objects.filter(lifted_at__isnull=True).values_list("reason", flat=True))

    formerly = {terms.reason for person in read_people() for _, terms in person.former}
    assert set(Reason) - {Reason(reason) for reason in standing} - formerly == set()


def test_every_channel_but_the_retired_one_is_connected(demo):
    connected = {Channel(state.channel) for state in ChannelState.objects.filter(connected=True)}

    assert connected == set(CHANNELS) - {Channel.GMB}


def test_the_lists_have_members_and_some_who_left(demo):
    assert ContactList.objects.get(slug="spring-offers").opt_out_list.slug == "no-offers"
    for slug in ("newsletter", "spring-offers", "appointments", "trail-days"):
        members = ListMembership.objects.filter(list__slug=slug, added_at__isnull=False)
        assert members.count() > 10, slug
    assert ListMembership.objects.filter(opted_out_at__isnull=False).count() > 3
    assert LedgerEntry.objects.filter(kind=EventKind.LIST_BROUGHT_BACK, effect=Effect.LIFTED).exists()


def test_there_is_a_log_in_for_each_role(demo, rf):
    for member in STAFF:
        groups = [member.role.value] if member.role else []
        user = User.objects.get(username=member.username)
        assert [group.name for group in user.groups.all()] == groups
        assert user.is_superuser is (member.role is None)
    assert authenticate(rf.post("/"), username="agent", password=PASSWORD) is not None


# The cast


def named(last_name: str, first_name: str = "") -> Contact:
    found = Contact.objects.filter(last_name=last_name)
    return found.filter(first_name=first_name).get() if first_name else found.get()


def dnd(first_name: str, last_name: str) -> ContactDnd:
    return contact_dnd(named(last_name, first_name).pk)


def reasons_of(told: ContactDnd, channel: Channel) -> dict[Reason, Kind]:
    rows = [each for each in told.channels if each.channel is channel]
    return {reason.suppression.reason: reason.suppression.kind for each in rows for reason in each.reasons}


def test_nothing_stands_for_the_one_whom_the_tour_begins_with(demo):
    maya = dnd("Maya", "Lindqvist")

    assert (read_people()[0].key, read_people()[0].name) == (TOUR, "Maya Lindqvist")
    assert maya.status is DndStatus.OFF
    assert LedgerEntry.objects.filter(contact_id=maya.contact_id, kind=EventKind.STAFF_LIFT).count() == 1


def test_hannah_meets_the_reader_with_a_lock_and_a_refused_try(demo):
    hannah = dnd("Hannah", "Whitlock")

    assert reasons_of(hannah, Channel.SMS)[Reason.OPT_OUT] is Kind.PERMANENT
    refused = LedgerEntry.objects.filter(contact_id=hannah.contact_id, effect=Effect.REFUSED)
    assert {entry.code for entry in refused} == {"permanent_dnd"}


def test_owen_has_what_staff_may_clear(demo):
    owen = dnd("Owen", "Brannigan")

    assert reasons_of(owen, Channel.EMAIL) == {Reason.BOUNCE: Kind.TEMPORARY}
    assert reasons_of(owen, Channel.SMS) == {Reason.UNREACHABLE: Kind.TEMPORARY}


def test_one_stop_from_the_family_phone_silences_both(demo):
    for first_name in ("Ruth", "Grant"):
        assert Reason.OPT_OUT in reasons_of(dnd(first_name, "Castellano"), Channel.SMS)


def test_the_blocked_one_could_not_free_himself(demo):
    dennis = dnd("Dennis", "Hargrove")

    assert dennis.blocked
    assert LedgerEntry.objects.filter(contact_id=dennis.contact_id, code="blocked_contact").exists()


def test_the_one_who_died_is_left_in_peace_everywhere(demo):
    stanley = dnd("Stanley", "Pemberton")

    assert stanley.status is DndStatus.ON
    assert [reason.suppression.reason for reason in stanley.everywhere] == [Reason.DECEASED]


def test_a_new_number_freed_priya_and_left_the_old_one_silent(demo):
    priya = dnd("Priya", "Iyer")
    old_number = next(person for person in read_people() if person.key == "priya").number

    assert priya.status is DndStatus.OFF
    answer = selectors.decide(GateRequest(Channel.SMS, Purpose.MARKETING), Subject(address_value=old_number))
    assert not answer.decision.allowed


def test_marcus_sleeps_until_a_day_to_come(demo):
    marcus = dnd("Marcus", "Okafor")

    assert marcus.status is DndStatus.ON
    ends = {reason.suppression.expires_at for channel in marcus.channels for reason in channel.reasons}
    assert ends == {NOW + timedelta(days=9)}


def test_lydias_evidence_waits_for_somebody_else(demo):
    evidence = Evidence.objects.get(contact=named("Mercer", "Lydia"))

    assert evidence.status == EvidenceStatus.PENDING
    assert evidence.submitted_by.username == "agent"


def test_older_holds_have_been_judged(demo):
    held = Suppression.objects.filter(reason=Reason.REVIEW_HOLD, lifted_at__isnull=True)

    assert held.exists()
    assert not held.filter(since__lt=NOW - timedelta(days=3)).exists()


def test_victors_message_waits_for_a_reviewer(demo):
    assert reasons_of(dnd("Victor", "Sato"), Channel.SMS) == {Reason.REVIEW_HOLD: Kind.TEMPORARY}


# The command


def test_a_second_load_is_refused_and_changes_nothing(demo):
    before = LedgerEntry.objects.count()

    with pytest.raises(DatabaseNotEmpty):
        load(now=NOW)

    assert LedgerEntry.objects.count() == before


def test_the_command_says_what_to_do_where_there_are_contacts(demo, settings):
    settings.DEBUG = True

    with pytest.raises(CommandError, match="make clean"):
        call_command("load_demo")


def test_the_command_refuses_production(settings):
    settings.DEBUG = False

    with pytest.raises(CommandError, match="--yes-i-know"):
        call_command("load_demo")


def test_the_providers_lists_differ_from_ours_in_each_way(demo):
    sorts = set(open_differences().values_list("sort", flat=True))

    assert sorts == {DriftSort.THEIRS_ONLY, DriftSort.LIFTED_HERE, DriftSort.OURS_ONLY}
