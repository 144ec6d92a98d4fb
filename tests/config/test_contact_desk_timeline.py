"""The Timeline tab: the ledger as sentences, for whoever may read it, however long it is."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from consent import selectors
from consent.models import LedgerEntry
from consent.selectors.timeline import timeline
from consent.services import dnd
from consent.services.recording import record_event
from consent.values import ConsentEvent
from consent.vocabulary import Channel, Effect, EventKind, Source
from contacts.drafts import NewAddress
from contacts.models import Contact
from contacts.normalize import normalize_phone
from contacts.services import create_contact, get_or_create_address, update_contact
from contacts.values import SYSTEM, Actor
from contacts.vocabulary import AddressKind
from tests.config.desk import as_user, press

pytestmark = pytest.mark.django_db

AT = datetime(2026, 10, 2, 9, 0, tzinfo=UTC)


def url(contact: Contact) -> str:
    return reverse("admin:contact-desk-timeline", args=[contact.pk])


def stop(address_id: int, at: datetime = AT) -> None:
    event = ConsentEvent(EventKind.TEXT_OPT_OUT, (Channel.SMS,), at, Source.CONTACT, detail="stop")
    record_event(event=event, address_id=address_id, by=SYSTEM, at=at + timedelta(hours=2))


def phone(contact: Contact) -> int:
    return selectors.addresses_by_channel(contact.pk)[Channel.SMS][0]


def entries(contact: Contact, count: int) -> None:
    """Write ledger rows of single-row events, in one statement."""
    LedgerEntry.objects.bulk_create(
        (
            LedgerEntry(
                event_id=uuid.uuid4(),
                kind=EventKind.TEXT_OTHER,
                effect=Effect.NOTHING,
                rule="R33",
                channel=Channel.SMS,
                contact_id=contact.pk,
                source=Source.CONTACT,
                actor="system",
                occurred_at=AT,
                recorded_at=AT,
            )
            for _ in range(count)
        ),
        batch_size=2000,
    )


def test_it_tells_why_the_lock_is_there_and_what_staff_tried(ada: Contact, agent: User, connected: None) -> None:
    stop(phone(ada))
    client = as_user(agent)
    press(client, ada, "clear-channel", channel="sms", direction="outbound", note="she asked")

    shown = client.get(url(ada)).content.decode()

    assert shown.index("Refused: DND cleared by staff: SMS") < shown.index("Texted STOP")
    assert "Silenced — SMS (+1 503-555-0101): opted out, permanent" in shown
    assert "2 Oct 2026, 09:00 · we learnt of it 2 Oct 2026, 11:00" in shown
    assert "Refused — SMS (+1 503-555-0101): opted out, permanent. This DND is permanent: staff can" in shown
    assert "by alex" in shown


def test_an_act_on_several_channels_is_one_event_with_its_note(ada: Contact, by: Actor) -> None:
    dnd.switch_on(contact_id=ada.pk, channels=[Channel.SMS, Channel.EMAIL], by=by, at=AT, note="on leave")

    events = timeline(ada.pk).events

    assert [(event.kind, len(event.lines), event.note) for event in events] == [(EventKind.DND_ON, 2, "on leave")]


def test_what_happened_at_a_number_before_anybody_held_it_is_told(agent: User, by: Actor) -> None:
    address = get_or_create_address(canonical=normalize_phone("+15035550190", region="US"), at=AT)
    stop(address.pk)
    eve = create_contact(
        first_name="Eve", addresses=[NewAddress(AddressKind.PHONE, "+15035550190")], by=by, at=AT + timedelta(days=1)
    )

    kinds = [event.kind for event in timeline(eve.pk).events]

    assert kinds == [EventKind.ADDRESS_JOINED, EventKind.TEXT_OPT_OUT]


def test_what_another_holder_of_the_number_does_is_not_told_here(ada: Contact, bo: Contact, by: Actor) -> None:
    dnd.switch_on(contact_id=bo.pk, channels=[Channel.SMS], by=by, at=AT)

    assert timeline(ada.pk).events == ()


def test_it_is_narrowed_down_by_channel_and_by_who_acted(ada: Contact, agent: User, by: Actor) -> None:
    stop(phone(ada))
    dnd.switch_on(contact_id=ada.pk, channels=[Channel.EMAIL], by=by, at=AT + timedelta(days=1))
    client = as_user(agent)

    def titles(**query: str) -> list[str]:
        return [event.title for event in client.get(url(ada), query).context["events"]]

    assert titles() == ["DND switched on: E-mail", "Texted STOP"]
    assert titles(channel="sms") == ["Texted STOP"]
    assert titles(about="staff") == ["DND switched on: E-mail"]
    assert titles(about="contact") == ["Texted STOP"]
    assert titles(about="refused") == []
    assert titles(about="nonsense", channel="fax") == ["DND switched on: E-mail", "Texted STOP"]


def test_every_kind_of_event_and_effect_has_its_sentence(ada: Contact, agent: User) -> None:
    for kind in EventKind:
        for effect in Effect:
            LedgerEntry.objects.create(
                event_id=uuid.uuid4(),
                kind=kind,
                effect=effect,
                rule="R00",
                code="permanent_dnd" if effect is Effect.REFUSED else "",
                channel=Channel.SMS,
                reason="opt_out",
                suppression_kind="permanent",
                contact_id=ada.pk,
                source=Source.SYSTEM,
                actor="system",
                occurred_at=AT,
                recorded_at=AT,
            )

    page, events = timeline(ada.pk), []
    while page.events:
        events += page.events
        page = timeline(ada.pk, older_than=page.older_than) if page.older_than else timeline(-1)

    assert len(events) == len(EventKind) * len(Effect)
    assert as_user(agent).get(url(ada)).status_code == 200


def test_pages_follow_each_other_without_a_gap_or_a_repeat(ada: Contact, by: Actor) -> None:
    for number in range(7):
        dnd.switch_on(
            contact_id=ada.pk, channels=[Channel.ALL], by=by, at=AT + timedelta(days=number), note=str(number)
        )

    seen, older = [], None
    while True:
        page = timeline(ada.pk, older_than=older, limit=2)
        seen += [(event.occurred_at.day, len(event.lines)) for event in page.events]
        if (older := page.older_than) is None:
            break

    assert seen == [(8 - number, 6) for number in range(7)]


def test_the_page_links_to_what_is_older(ada: Contact, agent: User) -> None:
    entries(ada, 60)
    client = as_user(agent)

    first = client.get(url(ada), {"channel": "sms"})
    second = client.get(url(ada) + first.context["older"])

    assert (len(first.context["events"]), len(second.context["events"])) == (50, 10)
    assert "channel=sms" in first.context["older"]


@pytest.mark.parametrize("before", ["0", "-1", "abc", "99999999999999999999999"])
def test_a_forged_place_shows_the_newest(ada: Contact, agent: User, before: str) -> None:
    entries(ada, 1)

    assert len(as_user(agent).get(url(ada), {"before": before}).context["events"]) == 1


def test_ten_thousand_entries_cost_no_more_queries_than_none(ada: Contact, bo: Contact, support: User) -> None:
    entries(ada, 10_000)
    client = as_user(support)
    client.get(url(bo))

    counts = []
    for contact in (bo, ada):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert client.get(url(contact)).status_code == 200
        counts.append(len(queries))

    assert counts[1] <= counts[0] + 3


def test_a_page_of_the_timeline_is_read_from_its_indexes(ada: Contact) -> None:
    entries(ada, 10_000)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE consent_ledgerentry")
    with CaptureQueriesContext(connection) as queries:
        timeline(ada.pk)

    sql = next(each["sql"] for each in queries if "consent_ledgerentry" in each["sql"])
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {sql}")
        plan = "\n".join(row[0] for row in cursor.fetchall())

    assert "ledger_by_contact" in plan
    assert "Seq Scan on consent_ledgerentry" not in plan


def test_an_agent_reads_the_timelines_of_own_and_unowned_contacts_only(
    ada: Contact, bo: Contact, agent: User, support: User
) -> None:
    for contact, owner in ((ada, support), (bo, agent)):
        update_contact(contact_id=contact.pk, expected_version=1, changes={"owner_id": owner.pk}, by=SYSTEM, at=AT)
        stop(phone(contact))
    client = as_user(agent)

    refused = client.get(url(ada))

    assert refused.status_code == 403
    assert "This one belongs to sam" in refused.content.decode()
    assert "Texted STOP" not in refused.content.decode().split('id="timeline-title"')[1]
    assert client.get(url(bo)).status_code == 200


@pytest.mark.parametrize("who", ["marketing", "support", "compliance", "superuser"])
def test_the_other_roles_read_every_timeline(
    ada: Contact, agent: User, who: str, request: pytest.FixtureRequest
) -> None:
    update_contact(contact_id=ada.pk, expected_version=1, changes={"owner_id": agent.pk}, by=SYSTEM, at=AT)

    assert as_user(request.getfixturevalue(who)).get(url(ada)).status_code == 200
