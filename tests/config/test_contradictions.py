"""Contradictions: each sort is found, says what contradicts what, and is left out once it is cleared up."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from config.desk import conflicts, contradictions
from config.desk.conflicts import Conflict
from consent.models.evidence import ConsentMethod
from consent.services import dnd, evidence
from consent.services.consent_records import GivenConsent, record_consent
from consent.services.evidence import Claim
from consent.vocabulary import Channel, EventKind, Source
from contacts.drafts import NewAddress
from contacts.models import Contact
from contacts.services import add_address
from contacts.values import SYSTEM
from contacts.vocabulary import AddressKind
from lists import services as lists
from lists.models import ContactList
from tests.conftest import actor
from tests.consent.acting import phone_of, tell
from tests.factories.lists import make_crowd, make_list

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _count_anew() -> None:
    cache.clear()


@pytest.fixture
def offers(ada: Contact, bo: Contact, at: datetime) -> ContactList:
    """Ada and Bo are on the list."""
    offers = make_list("Spring offers")
    lists.add(list_id=offers.pk, contact_ids=[ada.pk, bo.pk], by=SYSTEM, at=at - 9 * DAY)
    return offers


def page(client: Client, conflict: Conflict, **more: str) -> str:
    return client.get("/admin/contradictions/", {"kind": conflict.value, **more}).content.decode()


def test_who_is_on_a_list_and_silenced_for_good(
    client: Client, agent: User, ada: Contact, bo: Contact, offers: ContactList, at: datetime
) -> None:
    tell(EventKind.TEXT_OPT_OUT, ada, at)
    dnd.switch_on(contact_id=bo.pk, channels=[Channel.SMS], by=SYSTEM, at=at)
    client.force_login(agent)

    shown = page(client, Conflict.LIST_AND_DND)

    assert conflicts.concerned(Conflict.LIST_AND_DND, now=at) == [ada.pk]
    assert "Subscribed to Spring offers" in shown
    assert "SMS: Texted TOLD on 21 Nov 2026" in shown
    assert f"/contacts/contact/{ada.pk}/change/" in shown
    lists.opt_out(list_id=offers.pk, contact_ids=[ada.pk], by=SYSTEM, at=at, source=Source.STAFF)
    assert conflicts.concerned(Conflict.LIST_AND_DND, now=at) == []


def test_who_is_on_a_list_and_blocked(
    client: Client, agent: User, bo: Contact, offers: ContactList, at: datetime
) -> None:
    dnd.block(contact_id=bo.pk, on=True, by=SYSTEM, at=at)
    client.force_login(agent)

    assert conflicts.concerned(Conflict.LIST_AND_BLOCK, now=at) == [bo.pk]
    assert "Bo Diddley" in page(client, Conflict.LIST_AND_BLOCK)


def test_who_shares_an_address_at_which_somebody_left_the_list(
    client: Client, agent: User, ada: Contact, bo: Contact, offers: ContactList, at: datetime
) -> None:
    shared = NewAddress(AddressKind.EMAIL, "ada@example.com", is_primary=False)
    add_address(contact_id=bo.pk, address=shared, by=SYSTEM, at=at)
    lists.opt_out(list_id=offers.pk, contact_ids=[ada.pk], by=SYSTEM, at=at, source=Source.STAFF)
    client.force_login(agent)

    assert conflicts.concerned(Conflict.SHARED_ADDRESS, now=at) == [bo.pk]
    assert "somebody at ada@example.com opted out of Spring offers on 21 Nov 2026" in page(
        client, Conflict.SHARED_ADDRESS
    )


def test_whose_evidence_is_older_than_the_opt_out(client: Client, agent: User, ada: Contact, at: datetime) -> None:
    tell(EventKind.TEXT_OPT_OUT, ada, at - 9 * DAY)
    claim = Claim(ada.pk, phone_of(ada), [Channel.SMS], ConsentMethod.EMAIL, "Yes", at - 5 * DAY)
    evidence.file_evidence(claim=claim, by=actor(agent), at=at - 4 * DAY)
    assert conflicts.concerned(Conflict.OLD_EVIDENCE, now=at) == []

    tell(EventKind.TEXT_OPT_OUT, ada, at)

    client.force_login(agent)
    assert conflicts.concerned(Conflict.OLD_EVIDENCE, now=at) == [ada.pk]
    assert "Evidence (waiting for review) of a consent of 16 Nov 2026" in page(client, Conflict.OLD_EVIDENCE)


def test_who_has_consent_on_file_and_is_silenced_for_good(
    client: Client, agent: User, ada: Contact, bo: Contact, at: datetime
) -> None:
    for contact in (ada, bo):
        record_consent(
            given=GivenConsent(
                phone_of(contact), Channel.SMS, ConsentMethod.EMAIL, at - DAY, contact_id=contact.pk, wording="Yes"
            ),
            by=SYSTEM,
            at=at,
        )
    tell(EventKind.CARRIER_BLOCK, ada, at)
    client.force_login(agent)

    assert conflicts.concerned(Conflict.CONSENT_AND_DND, now=at) == [ada.pk]
    assert "Agreed to marketing by SMS" in page(client, Conflict.CONSENT_AND_DND)


def test_pages_go_on_after_the_last_contact_and_counts_stop(
    client: Client, agent: User, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    crowd = make_crowd(5)
    lists.add(list_id=make_list("News").pk, contact_ids=crowd, by=SYSTEM, at=at)
    for contact_id in crowd:
        dnd.record_verbal_opt_out(contact_id=contact_id, channels=[Channel.SMS], by=SYSTEM, at=at, note="Asked")
    monkeypatch.setattr(conflicts, "MOST_COUNTED", 4)
    monkeypatch.setattr(contradictions, "MOST_COUNTED", 4)
    monkeypatch.setattr(contradictions, "PAGE", 3)
    client.force_login(agent)

    first = client.get("/admin/contradictions/", {"kind": "list_and_dnd"})
    second = client.get("/admin/contradictions/", {"kind": "list_and_dnd", "after": str(first.context["next"])})

    assert (len(first.context["rows"]), len(second.context["rows"]), second.context["next"]) == (3, 2, None)
    assert first.context["kinds"][0]["count"] == "4+"


def test_the_desk_counts_them_once_in_a_while(
    client: Client, agent: User, ada: Contact, offers: ContactList, at: datetime
) -> None:
    tell(EventKind.TEXT_OPT_OUT, ada, at)
    client.force_login(agent)
    client.get("/admin/")

    with CaptureQueriesContext(
        connection,
    ) as asked:
        desk = client.get("/admin/").content.decode()

    assert "On a list, and silenced for good: 1" in desk
    assert not [each for each in asked if "SELECT DISTINCT found.contact_id" in each["sql"]]
