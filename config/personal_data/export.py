"""Export everything: one ZIP with pages to read, the same as data, and the files, for the person it is about."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string

from config.complaint_pack import bounds
from config.complaint_pack.archive import evidence_files, zipped
from config.complaint_pack.gathering import Story, gather
from config.complaint_pack.plain import Plain, moment, plain_rows
from config.contact_desk.shell import act_of, for_contact, refuse
from consent.models import Drift, EmailEvent, InboundCall, LedgerEntry, OptInQuestion, OptOutRequest, Suppression
from consent.proofs import canonical
from consent.selectors.deliveries_about import DeliveryAbout, deliveries_about
from consent.services import packs
from contacts.models import Address, Contact, ContactAddress
from contacts.selectors import AddressView, addresses_of, merged_ids
from contacts.values import Actor
from lists.models import ListAddressOptOut, ListMembership

_OF_HISTORY = frozenset({"history_id", "history_change_reason", "history_user_id"})


@for_contact("contacts.view_contact", "contacts.export_contact", posts=True)
def download(request: HttpRequest, contact: Contact) -> HttpResponse:
    """Make the export and send it. A POST, because the ledger records it."""
    if bounds.is_too_large(contact):
        refuse(request, bounds.way_out(contact, " --personal-data"))
        return redirect("admin:contacts_contact_change", contact.pk)
    act = act_of(request)
    response = HttpResponse(make_export(contact=contact, **act), content_type="application/zip")
    name = f"personal-data-{contact.public_id}-{act['at']:%Y%m%d-%H%M}.zip"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "no-store"
    return response


@transaction.atomic
def make_export(*, contact: Contact, by: Actor, at: datetime) -> bytes:
    """Put together everything known of a person, and record in the ledger that it was exported.

    Nothing of it is stored. A raw request that is about others as well is told without its body; what it said of this
    one is in the messages and events.
    Once: makes another export, and records that too.
    """
    story, held = gather(contact), addresses_of(contact.pk)
    files, missing = evidence_files(story.evidence)
    further = _further(contact, held)
    data = canonical({"form": 1, "made_at": moment(at), "missing_files": missing, **_rows(story), **further})
    packs.record_export(contact_id=contact.pk, digest=sha256(data).hexdigest(), by=by, at=at)
    files["data.json"] = data
    page = render_to_string(
        "contact_desk/export.html",
        {
            **story.told,
            "contact": contact,
            "made_at": moment(at),
            "missing": missing,
            "shared": [each for each in held if each.shared_with],
            "further": {name.replace("_", " "): len(rows) for name, rows in further.items() if rows},
        },
    )
    files["index.html"] = page.encode()
    return zipped(files)


def _rows(story: Story) -> dict[str, Any]:
    """Return the story's rows without the names of staff and the reasons of rules, which are no data of the person."""
    return {name: rows for name, rows in story.rows.items() if name not in {"people", "rules"}}


def _further(contact: Contact, held: Sequence[AddressView]) -> dict[str, list[Plain]]:
    """Return what no complaint is about and the person may have all the same: earlier versions, requests, events."""
    people = [contact.pk, *merged_ids(contact.pk)]
    address_ids = [each.id for each in held]
    here = Q(address_id__in=address_ids)
    had = ContactAddress.history.filter(contact_id__in=people)
    ever = Address.objects.filter(pk__in=had.values("address_id"))

    def rows(found: Any) -> list[Plain]:
        return plain_rows(found, without=_OF_HISTORY | {"search_text"})

    return {
        "earlier_versions": rows(Contact.history.filter(id__in=people).order_by("history_id")),
        "merged_contacts": rows(Contact.objects.filter(pk__in=people[1:]).order_by("pk")),
        "addresses_ever_held": rows(ever.order_by("pk")),
        "when_they_were_held": rows(had.order_by("history_id")),
        "suppressions_of_merged_contacts": rows(Suppression.objects.filter(contact_id__in=people[1:]).order_by("pk")),
        "memberships_of_merged_contacts": rows(ListMembership.objects.filter(contact_id__in=people[1:]).order_by("pk")),
        "list_opt_outs_of_addresses": rows(ListAddressOptOut.objects.filter(here).order_by("pk")),
        "opt_out_requests": rows(OptOutRequest.objects.filter(contact_id__in=people).order_by("pk")),
        "opt_in_questions": rows(OptInQuestion.objects.filter(here).order_by("pk")),
        "email_events": rows(EmailEvent.objects.filter(here).order_by("pk")),
        "calls": rows(InboundCall.objects.filter(here).order_by("pk")),
        "differences_with_providers": rows(Drift.objects.filter(here).order_by("pk")),
        "raw_requests_of_providers": [_request(each) for each in deliveries_about(address_ids)],
        "ledger": rows(LedgerEntry.objects.filter(Q(contact_id__in=people) | here).order_by("pk")),
    }


def _request(about: DeliveryAbout) -> Plain:
    """Return a provider's request: its body as it came, or why it is not here."""
    row = about.delivery
    (told,) = plain_rows([row], without=frozenset({"body", "reason", "attempts", "next_attempt_at"}))
    body = bytes(row.body)
    if not body:
        return {**told, "body": None, "why_without": "removed after the time that such requests are kept"}
    if not about.is_alone:
        return {**told, "body": None, "why_without": "it is about other people as well"}
    try:
        return {**told, "body": body.decode()}
    except UnicodeDecodeError:
        return {**told, "body_base64": b64encode(body).decode()}
