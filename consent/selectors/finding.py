"""Finding contacts by what stands for them, as conditions on a queryset of contacts.

Each condition matches as `standing_by_contact` does: what names the contact, and what names an address it holds.
"""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Exists, OuterRef, Q, QuerySet

from consent.models import Suppression
from consent.vocabulary import CHANNELS, Channel, Direction, DndStatus, Kind, Reason
from contacts.models import ContactAddress


def with_dnd(
    *,
    channel: Channel | None = None,
    kind: Kind | None = None,
    reason: Reason | None = None,
    direction: Direction = Direction.OUTBOUND,
) -> Q:
    """Return the condition that one suppression of this kind, channel and reason stands for the contact.

    A suppression on all channels counts for each of them.
    """
    rows = Suppression.objects.filter(lifted_at=None, direction=direction)
    if channel is not None:
        rows = rows.filter(channel__in=[channel, Channel.ALL])
    if kind is not None:
        rows = rows.filter(kind=kind)
    if reason is not None:
        rows = rows.filter(reason=reason)
    return _named_by(rows)


def with_status(status: DndStatus, *, connected: Collection[Channel]) -> Q:
    """Return the condition that a contact's DND is On, Partial or Off over the connected channels."""
    channels = connected or CHANNELS
    silent = [with_dnd(channel=channel) for channel in channels]
    any_silent, all_silent = Q(), Q()
    for one in silent:
        any_silent |= one
        all_silent &= one
    rows = Suppression.objects.filter(
        lifted_at=None, direction=Direction.OUTBOUND, channel__in=[*channels, Channel.ALL]
    )
    match status:
        case DndStatus.ON:
            return _named_by(rows) & all_silent
        case DndStatus.PARTIAL:
            return _named_by(rows) & ~all_silent
        case DndStatus.OFF:
            return ~Q(Exists(rows.filter(contact=OuterRef("pk")))) & ~Q(
                Exists(rows.filter(address__holders__contact=OuterRef("pk")))
            )


def _named_by(rows: QuerySet[Suppression]) -> Q:
    by_contact = rows.filter(contact__isnull=False).values("contact_id")
    holders = ContactAddress.objects.filter(
        address_id__in=rows.filter(address__isnull=False).values("address_id")
    ).values("contact_id")
    return Q(pk__in=by_contact.union(holders))
