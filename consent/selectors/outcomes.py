"""What one delivery did: the messages read out of it, and the ledger's lines."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q

from consent.models import Delivery, InboundMessage, LedgerEntry
from consent.selectors.people import Names, names
from consent.selectors.records import own_entries
from contacts.models import ContactAddress

MOST_LINES = 200
"""Lines shown of one delivery: a number that very many contacts share writes one for each."""


@dataclass(frozen=True, slots=True)
class DeliveryOutcome:
    """Everything that came of one delivery, with the names to print it."""

    messages: tuple[InboundMessage, ...]
    entries: tuple[LedgerEntry, ...]
    names: Names


def outcome_of(delivery: Delivery, *, owner_id: int | None = None) -> DeliveryOutcome:
    """Return what a delivery did. With an owner, only what concerns the contacts of that person."""
    messages = tuple(delivery.messages.select_related("address").order_by("position"))
    addresses = [message.address_id for message in messages]
    holders = list(ContactAddress.objects.filter(address_id__in=addresses).values_list("contact_id", flat=True))
    # Who it was about leads to an index; the delivery alone would read the whole ledger.
    entries = LedgerEntry.objects.filter(
        Q(address_id__in=addresses) | Q(contact_id__in=holders), delivery_id=delivery.pk
    )
    if owner_id is not None:
        entries = own_entries(entries, owner_id=owner_id)
    found = tuple(entries.order_by("id")[:MOST_LINES])
    return DeliveryOutcome(
        messages,
        found,
        names(
            contact_ids={entry.contact_id for entry in found if entry.contact_id},
            address_ids={entry.address_id for entry in found if entry.address_id},
        ),
    )
