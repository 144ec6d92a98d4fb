"""Thousands are answered together as each would be alone."""

from __future__ import annotations

from itertools import product

import pytest

from consent.selectors import decide_many
from consent.selectors.decisions import Subject
from consent.values import GateRequest
from consent.vocabulary import Channel, Purpose, Source
from contacts.models import Address, Contact, ContactAddress
from contacts.vocabulary import AddressKind
from lists.services import add, opt_out
from tests.consent.test_finding import crowd  # noqa: F401  (a fixture)
from tests.factories.contacts import LONG_AGO, make_contact
from tests.factories.lists import make_list

pytestmark = pytest.mark.django_db


def test_an_answer_among_many_is_the_answer_to_the_one_alone(crowd: list[Contact], connected, by) -> None:  # noqa: F811
    ids = [contact.pk for contact in crowd]
    news = make_list("News")
    add(list_id=news.pk, contact_ids=ids[::2], by=by, at=LONG_AGO)
    opt_out(list_id=news.pk, contact_ids=ids[::6], by=by, at=LONG_AGO, source=Source.STAFF)
    ContactAddress.objects.filter(contact_id__in=ids[-4:-2], kind="phone").delete()
    held = ContactAddress.objects.filter(kind="phone").values_list("address__value", flat=True)
    subjects = [
        *(Subject(contact_id=each) for each in (*ids[::2], *ids[1:40:4], 0)),
        *(Subject(address_value=each) for each in ("+15035559999", *sorted(set(held))[::5])),
        Subject(invalid=True),
    ]
    for channel, purpose, slug in product((Channel.SMS, Channel.GMB), Purpose, (None, news.slug)):
        request = GateRequest(channel, purpose, slug)

        assert decide_many(request, subjects) == [decide_many(request, [each])[0] for each in subjects]


def test_a_message_goes_to_the_primary_number_or_where_none_is_to_the_first(connected) -> None:
    ada = make_contact(phone="+15035550101")
    for number in ("+15035550109", "+15035550105"):
        second = Address.objects.create(kind=AddressKind.PHONE, value=number, created_at=LONG_AGO)
        ContactAddress.objects.create(contact=ada, address=second, kind=AddressKind.PHONE, joined_at=LONG_AGO)
    question = GateRequest(Channel.SMS, Purpose.MARKETING)
    subjects = [Subject(contact_id=ada.pk), Subject(public_id=str(ada.public_id))]
    assert [each.address_value for each in decide_many(question, subjects)] == ["+15035550101"] * 2

    ContactAddress.objects.filter(contact=ada, is_primary=True).delete()

    assert [each.address_value for each in decide_many(question, subjects)] == ["+15035550109"] * 2
