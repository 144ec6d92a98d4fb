"""lists/: what contacts can be on, and leave. Lists are never deleted; they are archived."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from drf_spectacular.utils import OpenApiExample
from rest_framework import serializers
from rest_framework.request import Request

from config.api.answering import answer, iso
from config.api.bodies import Body, Choice, Flag, Text, read
from config.api.finding import list_of
from config.api.paging import PARAMETERS, page_of
from config.api.problems import Fault, invalid
from config.api.schema import operation
from config.api.views import ApiView
from config.api.vocabulary import Scope
from contacts.values import Actor
from lists import services as verbs
from lists.models import ContactList
from lists.values import ListDraft
from lists.vocabulary import ListPurpose


class ListShape(serializers.Serializer[Any]):
    slug = serializers.CharField(help_text="What integrations call it. It never changes.")
    name = serializers.CharField()
    purpose = serializers.ChoiceField(ListPurpose.choices())
    description = serializers.CharField()
    public_name = serializers.CharField(help_text="What contacts read. Empty: the name.")
    public_description = serializers.CharField()
    keyword = serializers.CharField(help_text="Texted alone, it opts out of this list.")
    keyword_reply = serializers.CharField()
    opt_out_list = serializers.CharField(allow_null=True, help_text="The slug of the paired opt-out list.")
    archived = serializers.BooleanField(help_text="An archived list takes no new members and no sends.")
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class ListPage(serializers.Serializer[Any]):
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = ListShape(many=True)


class ListFields(Body):
    purpose = Choice(ListPurpose.choices(), required=False)
    description = Text(required=False)
    public_name = Text(required=False, max_length=120)
    public_description = Text(required=False)
    keyword = Text(required=False, max_length=120)
    keyword_reply = Text(required=False)
    opt_out_list = Text(required=False, allow_null=True, allow_blank=False, max_length=80)


class NewListBody(ListFields):
    slug = Text(max_length=80, allow_blank=False)
    name = Text(max_length=120, allow_blank=False)


class ListBody(ListFields):
    name = Text(required=False, max_length=120, allow_blank=False)
    archived = Flag(required=False)


EXAMPLE = {"slug": "spring-offers", "name": "Spring offers", "purpose": "marketing", "keyword": "spring"}


class Lists(ApiView):
    scopes = {"GET": Scope.LISTS_READ, "POST": Scope.LISTS_WRITE}
    permissions = {"GET": ("lists.view_contactlist",), "POST": ("lists.add_contactlist",)}
    query = {"GET": PARAMETERS}

    @operation(
        name="list_lists",
        tag="lists",
        summary="Read all lists",
        description="Oldest first, archived ones too.",
        answers={200: ListPage},
        is_list=True,
    )
    def get(self, request: Request) -> HttpResponse:
        rows = ContactList.objects.select_related("opt_out_list")
        return answer(page_of(request, rows, purpose="lists").content(request, _tell))

    @operation(
        name="create_list",
        tag="lists",
        summary="Create a list",
        request=NewListBody,
        answers={201: ListShape},
        is_write=True,
        examples=[OpenApiExample("Spring offers", request_only=True, value=EXAMPLE)],
    )
    def post(self, request: Request) -> HttpResponse:
        given = read(NewListBody, request.data)
        draft = ListDraft(slug=given["slug"], name=given["name"], **_values(given))
        made = verbs.create_list(draft=draft, by=self.caller.actor, at=self.at)
        return answer(_tell([made])[0], status=201, Location=reverse("api-list", args=[made.slug]))


class OneList(ApiView):
    scopes = {"GET": Scope.LISTS_READ, "PATCH": Scope.LISTS_WRITE}
    permissions = {"GET": ("lists.view_contactlist",), "PATCH": ("lists.change_contactlist",)}

    @operation(name="get_list", tag="lists", summary="Read a list", answers={200: ListShape}, problems=["not_found"])
    def get(self, request: Request, slug: str) -> HttpResponse:
        return answer(_tell([list_of(slug)])[0])

    @operation(
        name="change_list",
        tag="lists",
        summary="Change, archive or restore a list",
        description="Fields that are given change. Archiving keeps every membership and every opt-out.",
        request=ListBody,
        answers={200: ListShape},
        problems=["not_found"],
        is_write=True,
        examples=[OpenApiExample("Archive", request_only=True, value={"archived": True})],
    )
    def patch(self, request: Request, slug: str) -> HttpResponse:
        given, found = read(ListBody, request.data), list_of(slug, lock=True)
        by, at = self.caller.actor, self.at
        if named := set(given) - {"archived"}:
            verbs.update_list(
                list_id=found.pk, draft=_draft(found, {name: given[name] for name in named}), by=by, at=at
            )
        if "archived" in given:
            _archive(found.pk, archived=given["archived"], by=by, at=at)
        return answer(_tell([list_of(slug)])[0])


def _draft(found: ContactList, given: dict[str, Any]) -> ListDraft:
    """Return a list as it is to be: what it was, with what was given."""
    stood = {
        "purpose": ListPurpose(found.purpose),
        "description": found.description,
        "public_name": found.public_name,
        "public_description": found.public_description,
        "keyword": found.keyword,
        "keyword_reply": found.keyword_reply,
        "opt_out_list_id": found.opt_out_list_id,
    }
    return ListDraft(slug=found.slug, name=given.get("name", found.name), **{**stood, **_values(given)})


def _values(given: dict[str, Any]) -> dict[str, Any]:
    """Return the fields of a body as a draft has them. Raises: Problem."""
    values = {name: each for name, each in given.items() if name not in {"slug", "name", "opt_out_list"}}
    if "purpose" in values:
        values["purpose"] = ListPurpose(values["purpose"])
    if "opt_out_list" in given:
        values["opt_out_list_id"] = _paired(given["opt_out_list"])
    return values


def _paired(slug: str | None) -> int | None:
    if slug is None:
        return None
    found = ContactList.objects.filter(slug=slug).values_list("pk", flat=True).first()
    if found is None:
        raise invalid(Fault("opt_out_list", "unknown_list", f"There is no list “{slug}”. Send another, or null."))
    return found


def _archive(list_id: int, *, archived: bool, by: Actor, at: datetime) -> None:
    act = verbs.archive_list if archived else verbs.restore_list
    act(list_id=list_id, by=by, at=at)


def _tell(rows: Sequence[ContactList]) -> list[dict[str, Any]]:
    return [
        {
            "slug": row.slug,
            "name": row.name,
            "purpose": row.purpose,
            "description": row.description,
            "public_name": row.public_name,
            "public_description": row.public_description,
            "keyword": row.keyword,
            "keyword_reply": row.keyword_reply,
            "opt_out_list": row.opt_out_list.slug if row.opt_out_list is not None else None,
            "archived": row.is_archived,
            "created_at": iso(row.created_at),
            "updated_at": iso(row.updated_at),
        }
        for row in rows
    ]
