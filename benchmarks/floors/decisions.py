"""The floors of a call of decisions: an answer that is ready, and how Django projects usually write it."""

from __future__ import annotations

import json
from functools import cache
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from rest_framework import serializers
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.views import APIView

from contacts.models import Contact


@cache
def _prepared(count: int) -> str:
    """Return an answer as long as ours: one in eight is refused, every third of them for two reasons."""
    allowed = {"contact": str(UUID(int=0)), "address": "+15035550100", "allowed": True, "reasons": []}
    reason = {
        "code": "opt_out",
        "kind": "permanent",
        "channel": "sms",
        "since": "2026-10-02T14:11:09Z",
        "expires_at": None,
        "text": "Texted STOP on 2 Oct 2026",
        "lifted_by": ["contact_opt_in", "approved_evidence"],
        "rule": "R01",
    }
    refused, twice = ({**allowed, "allowed": False, "reasons": [reason] * reasons} for reasons in (1, 2))
    results = [twice if place % 24 == 0 else refused if place % 8 == 0 else allowed for place in range(count)]
    return json.dumps({"results": results}, separators=(",", ":"))


def static(request: HttpRequest, count: int) -> HttpResponse:
    """Read what was sent, and answer with as much as a decision about so many has."""
    assert request.body
    text = _prepared(count)
    return HttpResponse(text, content_type="application/json", headers={"Content-Length": str(len(text))})


class Asked(serializers.Serializer[Any]):
    contacts = serializers.ListField(child=serializers.UUIDField(), max_length=10_000)


class Reason(serializers.Serializer[Any]):
    code = serializers.CharField(source="reason")
    kind = serializers.CharField()
    channel = serializers.CharField()
    since = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    rule = serializers.CharField()


class Decision(serializers.ModelSerializer[Contact]):
    """Allowed unless something on SMS stands, for the contact or its number."""

    contact = serializers.UUIDField(source="public_id")
    address = serializers.SerializerMethodField()
    allowed = serializers.SerializerMethodField()
    reasons = serializers.SerializerMethodField()

    class Meta:
        model = Contact
        fields = ("contact", "address", "allowed", "reasons")

    def get_address(self, contact: Contact) -> str | None:
        held = self._phones(contact)
        return held[0].address.value if held else None

    def get_allowed(self, contact: Contact) -> bool:
        return not self._standing(contact)

    def get_reasons(self, contact: Contact) -> Any:
        return Reason(self._standing(contact), many=True).data

    def _phones(self, contact: Contact) -> list[Any]:
        return [each for each in contact.held_addresses.all() if each.kind == "phone" and each.is_primary]

    def _standing(self, contact: Contact) -> list[Any]:
        rows = [*contact.suppressions.all()]
        rows += [row for held in self._phones(contact) for row in held.address.suppressions.all()]
        standing = {row.pk: row for row in rows if row.lifted_at is None and row.channel in {"sms", "all"}}
        return list(standing.values())


class Usual(APIView):
    """Decisions by serializers and prefetched models. No key is checked."""

    authentication_classes = ()
    permission_classes = ()

    def post(self, request: Request) -> HttpResponse:
        asked = Asked(data=request.data)
        asked.is_valid(raise_exception=True)
        contacts = Contact.objects.filter(public_id__in=asked.validated_data["contacts"])
        contacts = contacts.prefetch_related("suppressions", "held_addresses__address__suppressions")
        told = JSONRenderer().render({"results": Decision(contacts, many=True).data})
        return HttpResponse(told, content_type="application/json", headers={"Content-Length": str(len(told))})
