"""Finding rows of the register, the ledger and the inbox: by person, by address in any spelling, by what they are."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any, TypeVar

from django.db.models import Exists, OuterRef, Q, QuerySet

from consent.models import ConsentRecord, Delivery, EmailEvent, InboundMessage, LedgerEntry, Suppression
from consent.models.inbox import DeliveryStatus
from consent.rules.routes import OPT_IN_KINDS
from consent.values import ActiveSuppression
from consent.vocabulary import Channel, Covers, Direction, Effect, EventKind, Kind, Reason, Source
from contacts import selectors as contacts
from contacts.models import Contact, ContactAddress
from contacts.normalize import InvalidAddress, normalize
from contacts.vocabulary import AddressKind

OPT_OUT_KINDS = frozenset(
    {
        EventKind.TEXT_OPT_OUT,
        EventKind.APP_OPT_OUT,
        EventKind.MARKETING_STOP,
        EventKind.STAFF_OPT_OUT,
        EventKind.EMAIL_UNSUBSCRIBE,
        EventKind.EMAIL_COMPLAINT,
        EventKind.PREFERENCE_NEVER,
        EventKind.OBJECTION,
        EventKind.HOLD_CONFIRMED,
    }
)
"""What counts as a person's no. A provider's opt-out counts where no message of the person stands behind it."""


Row = TypeVar("Row", Suppression, LedgerEntry, ConsentRecord)
MOST_CONTACTS = 500
"""Contacts that one search term is looked up for."""


def as_value(row: Suppression) -> ActiveSuppression:
    """Return a suppression as the value that sentences and rules take."""
    return ActiveSuppression(
        id=row.pk,
        address_id=row.address_id,
        contact_id=row.contact_id,
        channel=Channel(row.channel),
        direction=Direction(row.direction),
        reason=Reason(row.reason),
        kind=Kind(row.kind),
        covers=Covers(row.covers),
        rule=row.rule,
        since=row.since,
        reaffirmed_at=row.reaffirmed_at,
        expires_at=row.expires_at,
        set_kind=EventKind(row.set_kind),
        source=Source(row.source),
        detail=row.detail,
    )


def opt_out_lines(entries: QuerySet[LedgerEntry]) -> QuerySet[LedgerEntry]:
    """Keep the lines that opt-outs of people wrote where they had an effect: for each row they set, and each holder."""
    return entries.filter(
        Q(kind__in=sorted(OPT_OUT_KINDS)) | Q(kind=EventKind.PROVIDER_OPT_OUT, message_id__isnull=True),
        effect__in=_SILENCING,
    )


def opt_in_lines(entries: QuerySet[LedgerEntry]) -> QuerySet[LedgerEntry]:
    """Keep the lines that opt-ins of people wrote where they lifted something."""
    return entries.filter(kind__in=sorted(OPT_IN_KINDS), effect=Effect.LIFTED)


def opt_outs(entries: QuerySet[LedgerEntry]) -> QuerySet[LedgerEntry]:
    """Return one entry for each opt-out of a person that had an effect, per channel."""
    return opt_out_lines(entries).exclude(_repeats(_SILENCING))


def opt_ins(entries: QuerySet[LedgerEntry]) -> QuerySet[LedgerEntry]:
    """Return one entry for each opt-in of a person that freed a channel."""
    return opt_in_lines(entries).exclude(_repeats([Effect.LIFTED]))


_SILENCING = [Effect.SET, Effect.STRENGTHENED]


def _repeats(effects: list[Effect]) -> Exists:
    """Return whether the same event wrote such a line about the same channel before: for another holder, say."""
    return Exists(
        LedgerEntry.objects.filter(
            event_id=OuterRef("event_id"), channel=OuterRef("channel"), effect__in=effects, pk__lt=OuterRef("pk")
        )
    )


def address_ids_for(term: str, *, region: str) -> list[int]:
    """Return the addresses that a text spells in full, held by anybody or nobody."""
    found: list[int] = []
    for kind in AddressKind:
        try:
            value = normalize(kind, term, region=region, strict=False).value
        except InvalidAddress:
            continue
        address = contacts.find_address(kind, value)
        found += [] if address is None else [address.pk]
    return found


def about(rows: QuerySet[Row], term: str, *, region: str) -> QuerySet[Row]:
    """Keep the rows that name a contact or an address that the term may mean.

    Ids are looked up first and each column is searched by its own index: an OR of both reads the whole table. Of more
    than MOST_CONTACTS people of one name the first are taken.
    """
    people, addresses = meant(term, region=region)
    every = rows.model._default_manager
    by_contact, by_address = every.filter(contact_id__in=people), every.filter(address_id__in=addresses)
    return rows.filter(pk__in=by_contact.values("pk").union(by_address.values("pk")))


def meant(term: str, *, region: str) -> tuple[list[int], list[int]]:
    """Return the ids of the contacts and of the addresses that a term may mean."""
    people = list(contacts.search(term, region=region).values_list("id", flat=True)[:MOST_CONTACTS])
    held: QuerySet[ContactAddress] = ContactAddress.objects.filter(contact_id__in=people)
    return people, [*held.values_list("address_id", flat=True), *address_ids_for(term, region=region)]


def own_entries(entries: QuerySet[LedgerEntry], *, owner_id: int) -> QuerySet[LedgerEntry]:
    """Keep the entries about the contacts that a person owns."""
    return entries.filter(contact_id__in=_own_contacts(owner_id))


def own_deliveries(deliveries: QuerySet[Delivery], *, owner_id: int) -> QuerySet[Delivery]:
    """Keep the deliveries with a message from an address that a contact of this owner holds."""
    messages = InboundMessage.objects.filter(
        delivery_id=OuterRef("pk"), address__holders__contact_id__in=_own_contacts(owner_id)
    )
    return deliveries.filter(Exists(messages))


def _own_contacts(owner_id: int) -> QuerySet[Contact, Any]:
    return contacts.visible_contacts().filter(owner_id=owner_id).values("id")


def deliveries_from(deliveries: QuerySet[Delivery], term: str, *, region: str) -> QuerySet[Delivery]:
    """Keep the deliveries with this event id, or about the address that the term spells in full."""
    addresses = address_ids_for(term, region=region)
    if not addresses:
        return deliveries.filter(event_id=term.strip())
    sent = InboundMessage.objects.filter(address_id__in=addresses).values("delivery_id")
    named = Delivery.objects.filter(event_id=term.strip()).values("pk")
    told = EmailEvent.objects.filter(address_id__in=addresses).values("delivery_id")
    return deliveries.filter(pk__in=sent.union(told, named))


def unsettled_deliveries(
    *, statuses: Collection[DeliveryStatus], since: datetime | None = None, provider: str = ""
) -> list[Delivery]:
    """Return the deliveries in these states without their bodies, the oldest first."""
    found = Delivery.objects.filter(status__in=statuses).defer("body").order_by("received_at", "id")
    if since is not None:
        found = found.filter(received_at__gte=since)
    return list(found.filter(provider=provider) if provider else found)


def doors_seen() -> list[str]:
    """Return the doors that the newest deliveries came by; distinct over the whole table would read all of it."""
    newest = Delivery.objects.order_by("-received_at").values("door")[:1000]
    return sorted({row["door"] for row in newest})
