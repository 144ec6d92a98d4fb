"""The frame of the contact page: who it is, how their DND stands, and the tabs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse

from config.contact_desk.dnd_controls import Attempt
from config.contact_desk.dnd_panel import panel_of
from config.contact_desk.shell import PAGE_URL
from contacts.models import Contact
from contacts.registry import registry
from contacts.selectors import AddressView, addresses_of


@dataclass(frozen=True, slots=True)
class Tab:
    """One tab of the page."""

    key: str
    title: str
    url: str


def tabs_of(contact: Contact) -> list[Tab]:
    """Return the tabs: the page's own, and between them the panels that apps have registered."""
    own = [
        Tab("overview", "DND and details", reverse(PAGE_URL, args=[contact.pk])),
        Tab("lists", "Lists", reverse("admin:contact-desk-lists", args=[contact.pk])),
    ]
    registered = [
        Tab(panel.key, panel.title, reverse("admin:contact-desk-panel", args=[contact.pk, panel.key]))
        for panel in registry.contact_panels
    ]
    last = [
        Tab("timeline", "Timeline", reverse("admin:contact-desk-timeline", args=[contact.pk])),
        Tab("decisions", "Decisions", reverse("admin:contact-desk-decisions", args=[contact.pk])),
        Tab("history", "History", reverse("admin:contacts_contact_history", args=[contact.pk])),
    ]
    return [*own, *registered, *last]


def show(
    request: HttpRequest,
    contact: Contact,
    *,
    tab: str,
    template: str,
    addresses: Sequence[AddressView] | None = None,
    attempt: Attempt | None = None,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    """Return the contact page with one of its tabs."""
    addresses = addresses_of(contact.pk) if addresses is None else addresses
    request.current_app = admin.site.name
    tabs = tabs_of(contact)
    context = {
        **admin.site.each_context(request),
        "title": str(contact),
        "subtitle": next((each.title for each in tabs[1:] if each.key == tab), ""),
        "opts": Contact._meta,
        "original": contact,
        "contact": contact,
        "panel": panel_of(request, contact, addresses, attempt=attempt),
        "tabs": tabs,
        "tab": tab,
        "may_change": request.user.has_perm("contacts.change_contact"),
        "may_delete": request.user.has_perm("contacts.delete_contact"),
        "may_merge": request.user.has_perm("contacts.merge_contact"),
        "may_erase": request.user.has_perm("contacts.erase_contact"),
        "may_export": request.user.has_perm("contacts.export_contact"),
        **more,
    }
    return TemplateResponse(request, f"contact_desk/{template}", context, status=status)
