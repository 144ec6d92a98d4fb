"""Helpers for the tests of bulk verbs: what providers tell, and what stands for a contact."""

from __future__ import annotations

from datetime import datetime

from consent import selectors
from consent.models import LedgerEntry, Suppression
from consent.services.recording import Recorded, record_event
from consent.values import ConsentEvent, Outcome
from consent.vocabulary import Channel, EventKind, Source
from contacts.models import Contact
from contacts.values import SYSTEM
from tests.factories.contacts import make_contact


def phone_of(contact: Contact) -> int:
    return selectors.addresses_by_channel(contact.pk)[Channel.SMS][0]


def email_of(contact: Contact) -> int:
    return selectors.addresses_by_channel(contact.pk)[Channel.EMAIL][0]


def tell(kind: EventKind, contact: Contact, at: datetime, channel: Channel = Channel.SMS) -> Recorded:
    """Let a provider tell what the contact did, or what became of a message to it."""
    address_id = email_of(contact) if channel is Channel.EMAIL else phone_of(contact)
    return record_event(
        event=ConsentEvent(kind, (channel,), at, Source.CONTACT, detail="told"), address_id=address_id, by=SYSTEM, at=at
    )


def rows(contact: Contact, **filters: object) -> list[tuple[str, str, str]]:
    """Return what stands for a contact: channel, reason, kind."""
    standing = Suppression.objects.filter(contact=contact, lifted_at=None, **filters).order_by("channel", "reason")
    return list(standing.values_list("channel", "reason", "kind"))


def ledger(contact: Contact) -> list[tuple[str, str, str]]:
    entries = LedgerEntry.objects.filter(contact_id=contact.pk).order_by("id")
    return list(entries.values_list("kind", "effect", "code"))


def crowd(count: int) -> list[int]:
    return [make_contact("Member", str(number), phone=f"+1503556{number:04}").pk for number in range(count)]


def every_row() -> list[tuple[object, ...]]:
    left_out = {"id", "public_id", "set_event_id", "lift_event_id"}
    columns = [field.attname for field in Suppression._meta.concrete_fields if field.attname not in left_out]
    return sorted(Suppression.objects.values_list(*columns), key=str)


def plain(outcome: Outcome) -> tuple[object, ...]:
    return (outcome.effect, outcome.rule, outcome.channel, outcome.direction, outcome.contact_id, outcome.code)
