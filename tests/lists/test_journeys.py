"""Lists as people meet them: leaving one and staying on another, sharing a number, being imported again."""

from __future__ import annotations

from datetime import timedelta

import pytest

from consent.models import Suppression
from consent.selectors.decisions import Subject, decide
from consent.services import dnd
from consent.values import GateRequest
from consent.vocabulary import Channel, Purpose, Source
from contacts.drafts import NewAddress
from contacts.models import Address
from contacts.services import delete_contact, set_addresses
from contacts.vocabulary import AddressKind
from lists import selectors, services
from lists.models import ListMembership
from lists.values import Recipient
from tests.factories.contacts import make_contact
from tests.factories.lists import make_consent

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("connected")]

PHONE = "+15035550101"


def reached(contact_list, channel: Channel = Channel.SMS) -> list[Recipient]:
    return list(selectors.audience(contact_list.slug, channel, Purpose.MARKETING))


def refusals(contact_list, **subject: object) -> set[str]:
    request = GateRequest(Channel.SMS, Purpose.MARKETING, contact_list.slug)
    return {reason.code for reason in decide(request, Subject(**subject)).decision.reasons}


def test_who_left_one_of_two_lists_still_gets_the_other(offers, news, ada, by, at):
    for each in (offers, news):
        services.add(list_id=each.pk, contact_ids=[ada.pk], by=by, at=at)

    services.opt_out(list_id=offers.pk, contact_ids=[ada.pk], by=by, at=at, source=Source.CONTACT)

    assert reached(offers) == []
    assert reached(news) == [Recipient(ada.pk, PHONE)]


def test_duplicates_at_one_address_get_one_message_and_one_opt_out_counts_for_both(offers, ada, by, at):
    twin = make_contact("Ada", "L.", phone="(503) 555-0101", email="ada.l@example.com")
    services.add(list_id=offers.pk, contact_ids=[ada.pk, twin.pk], by=by, at=at)
    assert reached(offers) == [Recipient(ada.pk, PHONE)]

    services.opt_out(list_id=offers.pk, contact_ids=[twin.pk], by=by, at=at, source=Source.CONTACT)

    assert reached(offers) == []
    assert reached(offers, Channel.EMAIL) == [Recipient(ada.pk, "ada@example.com")]


def test_an_opt_out_outlives_removal_deletion_and_a_second_import(offers, ada, by, at):
    services.add(list_id=offers.pk, contact_ids=[ada.pk], by=by, at=at)
    services.opt_out(list_id=offers.pk, contact_ids=[ada.pk], by=by, at=at, source=Source.CONTACT)
    services.remove(list_id=offers.pk, contact_ids=[ada.pk], by=by, at=at)
    delete_contact(contact_id=ada.pk, by=by, at=at)

    imported = make_contact("Ada", "Lovelace", phone=PHONE, email="ada@example.com")
    services.add(list_id=offers.pk, contact_ids=[imported.pk], by=by, at=at, source=Source.IMPORT)

    assert refusals(offers, contact_id=imported.pk) == {"list_opted_out"}
    assert reached(offers) == []
    assert reached(offers, Channel.EMAIL) == []


def test_changing_the_number_frees_neither_the_person_nor_the_number(offers, ada, bo, by, at):
    services.add(list_id=offers.pk, contact_ids=[ada.pk, bo.pk], by=by, at=at)
    services.opt_out(list_id=offers.pk, contact_ids=[ada.pk], by=by, at=at, source=Source.CONTACT)

    set_addresses(
        contact_id=ada.pk,
        expected_version=ada.version,
        addresses=[NewAddress(AddressKind.PHONE, "+15035550177")],
        by=by,
        at=at,
    )
    bo.refresh_from_db()
    set_addresses(
        contact_id=bo.pk, expected_version=bo.version, addresses=[NewAddress(AddressKind.PHONE, PHONE)], by=by, at=at
    )

    assert refusals(offers, contact_id=ada.pk) == {"list_opted_out"}
    assert refusals(offers, contact_id=bo.pk) == {"list_opted_out"}
    assert reached(offers) == []


