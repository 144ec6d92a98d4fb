"""Adding, removing and promoting the addresses of a contact."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from config.contact_desk.forms import AddressForm
from config.contact_desk.overview import show_overview
from config.contact_desk.shell import PAGE_URL, act_of, for_contact, say
from contacts.drafts import NewAddress
from contacts.models import Address, Contact
from contacts.normalize import InvalidAddress
from contacts.selectors import holders_of
from contacts.services import add_address, make_primary, remove_address
from contacts.vocabulary import AddressKind

MAY_CHANGE = "contacts.change_contact"


@for_contact(MAY_CHANGE, posts=True)
def add(request: HttpRequest, contact: Contact) -> HttpResponse:
    """Add an address in any spelling."""
    form = AddressForm(request.POST)
    if form.is_valid():
        draft = NewAddress(AddressKind(form.cleaned_data["kind"]), form.cleaned_data["raw"])
        try:
            change = add_address(contact_id=contact.pk, address=draft, **act_of(request))
        except InvalidAddress as invalid:
            form.add_error("raw", invalid.message)
        else:
            say(request, _added(contact, change.joined))
            return redirect(PAGE_URL, contact.pk)
    return show_overview(request, contact, address=form, status=422)


def _added(contact: Contact, joined: tuple[int, ...]) -> str:
    if not joined:
        return "Nothing changed: the contact has this address already."
    shown = Address.objects.get(pk=joined[0]).shown
    others = [str(other) for other in holders_of(joined[0]).exclude(pk=contact.pk)[:3]]
    return f"{shown} added. It is shared with {', '.join(others)}." if others else f"{shown} added."


@for_contact(MAY_CHANGE, posts=True)
def remove(request: HttpRequest, contact: Contact, address_id: int) -> HttpResponse:
    """Part the contact from an address."""
    remove_address(contact_id=contact.pk, address_id=address_id, **act_of(request))
    shown = Address.objects.get(pk=address_id).shown
    say(request, f"{shown} removed. What silences the address, or this contact, stays.")
    return redirect(PAGE_URL, contact.pk)


@for_contact(MAY_CHANGE, posts=True)
def promote(request: HttpRequest, contact: Contact, address_id: int) -> HttpResponse:
    """Make an address the primary of its kind."""
    change = make_primary(contact_id=contact.pk, address_id=address_id, **act_of(request))
    shown = Address.objects.get(pk=address_id).shown
    say(request, f"{shown} is the primary now." if change.made_primary else f"{shown} was the primary already.")
    return redirect(PAGE_URL, contact.pk)
