"""How endpoints describe themselves for the OpenAPI page: one call for an operation with all its answers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers

from config.api.examples import DETAILS, MORE
from config.api.paging import MOST, USUAL
from config.api.problems import CONTENT_TYPE, RULE_TITLE, TITLES
from config.api.reasons import ReasonShape, told_of
from consent.sentences import REFUSALS

STATUS_OF = {
    "malformed": 400,
    "key_in_query": 400,
    "not_authenticated": 401,
    "invalid_key": 401,
    "revoked_key": 401,
    "expired_key": 401,
    "rotated_key": 401,
    "missing_scope": 403,
    "missing_permission": 403,
    "csrf_failed": 403,
    "not_found": 404,
    "method_not_allowed": 405,
    "not_acceptable": 406,
    "precondition_failed": 412,
    "too_large": 413,
    "too_many_subjects": 413,
    "unsupported_media_type": 415,
    "invalid": 422,
    "idempotency_key_reused": 422,
    "too_many_requests": 429,
    "internal_error": 500,
    "database_unavailable": 503,
}
"""Code → status. Codes that are not here are a rule's "no": 409."""

ALWAYS = (
    "malformed",
    "key_in_query",
    "not_authenticated",
    "invalid_key",
    "revoked_key",
    "expired_key",
    "rotated_key",
    "missing_scope",
    "missing_permission",
    "not_acceptable",
    "invalid",
    "too_many_requests",
    "internal_error",
    "database_unavailable",
)
NOT_READING = ("too_large", "csrf_failed")
WITH_BODY = (*NOT_READING, "unsupported_media_type")

PAGE_PARAMETERS = [
    OpenApiParameter("cursor", str, description="From `next` or `previous` of another page of this list."),
    OpenApiParameter(
        "page_size",
        {"type": "integer", "minimum": 1, "maximum": MOST, "default": USUAL},
        description=f"1 to {MOST}; {USUAL} where it is not given.",
    ),
]
IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[ -~]+$"},
    OpenApiParameter.HEADER,
    description="Up to 255 characters. The same request with the same key is done once, and answered the same for 24"
    " hours. The same key with another request is answered 422.",
)
IF_MATCH = OpenApiParameter(
    "If-Match",
    str,
    OpenApiParameter.HEADER,
    description="The ETag that you read. If it has changed since, nothing is done and the answer is 412.",
)

ETAG = OpenApiParameter(
    "ETag",
    str,
    OpenApiParameter.HEADER,
    required=True,
    response=[200, 201],
    description="Of what stands now. Send it as If-Match with the next change.",
)
_ANSWERED_ALWAYS = [
    OpenApiParameter(
        "WWW-Authenticate", str, OpenApiParameter.HEADER, required=True, response=[401], description="Bearer."
    ),
    OpenApiParameter(
        "Retry-After",
        int,
        OpenApiParameter.HEADER,
        required=True,
        response=[429, 503],
        description="Seconds to wait before it is sent again.",
    ),
]
_CREATED = OpenApiParameter(
    "Location", str, OpenApiParameter.HEADER, required=True, response=[201], description="Where it is read from now on."
)
_REPLAYED = OpenApiParameter(
    "Idempotent-Replayed",
    {"type": "string", "enum": ["true"]},
    OpenApiParameter.HEADER,
    response=[200, 201, 202, 204, 409, 412, 422],
    description="The answer that this Idempotency-Key got before. Nothing was done now.",
)


class FaultShape(serializers.Serializer[Any]):
    field = serializers.CharField(help_text="Where: `addresses[2].value`; empty for the whole.")
    code = serializers.CharField()
    detail = serializers.CharField()


class ProblemShape(serializers.Serializer[Any]):
    """RFC 9457, with a stable code."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField(help_text="What is wrong, and the way out.")
    code = serializers.CharField()
    errors = FaultShape(many=True)  # type: ignore[assignment]  # the word of RFC 9457, not the serializer's own
    reasons = ReasonShape(many=True, required=False, help_text="What stands in the way, and what would lift it.")
    contacts = serializers.ListField(child=serializers.UUIDField(), required=False, help_text="Who may be meant.")


def operation(
    *,
    name: str,
    summary: str,
    answers: Mapping[Any, Any],
    description: str = "",
    request: Any = None,
    parameters: Sequence[OpenApiParameter] = (),
    problems: Sequence[str] = (),
    examples: Sequence[OpenApiExample] = (),
    is_write: bool = False,
    is_list: bool = False,
    tag: str = "",
) -> Callable[[Any], Any]:
    """Return the decorator that describes a method of an ApiView.

    Shape: `answers` maps a status, or a status with a media type, to a serializer or OpenApiResponse;
    `problems` are the codes beyond those that every operation has. A write gets the Idempotency-Key, a list the
    parameters of pages, an answer 201 its Location.
    """
    codes = [*ALWAYS, *(WITH_BODY if request is not None else NOT_READING if is_write else ()), *problems]
    more = [*([IDEMPOTENCY_KEY, _REPLAYED] if is_write else []), *(PAGE_PARAMETERS if is_list else [])]
    more += [*_ANSWERED_ALWAYS, *([_CREATED] if 201 in answers else [])]
    if is_write:
        codes.append("idempotency_key_reused")
    responses: dict[Any, Any] = dict(answers)
    for status, group in _by_status(codes).items():
        responses[status, CONTENT_TYPE] = OpenApiResponse(
            ProblemShape,
            description="; ".join(TITLES.get(code, RULE_TITLE) for code in group),
            examples=[_example(code, status) for code in group],
        )
    return extend_schema(
        operation_id=name,
        summary=summary,
        description=description or summary,
        request=request,
        responses=responses,
        parameters=[*parameters, *more],
        examples=list(examples),
        tags=[tag] if tag else None,
    )


def _by_status(codes: Sequence[str]) -> dict[int, list[str]]:
    groups: dict[int, list[str]] = defaultdict(list)
    for code in dict.fromkeys(codes):
        groups[STATUS_OF.get(code, 409)].append(code)
    return dict(sorted(groups.items()))


def _example(code: str, status: int) -> OpenApiExample:
    value = {
        "type": f"urn:consent-desk:problem:{code}",
        "title": TITLES.get(code, RULE_TITLE),
        "status": status,
        "detail": _detail(code),
        "code": code,
        "errors": [],
        **MORE.get(code, {}),
    }
    return OpenApiExample(code, value=value, response_only=True, status_codes=[str(status)], media_type=CONTENT_TYPE)


def _detail(code: str) -> str:
    if code in DETAILS:
        return DETAILS[code]
    return f"Nothing was changed. {told_of(code)}" if code in REFUSALS else TITLES.get(code, RULE_TITLE)


class _KeyScheme(OpenApiAuthenticationExtension):
    target_class = "config.api.authentication.KeyAuthentication"
    name = "key"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "description": "A key from “API keys” in the staff site."}


class _SessionScheme(OpenApiAuthenticationExtension):
    target_class = "config.api.authentication.SessionAuthentication"
    name = "session"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "apiKey", "in": "cookie", "name": "sessionid", "description": "The staff site's log-in."}
