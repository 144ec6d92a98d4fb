"""The one way to change consent, against a real database."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from consent import selectors
from consent.models import LedgerEntry, Suppression
from consent.selectors.dnd import contact_dnd
from consent.services import dnd
from consent.services.recording import record_event
from consent.values import ConsentEvent
from consent.vocabulary import Channel, DndStatus, Effect, EventKind, Kind, Reason, Source
from contacts.drafts import NewAddress
from contacts.models import Contact
from contacts.services import create_contact
from contacts.values import SYSTEM, Actor
from contacts.vocabulary import AddressKind

pytestmark = pytest.mark.django_db


def phone_of(contact: Contact) -> int:
    return selectors.addresses_by_channel(contact.pk)[Channel.SMS][0]


def stop(address_id: int, at: datetime) -> None:
    record_event(
        event=ConsentEvent(EventKind.TEXT_OPT_OUT, (Channel.SMS,), at, Source.CONTACT, detail="stop"),
        address_id=address_id,
        by=SYSTEM,
        at=at,
    )


def test_an_agent_sets_and_clears_a_temporary_dnd(ada: Contact, by: Actor, at: datetime, connected: None) -> None:
    dnd.switch_on(contact_id=ada.pk, channels=[Channel.SMS], by=by, at=at)
    assert contact_dnd(ada.pk).status is DndStatus.PARTIAL

    cleared = dnd.lift(contact_id=ada.pk, channels=[Channel.SMS], by=by, at=at)

    assert cleared.changed
    assert contact_dnd(ada.pk).status is DndStatus.OFF
    assert list(LedgerEntry.objects.order_by("id").values_list("kind", "effect", "rule", "contact_id")) == [
        ("dnd_on", "set", "R15", ada.pk),
        ("staff_lift", "lifted", "L06", ada.pk),
    ]


def test_staff_cannot_lift_a_texted_stop_and_the_try_is_in_the_ledger(ada: Contact, by: Actor, at: datetime) -> None:
    stop(phone_of(ada), at)

    tried = dnd.lift(contact_id=ada.pk, channels=[Channel.SMS], by=by, at=at + timedelta(minutes=1))

    assert [refusal.code for refusal in tried.refusals] == ["permanent_dnd"]
    row = Suppression.objects.get()
    assert (row.kind, row.reason, row.lifted_at, row.rule) == (Kind.PERMANENT, Reason.OPT_OUT, None, "R01")
    entry = LedgerEntry.objects.latest("id")
    assert (entry.effect, entry.code, entry.actor) == (Effect.REFUSED, "permanent_dnd", by.ref)


def test_a_contact_who_gets_a_silenced_number_is_silenced_and_stays_so(ada: Contact, by: Actor, at: datetime) -> None:
    stop(phone_of(ada), at)

    twin = create_contact(first_name="Twin", addresses=[NewAddress(AddressKind.PHONE, "(503) 555-0101")], by=by, at=at)

    assert Suppression.objects.filter(contact=twin, kind=Kind.PERMANENT, lifted_at=None).exists()
    assert Suppression.objects.get(contact=twin).detail == "stop"


def test_all_channels_means_every_channel_connected_or_not(ada: Contact, by: Actor, at: datetime) -> None:
    dnd.switch_on(contact_id=ada.pk, channels=[Channel.ALL], by=by, at=at)

    assert Suppression.objects.filter(contact=ada).count() == 6


def test_history_of_a_suppression_is_kept_by_the_database(ada: Contact, by: Actor, at: datetime) -> None:
    dnd.switch_on(contact_id=ada.pk, channels=[Channel.SMS], by=by, at=at, note="asked at the till")
    dnd.lift(contact_id=ada.pk, channels=[Channel.SMS], by=by, at=at, note="asked again")

    kept = list(Suppression.history.order_by("history_id").values_list("history_type", "history_change_reason"))
    assert kept == [("+", "asked at the till"), ("~", "asked again")]
    assert str(Suppression.history.first().history_user_id) == by.id
