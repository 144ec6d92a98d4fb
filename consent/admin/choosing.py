"""One box for a person: a contact's name or an address in any spelling, and a choice where several are meant."""

from __future__ import annotations

from dataclasses import dataclass

from django import forms
from unfold.widgets import UnfoldAdminTextInputWidget

from consent.selectors.business import default_region
from consent.selectors.subjects import Candidate, find_subjects
from consent.vocabulary import Channel
from contacts import selectors as contacts
from contacts.models import Contact
from contacts.values import CanonicalAddress


class WhoForm(forms.Form):
    """The box, and the contact that was chosen for what stands in it."""

    who = forms.CharField(
        required=False,
        max_length=200,
        widget=UnfoldAdminTextInputWidget,
        help_text="A contact’s name, or an address in any spelling.",
    )
    contact = forms.IntegerField(required=False, widget=forms.HiddenInput)


@dataclass(frozen=True, slots=True)
class Chosen:
    """Who is meant: a contact, an address (`address_id` None where nobody ever had it), or nobody.

    `candidates`: several may be meant. `problem`: what was typed is neither a name here nor an address.
    """

    contact: Contact | None = None
    address: CanonicalAddress | None = None
    address_id: int | None = None
    candidates: tuple[Candidate, ...] = ()
    problem: str = ""


def choose(form: WhoForm, *, channel: Channel) -> Chosen:
    """Return whom a valid form means on this channel.

    A candidate's button is called `pick`. The remembered contact counts while its name stands in the box.
    """
    term = form.cleaned_data["who"].strip()
    picked = _contact(form.data.get("pick"))
    if picked is not None:
        return Chosen(contact=picked)
    remembered = _contact(form.cleaned_data["contact"])
    if remembered is not None and term in {"", str(remembered)}:
        return Chosen(contact=remembered)
    if not term:
        gone = form.cleaned_data["contact"] is not None
        return Chosen(problem="Nobody has this contact id, or the contact was deleted." if gone else "")
    found = find_subjects(term, channel=channel, region=default_region())
    if found.address is not None:
        return Chosen(address=found.address, address_id=found.address_id)
    if len(found.candidates) == 1:
        return Chosen(contact=_contact(found.candidates[0].id))
    problem = "" if found.candidates else f"“{term}” is nobody’s name here, and no address for {channel.label}."
    return Chosen(candidates=found.candidates, problem=problem)


def remember(form: WhoForm, contact: Contact) -> WhoForm:
    """Return the form with the chosen contact in it, so that the next question is about the same person."""
    data = {name: form.data[name] for name in form.data}
    return type(form)(data | {"who": str(contact), "contact": str(contact.pk)})


def _contact(contact_id: object) -> Contact | None:
    if not str(contact_id or "").isdecimal():
        return None
    return contacts.visible_contacts().filter(pk=int(str(contact_id))).first()
