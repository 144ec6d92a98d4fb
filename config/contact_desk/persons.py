"""Creating a contact, and deleting one."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse

from config.contact_desk.forms import NewContactForm
from config.contact_desk.page import show
from config.contact_desk.shell import LIST_URL, PAGE_URL, act_of, for_contact, require, say
from contacts.models import Contact
from contacts.normalize import InvalidAddress
from contacts.services import create_contact, delete_contact


def create(request: HttpRequest) -> HttpResponse:
    """Show the form for a new contact, and create it."""
    require(request, "contacts.add_contact")
    data = request.POST if request.method == "POST" else None
    form = NewContactForm(data, initial={"owner": request.user.pk}, owner_id=request.user.pk)
    if form.is_valid():
        try:
            contact = create_contact(**form.values(), addresses=form.addresses(), **act_of(request))
        except InvalidAddress as invalid:
            form.add_error(invalid.field, invalid.message)
        except ValidationError as refusal:
            form.add_refusal(refusal)
        else:
            say(request, f"{contact} created.")
            return redirect(PAGE_URL, contact.pk)
    return _render(
        request, "contact_desk/add.html", title="New contact", form=form, status=422 if form.is_bound else 200
    )


@for_contact("contacts.delete_contact")
def delete(request: HttpRequest, contact: Contact) -> HttpResponse:
    """Ask whether the contact shall be deleted, and delete it."""
    if request.method == "POST":
        delete_contact(contact_id=contact.pk, **act_of(request))
        say(request, f"{contact} deleted. What silences their addresses goes on.")
        return redirect(LIST_URL)
    return show(request, contact, tab="delete", template="delete.html")


def _render(request: HttpRequest, template: str, *, status: int, **context: Any) -> HttpResponse:
    request.current_app = admin.site.name
    context = {**admin.site.each_context(request), "opts": Contact._meta, **context}
    return TemplateResponse(request, template, context, status=status)
