"""Whom a send reaches: every rule applied, one message for each address."""

from __future__ import annotations

import pytest

from consent.services import dnd
from consent.vocabulary import Channel, Purpose, Source
from contacts.services import delete_contact
from lists import selectors, services
from lists.selectors import recipients
from lists.values import ListReach, Recipient
from tests.factories.contacts import make_contact
from tests.factories.lists import make_crowd

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("connected")]

PHONE = "+15035550101"
SEND = (Channel.SMS, Purpose.MARKETING)


@pytest.fixture
def cast(offers, ada, bo, carla, by, at):
    """A list on which everybody but Ada is kept back, each for a reason of its own."""
    people = {
        "ada": ada,
        "blocked": bo,
        "opted_out": carla,
        "dnd": make_contact("Dan", phone="+15035550104"),
        "twin": make_contact("Twin", phone=PHONE),
        "no_phone": make_contact("Nan", email="nan@example.com"),
        "gone": make_contact("Gone", phone="+15035550105"),
        "removed": make_contact("Rem", phone="+15035550106"),
        "shares_with_opted_out": make_contact("Shae", phone="+15035550103"),
    }
    services.add(list_id=offers.pk, contact_ids=[each.pk for each in people.values()], by=by, at=at)
    services.block(list_id=offers.pk, contact_ids=[bo.pk], by=by, at=at)
    services.opt_out(list_id=offers.pk, contact_ids=[carla.pk], by=by, at=at, source=Source.CONTACT)
    services.remove(list_id=offers.pk, contact_ids=[people["removed"].pk], by=by, at=at)
    dnd.switch_on(contact_id=people["dnd"].pk, channels=[Channel.SMS], by=by, at=at)
    delete_contact(contact_id=people["gone"].pk, by=by, at=at)
    return people


def test_a_send_reaches_only_those_whom_no_rule_keeps_back(cast, offers):
    assert list(selectors.audience(offers.slug, *SEND)) == [Recipient(cast["ada"].pk, PHONE)]


def test_the_reach_of_a_list_tells_why_the_others_are_not_reached(cast, offers):
    assert selectors.audience_count(offers.slug, *SEND) == ListReach(
        members=7,
        reachable=1,
        same_address=1,
        refused=5,
        by_code={"list_blocked": 1, "list_opted_out": 2, "manual": 1, "no_address": 1},
    )


def test_when_the_first_of_two_at_one_address_is_refused_the_other_gets_the_message(offers, ada, by, at):
    twin = make_contact("Twin", phone=PHONE)
    services.add(list_id=offers.pk, contact_ids=[ada.pk, twin.pk], by=by, at=at)
    services.block(list_id=offers.pk, contact_ids=[ada.pk], by=by, at=at)

    assert list(selectors.audience(offers.slug, *SEND)) == [Recipient(twin.pk, PHONE)]


def test_one_address_on_different_pages_still_gets_one_message(offers, ada, by, at, monkeypatch):
    monkeypatch.setattr(recipients, "PAGE", 2)
    people = make_crowd(5)
    twin = make_contact("Twin", phone=PHONE)
    services.add(list_id=offers.pk, contact_ids=[ada.pk, *people, twin.pk], by=by, at=at)

    reached = list(selectors.audience(offers.slug, *SEND))

    assert [recipient.contact_id for recipient in reached] == [ada.pk, *people]
    assert len({recipient.address_value for recipient in reached}) == 6


@pytest.mark.parametrize("slug", ["no-such-list", "spring-offers"])
def test_an_unknown_or_archived_list_reaches_nobody(offers, ada, by, at, slug):
    services.add(list_id=offers.pk, contact_ids=[ada.pk], by=by, at=at)
    services.archive_list(list_id=offers.pk, by=by, at=at)

    assert list(selectors.audience(slug, *SEND)) == []
    assert selectors.audience_count(slug, *SEND).reachable == 0


def test_a_channel_that_is_not_connected_reaches_nobody(offers, ada, by, at):
    services.add(list_id=offers.pk, contact_ids=[ada.pk], by=by, at=at)

    reach = selectors.audience_count(offers.slug, Channel.GMB, Purpose.MARKETING)

    assert reach.reachable == 0
    assert reach.by_code == {"channel_disconnected": 1, "no_address": 1}
