"""What the staff site's search box finds."""

from __future__ import annotations

from django.contrib.admin import AdminSite
from django.http import HttpRequest
from django.urls import reverse
from unfold.dataclasses import SearchResult

from config.navigation import entries
from consent.selectors.business import default_region
from contacts import selectors as contacts
from contacts.models import Contact

MOST = 12
"""Results shown; whoever needs more looks in the Contacts list."""


def find(site: AdminSite, request: HttpRequest, term: str) -> list[SearchResult]:
    """Return the screens and contacts that a person means by some words, the screens first."""
    screens = [
        SearchResult(title=entry.title, description=group, link=link, icon=entry.icon)
        for group, entry, link in entries(site, request)
        if term.lower() in entry.title.lower()
    ]
    return (screens + _contacts(site, request, term))[:MOST]


def _contacts(site: AdminSite, request: HttpRequest, term: str) -> list[SearchResult]:
    admin = site._registry.get(Contact)
    if admin is None or not admin.has_view_or_change_permission(request):
        return []
    found = contacts.search(term, region=default_region()).only("id", "first_name", "last_name", "company")
    return [
        SearchResult(
            title=str(contact),
            description=contact.company or "Contact",
            link=reverse(f"{site.name}:contacts_contact_change", args=[contact.pk]),
            icon="person",
        )
        for contact in found[:MOST]
    ]
