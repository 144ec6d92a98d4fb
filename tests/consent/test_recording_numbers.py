"""Opt-outs and opt-ins of people whose numbers change hands, through the one way to change consent."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

import pytest

from consent.models import InboundMessage, LedgerEntry, Suppression
from consent.models.inbox import Delivery
from consent.services import dnd
from consent.services.ledger import Proof
from consent.services.recording import Recorded, record_event
from consent.values import ConsentEvent, SuppressionTerms
from consent.vocabulary import Channel, Covers, Effect, EventKind, Kind, Reason, Source
from contacts.drafts import NewAddress
from contacts.models import Contact
from contacts.normalize import normalize
from contacts.services import add_address, create_contact, get_or_create_address, set_addresses
from contacts.values import SYSTEM, Actor
from contacts.vocabulary import AddressKind

pytestmark = pytest.mark.django_db

OLD, NEW = "+15035550111", "+15035550112"
HOUR = timedelta(hours=1)


def number(raw: str, at: datetime) -> int:
    return get_or_create_address(canonical=normalize(AddressKind.PHONE, raw, region="US"), at=at).pk


def says(kind: EventKind, raw: str, at: datetime, channel: Channel = Channel.SMS) -> Recorded:
    """Record what somebody wrote from a number, with the message that proves it."""
    address_id = number(raw, at)
    delivery = Delivery.objects.create(
        provider="test", door="test", event_id=uuid.uuid4(), body_hash="-", body=b"", received_at=at
    )
    message = InboundMessage.objects.create(
        delivery=delivery,
        address_id=address_id,
        channel=channel,
        message_class="opt_in" if kind is EventKind.TEXT_OPT_IN else "none",
        rule="K00",
        opts_in=kind is EventKind.TEXT_OPT_IN,
        occurred_at=at,
        recorded_at=at,
    )
    return record_event(
        event=ConsentEvent(kind, (channel,), at, Source.CONTACT, detail="word"),
        address_id=address_id,
        proof=Proof(message_id=message.pk, delivery_id=delivery.pk),
        by=SYSTEM,
        at=at,
    )


def moved_from_old_to_new(by: Actor, at: datetime) -> Contact:
    contact = create_contact(first_name="Mo", addresses=[NewAddress(AddressKind.PHONE, OLD)], by=by, at=at)
    set_addresses(
        contact_id=contact.pk,
        expected_version=contact.version,
        addresses=[NewAddress(AddressKind.PHONE, NEW, is_primary=True)],
        by=by,
        at=at,
    )
    return contact


def standing() -> set[tuple[int | None, int | None, str]]:
    rows = Suppression.objects.filter(lifted_at=None)
    return set(rows.values_list("address_id", "contact_id", "reason"))


def test_a_start_from_a_new_number_meets_what_stands_at_the_old_one_already(by: Actor, at: datetime) -> None:
    """The number said STOP before anybody held it, so a row without a contact stands beside the contact's."""
    says(EventKind.TEXT_OPT_OUT, OLD, at)
    contact = moved_from_old_to_new(by, at)

    says(EventKind.TEXT_OPT_IN, NEW, at + HOUR)

    assert standing() == {(number(OLD, at), None, "opt_out")}
    entries = LedgerEntry.objects.filter(kind=EventKind.TEXT_OPT_IN).order_by("id")
    assert list(entries.values_list("effect", "contact_id")) == [("lifted", contact.pk), ("unchanged", None)]


def test_a_start_from_a_number_frees_who_left_it_of_the_number_alone(by: Actor, at: datetime) -> None:
    says(EventKind.TEXT_OPT_OUT, OLD, at)
    contact = moved_from_old_to_new(by, at)
    dnd.record_verbal_opt_out(contact_id=contact.pk, channels=[Channel.SMS], by=by, at=at, note="asked")

    says(EventKind.TEXT_OPT_IN, OLD, at + HOUR)

    assert standing() == {(None, contact.pk, "opt_out"), (number(NEW, at), contact.pk, "opt_out")}


def test_an_opt_in_from_one_number_does_not_forestall_a_late_no_from_another(by: Actor, at: datetime) -> None:
    contact = create_contact(first_name="Mo", addresses=[NewAddress(AddressKind.PHONE, OLD)], by=by, at=at)
    add_address(contact_id=contact.pk, address=NewAddress(AddressKind.PHONE, NEW), by=by, at=at)
    says(EventKind.TEXT_HOSTILE, OLD, at)
    says(EventKind.TEXT_OPT_IN, NEW, at + 2 * HOUR)

    late = says(EventKind.TEXT_OPT_OUT, OLD, at + HOUR)

    assert [outcome.effect for outcome in late.outcomes] == [Effect.SET]
    entries = LedgerEntry.objects.filter(kind=EventKind.TEXT_OPT_IN)
    assert set(entries.values_list("address_id", flat=True)) == {number(NEW, at)}


def test_an_opt_in_that_met_only_a_dnd_by_hand_still_outranks_an_older_no(
    ada: Contact, by: Actor, at: datetime
) -> None:
    dnd.switch_on(contact_id=ada.pk, channels=[Channel.SMS], by=by, at=at)
    says(EventKind.TEXT_OPT_IN, "+15035550101", at + 2 * HOUR)

    late = says(EventKind.TEXT_OPT_OUT, "+15035550101", at + HOUR)

    assert [outcome.effect for outcome in late.outcomes] == [Effect.SUPERSEDED]


def test_an_import_of_an_old_no_to_everything_is_weighed_channel_by_channel(
    ada: Contact, by: Actor, at: datetime
) -> None:
    says(EventKind.TEXT_OPT_IN, "+15035550101", at + HOUR)

    record_event(
        event=ConsentEvent(
            EventKind.IMPORT_SUPPRESSION,
            (Channel.ALL,),
            at,
            Source.IMPORT,
            terms=SuppressionTerms(Reason.OPT_OUT, Kind.PERMANENT),
        ),
        address_id=number("+15035550101", at),
        by=by,
        at=at + HOUR,
    )

    silenced = Suppression.objects.filter(contact=ada, lifted_at=None).values_list("channel", flat=True)
    assert set(silenced) == {"call", "email", "whatsapp", "facebook", "gmb"}


def test_what_a_remainder_makes_stronger_keeps_the_words_of_the_no(by: Actor, at: datetime) -> None:
    says(EventKind.MARKETING_STOP, OLD, at, Channel.WHATSAPP)
    moved_from_old_to_new(by, at)
    contact = Contact.objects.get()
    add_address(contact_id=contact.pk, address=NewAddress(AddressKind.PHONE, OLD), by=by, at=at)
    says(EventKind.TEXT_OPT_OUT, OLD, at + HOUR, Channel.WHATSAPP)

    says(EventKind.TEXT_OPT_IN, NEW, at + 2 * HOUR, Channel.WHATSAPP)

    row = Suppression.objects.get(lifted_at=None)
    assert (row.address_id, row.contact_id, row.covers) == (number(OLD, at), None, Covers.EVERYTHING)
    assert (row.set_kind, row.source, row.rule) == (EventKind.TEXT_OPT_OUT, Source.CONTACT, "R12")
    assert row.reaffirmed_at == at + HOUR
