"""What the contact page and the list's page show."""

from __future__ import annotations

from datetime import timedelta

import pytest

from consent.vocabulary import Source
from contacts.models import Address
from contacts.services import delete_contact
from lists import selectors, services
from lists.values import AddressOptOut, LaterConsent, ListCounts
from tests.factories.contacts import make_contact
from tests.factories.lists import make_consent, make_list

pytestmark = pytest.mark.django_db


def test_the_contact_page_shows_every_membership_with_its_flags(offers, news, ada, by, at):
    leavers = make_list("Opt Out")
    paired = make_list("Paired", paired_with=leavers)
    verb = {"contact_ids": [ada.pk], "by": by, "at": at}
    services.add(list_id=offers.pk, **verb)
    services.opt_out(list_id=offers.pk, **verb, source=Source.CONTACT)
    services.block(list_id=news.pk, **verb)
    services.add(list_id=paired.pk, **verb)
    services.remove(list_id=paired.pk, **verb)

    shown = {view.list_name: view for view in selectors.memberships_of(ada.pk)}

    assert list(shown) == ["News", "Paired", "Spring offers"]
    assert (shown["News"].blocked_at, shown["News"].added_at) == (at, None)
    assert (shown["Paired"].removed_at, shown["Paired"].opt_out_list_name) == (at, "Opt Out")
    assert shown["Spring offers"].opted_out_at == at
    assert not any(view.is_subscribed for view in shown.values())


def test_a_membership_tells_which_address_somebody_else_opted_out(offers, ada, by, at):
    twin = make_contact("Tina", phone="+15035550101")
    services.add(list_id=offers.pk, contact_ids=[twin.pk], by=by, at=at)
    services.opt_out(list_id=offers.pk, contact_ids=[ada.pk], by=by, at=at, source=Source.CONTACT)

    (view,) = selectors.memberships_of(twin.pk)

    number = Address.objects.get(kind="phone", holders__contact=twin)
    assert view.is_subscribed
    assert view.opted_out_addresses == (AddressOptOut(number.pk, number.shown, at),)


def test_a_membership_tells_the_consent_that_brought_it_back(offers, ada, by, at):
    given = at + timedelta(days=1)
    services.opt_out(list_id=offers.pk, contact_ids=[ada.pk], by=by, at=at, source=Source.CONTACT)
    services.bring_back(list_id=offers.pk, contact_id=ada.pk, consent=make_consent(given), by=by, at=given)

    (view,) = selectors.memberships_of(ada.pk)

    assert view.consent == LaterConsent(given, "web form", "Yes, please.")
    assert view.is_subscribed


def test_a_contact_page_takes_two_queries_however_many_lists_there_are(ada, by, at, django_assert_num_queries):
    for number in range(6):
        services.add(list_id=make_list(f"List {number}").pk, contact_ids=[ada.pk], by=by, at=at)

    with django_assert_num_queries(2):
        assert len(selectors.memberships_of(ada.pk)) == 6


def test_counts_leave_deleted_contacts_out(offers, ada, bo, carla, by, at):
    gone = make_contact("Gone")
    services.add(list_id=offers.pk, contact_ids=[ada.pk, bo.pk, carla.pk, gone.pk], by=by, at=at)
    services.opt_out(list_id=offers.pk, contact_ids=[bo.pk], by=by, at=at, source=Source.CONTACT)
    services.block(list_id=offers.pk, contact_ids=[bo.pk], by=by, at=at)
    services.remove(list_id=offers.pk, contact_ids=[carla.pk], by=by, at=at)
    delete_contact(contact_id=gone.pk, by=by, at=at)

    assert selectors.counts(offers.pk) == ListCounts(members=2, subscribed=1, opted_out=1, blocked=1, removed=1)
    assert {row.contact for row in selectors.members(offers.pk)} == {ada, bo, carla}


def test_an_empty_list_counts_nobody(offers):
    assert selectors.counts(offers.pk) == ListCounts(0, 0, 0, 0, 0)
