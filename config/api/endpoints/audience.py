"""lists/{slug}/audience/: who may get a send of a list now, line by line, or how many."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import chain
from json.encoder import encode_basestring_ascii as quoted
from typing import Any

import structlog
from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse
from rest_framework import serializers
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request

from config.api.answering import answer
from config.api.bodies import one_of
from config.api.failures import problem_of
from config.api.finding import list_of
from config.api.problems import Fault, invalid
from config.api.schema import operation
from config.api.views import ApiView
from config.api.vocabulary import Scope
from consent.vocabulary import CHANNELS, Channel, Purpose
from lists.selectors import audience_count, audience_stream
from lists.values import AudiencePage

log = structlog.get_logger(__name__)

NDJSON = "application/x-ndjson"


class ReachShape(serializers.Serializer[Any]):
    """members = reachable + same_address + those who are refused, each of whom may have several codes."""

    members = serializers.IntegerField()
    reachable = serializers.IntegerField(help_text="Messages that would go out.")
    same_address = serializers.IntegerField(help_text="Members to whose address another's message goes.")
    refused = serializers.DictField(child=serializers.IntegerField(), help_text="Code → members.")


class RecipientShape(serializers.Serializer[Any]):
    contact = serializers.UUIDField()
    address = serializers.CharField()


class LinesRenderer(BaseRenderer):
    """Lets a caller ask for lines by the Accept header; the lines are written by the view."""

    media_type = NDJSON
    format = "ndjson"

    def render(self, data: Any, accepted_media_type: Any = None, renderer_context: Any = None) -> Any:
        return data


class Audience(ApiView):
    scopes = {"GET": Scope.LISTS_READ}
    query = {"GET": frozenset({"channel", "purpose", "count"})}
    renderer_classes = [JSONRenderer, LinesRenderer]

    @operation(
        name="get_audience",
        tag="lists",
        summary="Read who may get a send of a list now, or how many with count=1",
        description="Lines of JSON, one for each message, in no order that is promised; each address once. A stream"
        " that fails midway ends with a line that has `error` in place of a contact, and is cut off: what came before"
        " is not the whole audience. Ask the gate again for whoever is not sent to at once.",
        answers={
            (200, NDJSON): OpenApiResponse(RecipientShape, description="One line for each message."),
            (200, "application/json"): OpenApiResponse(ReachShape, description="With count=1."),
        },
        problems=["not_found"],
        parameters=[
            OpenApiParameter("channel", str, required=True, enum=[each.value for each in CHANNELS]),
            OpenApiParameter("purpose", str, required=True, enum=[each.value for each in Purpose]),
            OpenApiParameter("count", OpenApiTypes.STR, enum=["1", "0"]),
        ],
        examples=[
            OpenApiExample(
                "One line",
                response_only=True,
                status_codes=["200"],
                media_type=NDJSON,
                value={"contact": "5f0c2a52-6b0e-4c57-9f0e-1d2c3b4a5968", "address": "+15035550101"},
            ),
            OpenApiExample(
                "How many",
                response_only=True,
                status_codes=["200"],
                media_type="application/json",
                value={"members": 1000, "reachable": 870, "same_address": 10, "refused": {"opt_out": 120}},
            ),
        ],
    )
    def get(self, request: Request, slug: str) -> HttpResponseBase:
        found = list_of(slug)
        channel = Channel(_chosen(request, "channel", [str(each) for each in CHANNELS]))
        purpose = Purpose(_chosen(request, "purpose", [str(each) for each in Purpose]))
        if _chosen(request, "count", ["1", "0"], usual="0") == "1":
            return _count(found.slug, channel, purpose)
        pages = audience_stream(found.slug, channel, purpose, public_ids=True)
        # Read before the answer begins: what can't be answered at all is then answered by an error.
        first = next(pages, None)
        return StreamingHttpResponse(_lines(pages if first is None else chain([first], pages)), content_type=NDJSON)


def _count(slug: str, channel: Channel, purpose: Purpose) -> HttpResponse:
    reach = audience_count(slug, channel, purpose)
    counted = {"members": reach.members, "reachable": reach.reachable, "same_address": reach.same_address}
    return answer({**counted, "refused": dict(reach.by_code)})


def _lines(pages: Iterator[AudiencePage]) -> Iterator[bytes]:
    """Yield each page as lines. A failure is told in the last line, and raised so that the server cuts it off."""
    try:
        for page in pages:
            lines = [
                f'{{"contact":"{contact}","address":{quoted(address)}}}\n'
                for contact, address in zip(page.contacts, page.addresses, strict=True)
            ]
            yield "".join(lines).encode()
    except Exception as wrong:
        log.error("audience_cut_off", exc_info=wrong)
        yield b"%s\n" % json.dumps({"error": json.loads(problem_of(wrong).response().content)}).encode()
        raise


def _chosen(request: Request, name: str, known: list[str], *, usual: str = "") -> str:
    given = request.query_params.get(name, usual)
    if given not in known:
        code = "invalid_choice" if name in request.query_params else "required"
        raise invalid(Fault(name, code, one_of(known)))
    return given
