"""Every "no" of the API as an RFC 9457 problem: one shape, a stable code, and the way out."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from django.http import HttpResponse

CONTENT_TYPE = "application/problem+json"

TITLES: dict[str, str] = {
    "malformed": "The request can't be read",
    "key_in_query": "A key does not belong in an address",
    "not_authenticated": "Who are you?",
    "invalid_key": "The key is not known",
    "revoked_key": "The key was revoked",
    "expired_key": "The key has expired",
    "rotated_key": "The key was replaced",
    "forbidden": "Not allowed",
    "missing_scope": "The key may not do this",
    "missing_permission": "You may not do this",
    "csrf_failed": "The CSRF token is missing or wrong",
    "not_found": "There is nothing here",
    "method_not_allowed": "This address does not take that method",
    "not_acceptable": "The answer is JSON",
    "precondition_failed": "It has changed since you read it",
    "too_large": "The request is too large",
    "too_many_subjects": "Too many subjects in one call",
    "unsupported_media_type": "The body is not JSON",
    "invalid": "Some values can't be used",
    "idempotency_key_reused": "This Idempotency-Key came with another request",
    "too_many_requests": "Too many calls",
    "internal_error": "Something went wrong here",
    "database_unavailable": "The database does not answer",
    "ambiguous_address": "Several contacts hold these addresses",
    "list_opted_out": "The contact opted out of this list",
    "list_blocked": "The contact is blocked on this list",
    "list_archived": "The list is archived",
    "shared_address": "Another contact at the address opted out",
    "newer_opt_out": "The address opted out after the consent",
    "no_paired_list": "The list has no paired opt-out list",
    "too_many_endpoints": "There are enough endpoints",
    "unable_to_merge": "These can't be merged",
}
"""Code → title. A code that is not here is a rule's "no"."""
RULE_TITLE = "The rules say no"


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one value. `field` is where: "addresses[2].value", or "" for the whole."""

    field: str
    code: str
    detail: str


@dataclass(eq=False)
class Problem(Exception):
    """A "no" that undoes what the request has done so far. `more` are further members of the problem."""

    status: int
    code: str
    detail: str
    faults: Sequence[Fault] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    more: Mapping[str, Any] = field(default_factory=dict)

    def response(self) -> HttpResponse:
        """Return the problem as an answer. Returned by a view, it keeps what was recorded."""
        content = {
            "type": f"urn:consent-desk:problem:{self.code}",
            "title": TITLES.get(self.code, RULE_TITLE if self.status == 409 else HTTPStatus(self.status).phrase),
            "status": self.status,
            "detail": self.detail,
            "code": self.code,
            "errors": [{"field": each.field, "code": each.code, "detail": each.detail} for each in self.faults],
            **self.more,
        }
        return HttpResponse(
            json.dumps(content, default=str), status=self.status, content_type=CONTENT_TYPE, headers=dict(self.headers)
        )


NOWHERE = "Check the address: /api/v1/docs/ has all there are, and each ends in “/”."
"""Said of an address that is none."""


def invalid(*faults: Fault) -> Problem:
    """Return the problem of values that can't be used (422)."""
    told = " ".join(f"{each.field}: {each.detail}" if each.field else each.detail for each in faults[:5])
    return Problem(422, "invalid", told, faults)


def not_found(detail: str) -> Problem:
    """Return the problem of something that is not there (404)."""
    return Problem(404, "not_found", detail)


def faults_of(details: Any, path: str = "") -> Iterator[Fault]:
    """Yield the faults in what a serializer found wrong, as `ValidationError.get_full_details` tells it."""
    if isinstance(details, Mapping):
        if "message" in details and "code" in details and isinstance(details["message"], str):
            yield Fault(path, str(details["code"]), details["message"])
            return
        for name, inner in details.items():
            if isinstance(name, int):  # a list serializer names the places that are wrong
                deeper = f"{path}[{name}]"
            else:
                deeper = path if name == "non_field_errors" else f"{path}.{name}" if path else str(name)
            yield from faults_of(inner, deeper)
    elif isinstance(details, Sequence):
        # A list of messages is about this very value; a list of mappings about the items of it.
        of_items = any(isinstance(each, Mapping) and not isinstance(each.get("message"), str) for each in details)
        for number, inner in enumerate(details):
            yield from faults_of(inner, f"{path}[{number}]" if of_items else path)
