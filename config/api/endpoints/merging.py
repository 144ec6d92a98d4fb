"""POST contacts/merge/: one contact of two who are the same person; ?preview=1 tells what would become of them."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import OpenApiExample, OpenApiParameter
from rest_framework import serializers
from rest_framework.request import Request

from config.api.answering import answer
from config.api.bodies import Body, read
from config.api.finding import contact_of
from config.api.people import ContactShape, contact_content
from config.api.problems import Fault, invalid
from config.api.schema import operation
from config.api.views import ApiView
from config.api.vocabulary import Scope
from contacts.models import Contact
from contacts.services import merge_contacts, preview_merge
from contacts.vocabulary import Fate


class MergeBody(Body):
    keep = serializers.UUIDField(help_text="The contact that stays.")
    absorb = serializers.UUIDField(help_text="The contact that becomes part of it.")


class ConsequenceShape(serializers.Serializer[Any]):
    fate = serializers.ChoiceField(Fate.choices())
    what = serializers.CharField()
    count = serializers.IntegerField()
    why = serializers.CharField()


class MergedShape(serializers.Serializer[Any]):
    """What stays after the merge, and all that it did, or would do."""

    preview = serializers.BooleanField()
    contact = ContactShape(help_text="The contact that stays: as it is now, or before a merge that is only previewed.")
    absorbed = serializers.UUIDField()
    consequences = ConsequenceShape(many=True)


class Merge(ApiView):
    scopes = {"POST": Scope.CONTACTS_WRITE}
    permissions = {"POST": ("contacts.merge_contact",)}
    query = {"POST": frozenset({"preview"})}

    @operation(
        name="merge_contacts",
        tag="contacts",
        summary="Merge two contacts who are the same person",
        description="Everything of the absorbed contact goes over to the kept one, and every “no” of either stays. It"
        " can't be undone: look at `?preview=1` first, which changes nothing.",
        request=MergeBody,
        answers={200: MergedShape},
        problems=["not_found", "unable_to_merge"],
        parameters=[OpenApiParameter("preview", str, enum=["1", "0"])],
        is_write=True,
        examples=[
            OpenApiExample(
                "Two of one person",
                request_only=True,
                value={
                    "keep": "5f0c2a52-6b0e-4c57-9f0e-1d2c3b4a5968",
                    "absorb": "0b4c3f6e-5d0e-4c57-9f0e-1d2c3b4a5968",
                },
            )
        ],
    )
    def post(self, request: Request) -> HttpResponse:
        preview = request.query_params.get("preview", "0")
        if preview not in {"0", "1"}:
            raise invalid(Fault("preview", "invalid_choice", "Send preview=1, or leave it out."))
        given = read(MergeBody, request.data)
        keep, absorb = contact_of(given["keep"]), contact_of(given["absorb"])
        verb = preview_merge if preview == "1" else merge_contacts
        merged = verb(keep_id=keep.pk, absorb_id=absorb.pk, by=self.caller.actor, at=self.at)
        stays = Contact.objects.select_related("owner").get(pk=keep.pk)
        return answer(
            {
                "preview": preview == "1",
                "contact": contact_content(stays),
                "absorbed": str(absorb.public_id),
                "consequences": [
                    {"fate": each.fate, "what": each.what, "count": each.count, "why": each.why}
                    for each in merged.consequences
                ],
            }
        )
