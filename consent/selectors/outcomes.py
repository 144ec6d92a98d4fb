"""What one delivery did: the messages and e-mail events read out of it, and the ledger's lines."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q, QuerySet

from consent.models import Delivery, EmailEvent, InboundMessage, LedgerEntry
from consent.selectors.people import Names, names
from consent.selectors.records import own_entries
from contacts.models import ContactAddress

MOST_LINES = 200
"""Lines shown of one delivery: many contacts may share a number, and a batch holds many events."""


@dataclass(frozen=True, slots=True)
class DeliveryOutcome:
    """Everything that came of one delivery, with the names to print it."""

    messages: tuple[InboundMessage, ...]
    events: tuple[EmailEvent, ...]
    entries: tuple[LedgerEntry, ...]
    names: Names


def outcome_of(delivery: Delivery, *, owner_id: int | None = None) -> DeliveryOutcome:
    """Return what a delivery did. With an owner, only what concerns the contacts of that person."""
    messages = tuple(delivery.messages.select_related("address").order_by("position"))
    events = tuple(delivery.email_events.select_related("address").order_by("position")[:MOST_LINES])
    about = {each.address_id for each in messages} | {each.address_id for each in events}
    entries = _lines_of(delivery, about)
    if owner_id is not None:
        entries = own_entries(entries, owner_id=owner_id)
    found = tuple(entries.order_by("id")[:MOST_LINES])
    return DeliveryOutcome(
        messages,
        events,
        found,
        names(
            contact_ids={entry.contact_id for entry in found if entry.contact_id},
            address_ids={entry.address_id for entry in found if entry.address_id},
        ),
    )


def _lines_of(delivery: Delivery, addresses: set[int]) -> QuerySet[LedgerEntry]:
    """Return the ledger's lines of a delivery by a road that an index serves: the delivery alone has none."""
    written = LedgerEntry.objects.filter(delivery_id=delivery.pk)
    if not addresses:  # a callback about a message: its lines were recorded as of the moment it came in
        return written.filter(recorded_at=delivery.received_at)
    holders = list(ContactAddress.objects.filter(address_id__in=addresses).values_list("contact_id", flat=True))
    return written.filter(Q(address_id__in=addresses) | Q(contact_id__in=holders))
