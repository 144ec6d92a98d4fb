"""Reading opt-in evidence: the queue, and what one reviewer may do with it."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import QuerySet

from consent.models import Evidence
from consent.models.evidence import EvidenceStatus
from consent.vocabulary import ADDRESS_KIND_OF, CHANNELS, Channel
from contacts.selectors import AddressView, addresses_of
from contacts.vocabulary import AddressKind


def queue(rows: QuerySet[Evidence]) -> QuerySet[Evidence]:
    """Return evidence as the queue shows it: what waits first, the oldest of it on top."""
    return rows.select_related("contact", "address", "submitted_by", "reviewed_by").order_by("submitted_at", "id")


def of_contact(contact_id: int) -> QuerySet[Evidence]:
    """Return a contact's evidence, the newest first."""
    return queue(Evidence.objects.filter(contact_id=contact_id)).order_by("-submitted_at", "-id")


def is_pending(evidence: Evidence) -> bool:
    """Return whether it waits for a reviewer."""
    return evidence.status == EvidenceStatus.PENDING


@dataclass(frozen=True, slots=True)
class AddressChoice:
    """An address of a contact, and the channels that consent for it can be about."""

    id: int
    shown: str
    kind: AddressKind
    channels: tuple[Channel, ...]


def address_choices(contact_id: int) -> tuple[AddressChoice, ...]:
    """Return the addresses that a contact holds, with their channels."""
    return tuple(_choice(held) for held in addresses_of(contact_id))


def _choice(held: AddressView) -> AddressChoice:
    channels = tuple(channel for channel in CHANNELS if ADDRESS_KIND_OF[channel] == held.kind)
    return AddressChoice(held.id, held.shown, AddressKind(held.kind), channels)
