"""Finding contacts by what stands for them, as conditions on a queryset of contacts.

Each matches as `standing_by_contact` does: what names the contact, and what names an address it holds. They walk the
partial index of the stored reach; only what its masks can't tell is looked up in the suppressions.
"""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import BooleanField, Exists, OuterRef, Q, QuerySet
from django.db.models.expressions import RawSQL

from consent.models import Evidence, Suppression
from consent.models.evidence import EvidenceStatus
from consent.models.reach import CHANNEL_BITS, OTHER_REASON_BIT, REASON_BITS, Reach
from consent.vocabulary import CHANNELS, Channel, Direction, DndStatus, Kind, Reason

_SOMETHING_STANDS = ~Q(temporary=0, permanent=0, blocked=False)
"""As the partial index has it."""


def with_dnd(*, channel: Channel | None = None, kind: Kind | None = None, reason: Reason | None = None) -> Q:
    """Return the condition that one outbound suppression of this kind, channel and reason stands for the contact.

    A suppression on all channels counts for each of them.
    """
    # One comparison for each kind, as the statistics on the masks have them.
    masks = [each.value for each in Kind if kind in {None, each}]
    if channel is not None:
        masks = [f"({mask} & {CHANNEL_BITS[channel]})" for mask in masks]
    conditions = [" OR ".join(f"{mask} <> 0" for mask in masks)]
    if reason is not None:
        conditions.append(f"(reasons & {REASON_BITS.get(reason, OTHER_REASON_BIT)}) <> 0")
    found = _reach(*conditions)
    # A mask tells the channels of each kind, another the reasons: not whether both are of one suppression.
    alone = channel is None and kind is None
    if channel is not Channel.ALL and (reason is None or (alone and reason in REASON_BITS)):
        return found
    return found & _one_suppression(channel, kind, reason)


def blocked() -> Q:
    """Return the condition that the contact is blocked: nothing that comes from them is let in."""
    return Q(Exists(Reach.objects.filter(_SOMETHING_STANDS, contact=OuterRef("pk"), blocked=True)))


def with_pending_evidence() -> Q:
    """Return the condition that opt-in evidence of the contact waits for its review."""
    waiting = Evidence.objects.filter(status=EvidenceStatus.PENDING, contact=OuterRef("pk"))
    return Q(Exists(waiting))


def with_status(status: DndStatus, *, connected: Collection[Channel]) -> Q:
    """Return the condition that a contact's DND is On, Partial or Off over the connected channels.

    Where nothing is connected every channel counts, as in `status_of`.
    """
    bits = sum(CHANNEL_BITS[channel] for channel in set(connected or CHANNELS))
    if status is DndStatus.ON:
        return _reach(f"((temporary | permanent) & {bits}) = {bits}")
    silenced = f"((temporary | permanent) & {bits}) <> 0"
    if status is DndStatus.OFF:
        return ~_reach(silenced)
    return _reach(silenced, f"((temporary | permanent) & {bits}) <> {bits}")


def _reach(*conditions: str) -> Q:
    """Return the condition that the stored reach says all of this of the contact. Shape: SQL of fixed pieces."""
    rows = Reach.objects.filter(_SOMETHING_STANDS, contact=OuterRef("pk"))
    for condition in conditions:
        rows = rows.filter(RawSQL(f"({condition})", [], output_field=BooleanField()))  # noqa: S611
    return Q(Exists(rows))


def _one_suppression(channel: Channel | None, kind: Kind | None, reason: Reason | None) -> Q:
    rows: QuerySet[Suppression] = Suppression.objects.filter(lifted_at=None, direction=Direction.OUTBOUND)
    if channel is not None:
        rows = rows.filter(channel__in=[channel, Channel.ALL])
    if kind is not None:
        rows = rows.filter(kind=kind)
    if reason is not None:
        rows = rows.filter(reason=reason)
    by_contact = Exists(rows.filter(contact=OuterRef("pk")))
    by_address = Exists(rows.filter(address__holders__contact=OuterRef("pk")))
    return Q(by_contact) | Q(by_address)
