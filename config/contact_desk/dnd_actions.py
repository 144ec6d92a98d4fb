"""The buttons of the DND panel: for each the form it posts and the one verb it calls."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from config.contact_desk import dnd_forms as forms
from config.contact_desk import dnd_told as told
from config.contact_desk.clearing import clearable_ids, siblings
from config.contact_desk.shell import Act
from consent.selectors.dnd import ContactDnd
from consent.services import dnd as verbs
from consent.services import drift
from consent.services.recording import Recorded
from consent.vocabulary import Channel, Direction
from contacts.models import Contact

Run = Callable[[Any, Contact, ContactDnd, Act], Recorded]
Tell = Callable[[Any, Recorded, ContactDnd], str]


@dataclass(frozen=True, slots=True)
class Action:
    """What one button does. `run` gets the state that the person saw, `tell` the one after it."""

    form: type[forms.PanelForm]
    run: Run
    tell: Tell


def _switch_on(form: forms.SwitchOnForm, contact: Contact, before: ContactDnd, act: Act) -> Recorded:
    return verbs.switch_on(
        contact_id=contact.pk,
        channels=[Channel(form.cleaned_data["channel"])],
        direction=Direction(form.cleaned_data["direction"] or Direction.OUTBOUND),
        note=form.cleaned_data["note"],
        expires_at=form.expires_at(act["at"]),
        **act,
    )


def _opt_out(form: forms.OptOutForm, contact: Contact, before: ContactDnd, act: Act) -> Recorded:
    return verbs.record_verbal_opt_out(
        contact_id=contact.pk,
        channels=[Channel(value) for value in form.cleaned_data["channels"]],
        how=form.cleaned_data["how"],
        asked_at=form.cleaned_data["asked_at"],
        note=form.cleaned_data["note"],
        **act,
    )


def _clear(form: forms.AnyClearForm, contact: Contact, before: ContactDnd, act: Act) -> Recorded:
    named = siblings(contact.pk, form.cleaned_data["suppression"])
    recorded = verbs.lift(
        contact_id=contact.pk,
        channels=[named.channel],
        direction=named.direction,
        suppression_ids=named.ids,
        note=form.cleaned_data["note"],
        attest=form.attestation(),
        **act,
    )
    drift.follow_lift(recorded=recorded, **act)
    return recorded


def _clear_channel(form: forms.ClearChannelForm, contact: Contact, before: ContactDnd, act: Act) -> Recorded:
    channel = Channel(form.cleaned_data["channel"])
    direction = Direction(form.cleaned_data["direction"] or Direction.OUTBOUND)
    return verbs.lift(
        contact_id=contact.pk,
        channels=[channel],
        direction=direction,
        suppression_ids=clearable_ids(contact.pk) if channel is Channel.ALL else None,
        note=form.cleaned_data["note"],
        **act,
    )


def _do_not_contact(form: forms.TurnForm, contact: Contact, before: ContactDnd, act: Act) -> Recorded:
    data = form.cleaned_data
    return verbs.do_not_contact(contact_id=contact.pk, on=data["on"], note=data["note"], **act)


def _object(form: forms.ObjectForm, contact: Contact, before: ContactDnd, act: Act) -> Recorded:
    data = form.cleaned_data
    return verbs.object_to_marketing(contact_id=contact.pk, note=data["note"], asked_at=data["asked_at"], **act)


def _block(form: forms.TurnForm, contact: Contact, before: ContactDnd, act: Act) -> Recorded:
    data = form.cleaned_data
    return verbs.block(contact_id=contact.pk, on=data["on"], note=data["note"], **act)


ACTIONS: dict[str, Action] = {
    "on": Action(forms.SwitchOnForm, _switch_on, told.switched_on),
    "opt-out": Action(forms.OptOutForm, _opt_out, told.opted_out),
    "clear": Action(forms.AnyClearForm, _clear, told.cleared),
    "clear-channel": Action(forms.ClearChannelForm, _clear_channel, told.cleared),
    "do-not-contact": Action(forms.TurnForm, _do_not_contact, told.do_not_contact),
    "object": Action(forms.ObjectForm, _object, told.objected),
    "block": Action(forms.TurnForm, _block, told.blocked),
}
