"""Erase: what goes, what stays and why, a confirmation typed by hand, and a reason."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from config.contact_desk.page import show
from config.contact_desk.shell import LIST_URL, Act, act_of, for_contact, say
from config.personal_data.foreseen import Changed, do_as_shown, fingerprint, parts
from config.personal_data.forms import EraseForm
from contacts.models import Contact
from contacts.services import UnableToErase, erase_contact, preview_erasure
from contacts.vocabulary import Fate

_TITLES = {
    "What is removed": (Fate.REMOVED,),
    "What is replaced": (Fate.REPLACED,),
    "What is set": (Fate.SET,),
    "What stays, and why": (Fate.KEPT,),
}


@for_contact("contacts.view_contact", "contacts.erase_contact")
def view(request: HttpRequest, contact: Contact) -> HttpResponse:
    """Show exactly what an erasure would do, and do it when it is confirmed."""
    act = act_of(request)
    words = f"ERASE {contact.pk}"
    if request.method != "POST":
        return _ask(request, contact, act, EraseForm(words=words))
    form = EraseForm(request.POST, words=words)
    if form.is_valid():
        try:
            done = do_as_shown(
                request.POST.get("seen", ""),
                lambda: erase_contact(contact_id=contact.pk, reason=form.cleaned_data["reason"], **act).consequences,
            )
        except UnableToErase as unable:
            form.add_error(unable.field if unable.field in form.fields else None, unable.message)
        except Changed:
            form.add_error(None, "Something about this contact changed since the preview. Read it again, then confirm.")
        else:
            removed = sum(each.count for each in done if each.fate is Fate.REMOVED)
            say(request, f"Contact {contact.pk} was erased: {removed} records blanked. They stay silent for good.")
            return redirect(LIST_URL)
    return _ask(request, contact, act, form, status=422)


def _ask(request: HttpRequest, contact: Contact, act: Act, form: EraseForm, *, status: int = 200) -> HttpResponse:
    foreseen = preview_erasure(contact_id=contact.pk, **act).consequences
    told = parts(foreseen, _TITLES)
    seen = fingerprint(foreseen)
    return show(request, contact, tab="erase", template="erase.html", form=form, seen=seen, parts=told, status=status)
