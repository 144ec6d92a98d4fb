"""The forms and buttons of the DND panel, made for one state of it and for who may press them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.http import QueryDict

from config.contact_desk import dnd_forms as forms
from config.contact_desk.clearing import Needs
from consent.vocabulary import Channel, Direction, Reason

if TYPE_CHECKING:
    from config.contact_desk.dnd_panel import ChannelView
    from config.contact_desk.dnd_reasons import ReasonView


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


class Controls:
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
        if not view.reasons and view.state == "permanent":
            return None  # silenced on all channels for good: a switch that is off would say the opposite
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
        label = "Extend…" if manual else "Add by hand…" if view.reasons or view.state == "permanent" else "Until…"
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

    def objection(self) -> Control:
        """Return the form for the contact's objection to marketing."""
        return self.make("object", forms.ObjectForm, "Object to marketing…", key="object")

    def turn(self, action: str, *, on: bool) -> Control:
        """Return the form that turns Do Not Contact or the block."""
        words = {
            ("do-not-contact", True): "Switch on…",
            ("do-not-contact", False): "Switch off…",
            ("block", True): "Block…",
            ("block", False): "Unblock…",
        }
        return self.make(action, forms.TurnForm, words[action, on], key="turn", on=int(on))
