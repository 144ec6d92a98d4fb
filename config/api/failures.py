"""Any exception under the API, DRF's, Django's or the house's, as a problem."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import structlog
from django.core.exceptions import PermissionDenied, SuspiciousOperation, ValidationError
from django.core.exceptions import RequestDataTooBig as BodyTooBig
from django.db import InterfaceError, OperationalError
from django.http import Http404, UnreadablePostError
from rest_framework import exceptions as drf

from config.api.problems import NOWHERE, Fault, Problem, faults_of, invalid, not_found
from consent.services.dnd import UnableToSetDnd
from consent.services.evidence import UnableToFileEvidence
from contacts.normalize import InvalidAddress
from contacts.services import (
    AddressMissing,
    ContactDeleted,
    ContactMissing,
    HoldingsUnsettled,
    TwoPrimaries,
    UnableToMerge,
    UnknownField,
)
from lists.services import InvalidList, ListMissing, ListRefusal

log = structlog.get_logger(__name__)

REALM = {"WWW-Authenticate": 'Bearer realm="Consent Desk"'}


def problem_of(wrong: Exception) -> Problem:
    """Return the problem that an exception is. What nobody foresaw is logged, and told as 500 without a word of it."""
    if isinstance(wrong, Problem):
        return wrong
    for kind, tell in _TELLERS:
        if isinstance(wrong, kind):
            return tell(wrong)
    log.error("api_failure", exc_info=wrong)
    return Problem(500, "internal_error", "The request failed here, and nothing was changed. Try again later.")


def _validation(wrong: drf.ValidationError) -> Problem:
    return invalid(*faults_of(wrong.get_full_details()))


def _model_validation(wrong: ValidationError) -> Problem:
    found = wrong.error_dict if hasattr(wrong, "error_dict") else {"": wrong.error_list}
    return invalid(
        *(
            Fault(name, str(each.code or "invalid"), " ".join(each.messages))
            for name, errors in found.items()
            for each in errors
        )
    )


def _unauthenticated(wrong: drf.APIException) -> Problem:
    code, detail = "not_authenticated", "Send your key as “Authorization: Bearer <key>”, or log in."
    if isinstance(wrong, drf.AuthenticationFailed):
        code, detail = str(wrong.get_codes()), str(wrong.detail)
        code = "invalid_key" if code == "authentication_failed" else code
    return Problem(401, code, detail, headers=REALM)


def _forbidden(wrong: Exception) -> Problem:
    told = str(wrong)
    if told.startswith("CSRF"):
        return Problem(403, "csrf_failed", f"{told} Send the X-CSRFToken header, or use a key.")
    return Problem(403, "forbidden", told or "You may not do this. Ask whoever runs the site for it.")


def _method(wrong: drf.MethodNotAllowed) -> Problem:
    return Problem(405, "method_not_allowed", f"{wrong.detail} The Allow header names those that work.")


def _field_of_contact(wrong: TwoPrimaries | UnknownField) -> Problem:
    return invalid(Fault(wrong.field, wrong.code, wrong.message))


def _unsettled(wrong: HoldingsUnsettled) -> Problem:
    """What passes by itself is 5xx: it is not kept as the answer to an Idempotency-Key."""
    return Problem(503, "database_unavailable", f"Nothing was changed. {wrong.message}", headers={"Retry-After": "1"})


def _address(wrong: InvalidAddress) -> Problem:
    return invalid(Fault("addresses", "invalid_address", str(wrong)))


def _field(wrong: UnableToSetDnd | UnableToFileEvidence) -> Problem:
    return invalid(Fault(wrong.field, wrong.code, str(wrong)))


def _media_type(wrong: drf.UnsupportedMediaType) -> Problem:
    return Problem(415, "unsupported_media_type", "Send the body as application/json, a file as multipart/form-data.")


def _database(wrong: Exception) -> Problem:
    log.error("api_database_failure", exc_info=wrong)
    detail = "The database did not answer, and nothing was changed. Try again in a moment."
    return Problem(503, "database_unavailable", detail, headers={"Retry-After": "5"})


def _malformed(wrong: Exception) -> Problem:
    detail = getattr(wrong, "detail", None)
    return Problem(
        400, "malformed", str(detail) if detail else "The request can't be read. Send JSON in UTF-8, or a form."
    )


# The first that fits tells; special ones stand before what they are a kind of.
_TELLERS: tuple[tuple[Any, Callable[[Any], Problem]], ...] = (
    (drf.ValidationError, _validation),
    ((drf.NotAuthenticated, drf.AuthenticationFailed), _unauthenticated),
    ((drf.PermissionDenied, PermissionDenied), _forbidden),
    ((drf.NotFound, Http404), lambda wrong: not_found(NOWHERE)),
    (drf.MethodNotAllowed, _method),
    (drf.NotAcceptable, lambda wrong: Problem(406, "not_acceptable", "Accept application/json.")),
    (drf.UnsupportedMediaType, _media_type),
    (BodyTooBig, lambda wrong: Problem(413, "too_large", "The body is too large. Send it in several calls.")),
    ((drf.ParseError, SuspiciousOperation, UnreadablePostError), _malformed),
    (
        (ContactMissing, ContactDeleted, AddressMissing),
        lambda wrong: not_found("There is no such contact or address. Look it up under contacts/."),
    ),
    ((TwoPrimaries, UnknownField), _field_of_contact),
    (UnableToMerge, lambda wrong: Problem(409, wrong.code, wrong.message)),
    (HoldingsUnsettled, _unsettled),
    (InvalidAddress, _address),
    ((UnableToSetDnd, UnableToFileEvidence), _field),
    (InvalidList, lambda wrong: invalid(Fault(wrong.field, wrong.code, wrong.message))),
    (ListMissing, lambda wrong: not_found(wrong.message)),
    (ListRefusal, lambda wrong: Problem(409, wrong.code, wrong.message)),
    (ValidationError, _model_validation),
    ((OperationalError, InterfaceError), _database),
)
