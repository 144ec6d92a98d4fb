"""The stored reach of contacts says what the tables say, whoever writes them and however."""

from __future__ import annotations

import io
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.db import connection

from consent.models import Reach, SharedAddress, Suppression
from consent.models.reach import CHANNEL_BITS, REASON_BITS
from consent.selectors.reach import drift, shared_drift
from consent.services import dnd
from consent.services.reach import check_reach, rebuild_reach
from consent.vocabulary import Channel, Reason
from contacts.drafts import NewAddress
from contacts.models import Contact, ContactAddress
from contacts.services import add_address, delete_contact, make_primary, remove_address
from contacts.vocabulary import AddressKind
from tests.consent.acting import phone_of
from tests.factories.contacts import LONG_AGO, make_contact

pytestmark = pytest.mark.django_db

PHONE = "+15035550101"
SMS, CALL, EMAIL, WHATSAPP, EVERYWHERE = 1, 2, 4, 8, 63


def of(contact: Contact) -> Reach:
    assert drift(1, 10**6) == shared_drift() == []
    return Reach.objects.get(pk=contact.pk)


def plain_row(**fields: object) -> dict[str, object]:
    """Return a suppression as plain SQL would write it."""
    return {
        "public_id": "gen_random_uuid()",
        "channel": "'sms'",
        "direction": "'outbound'",
        "reason": "'opt_out'",
        "kind": "'permanent'",
        "covers": "'everything'",
        "rule": "'R01'",
        "set_kind": "'text_opt_out'",
        "source": "'contact'",
        "set_by": "'contact'",
        "detail": "''",
        "note": "''",
        "set_event_id": "gen_random_uuid()",
        "since": "now()",
        "reaffirmed_at": "now()",
        "recorded_at": "now()",
        "lift_route": "''",
        "lifted_by": "''",
        "lift_note": "''",
    } | fields


def write_plainly(**fields: object) -> None:
    row = plain_row(**fields)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO consent_suppression ({', '.join(row)}) VALUES ({', '.join(map(str, row.values()))})"
        )


def test_a_new_contact_is_reached_at_its_addresses(ada: Contact) -> None:
    reach = of(ada)

    assert (reach.phone_id, reach.refused, reach.barred) == (phone_of(ada), 0, 0)
    assert reach.email_id is not None
    assert reach.messenger_id is None


def test_dnd_is_in_the_projection_in_the_same_transaction_and_leaves_it_when_lifted(ada, by, at) -> None:
    dnd.switch_on(contact_id=ada.pk, channels=[Channel.SMS], by=by, at=at)
    on = of(ada)
    dnd.lift(contact_id=ada.pk, channels=[Channel.SMS], by=by, at=at, note="asked")

    assert (on.refused, on.barred, on.temporary, on.permanent) == (SMS, SMS, SMS, 0)
    assert on.reasons == REASON_BITS[Reason.MANUAL]
    assert of(ada).refused == of(ada).reasons == 0


def test_a_kill_switch_lets_transactional_messages_through(ada, by, at) -> None:
    dnd.do_not_contact(contact_id=ada.pk, on=True, by=by, at=at)

    assert (of(ada).refused, of(ada).barred) == (EVERYWHERE, 0)


def test_plain_sql_about_an_address_silences_everybody_who_would_be_reached_there(ada: Contact) -> None:
    twin = make_contact("Twin", phone=PHONE)

    write_plainly(address_id=phone_of(ada), channel="'all'")

    # An address speaks for the messages that would go to it, and for what staff see on the contact.
    assert [(of(each).refused, of(each).permanent) for each in (ada, twin)] == [(SMS | CALL | WHATSAPP, EVERYWHERE)] * 2
    assert list(SharedAddress.objects.all()) == [SharedAddress(phone_of(ada))]


