"""Reading opt-in evidence: the queue, and what one reviewer may do with it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Case, Q, QuerySet, When

from consent.models import Evidence, ProviderReconsent
from consent.models.evidence import EvidenceStatus
from consent.registry import registry
from consent.selectors.standing import active_suppressions
from consent.vocabulary import ADDRESS_KIND_OF, CHANNELS, Channel, Reason
from contacts.selectors import AddressView, addresses_of
from contacts.values import staff_name
from contacts.vocabulary import AddressKind

QUEUE = timedelta(days=30)
"""How long evidence waits before it expires, so what expired lately was filed so long before."""


WAITING_FIRST = (Case(When(status=EvidenceStatus.PENDING, then=0), default=1), "submitted_at", "id")


def queue(rows: QuerySet[Evidence]) -> QuerySet[Evidence]:
    """Return evidence as the queue shows it: what waits first, the oldest of it on top."""
    people = rows.select_related("contact", "address", "submitted_by", "reviewed_by")
    return people.order_by(*WAITING_FIRST)


def of_contact(contact_id: int) -> QuerySet[Evidence]:
    """Return a contact's evidence, the newest first."""
    return queue(Evidence.objects.filter(contact_id=contact_id)).order_by("-submitted_at", "-id")


def is_pending(evidence: Evidence) -> bool:
    """Return whether it waits for a reviewer."""
    return evidence.status == EvidenceStatus.PENDING


def is_own(evidence: Evidence, *, user_id: int | None, integration: str = "") -> bool:
    """Return whether somebody filed this evidence: in person, with an integration they answer for, or as it.

    Shape: `integration` is the one that acts, as the ledger names it.
    """
    if integration and integration == evidence.submitted_with:
        return True
    if user_id is None:
        return False
    return user_id == evidence.submitted_by_id or evidence.submitted_with in registry.integrations_of(user_id)


def submitter(evidence: Evidence) -> str:
    """Return who filed it, as screens say it."""
    integration = evidence.submitted_with.partition(":")[2]
    return " with ".join(each for each in (staff_name(evidence.submitted_by), integration) if each)


def reconsents(evidence: Evidence) -> list[ProviderReconsent]:
    """Return what the provider answered about this evidence, the newest first."""
    return list(ProviderReconsent.objects.filter(evidence=evidence).order_by("-id"))


def provider_blocks(evidence: Evidence) -> bool:
    """Return whether the provider itself still blocks what the evidence is about (R03)."""
    standing = active_suppressions(contact_ids=[evidence.contact_id], address_ids=[evidence.address_id])
    return any(row.reason is Reason.PROVIDER_OPT_OUT and row.channel in evidence.channels for row in standing)


def own_requests(user_id: int, *, since: datetime, limit: int) -> list[Evidence]:
    """Return the evidence that somebody filed: what waits, and what was decided or expired since then."""
    rows = queue(Evidence.objects.filter(submitted_by_id=user_id))
    recent = Q(status=EvidenceStatus.PENDING) | Q(reviewed_at__gte=since)
    expired = Q(status=EvidenceStatus.EXPIRED, submitted_at__gte=since - QUEUE)
    return list(rows.filter(recent | expired).order_by("-submitted_at", "-id")[:limit])


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
