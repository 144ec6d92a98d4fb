"""The tabs that other apps have registered for the contact page."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse

from config.contact_desk.page import show
from config.contact_desk.shell import for_contact
from contacts.models import Contact
from contacts.registry import registry


@for_contact("contacts.view_contact")
def view(request: HttpRequest, contact: Contact, key: str) -> HttpResponse:
    """Show a registered panel."""
    panel = next((each for each in registry.contact_panels if each.key == key), None)
    if panel is None:
        raise Http404
    body = panel.render(request, contact)
    return show(request, contact, tab=key, template="panel.html", body=body, panel_title=panel.title)
