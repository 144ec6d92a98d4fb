"""The floors of a page of the feed: an answer that is ready, and how Django projects usually write it."""

from __future__ import annotations

import json
from functools import cache
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from rest_framework import generics, serializers
from rest_framework.pagination import CursorPagination
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request

from config.api.entries import EntryShape
from consent.models import LedgerEntry
from contacts.models import Address, Contact
from lists.models import ContactList


@cache
def _prepared(count: int) -> str:
    nobody = str(UUID(int=0))
    words = [nobody, nobody, "text_opt_out", "set", "", "R01", "sms", "outbound", "opt_out", "permanent", None, nobody]
    words += ["+15035550100", None, "contact", "contact", "STOP", "2026-10-02T14:11:09Z", "2026-10-02T14:11:10Z"]
    entry = dict(zip(EntryShape().fields, words, strict=True))
    return json.dumps({"results": [entry] * count}, separators=(",", ":"))


def static(request: HttpRequest, count: int) -> HttpResponse:
    """Answer with as much as a page of so many entries has."""
    text = _prepared(count)
    return HttpResponse(text, content_type="application/json", headers={"Content-Length": str(len(text))})


class Entry(serializers.ModelSerializer[LedgerEntry]):
    """The view has looked up the names of a page at once: the ledger has no foreign keys to follow."""

    id = serializers.UUIDField(source="public_id")
    event = serializers.UUIDField(source="event_id")
    contact = serializers.SerializerMethodField()
    address = serializers.SerializerMethodField()
    list = serializers.SerializerMethodField()
    lifted_by = serializers.CharField(source="route")

    class Meta:
        model = LedgerEntry
        fields = tuple(EntryShape().fields)

    def get_contact(self, entry: LedgerEntry) -> str | None:
        found = self.context["contacts"].get(entry.contact_id)
        return None if found is None else str(found.public_id)

    def get_address(self, entry: LedgerEntry) -> str | None:
        found = self.context["addresses"].get(entry.address_id)
        return None if found is None else found.value

    def get_list(self, entry: LedgerEntry) -> str | None:
        found = self.context["lists"].get(entry.list_id)
        return None if found is None else found.slug


class Pages(CursorPagination):
    ordering = "id"
    page_size = 100
    page_size_query_param = "page_size"
    max_page_size = 1000


class Usual(generics.GenericAPIView[LedgerEntry]):
    """The ledger by models, a serializer and a cursor. No key is checked."""

    authentication_classes = ()
    permission_classes = ()
    queryset = LedgerEntry.objects.all()
    serializer_class = Entry
    pagination_class = Pages

    def get(self, request: Request) -> HttpResponse:
        page = self.paginate_queryset(self.get_queryset()) or []
        names = {
            "contacts": Contact.objects.in_bulk({each.contact_id for each in page if each.contact_id}),
            "addresses": Address.objects.in_bulk({each.address_id for each in page if each.address_id}),
            "lists": ContactList.objects.in_bulk({each.list_id for each in page if each.list_id}),
        }
        entries = Entry(page, many=True, context=names).data
        told = JSONRenderer().render(self.get_paginated_response(entries).data)
        return HttpResponse(told, content_type="application/json", headers={"Content-Length": str(len(told))})
