"""Thousands are answered together as each would be alone."""

from __future__ import annotations

from itertools import product

import pytest

from consent.selectors import decide_many
from consent.selectors.decisions import Subject
from consent.values import GateRequest
from consent.vocabulary import Channel, Purpose, Source
from contacts.models import Contact, ContactAddress
from lists.services import add, opt_out
from tests.consent.test_finding import crowd  # noqa: F401  (a fixture)
from tests.factories.contacts import LONG_AGO
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