def test_copy_and_bulk_create_are_seen_too(ada: Contact, bo: Contact, carla: Contact) -> None:
    write_plainly(contact_id=ada.pk)
    names = ", ".join(plain_row(contact_id=0))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {names} FROM consent_suppression")
        row = dict(zip(names.split(", "), cursor.fetchone(), strict=True)) | {"public_id": uuid4(), "contact_id": bo.pk}
        with cursor.copy(f"COPY consent_suppression ({names}) FROM STDIN") as copy:
            copy.write_row(list(row.values()))
    Suppression.objects.bulk_create([Suppression(**row | {"public_id": uuid4(), "contact_id": carla.pk})])

    assert [of(each).refused for each in (ada, bo, carla)] == [SMS, SMS, SMS]


def test_the_address_to_use_is_the_gates_and_follows_the_primary(ada, by, at) -> None:
    first = phone_of(ada)
    add_address(contact_id=ada.pk, address=NewAddress(AddressKind.PHONE, "+15035550999"), by=by, at=at)
    write_plainly(address_id=first)
    silent = of(ada)
    other = ContactAddress.objects.get(contact=ada, address__value="+15035550999").address_id
    make_primary(contact_id=ada.pk, address_id=other, by=by, at=at)

    assert (silent.phone_id, silent.refused, silent.permanent) == (first, SMS, SMS)
    assert (of(ada).phone_id, of(ada).permanent) == (other, SMS)


def test_who_leaves_a_shared_address_frees_the_others_of_sharing_it(ada, by, at) -> None:
    twin = make_contact("Twin", phone=PHONE, email="twin@example.com")
    remove_address(contact_id=twin.pk, address_id=phone_of(ada), by=by, at=at)

    assert not SharedAddress.objects.exists()
    assert of(twin).phone_id is None


def test_a_deleted_contact_has_no_reach(ada, by, at) -> None:
    delete_contact(contact_id=ada.pk, by=by, at=at)

    assert (of(ada).gone, of(ada).phone_id) == (True, None)


def test_a_blocked_contact_is_marked(ada, by, at) -> None:
    dnd.block(contact_id=ada.pk, on=True, by=by, at=at)

    assert of(ada).blocked


def test_rebuilding_puts_right_what_somebody_spoilt_and_finds_nothing_the_second_time(ada, bo, by, at) -> None:
    dnd.switch_on(contact_id=ada.pk, channels=[Channel.SMS], by=by, at=at)
    Reach.objects.filter(pk=ada.pk).update(refused=0)
    Reach.objects.filter(pk=bo.pk).delete()
    Reach.objects.create(contact_id=ada.pk + 10_000, phone_id=1)
    SharedAddress.objects.create(address_id=phone_of(ada))
    out = io.StringIO()
    with pytest.raises(SystemExit) as refusal:
        call_command("rebuild_reach", "--check", stdout=out)

    assert refusal.value.code == 1
    assert "4 rows differ" in out.getvalue()
    assert (rebuild_reach(), rebuild_reach()) == (4, 0)
    assert of(ada).refused == SMS


def test_every_reason_and_channel_has_its_bit_in_python_and_in_the_database(ada: Contact) -> None:
    assert set(REASON_BITS) == set(Reason)
    assert set(CHANNEL_BITS) == set(Channel)
    with connection.cursor() as cursor:
        cursor.execute("SELECT prosrc FROM pg_proc WHERE proname = 'consent_reach_of'")
        source = " ".join(cursor.fetchone()[0].split())
    for word, bit in {**REASON_BITS, **CHANNEL_BITS}.items():
        assert word is Channel.ALL or f"WHEN '{word.value}' THEN {bit}" in source, word


def test_a_contact_made_long_ago_in_bulk_has_its_reach(db: None) -> None:
    contact = Contact.objects.bulk_create([Contact(first_name="Kim", created_at=LONG_AGO, updated_at=LONG_AGO)])[0]

    assert not Reach.objects.filter(pk=contact.pk).exists()
    assert check_reach() == 0
