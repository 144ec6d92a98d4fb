"""The buttons of the Lists tab: for each the form it posts and the one verb it calls."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms

from config.contact_desk.lists_forms import AddForm, BringBackForm, ListForm, OptOutForm, RemoveForm
from config.contact_desk.shell import Act
from consent.vocabulary import Effect, Source
from contacts.models import Contact
from lists import services as verbs
from lists.sentences import refusal
from lists.values import ListChange

Run = Callable[[Any, Contact, Act], ListChange]
Tell = Callable[[Any, ListChange, str], str]


@dataclass(frozen=True, slots=True)
class Action:
    """What one button does. `tell` gets the name of the list."""

    form: type[forms.Form]
    run: Run
    tell: Tell


def _add(form: AddForm, contact: Contact, act: Act) -> ListChange:
    return verbs.add(list_id=form.cleaned_data["list"].pk, contact_ids=[contact.pk], **act)


def _added(form: AddForm, change: ListChange, name: str) -> str:
    kept = [outcome for outcome in change.contacts if outcome.code]
    if kept:
        return f"On {name} now, still without its messages. {refusal(kept[0].code)}"
    return f"Added to {name}." if change.changed else f"Nothing changed: on {name} already."


def _remove(form: RemoveForm, contact: Contact, act: Act) -> ListChange:
    data = form.cleaned_data
    return verbs.remove(list_id=data["list"], contact_ids=[contact.pk], also_add_to_paired=data["paired"], **act)


def _removed(form: RemoveForm, change: ListChange, name: str) -> str:
    if not change.changed:
        return f"Nothing changed: not on {name}."
    return f"Removed from {name}{' and added to its opt-out list' if change.also else ''}."


def _opt_out(form: OptOutForm, contact: Contact, act: Act) -> ListChange:
    data = form.cleaned_data
    return verbs.opt_out(list_id=data["list"], contact_ids=[contact.pk], source=Source.STAFF, note=data["note"], **act)


def _opted_out(form: OptOutForm, change: ListChange, name: str) -> str:
    if not change.changed:
        return f"Nothing changed: opted out of {name} already."
    return f"Opted out of {name}. Other lists and channels stay as they are."


def _block(form: ListForm, contact: Contact, act: Act) -> ListChange:
    return verbs.block(list_id=form.cleaned_data["list"], contact_ids=[contact.pk], **act)


def _blocked(form: ListForm, change: ListChange, name: str) -> str:
    return f"Blocked on {name}." if change.changed else f"Nothing changed: blocked on {name} already."


def _unblock(form: ListForm, contact: Contact, act: Act) -> ListChange:
    return verbs.unblock(list_id=form.cleaned_data["list"], contact_ids=[contact.pk], **act)


def _unblocked(form: ListForm, change: ListChange, name: str) -> str:
    if not change.changed:
        return f"Nothing changed: not blocked on {name}."
    return f"Unblocked on {name}. An opt-out stays until the contact comes back."


def _bring_back(form: BringBackForm, contact: Contact, act: Act) -> ListChange:
    return verbs.bring_back(list_id=form.cleaned_data["list"], contact_id=contact.pk, consent=form.consent(), **act)


def _brought_back(form: BringBackForm, change: ListChange, name: str) -> str:
    stays = {outcome.code for outcome in change.outcomes if outcome.effect is Effect.KEPT and outcome.code}
    told = f"Brought back to {name}." if change.changed else f"Nothing changed on {name}."
    return " ".join([told, *(refusal(code) for code in sorted(stays))])


ACTIONS: dict[str, Action] = {
    "add": Action(AddForm, _add, _added),
    "remove": Action(RemoveForm, _remove, _removed),
    "opt-out": Action(OptOutForm, _opt_out, _opted_out),
    "block": Action(ListForm, _block, _blocked),
    "unblock": Action(ListForm, _unblock, _unblocked),
    "bring-back": Action(BringBackForm, _bring_back, _brought_back),
}


def refused(change: ListChange) -> str:
    """Return why a verb was refused: each reason once, with the way out."""
    return " ".join(dict.fromkeys(refusal(outcome.code) for outcome in change.refusals))
