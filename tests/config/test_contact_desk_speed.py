"""The contact page stays as quick for somebody with a long past as for somebody new."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

import pytest
import zeal
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from consent.models import LedgerEntry, Suppression
from consent.vocabulary import CHANNELS, Channel, Effect, EventKind, Source
from contacts.drafts import NewAddress
from contacts.models import Contact
from contacts.services import add_address
from contacts.values import SYSTEM
from contacts.vocabulary import AddressKind
from tests.config.desk import as_user, page
from tests.factories.lists import make_crowd

pytestmark = pytest.mark.django_db

AT = datetime(2026, 10, 2, 9, 0, tzinfo=UTC)
REASONS = ("opt_out", "provider_opt_out", "carrier_block", "hostile", "manual", "imported", "review_hold")


def live_through_a_lot(contact: Contact) -> None:
    """Give a contact 50 suppressions and 10,000 ledger entries."""
    for number in range(4):
        add_address(
            contact_id=contact.pk,
            address=NewAddress(AddressKind.PHONE, f"+1503555{6000 + number}"),
            by=SYSTEM,
            at=AT,
        )
    held = list(contact.held_addresses.filter(kind="phone").values_list("address_id", flat=True))
    named = [(address_id, channel, reason) for address_id in held for channel in CHANNELS[:2] for reason in REASONS]
    Suppression.objects.bulk_create(
        Suppression(
            address_id=address_id,
            contact=contact,
            channel=channel,
            reason=reason,
            kind="temporary" if reason in {"manual", "review_hold"} else "permanent",
            rule="R01",
            set_kind=EventKind.TEXT_OPT_OUT,
            source=Source.CONTACT,
            set_by="user:1",
            note="why",
            set_event_id=uuid.uuid4(),
            since=AT + timedelta(minutes=number),
            reaffirmed_at=AT + timedelta(minutes=number),
            recorded_at=AT + timedelta(minutes=number),
        )
        for number, (address_id, channel, reason) in enumerate(named[:50])
    )
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
                actor="contact",
                occurred_at=AT,
                recorded_at=AT,
            )
            for _ in range(10_000)
        ),
        batch_size=2000,
    )


def queries_for(client: Client, url: str) -> CaptureQueriesContext:
    client.get(url)
    with CaptureQueriesContext(connection) as queries, zeal.zeal_context():
        assert client.get(url).status_code == 200
    return queries


@pytest.mark.parametrize(
    "name",
    [
        "admin:contacts_contact_change",
        "admin:contact-desk-lists",
        "admin:contact-desk-timeline",
        "admin:contacts_contact_history",
    ],
)
def test_a_long_past_costs_no_more_queries_than_none(
    ada: Contact, bo: Contact, support: User, name: str, connected: None
) -> None:
    live_through_a_lot(ada)
    client = as_user(support)

    new = queries_for(client, reverse(name, args=[bo.pk]))
    old = queries_for(client, reverse(name, args=[ada.pk]))

    assert len(old) <= len(new) + 4


def test_what_stands_is_read_from_the_indexes_however_many_contacts_there_are(
    ada: Contact, support: User, connected: None
) -> None:
    make_crowd(3000)
    live_through_a_lot(ada)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    queries = queries_for(as_user(support), page(ada))

    reading = [each["sql"] for each in queries if 'FROM "consent_' in each["sql"] or 'FROM "contacts_' in each["sql"]]
    assert len(reading) > 4
    for sql in reading:
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN {sql}")
            plan = "\n".join(row[0] for row in cursor.fetchall())
        # Fifty suppressions fit one page of the table: the planner may well read it whole.
        for table in ("contacts_contact", "contacts_address", "contacts_contactaddress", "consent_ledgerentry"):
            assert f"Seq Scan on {table} " not in plan, sql
