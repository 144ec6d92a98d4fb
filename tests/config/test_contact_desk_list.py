"""The contacts list: what a row shows, search, filters, and how many queries it takes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
import zeal
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from config.contact_desk import changelist
from consent import selectors
from consent.models import Evidence
from consent.models.evidence import ConsentMethod, EvidenceStatus
from consent.services import dnd
from consent.services.recording import record_event
from consent.values import ConsentEvent
from consent.vocabulary import Channel, EventKind, Source
from contacts.models import Contact
from contacts.services import delete_contact, update_contact
from contacts.values import SYSTEM, Actor
from lists.services import add, opt_out
from tests.config.desk import as_user
from tests.factories.contacts import make_contact
from tests.factories.lists import make_crowd, make_list

pytestmark = pytest.mark.django_db

AT = datetime(2026, 10, 2, 9, 0, tzinfo=UTC)
URL = "/admin/contacts/contact/"


def found(client: Client, **query: object) -> list[str]:
    return [contact.first_name for contact in client.get(URL, query).context["cl"].result_list]


def stop(contact: Contact, kind: EventKind = EventKind.TEXT_OPT_OUT, channel: Channel = Channel.SMS) -> None:
    address_id = selectors.addresses_by_channel(contact.pk)[channel][0]
    event = ConsentEvent(kind, (channel,), AT, Source.CONTACT, detail="stop")
    record_event(event=event, address_id=address_id, by=SYSTEM, at=AT)


def test_a_row_tells_who_it_is_and_what_is_silent(ada: Contact, agent: User, by: Actor, connected: None) -> None:
    update_contact(
        contact_id=ada.pk,
        expected_version=1,
        changes={"company": "Engines", "owner_id": agent.pk},
        by=by,
        at=AT,
    )
    stop(ada)
    news = make_list("News")
    add(list_id=news.pk, contact_ids=[ada.pk], by=by, at=AT)
    opt_out(list_id=news.pk, contact_ids=[ada.pk], by=by, at=AT, source=Source.STAFF)

    shown = as_user(agent).get(URL).content.decode()

    row = " ".join(shown[shown.index('id="result_list"') :].split())
    for part in ("Ada Lovelace", "Engines", "+1 503-555-0101", "ada@example.com", "alex", "Partial"):
        assert part in row
    assert 'SMS<span class="material-symbols-outlined cd-icon" aria-hidden="true">lock</span>' in row
    assert '<span class="cd-sr">permanent</span>' in row
    assert 'News <em class="cd-flag">opted out</em>' in row


def test_a_page_takes_as_many_queries_as_an_empty_one(agent: User, by: Actor, connected: None) -> None:
    client = as_user(agent)
    first = make_contact("One", phone="+15035550701")
    client.get(URL)
    with CaptureQueriesContext(connection) as one:
        client.get(URL)
    news = make_list("News")
    for number in range(24):
        contact = make_contact(f"P{number}", phone=f"+1503555{3000 + number}", email=f"p{number}@example.com")
        dnd.switch_on(contact_id=contact.pk, channels=[Channel.ALL], by=by, at=AT)
        add(list_id=news.pk, contact_ids=[contact.pk, first.pk], by=by, at=AT)

    with CaptureQueriesContext(connection) as many, zeal.zeal_context():
        shown = client.get(URL)

    assert len(shown.context["cl"].result_list) == 25
    assert len(many) <= len(one) + 1


def test_the_count_goes_no_further_than_anybody_pages(agent: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(changelist, "MOST_COUNTED", 30)
    make_crowd(40)
    client = as_user(agent)

    with CaptureQueriesContext(connection) as queries:
        shown = client.get(URL)

    assert "The newest 30 of more." in shown.content.decode()
    assert shown.context["cl"].paginator.num_pages == 2
    assert not [each for each in queries if "COUNT(" in each["sql"]]
    assert len(found(client, p=2)) == 5


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("lovelace", ["Ada"]),
        ("ada love", ["Ada"]),
        ("(503) 555-0101", ["Ada"]),
        ("+1 503 555 0101", ["Ada"]),
        ("5550101", ["Ada"]),
        ("ADA@example.com", ["Ada"]),
        ("ada@", ["Ada"]),
        ("nobody", []),
        ("", ["Bo", "Ada"]),
        ("'\"%_\\", []),
    ],
)
def test_search_finds_a_person_by_name_any_spelling_of_a_number_or_an_email(
    ada: Contact, bo: Contact, agent: User, query: str, names: list[str]
) -> None:
    assert found(as_user(agent), q=query) == names


def _block(contact: Contact, by: Actor) -> None:
    dnd.block(contact_id=contact.pk, on=True, by=by, at=AT)


@pytest.mark.parametrize(
    ("happens", "query"),
    [
        (lambda ada, by: stop(ada), {"channel": "sms"}),
        (lambda ada, by: stop(ada), {"channel": "sms", "kind": "permanent"}),
        (lambda ada, by: stop(ada), {"reason": "opt_out"}),
        (lambda ada, by: stop(ada), {"dnd": "partial"}),
        (lambda ada, by: stop(ada, EventKind.EMAIL_BOUNCE, Channel.EMAIL), {"channel": "email", "reason": "bounce"}),
        (lambda ada, by: stop(ada, EventKind.EMAIL_BOUNCE, Channel.EMAIL), {"dnd": "partial"}),
        (lambda ada, by: dnd.switch_on(contact_id=ada.pk, channels=[Channel.ALL], by=by, at=AT), {"dnd": "on"}),
        (lambda ada, by: dnd.do_not_contact(contact_id=ada.pk, on=True, by=by, at=AT), {"dnd": "on"}),
        (lambda ada, by: dnd.do_not_contact(contact_id=ada.pk, on=True, by=by, at=AT), {"channel": "whatsapp"}),
        (lambda ada, by: _block(ada, by), {"blocked": "yes"}),
    ],
)
def test_a_filter_finds_who_is_silenced_so_and_nobody_else(
    ada: Contact,
    bo: Contact,
    agent: User,
    by: Actor,
    connected: None,
    happens: Callable[[Contact, Actor], object],
    query: dict[str, str],
) -> None:
    client = as_user(agent)
    assert found(client, **query) == []

    happens(ada, by)

    assert found(client, **query) == ["Ada"]


def test_channel_and_kind_are_about_one_suppression(ada: Contact, agent: User, by: Actor) -> None:
    stop(ada)
    dnd.switch_on(contact_id=ada.pk, channels=[Channel.EMAIL], by=by, at=AT)

    assert found(as_user(agent), channel="email", kind="permanent") == []
    assert found(as_user(agent), channel="email", kind="temporary") == ["Ada"]


def test_the_status_filters_divide_everybody(
    ada: Contact, bo: Contact, carla: Contact, agent: User, by: Actor, connected: None
) -> None:
    stop(ada)
    dnd.switch_on(contact_id=bo.pk, channels=[Channel.ALL], by=by, at=AT)
    client = as_user(agent)

    assert found(client, dnd="partial") == ["Ada"]
    assert found(client, dnd="on") == ["Bo"]
    assert found(client, dnd="off") == ["Carla"]


def test_lists_and_owners_are_filters(ada: Contact, bo: Contact, agent: User, support: User, by: Actor) -> None:
    add(list_id=make_list("News").pk, contact_ids=[ada.pk], by=by, at=AT)
    update_contact(contact_id=bo.pk, expected_version=1, changes={"owner_id": support.pk}, by=by, at=AT)
    client = as_user(agent)

    assert found(client, list="news") == ["Ada"]
    assert found(client, owner="me") == []
    assert found(client, owner="nobody") == ["Ada"]
    assert found(client, owner=support.pk) == ["Bo"]
    assert found(as_user(support), owner="me") == ["Bo"]


def test_who_waits_for_a_review_of_evidence_is_found(ada: Contact, bo: Contact, agent: User) -> None:
    for contact in (ada, bo):
        Evidence.objects.create(
            contact=contact,
            address_id=selectors.addresses_by_channel(contact.pk)[Channel.SMS][0],
            channels=[Channel.SMS],
            method=ConsentMethod.WEB_FORM,
            wording="Yes, text me",
            consent_given_at=AT,
            submitted_by=agent,
            submitted_at=AT,
        )
    Evidence.objects.filter(contact=bo).update(status=EvidenceStatus.EXPIRED)

    assert found(as_user(agent), evidence="pending") == ["Ada"]


def test_a_value_that_no_filter_has_filters_nothing(ada: Contact, agent: User) -> None:
    query = {"dnd": "maybe", "channel": "fax", "kind": "x", "reason": "y", "list": "z", "owner": "0", "blocked": "1"}

    assert found(as_user(agent), **query) == ["Ada"]


def test_filters_in_force_are_shown_and_can_be_taken_off_one_by_one(ada: Contact, agent: User) -> None:
    cl = as_user(agent).get(URL, {"channel": "sms", "kind": "permanent"}).context["cl"]

    assert [(each["title"], each["label"]) for each in cl.active_filters] == [
        ("silenced on", "SMS"),
        ("kind", "Permanent"),
    ]
    assert cl.active_filters[0]["without"] == "?kind=permanent"


def test_deleted_contacts_are_not_listed(ada: Contact, bo: Contact, superuser: User) -> None:
    delete_contact(contact_id=ada.pk, by=SYSTEM, at=AT)

    assert found(as_user(superuser)) == ["Bo"]


def test_there_is_no_bulk_delete(ada: Contact, superuser: User) -> None:
    client = as_user(superuser)

    client.post(URL, {"action": "delete_selected", "_selected_action": [ada.pk], "post": "yes"})

    assert Contact.objects.get(pk=ada.pk).deleted_at is None
    assert "delete_selected" not in client.get(URL).content.decode()


def test_the_list_can_not_be_asked_for_other_columns(ada: Contact, agent: User) -> None:
    for query in ({"owner__password__startswith": "a"}, {"o": "1"}, {"all": ""}, {"p": "x"}, {"p": "-3"}):
        assert as_user(agent).get(URL, query).status_code in {200, 302, 400}


def test_the_contacts_list_leads_to_the_page_of_each(ada: Contact, agent: User) -> None:
    assert (
        f'href="{reverse("admin:contacts_contact_change", args=[ada.pk])}' in as_user(agent).get(URL).content.decode()
    )
