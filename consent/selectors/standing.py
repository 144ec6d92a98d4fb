"""What stands: active suppressions, and the acts that decide whether a late event still counts."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from django.db.models import Max, QuerySet

from consent.models import LedgerEntry, Suppression
from consent.rules.routes import OPT_IN_KINDS
from consent.values import ActiveSuppression
from consent.vocabulary import (
    ADDRESS_KIND_OF,
    Channel,
    Covers,
    Direction,
    Effect,
    EventKind,
    Kind,
    Reason,
    Source,
)
from contacts.models import ContactAddress

_COLUMNS = (
    "id",
    "address_id",
    "contact_id",
    "channel",
    "direction",
    "reason",
    "kind",
    "covers",
    "rule",
    "since",
    "reaffirmed_at",
    "expires_at",
    "set_kind",
    "source",
    "detail",
)


def active_suppressions(
    *, contact_ids: Collection[int] = (), address_ids: Collection[int] = ()
) -> tuple[ActiveSuppression, ...]:
    """Return what stands now for any of these contacts or addresses, oldest first.

    Two index scans, one by contact and one by address; an OR of both costs several times as much.
    """
    standing = Suppression.objects.filter(lifted_at__isnull=True)
    found: dict[int, ActiveSuppression] = {}
    if contact_ids:
        found |= {row.id: row for row in as_values(standing.filter(contact_id__in=contact_ids))}
    if address_ids:
        found |= {row.id: row for row in as_values(standing.filter(address_id__in=address_ids))}
    return tuple(sorted(found.values(), key=lambda row: (row.since, row.id)))


def as_values(rows: QuerySet[Suppression]) -> Iterable[ActiveSuppression]:
    """Return suppressions as the values that rules and gate take."""
    for row in rows.values_list(*_COLUMNS):
        yield ActiveSuppression(
            id=row[0],
            address_id=row[1],
            contact_id=row[2],
            channel=Channel(row[3]),
            direction=Direction(row[4]),
            reason=Reason(row[5]),
            kind=Kind(row[6]),
            covers=Covers(row[7]),
            rule=row[8],
            since=row[9],
            reaffirmed_at=row[10],
            expires_at=row[11],
            set_kind=EventKind(row[12]),
            source=Source(row[13]),
            detail=row[14],
        )


def addresses_by_channel(contact_id: int) -> dict[Channel, tuple[int, ...]]:
    """Return the ids of the addresses that a contact holds, per channel, the primary one first."""
    held = list(
        ContactAddress.objects.filter(contact_id=contact_id)
        .order_by("-is_primary", "id")
        .values_list("kind", "address_id")
    )
    return {
        channel: tuple(address_id for held_kind, address_id in held if held_kind == kind)
        for channel, kind in ADDRESS_KIND_OF.items()
    }


def holder_ids(address_id: int) -> tuple[int, ...]:
    """Return the contacts who hold an address, in the order of their ids."""
    holders = ContactAddress.objects.filter(address_id=address_id).order_by("contact_id")
    return tuple(holders.values_list("contact_id", flat=True))


def newest_opt_ins(
    *, address_ids: Sequence[int], channels: Sequence[Channel]
) -> Mapping[tuple[Channel, EventKind], datetime]:
    """Return when the newest opt-in that counted came from these addresses, per channel and kind of opt-in."""
    if not address_ids:
        return {}
    rows = (
        LedgerEntry.objects.filter(address_id__in=address_ids, channel__in=channels, kind__in=sorted(OPT_IN_KINDS))
        .exclude(effect=Effect.REFUSED)
        .values_list("channel", "kind")
        .annotate(newest=Max("occurred_at"))
    )
    return {(Channel(channel), EventKind(kind)): newest for channel, kind, newest in rows}
