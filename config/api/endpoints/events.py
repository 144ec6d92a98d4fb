"""events/: the ledger as a feed, oldest first."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.utils import OpenApiExample, OpenApiParameter
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.utils.urls import replace_query_param

from config.api.answering import answer_written, dump
from config.api.entries import EntryShape, entries_written
from config.api.paging import page_size
from config.api.problems import Fault, invalid
from config.api.schema import PAGE_PARAMETERS, operation
from config.api.views import ApiView
from config.api.vocabulary import Scope
from consent.selectors.feed import InvalidCursor, entries_after, newest_cursor
from consent.vocabulary import Channel, EventKind
from contacts.models import Contact
from contacts.vocabulary import Word

NEWEST = "newest"


class FeedShape(serializers.Serializer[Any]):
    """Follow `next` for ever: it goes on where this page ends, now or whenever there is more."""

    next = serializers.URLField(help_text="What follows. Keep it, or `cursor`, once this page is dealt with.")
    previous = serializers.URLField(allow_null=True, help_text="Always null: a feed is read forwards.")
    cursor = serializers.CharField(help_text="Send it as `after`.")
    is_last = serializers.BooleanField(help_text="At this moment nothing follows.")
    results = EntryShape(many=True)


class Events(ApiView):
    scopes = {"GET": Scope.EVENTS_READ}
    query = {"GET": frozenset({"after", "page_size", "kind", "channel", "contact"})}

    @operation(
        name="list_events",
        tag="events",
        summary="Follow the ledger",
        description="Oldest first. Each entry comes once, and nothing is ever added before an entry that was given out,"
        " however many write at the same time. A page with a filter may be empty and not the last: see `is_last`.",
        answers={200: FeedShape},
        parameters=[
            OpenApiParameter(
                "after", str, description="A `cursor`; left out: the first entry; `newest`: what is yet to come."
            ),
            PAGE_PARAMETERS[1],
            OpenApiParameter("kind", str, description=f"One or more, with commas: {', '.join(EventKind)}"),
            OpenApiParameter("channel", str, description=f"One or more, with commas: {', '.join(Channel)}"),
            OpenApiParameter("contact", UUID, description="The id of a contact, deleted ones too."),
        ],
        examples=[
            OpenApiExample(
                "A STOP",
                response_only=True,
                status_codes=["200"],
                value={
                    "next": "https://desk.example.com/api/v1/events/?after=MS4xMjM0LjU2",
                    "previous": None,
                    "cursor": "MS4xMjM0LjU2",
                    "is_last": True,
                    "results": [
                        {
                            "id": "0b4c3f6e-5d0e-4c57-9f0e-1d2c3b4a5968",
                            "event": "7a1e2a52-6b0e-4c57-9f0e-1d2c3b4a5968",
                            "kind": "text_opt_out",
                            "effect": "set",
                            "code": "",
                            "rule": "R01",
                            "channel": "sms",
                            "direction": "outbound",
                            "reason": "opt_out",
                            "suppression_kind": "permanent",
                            "lifted_by": None,
                            "contact": "5f0c2a52-6b0e-4c57-9f0e-1d2c3b4a5968",
                            "address": "+15005550001",
                            "list": None,
                            "source": "contact",
                            "actor": "contact",
                            "detail": "STOP",
                            "occurred_at": "2026-10-02T14:11:09Z",
                            "recorded_at": "2026-10-02T14:11:10Z",
                        }
                    ],
                },
            )
        ],
    )
    def get(self, request: Request) -> HttpResponse:
        asked = request.query_params
        after = asked.get("after")
        try:
            page = entries_after(
                newest_cursor() if after == NEWEST else after,
                limit=page_size(request),
                kinds=_words(EventKind, "kind", asked.get("kind")),
                channels=_words(Channel, "channel", asked.get("channel")),
                contact_id=_contact(asked.get("contact")),
            )
        except InvalidCursor as no:
            raise invalid(Fault("after", no.code, str(no))) from no
        head = {
            "next": replace_query_param(request.build_absolute_uri(), "after", page.next_cursor),
            "previous": None,
            "cursor": page.next_cursor,
            "is_last": page.is_last,
        }
        return answer_written(f'{dump(head)[:-1]},"results":{entries_written(page.entries)}}}')


def _words(words: type[Word], name: str, given: str | None) -> list[Any] | None:
    if given is None:
        return None
    named = dict.fromkeys(given.split(","))
    if unknown := [each for each in named if each not in set(words)]:
        raise invalid(Fault(name, "invalid_choice", f"Unknown: {', '.join(unknown)}. Known are: {', '.join(words)}."))
    return [words(each) for each in named]


def _contact(given: str | None) -> int | None:
    if given is None:
        return None
    try:
        found = Contact.objects.filter(public_id=UUID(given)).values_list("pk", flat=True).first()
    except ValueError:
        found = None
    if found is None:
        raise invalid(
            Fault("contact", "unknown_contact", "There is no contact with this id. Look it up under contacts/.")
        )
    return found
