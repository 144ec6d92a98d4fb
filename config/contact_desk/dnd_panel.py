"""What the DND panel shows of one contact: a row per channel, its reasons, and the buttons this person may press."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from django.http import HttpRequest

from config.contact_desk.clearing import Needs
from config.contact_desk.dnd_controls import Attempt, Control, Controls
from config.contact_desk.dnd_reasons import ReasonView, gather_reasons
from config.contact_desk.fingerprint import every_reason, fingerprint
from consent.admin.holds import may_read
from consent.selectors.dnd import ChannelDnd, ContactDnd, contact_dnd
from consent.vocabulary import ADDRESS_KIND_OF, Channel, Direction, DndStatus, Kind, Reason
from contacts.models import Contact
from contacts.selectors import AddressView
from contacts.vocabulary import AddressKind

ICONS = {
    Channel.SMS: "sms",
    Channel.CALL: "call",
    Channel.EMAIL: "mail",
    Channel.WHATSAPP: "chat",
    Channel.FACEBOOK: "forum",
    Channel.GMB: "storefront",
    Channel.ALL: "do_not_disturb_on",
}


@dataclass(frozen=True, slots=True)
class ChannelView:
    """One row of the panel. `switch` is None where nothing can be switched; `state` is open, temporary or permanent."""

    channel: Channel
    direction: Direction
    state: str
    status: str
    hint: str
    connected: bool
    reasons: tuple[ReasonView, ...]
    switch: Control | None = None
    options: Control | None = None

    @property
    def key(self) -> str:
        return str(self.channel) if self.direction is Direction.OUTBOUND else f"{self.channel}-in"

    @property
    def icon(self) -> str:
        return ICONS[self.channel]

    @property
    def title(self) -> str:
        if self.direction is Direction.OUTBOUND:
            return self.channel.label
        return "Texts from the contact" if self.channel is Channel.SMS else "Calls from the contact"


@dataclass(frozen=True, slots=True)
class Panel:
    """Everything about one contact's DND, ready for the template."""

    status: DndStatus
    everywhere: tuple[ReasonView, ...]
    channels: tuple[ChannelView, ...]
    inbound: tuple[ChannelView, ...]
    blocked: bool
    may_act: bool
    all_on: Control | None = None
    all_clear: Control | None = None
    asked: Control | None = None
    do_not_contact: ReasonView | None = None
    turn_do_not_contact: Control | None = None
    turn_block: Control | None = None
    objected: bool = False
    objection: Control | None = None


def panel_of(
    request: HttpRequest, contact: Contact, addresses: Sequence[AddressView], *, attempt: Attempt | None = None
) -> Panel:
    """Return the panel for a contact, with the controls that this user has."""
    dnd = contact_dnd(contact.pk)
    reasons = gather_reasons(
        dnd,
        held={each.id for each in addresses},
        may_file=request.user.has_perm("consent.add_evidence"),
        may_review=may_read(request),
    )
    panel = _read_only(dnd, reasons, addresses)
    if not request.user.has_perm("consent.set_dnd"):
        return panel
    return _with_controls(panel, dnd, reasons, Controls(fingerprint(dnd), attempt))


def _read_only(dnd: ContactDnd, reasons: Mapping[int, ReasonView], addresses: Sequence[AddressView]) -> Panel:
    everywhere = tuple(reasons[each.suppression.id] for each in dnd.everywhere)

    def view(row: ChannelDnd) -> ChannelView:
        own = tuple(reasons[each.suppression.id] for each in row.reasons)
        outbound = row.direction is Direction.OUTBOUND
        return ChannelView(
            channel=row.channel,
            direction=row.direction,
            state=_state(row.kind, everywhere if outbound else ()),
            status=_status(row.kind, everywhere if outbound else ()),
            hint=_hint(row, addresses) if outbound else "",
            connected=row.connected,
            reasons=own,
        )

    return Panel(
        status=dnd.status,
        everywhere=everywhere,
        channels=tuple(view(row) for row in dnd.channels),
        inbound=tuple(view(row) for row in dnd.inbound),
        blocked=dnd.blocked,
        may_act=False,
        do_not_contact=reasons[dnd.do_not_contact.suppression.id] if dnd.do_not_contact else None,
        objected=any(each.reason is Reason.OBJECTION for each in everywhere),
    )


def _hint(row: ChannelDnd, addresses: Sequence[AddressView]) -> str:
    """Return where a message on this channel goes, or why none can."""
    if row.is_retired:
        return "Retired by its provider; keeps its state"
    if not row.connected:
        return "Not connected; keeps its state"
    kind = ADDRESS_KIND_OF[row.channel]
    primary = next((each.shown for each in addresses if each.kind is kind and each.is_primary), "")
    return primary or f"No {kind.label.lower() if kind is not AddressKind.GMB else kind.label}"


def _state(own: Kind | None, everywhere: Sequence[ReasonView]) -> str:
    kinds = {own} | {Kind.PERMANENT if each.is_permanent else Kind.TEMPORARY for each in everywhere}
    if Kind.PERMANENT in kinds:
        return "permanent"
    return "temporary" if Kind.TEMPORARY in kinds else "open"


def _status(own: Kind | None, everywhere: Sequence[ReasonView]) -> str:
    if own is not None:
        return f"On, {own.label.lower()}"
    return everywhere[0].reason.label if everywhere else "Off"


def _with_controls(panel: Panel, dnd: ContactDnd, reasons: Mapping[int, ReasonView], controls: Controls) -> Panel:
    everything = [reasons[each.suppression.id] for each in every_reason(dnd)]
    cleared = {each.id: controls.clear(each) for each in everything}

    def dressed(each: ReasonView) -> ReasonView:
        return replace(each, clear=cleared[each.id])

    def row(view: ChannelView) -> ChannelView:
        return replace(
            view,
            reasons=tuple(dressed(each) for each in view.reasons),
            switch=controls.switch(view),
            options=controls.options(view),
        )

    clearable = [each for view in panel.channels for each in view.reasons if each.needs is Needs.NOTHING]
    return replace(
        panel,
        may_act=True,
        everywhere=tuple(dressed(each) for each in panel.everywhere),
        channels=tuple(row(view) for view in panel.channels),
        inbound=tuple(row(view) for view in panel.inbound),
        all_on=controls.all_on() if any(not view.reasons for view in panel.channels) else None,
        all_clear=controls.all_clear() if len(clearable) > 1 else None,
        asked=controls.asked(),
        turn_do_not_contact=controls.turn("do-not-contact", on=panel.do_not_contact is None)
        if panel.do_not_contact is None or not panel.do_not_contact.is_permanent
        else None,
        objection=None if panel.objected else controls.objection(),
        turn_block=controls.turn("block", on=not panel.blocked),
    )