def test_a_new_number_stays_opted_out_through_deletion_and_import(offers, ada, by, at):
    services.opt_out(list_id=offers.pk, contact_ids=[ada.pk], by=by, at=at, source=Source.CONTACT)
    set_addresses(
        contact_id=ada.pk,
        expected_version=ada.version,
        addresses=[NewAddress(AddressKind.PHONE, "+15035550177")],
        by=by,
        at=at,
    )
    delete_contact(contact_id=ada.pk, by=by, at=at)

    again = make_contact("Ada", phone="+15035550177")
    services.add(list_id=offers.pk, contact_ids=[again.pk], by=by, at=at)

    assert reached(offers) == []


def test_a_number_that_opted_out_before_anybody_held_it_speaks_for_its_first_holder(offers, by, at):
    number = Address.objects.create(kind="phone", value=PHONE, shown=PHONE, created_at=at)
    services.opt_out_address(list_id=offers.pk, address_id=number.pk, by=by, at=at, source=Source.CONTACT)

    nell = make_contact("Nell", phone=PHONE, email="nell@example.com")
    change = services.add(list_id=offers.pk, contact_ids=[nell.pk], by=by, at=at, source=Source.IMPORT)

    assert [outcome.code for outcome in change.contacts] == ["list_opted_out"]
    assert reached(offers, Channel.EMAIL) == []


def test_coming_back_takes_unblocking_and_a_later_consent(offers, ada, by, at):
    services.add(list_id=offers.pk, contact_ids=[ada.pk], by=by, at=at)
    services.opt_out(list_id=offers.pk, contact_ids=[ada.pk], by=by, at=at, source=Source.CONTACT)
    services.block(list_id=offers.pk, contact_ids=[ada.pk], by=by, at=at)
    now = at + timedelta(days=3)
    back = {"list_id": offers.pk, "contact_id": ada.pk, "by": by, "at": now}

    services.bring_back(**back, consent=make_consent(now))
    assert refusals(offers, contact_id=ada.pk) == {"list_blocked", "list_opted_out"}
    services.unblock(list_id=offers.pk, contact_ids=[ada.pk], by=by, at=now)
    services.bring_back(**back, consent=make_consent(at - timedelta(days=1)))
    assert refusals(offers, contact_id=ada.pk) == {"list_opted_out"}
    services.bring_back(**back, consent=make_consent(now))

    assert reached(offers) == [Recipient(ada.pk, PHONE)]


def test_dnd_on_and_off_leaves_every_membership_as_it_was(offers, news, ada, by, at):
    for each in (offers, news):
        services.add(list_id=each.pk, contact_ids=[ada.pk], by=by, at=at)
    services.opt_out(list_id=news.pk, contact_ids=[ada.pk], by=by, at=at, source=Source.CONTACT)
    before = list(ListMembership.objects.order_by("pk").values())

    dnd.switch_on(contact_id=ada.pk, channels=[Channel.ALL], by=by, at=at)
    dnd.do_not_contact(contact_id=ada.pk, on=True, by=by, at=at)
    during = list(ListMembership.objects.order_by("pk").values()), reached(offers)
    dnd.do_not_contact(contact_id=ada.pk, on=False, by=by, at=at)
    dnd.lift(contact_id=ada.pk, channels=[Channel.ALL], by=by, at=at)

    assert during == (before, [])
    assert list(ListMembership.objects.order_by("pk").values()) == before
    assert reached(offers) == [Recipient(ada.pk, PHONE)]
    assert reached(news) == []


def test_leaving_every_list_leaves_the_channels_open(offers, ada, by, at):
    services.opt_out(list_id=offers.pk, contact_ids=[ada.pk], by=by, at=at, source=Source.CONTACT)

    assert not Suppression.objects.exists()
    assert decide(GateRequest(Channel.SMS, Purpose.MARKETING), Subject(contact_id=ada.pk)).decision.allowed
