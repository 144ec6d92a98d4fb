"""What the DND panel shows of one contact: a row per channel, its reasons, and the buttons this person may press."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.http import HttpRequest, QueryDict

from config.contact_desk import dnd_forms as forms
from config.contact_desk.clearing import Needs
from config.contact_desk.dnd_reasons import ReasonView, gather_reasons
from config.contact_desk.fingerprint import every_reason, fingerprint
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
class Attempt:
    """A form of the panel that was posted and not carried out, to be shown again as it was filled in."""

    action: str
    data: QueryDict
    problems: tuple[tuple[str | None, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Control:
    """One button or one form that unfolds: where it posts, and whether it is open."""

    action: str
    form: forms.PanelForm
    label: str
    open: bool = False
    confirm: str = ""


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


def panel_of(
    request: HttpRequest, contact: Contact, addresses: Sequence[AddressView], *, attempt: Attempt | None = None
) -> Panel:
    """Return the panel for a contact, with the controls that this user has."""
    dnd = contact_dnd(contact.pk)
    reasons = gather_reasons(dnd, held={each.id for each in addresses}, may_file=_may_file(request.user))
    panel = _read_only(dnd, reasons, addresses)
    if not request.user.has_perm("consent.set_dnd"):
        return panel
    return _with_controls(panel, dnd, reasons, _Controls(fingerprint(dnd), attempt))


def _may_file(user: AbstractBaseUser | AnonymousUser) -> bool:
    return user.has_perm("consent.add_evidence")  # type: ignore[union-attr]


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


def _with_controls(panel: Panel, dnd: ContactDnd, reasons: Mapping[int, ReasonView], controls: _Controls) -> Panel:
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
        turn_block=controls.turn("block", on=not panel.blocked),
    )


class _Controls:
    """Makes the forms of one panel. The one that was tried comes back as it was filled in, and open."""

    def __init__(self, seen: str, attempt: Attempt | None) -> None:
        self.seen, self.attempt = seen, attempt

    def make(
        self, action: str, form: type[forms.PanelForm], label: str, *, key: str, confirm: str = "", **initial: Any
    ) -> Control:
        """Return a control. Its form is about the line that `initial` names."""
        auto_id = f"{action}-{key}-%s"
        if not self._is_tried(action, initial):
            return Control(
                action, form(initial={"seen": self.seen, **initial}, auto_id=auto_id), label, confirm=confirm
            )
        assert self.attempt is not None
        data = self.attempt.data.copy()
        data["seen"] = self.seen
        shown = form(data, auto_id=auto_id)
        shown.full_clean()
        for field, sentence in self.attempt.problems:
            name = field if field in shown.fields else None
            if sentence not in shown.errors.get(name or "__all__", []):
                shown.add_error(name, sentence)
        return Control(action, shown, label, open=True, confirm=confirm)

    def _is_tried(self, action: str, initial: Mapping[str, Any]) -> bool:
        """Return whether the form that was tried is the one about this line."""
        if self.attempt is None or self.attempt.action != action:
            return False
        named = (name for name in ("channel", "direction", "suppression", "on") if name in initial)
        return all(self.attempt.data.get(name, str(initial[name])) == str(initial[name]) for name in named)

    def switch(self, view: ChannelView) -> Control | None:
        """Return the row's switch, if one press can do it."""
        where = {"channel": view.channel, "direction": view.direction, "key": f"switch-{view.key}"}
        if not view.connected:
            return None
        if not view.reasons:
            return Control("on", self._plain(forms.SwitchOnForm, **where), "Switch on")
        if all(each.needs is Needs.NOTHING for each in view.reasons):
            return Control("clear-channel", self._plain(forms.ClearChannelForm, **where), "Switch off")
        return None

    def _plain(self, form: type[forms.PanelForm], *, key: str, **initial: Any) -> forms.PanelForm:
        return form(initial={"seen": self.seen, **initial}, auto_id=f"{key}-%s")

    def options(self, view: ChannelView) -> Control | None:
        """Return the form that switches on with an end and a note, where that can still add something."""
        where = {"channel": view.channel, "direction": view.direction}
        manual = next((each for each in view.reasons if each.reason is Reason.MANUAL), None)
        pointless = any(each.is_permanent for each in view.reasons) or (manual and not manual.until)
        if (pointless or not view.connected) and not self._is_tried("on", where):
            return None
        label = "Extend…" if manual else "Add by hand…" if view.reasons else "Until…"
        return self.make("on", forms.SwitchOnForm, label, key=view.key, **where)

    def clear(self, reason: ReasonView) -> Control | None:
        """Return what clears a reason, with the statements it asks for."""
        form = {
            Needs.NOTHING: forms.ClearForm,
            Needs.NOTE: forms.ClearForm,
            Needs.STATEMENTS: forms.ClearBounceForm,
            Needs.CONSENT: forms.ClearUnsubscribeForm,
        }.get(reason.needs)
        if form is None:
            return None
        return self.make("clear", form, "Clear…", key=str(reason.id), suppression=reason.id)

    def all_on(self) -> Control:
        """Return the form that silences every channel."""
        return self.make(
            "on",
            forms.SwitchOnForm,
            "Silence all channels…",
            key="all",
            channel=Channel.ALL,
            direction=Direction.OUTBOUND,
        )

    def all_clear(self) -> Control:
        """Return the button that clears what one press can clear."""
        return Control(
            "clear-channel",
            self._plain(forms.ClearChannelForm, key="clear-all", channel=Channel.ALL),
            "Clear temporary",
        )

    def asked(self) -> Control:
        """Return the form for a contact's own words."""
        return self.make("opt-out", forms.OptOutForm, "The contact asked us to stop…", key="asked")

    def turn(self, action: str, *, on: bool) -> Control:
        """Return the form that turns Do Not Contact or the block."""
        words = {
            ("do-not-contact", True): "Switch on…",
            ("do-not-contact", False): "Switch off…",
            ("block", True): "Block…",
            ("block", False): "Unblock…",
        }
        return self.make(action, forms.TurnForm, words[action, on], key="turn", on=int(on))
