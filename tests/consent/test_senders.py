"""What a door learns of a sender in the statement that locks it."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import connection

from consent.models.evidence import ConsentMethod
from consent.rules.routes import OPT_IN_KINDS
from consent.selectors.words import word_lists, words_of
from consent.services.consent_records import GivenConsent, record_consent
from consent.services.senders import lock_sender, meet_sender
from consent.vocabulary import Channel, EventKind
from contacts.models import Address, Contact
from contacts.normalize import normalize
from contacts.services import AddressMissing
from contacts.values import Actor
from contacts.vocabulary import AddressKind
from tests.consent.acting import phone_of, tell

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


def test_of_a_sender_with_nothing_on_file_nothing_is_to_be_looked_up(ada: Contact) -> None:
    sender = lock_sender(address_id=phone_of(ada))

    assert (sender.holders, sender.standing, sender.opted_in, sender.has_agreed) == ((ada.pk,), (), {}, False)
    assert words_of(sender.words) is word_lists()


def test_what_stands_comes_with_the_lock(ada: Contact, at: datetime) -> None:
    tell(EventKind.TEXT_OPT_OUT, ada, at - HOUR)

    assert [row.reason for row in lock_sender(address_id=phone_of(ada)).standing] == ["opt_out"]


@pytest.mark.parametrize("kind", sorted(OPT_IN_KINDS))
def test_whoever_ever_opted_in_is_looked_up(ada: Contact, at: datetime, kind: EventKind) -> None:
    tell(kind, ada, at - HOUR)

    assert lock_sender(address_id=phone_of(ada)).opted_in is None


def test_a_consent_on_file_is_known_by_the_address_and_by_its_holder(ada: Contact, by: Actor, at: datetime) -> None:
    given = GivenConsent(
        address_id=phone_of(ada),
        channel=Channel.SMS,
        method=ConsentMethod.WEB_FORM,
        given_at=at - HOUR,
        contact_id=ada.pk,
        wording="Yes, write to me.",
    )
    record_consent(given=given, by=by, at=at)

    assert lock_sender(address_id=phone_of(ada)).has_agreed


def test_an_address_that_nobody_ever_had_is_made(at: datetime) -> None:
    canonical = normalize(AddressKind.PHONE, "+15035550199", region="US")

    sender = meet_sender(canonical=canonical, at=at)

    assert Address.objects.get(pk=sender.address_id).value == "+15035550199"
    assert sender.holders == ()
    assert meet_sender(canonical=canonical, at=at) == sender


def test_a_sender_without_an_address_is_missed() -> None:
    with pytest.raises(AddressMissing):
        lock_sender(address_id=10**9)


def test_the_lock_is_held(ada: Contact) -> None:
    lock_sender(address_id=phone_of(ada))

    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM contacts_address WHERE xmax <> '0' AND id = %s", [phone_of(ada)])
        assert cursor.fetchone() == (1,)
