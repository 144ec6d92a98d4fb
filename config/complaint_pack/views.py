"""Download complaint pack: the button of the Timeline tab."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from config.complaint_pack import bounds
from config.complaint_pack.services import make_pack
from config.contact_desk.shell import act_of, for_contact, refuse
from contacts.models import Contact


@for_contact("contacts.view_contact", "consent.view_ledgerentry", "consent.export_ledgerentry", posts=True)
def download(request: HttpRequest, contact: Contact) -> HttpResponse:
    """Make the pack and send it. A POST, because the ledger records it."""
    if bounds.is_too_large(contact):
        refuse(request, bounds.way_out(contact))
        return redirect("admin:contact-desk-timeline", contact.pk)
    pack = make_pack(contact=contact, **act_of(request))
    response = HttpResponse(pack.content, content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="{pack.name}"'
    response["Cache-Control"] = "no-store"
    return response
