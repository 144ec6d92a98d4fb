"""DND as staff and integrations see it: On, Partial or Off, channel by channel, with every reason."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from consent.gate import refuses
from consent.rules import lift_routes
from consent.selectors.business import time_zone
from consent.selectors.channels import connected_channels
from consent.selectors.standing import active_suppressions
from consent.sentences import how_it_lifts, why
from consent.values import ActiveSuppression
from consent.vocabulary import (
    CHANNELS,
    RETIRED_CHANNELS,
    Channel,
    Direction,
    DndStatus,
    Kind,
    LiftRoute,
    Purpose,
    Reason,
)
from contacts.models import ContactAddress


@dataclass(frozen=True, slots=True)
class StandingReason:
    """One reason as a screen shows it. `staff_can_lift` is what the rules allow, before permissions."""

    suppression: ActiveSuppression
    text: str
    how_it_lifts: str
    staff_can_lift: bool

    @property
    def is_permanent(self) -> bool:
        return self.suppression.kind is Kind.PERMANENT


@dataclass(frozen=True, slots=True)
class ChannelDnd:
    """One channel of a contact, one direction. `kind` is the strongest that stands; None where nothing does."""

    channel: Channel
    direction: Direction
    connected: bool
    reasons: tuple[StandingReason, ...]

    @property
    def kind(self) -> Kind | None:
        if not self.reasons:
            return None
        return Kind.PERMANENT if any(reason.is_permanent for reason in self.reasons) else Kind.TEMPORARY

    @property
    def is_retired(self) -> bool:
        return self.channel in RETIRED_CHANNELS


@dataclass(frozen=True, slots=True)
class ContactDnd:
    """Everything that stands for one contact. `everywhere` are the reasons on all channels at once."""

    contact_id: int
    status: DndStatus
    channels: tuple[ChannelDnd, ...]
    inbound: tuple[ChannelDnd, ...]
    everywhere: tuple[StandingReason, ...]

    @property
    def blocked(self) -> bool:
        return any(reason.suppression.reason is Reason.BLOCKED for each in self.inbound for reason in each.reasons)

    @property
    def do_not_contact(self) -> StandingReason | None:
        chosen = (each for each in self.everywhere if each.suppression.reason is Reason.DO_NOT_CONTACT)
        return next(chosen, None)


INBOUND_CHANNELS = (Channel.SMS, Channel.CALL)


def contact_dnd(contact_id: int) -> ContactDnd:
    """Return one contact's DND with every reason."""
    return contacts_dnd([contact_id])[contact_id]


def contacts_dnd(contact_ids: Collection[int]) -> dict[int, ContactDnd]:
    """Return the DND of several contacts by id, in four queries however many they are."""
    connected = connected_channels()
    standing = standing_by_contact(contact_ids)
    return {contact_id: _dnd(contact_id, standing[contact_id], connected) for contact_id in contact_ids}


def standing_by_contact(contact_ids: Collection[int]) -> Mapping[int, list[ActiveSuppression]]:
    """Return what stands for each contact: what names it, and what names an address it holds for that channel."""
    holders: dict[int, list[int]] = defaultdict(list)
    rows = ContactAddress.objects.filter(contact_id__in=contact_ids)
    for contact_id, address_id in rows.values_list("contact_id", "address_id"):
        holders[address_id].append(contact_id)
    wanted = set(contact_ids)
    standing: dict[int, list[ActiveSuppression]] = {contact_id: [] for contact_id in contact_ids}
    for row in active_suppressions(contact_ids=wanted, address_ids=holders.keys()):
        concerned = set(holders.get(row.address_id, ())) if row.address_id is not None else set()
        if row.contact_id in wanted:
            concerned.add(row.contact_id)
        for contact_id in concerned:
            standing[contact_id].append(row)
    return standing


def status_of(rows: Iterable[ActiveSuppression], connected: frozenset[Channel]) -> DndStatus:
    """Return On where every connected channel is silenced, Partial where some are, else Off.

    Where nothing is connected, every channel counts.
    """
    outbound = [row for row in rows if row.direction is Direction.OUTBOUND]
    channels = connected or frozenset(CHANNELS)
    silenced = {channel for channel in channels if any(refuses(row, channel, Purpose.MARKETING) for row in outbound)}
    if silenced == channels:
        return DndStatus.ON
    return DndStatus.PARTIAL if silenced else DndStatus.OFF


def _dnd(contact_id: int, rows: list[ActiveSuppression], connected: frozenset[Channel]) -> ContactDnd:
    reasons = [_reason(row) for row in sorted(rows, key=lambda row: (row.kind is not Kind.PERMANENT, row.since))]

    def on(channel: Channel, direction: Direction) -> ChannelDnd:
        mine = (
            reason
            for reason in reasons
            if reason.suppression.channel is channel and reason.suppression.direction is direction
        )
        return ChannelDnd(channel, direction, channel in connected, _one_of_each(mine))

    return ContactDnd(
        contact_id=contact_id,
        status=status_of(rows, connected),
        channels=tuple(on(channel, Direction.OUTBOUND) for channel in CHANNELS),
        inbound=tuple(on(channel, Direction.INBOUND) for channel in INBOUND_CHANNELS),
        everywhere=on(Channel.ALL, Direction.OUTBOUND).reasons,
    )


def _one_of_each(reasons: Iterable[StandingReason]) -> tuple[StandingReason, ...]:
    """Keep one of the rows that say the same: a shared address has one per holder."""
    shown: dict[tuple[Reason, Kind], StandingReason] = {}
    for reason in reasons:
        shown.setdefault((reason.suppression.reason, reason.suppression.kind), reason)
    return tuple(shown.values())


def _reason(row: ActiveSuppression) -> StandingReason:
    return StandingReason(
        suppression=row,
        text=why(row, tz=time_zone()),
        how_it_lifts=how_it_lifts(row),
        staff_can_lift=row.kind is Kind.TEMPORARY and LiftRoute.STAFF in lift_routes(row),
    )
