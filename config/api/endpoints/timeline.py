"""contacts/{id}/timeline/: the ledger of a contact, newest first."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponse
from rest_framework import serializers
from rest_framework.request import Request

from config.api.answering import answer
from config.api.entries import EntryShape, entries_content
from config.api.finding import contact_of
from config.api.paging import PARAMETERS, asked, page_from
from config.api.problems import Problem
from config.api.schema import operation
from config.api.views import ApiView
from config.api.vocabulary import Scope
from consent.models import LedgerEntry
from contacts.models import Contact, ContactAddress


class EntryPage(serializers.Serializer[Any]):
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = EntryShape(many=True)


class Timeline(ApiView):
    scopes = {"GET": Scope.EVENTS_READ}
    permissions = {"GET": ("contacts.view_contact",)}
    query = {"GET": PARAMETERS}

    @operation(
        name="get_timeline",
        tag="contacts",
        summary="Read what happened to a contact's consent",
        description="The ledger of the contact, and of its addresses while nobody held them, newest first.",
        answers={200: EntryPage},
        problems=["not_found"],
        is_list=True,
    )
    def get(self, request: Request, contact_id: UUID) -> HttpResponse:
        contact = contact_of(contact_id)
        self._check_person(contact)
        purpose = f"timeline:{contact_id}"
        want = asked(request, purpose=purpose)
        held = ContactAddress.objects.filter(contact_id=contact.pk).values("address_id")
        own = LedgerEntry.objects.filter(contact_id=contact.pk)
        unheld = LedgerEntry.objects.filter(contact_id=None, address_id__in=held)
        order = "id" if want.backwards else "-id"

        def cut(rows: QuerySet[LedgerEntry]) -> QuerySet[LedgerEntry]:
            if want.key is not None:
                rows = rows.filter(**{"id__gt" if want.backwards else "id__lt": want.key})
            return rows.order_by(order)[: want.size + 1]

        # Each half is cut before they meet: a sort of both would read the whole ledger of a contact.
        found = list(cut(own).union(cut(unheld), all=True).order_by(order)[: want.size + 1])
        page = page_from(found, want, purpose=purpose, key=lambda row: row.pk)
        return answer(page.content(request, entries_content))

    def _check_person(self, contact: Contact) -> None:
        """Let a person read everybody's ledger, or their own contacts' alone, as on the staff site. Raises: Problem."""
        caller = self.caller
        if caller.key is not None or caller.may("consent.view_ledgerentry"):
            return
        own = contact.owner_id is None or contact.owner_id == caller.user.pk
        if not (own and caller.may("consent.view_own_ledgerentry")):
            detail = "You may read the timeline of your own contacts. Ask whoever runs the site for more."
            raise Problem(403, "missing_permission", detail)
