"""Who leaves a list has taken back what they agreed to for that list, and nothing else."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from consent.models import ConsentRecord, LedgerEntry
from consent.models.evidence import ConsentMethod
from consent.services.consent_records import GivenConsent, UnableToRecordConsent, record_consent
from consent.vocabulary import Channel, Source
from contacts.models import Contact
from contacts.values import SYSTEM, Actor
from lists import services as lists
from lists.models import ContactList
from tests.consent.acting import phone_of
from tests.factories.lists import make_list

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def offers(connected: None) -> ContactList:
    return make_list("Spring offers")


def agree(contact: Contact, at: datetime, slug: str = "", *, named: bool = True) -> ConsentRecord:
    given = GivenConsent(
        phone_of(contact),
        Channel.SMS,
        ConsentMethod.WEB_FORM,
        at,
        contact_id=contact.pk if named else None,
        list_slug=slug,
        wording="Yes, please.",
    )
    return record_consent(given=given, by=SYSTEM, at=at)


def open_ones() -> set[int]:
    return set(ConsentRecord.objects.filter(ended_at=None).values_list("pk", flat=True))


@pytest.mark.parametrize("how", ["by name", "by address", "many at once"])
def test_leaving_a_list_ends_what_was_agreed_to_for_it_and_for_it_alone(
    ada: Contact, bo: Contact, offers: ContactList, by: Actor, at: datetime, how: str
) -> None:
    news = make_list("News")
    ended = [agree(ada, at - 2 * DAY, offers.slug), agree(ada, at - DAY, offers.slug, named=False)]
    kept = {agree(ada, at - DAY).pk, agree(ada, at - DAY, news.slug).pk, agree(bo, at - DAY, offers.slug).pk}
    told = {"list_id": offers.pk, "by": by, "at": at, "source": Source.CONTACT}

    for _ in range(2):
        match how:
            case "by name":
                lists.opt_out(contact_ids=[ada.pk], **told)
            case "by address":
                lists.opt_out_address(address_id=phone_of(ada), **told)
            case "many at once":
                lists.opt_out_many(contact_ids=[ada.pk], address_ids=[], **told)

    assert open_ones() == kept
    for record in ended:
        record.refresh_from_db()
        assert (record.withdrawn_at, record.end_kind, record.ended_by) == (at, "list_opted_out", by.ref)
        entry = LedgerEntry.objects.filter(event_id=record.end_event_id, contact_id=ada.pk).get()
        assert (entry.kind, entry.effect, entry.list_id) == ("list_opted_out", "set", offers.pk)


def test_an_opt_out_that_is_older_than_the_consent_ends_nothing(
    ada: Contact, offers: ContactList, by: Actor, at: datetime
) -> None:
    record = agree(ada, at - DAY, offers.slug)

    lists.opt_out(
        list_id=offers.pk, contact_ids=[ada.pk], by=by, at=at, occurred_at=at - 2 * DAY, source=Source.CONTACT
    )

    assert open_ones() == {record.pk}


def test_a_consent_for_a_list_that_was_left_since_is_refused_and_a_later_one_is_not(
    ada: Contact, offers: ContactList, by: Actor, at: datetime
) -> None:
    lists.opt_out(list_id=offers.pk, contact_ids=[ada.pk], by=by, at=at, source=Source.CONTACT)

    for named in (True, False):
        with pytest.raises(UnableToRecordConsent) as refused:
            agree(ada, at - DAY, offers.slug, named=named)
        assert (refused.value.field, refused.value.code) == ("given_at", "older_than_opt_out")

    later = {agree(ada, at + DAY, offers.slug).pk, agree(ada, at - DAY).pk}
    assert open_ones() == later
