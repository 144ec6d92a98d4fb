"""Merge: choose the duplicate and who is kept, see what moves and which "no" wins, and confirm."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from config.contact_desk.page import show
from config.contact_desk.shell import PAGE_URL, Act, act_of, for_contact, refuse, require, say
from config.personal_data.foreseen import Changed, do_as_shown, fingerprint, parts
from config.personal_data.forms import MergeForm
from consent.selectors.dnd import contact_dnd
from consent.vocabulary import DndStatus
from contacts.models import Contact
from contacts.selectors import AddressView, addresses_of, duplicates_of, visible_contacts
from contacts.services import UnableToMerge, merge_contacts, preview_merge
from contacts.vocabulary import Fate

_TITLES = {
    "What moves to the kept contact": (Fate.MOVED,),
    "What is filled in": (Fate.FILLED,),
    "What is set": (Fate.SET,),
    "What differs": (Fate.CONFLICT,),
    "What stays as it is": (Fate.KEPT,),
}
_MAY = ("contacts.view_contact", "contacts.merge_contact")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A contact that may be the same person."""

    contact: Contact
    addresses: tuple[AddressView, ...]
    status: DndStatus
    url: str


@for_contact(*_MAY)
def choose(request: HttpRequest, contact: Contact) -> HttpResponse:
    """Show the contacts that may be the same person: one of the same addresses first, then the same name."""
    found = [
        Candidate(each, addresses_of(each.pk), contact_dnd(each.pk).status, _pair_url(contact.pk, each.pk))
        for each in duplicates_of(contact.pk)
    ]
    return show(request, contact, tab="merge", template="duplicates.html", candidates=found)


@for_contact(*_MAY)
def pair(request: HttpRequest, contact: Contact, other_id: int) -> HttpResponse:
    """Show exactly what merging the other contact into this one would do, and do it when it is confirmed."""
    act = act_of(request)
    other = visible_contacts().filter(pk=other_id).first()
    if other is None:
        messages.warning(request, f"Contact {other_id} does not exist, was deleted, or was merged. Choose another one.")
        return redirect("admin:contact-desk-merge", contact.pk)
    if request.method != "POST":
        return _ask(request, contact, other, act, MergeForm())
    form = MergeForm(request.POST)
    if form.is_valid():
        try:
            do_as_shown(
                request.POST.get("seen", ""),
                lambda: merge_contacts(keep_id=contact.pk, absorb_id=other.pk, **act).consequences,
            )
        except Changed:
            form.add_error(None, "Something about these contacts changed since the preview. Read it again, confirm.")
        else:
            say(request, f"Contact {other.pk} is merged into this one. Whatever silenced either silences it.")
            return redirect(PAGE_URL, contact.pk)
    return _ask(request, contact, other, act, form, status=422)


def _ask(
    request: HttpRequest, contact: Contact, other: Contact, act: Act, form: MergeForm, *, status: int = 200
) -> HttpResponse:
    try:
        foreseen = preview_merge(keep_id=contact.pk, absorb_id=other.pk, **act).consequences
    except UnableToMerge as unable:
        refuse(request, unable.message)
        return redirect("admin:contact-desk-merge", contact.pk)
    return show(
        request,
        contact,
        tab="merge",
        template="merge.html",
        form=form,
        seen=fingerprint(foreseen),
        parts=parts(foreseen, _TITLES),
        other=other,
        other_addresses=addresses_of(other.pk),
        other_status=contact_dnd(other.pk).status,
        own_addresses=addresses_of(contact.pk),
        swap_url=_pair_url(other.pk, contact.pk),
        status=status,
    )


def chosen(model_admin: object, request: HttpRequest, queryset: QuerySet[Contact]) -> HttpResponse | None:
    """Lead from two contacts that were chosen in the list to their merge. The older one is kept, unless swapped."""
    require(request, *_MAY)
    ids = list(queryset.order_by("pk").values_list("pk", flat=True)[:3])
    if len(ids) != 2:
        refuse(request, "Choose exactly two contacts to merge.")
        return None
    return redirect(_pair_url(*ids))


def _pair_url(keep_id: int, absorb_id: int) -> str:
    return reverse("admin:contact-desk-merge-pair", args=[keep_id, absorb_id])
