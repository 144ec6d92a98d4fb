"""The base of every endpoint: who may, in which order things are checked, and how a write is done once."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from functools import cached_property
from typing import Any, ClassVar

from django.db import transaction
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from rest_framework.exceptions import MethodNotAllowed, NotAuthenticated
from rest_framework.parsers import MultiPartParser
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.views import APIView

from config.api.authentication import (
    Caller,
    KeyAuthentication,
    SessionAuthentication,
    caller_of,
    refuse_key_in_query,
)
from config.api.bodies import JsonParser
from config.api.failures import problem_of
from config.api.problems import Fault, Problem, invalid
from config.api.services import answers, rates
from config.api.vocabulary import Scope
from config.roles import SCOPE_PERMISSIONS

_TAKES_JSON = ("*/*", "application/json")
"""What nearly everybody accepts: there is nothing to negotiate."""

KEPT_HEADERS = ("ETag", "Location", "Content-Type")
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class ApiView(APIView):
    """An endpoint. Subclasses say which scope each method needs.

    A method returns an HttpResponse (`answering.answer`, `Problem.response`) or raises. What is raised undoes
    everything that a write has done; a "no" that belongs into the ledger is therefore returned.
    """

    authentication_classes = [KeyAuthentication, SessionAuthentication]
    parser_classes = [JsonParser]
    format_kwarg = None
    renderer_classes = [JSONRenderer]

    scopes: ClassVar[Mapping[str, Scope]] = {}
    """Method → the scope it needs."""
    or_scopes: ClassVar[Mapping[str, Scope]] = {}
    """Method → a scope that will do as well."""
    permissions: ClassVar[Mapping[str, tuple[str, ...]]] = {}
    """Method → what a person needs instead of the scope's permissions."""
    query: ClassVar[Mapping[str, frozenset[str]]] = {}
    """Method → the query parameters it takes. Any other is refused: a mistyped filter would find everybody."""
    reads: ClassVar[frozenset[str]] = SAFE
    """The methods that change nothing."""
    max_body: ClassVar[int] = 1_000_000

    @property
    def default_response_headers(self) -> dict[str, str]:
        """What every answer carries: it is about people, and kept by no cache on its way."""
        return {**super().default_response_headers, "Cache-Control": "no-store"}

    @cached_property
    def caller(self) -> Caller:
        """Who calls."""
        return caller_of(self.request)

    @cached_property
    def at(self) -> datetime:
        """When the request came: the time of all it does."""
        return timezone.now()

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Answer a request. The steps are DRF's; a write runs in one transaction with the answer it will repeat."""
        self.args, self.kwargs = args, kwargs
        request = self.initialize_request(request, *args, **kwargs)
        self.request = request
        self.headers = self.default_response_headers
        try:
            self.initial(request, *args, **kwargs)
            handler = getattr(self, request.method.lower())
            if request.method in self.reads:
                response = handler(request, *args, **kwargs)
            else:
                response = self._write(handler, request, *args, **kwargs)
        except Exception as wrong:  # every exception has its problem
            response = problem_of(wrong).response()
        self.response = self.finalize_response(request, response, *args, **kwargs)
        return self.response

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Check a request before its method runs. Raises: Problem and DRF's exceptions."""
        refuse_key_in_query(request)
        if request.META.get("QUERY_STRING") or request.META.get("HTTP_ACCEPT", "*/*") not in _TAKES_JSON:
            request.accepted_renderer, request.accepted_media_type = self.perform_content_negotiation(request)
        self.perform_authentication(request)
        if request.auth is None and not request.user.is_authenticated:
            raise NotAuthenticated
        self._count_call()
        self._check_access(request)
        self._check_size(request)
        self._check_query(request)

    def _count_call(self) -> None:
        key = self.caller.key
        if key is not None and (wait := rates.seconds_to_wait(key)):
            detail = f"This key may call {key.calls_per_minute} times a minute. Wait {wait} seconds."
            raise Problem(429, "too_many_requests", detail, headers={"Retry-After": str(wait)})

    def _check_access(self, request: Request) -> None:
        method = str(request.method)
        if method == "OPTIONS":
            return
        if method.lower() not in self.http_method_names or not hasattr(self, method.lower()):
            raise MethodNotAllowed(method)
        asked = "GET" if method == "HEAD" else method
        scope = self.scopes[asked]
        if self.caller.key is not None:
            if not (self.caller.has(scope) or (asked in self.or_scopes and self.caller.has(self.or_scopes[asked]))):
                detail = f"This needs the scope “{scope}”. Ask for it to be added to the key."
                raise Problem(403, "missing_scope", detail)
            return
        needed = self.permissions.get(asked, SCOPE_PERMISSIONS[scope])
        if not needed or not self.caller.may(*needed):
            told = " and ".join(f"“{each}”" for each in needed) or "a key: log-ins can't do it"
            raise Problem(403, "missing_permission", f"This needs {told}. Ask whoever runs the site for it.")

    def _check_size(self, request: Request) -> None:
        if request.method in SAFE:  # a body that they come with is never read
            return
        if request.META.get("HTTP_TRANSFER_ENCODING"):
            # Django reads no body without a length: the request would pass for one that asks for nothing.
            raise Problem(400, "malformed", "Send the body with its Content-Length, not in chunks.")
        length = request.META.get("CONTENT_LENGTH") or "0"
        if length.isascii() and length.isdigit() and int(length) > self.max_body:
            raise Problem(413, "too_large", f"A body may have {self.max_body} bytes here. Send it in several calls.")

    def _check_query(self, request: Request) -> None:
        known = self.query.get("GET" if request.method == "HEAD" else str(request.method), frozenset())
        unknown = sorted(set(request.query_params) - known)
        if unknown:
            told = f"Known are: {', '.join(sorted(known))}." if known else "This takes none."
            raise invalid(
                *(Fault(name, "unknown_parameter", f"There is no such parameter. {told}") for name in unknown)
            )
        for name, values in request.query_params.lists():
            if len(values) > 1:
                raise Problem(400, "malformed", f"“{name}” comes twice in the address.")
            if not values[0].strip():
                # Filters would leave it out, and find everybody.
                raise invalid(Fault(name, "blank", "Send a value, or leave the parameter out."))

    def _write(self, handler: Any, request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
        """Run a write in one transaction. With an Idempotency-Key: once, however often it is sent."""
        with transaction.atomic():
            claimed = self._claim(request)
            if isinstance(claimed, answers.Kept):
                headers = {**claimed.headers, "Idempotent-Replayed": "true"}
                return HttpResponse(claimed.content, status=claimed.status, headers=headers)
            try:
                with transaction.atomic():
                    response: HttpResponse = handler(request, *args, **kwargs)
            except Exception as wrong:
                problem = problem_of(wrong)
                if claimed is None or problem.status >= 500:
                    raise problem from wrong
                response = problem.response()
            if claimed is not None:
                headers = {name: response.headers[name] for name in KEPT_HEADERS if name in response.headers}
                answers.keep(claim_id=claimed, status=response.status_code, headers=headers, content=response.content)
            return response

    def _claim(self, request: Request) -> answers.Kept | int | None:
        key = request.META.get("HTTP_IDEMPOTENCY_KEY")
        if key is None:
            return None
        if not (0 < len(key) <= 255 and key.isascii() and key.isprintable()):
            fault = "Send 1 to 255 printable ASCII characters, such as a UUID."
            raise invalid(Fault("Idempotency-Key", "invalid_idempotency_key", fault))
        try:
            return answers.claim(
                asker=self.caller.actor.ref, idempotency_key=key, request_hash=_hash(request), at=self.at
            )
        except answers.OtherRequest as other:
            detail = "This key came with another request before. Send the same again, or choose a new key."
            raise Problem(422, "idempotency_key_reused", detail) from other

    def options(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        """Name the methods that work, in the Allow header."""
        return HttpResponse(status=204)


def _hash(request: Request) -> str:
    """Return a fingerprint of what is asked: method, address and body. Boundaries between parts don't count."""
    found = hashlib.sha256(f"{request.method} {request.get_full_path()}\n".encode())
    is_form = str(request.content_type or "").startswith("multipart/")
    if not (is_form and any(isinstance(each, MultiPartParser) for each in request.parsers or ())):
        found.update(request._request.body)
        return found.hexdigest()
    parts: Mapping[str, Any] = request.data  # type: ignore[assignment]  # a form's parts have names
    for name, value in sorted(parts.items(), key=lambda item: item[0]):
        found.update(f"{name}\0".encode())
        found.update(value.encode() if isinstance(value, str) else b"".join(value.chunks()))
        if not isinstance(value, str):
            value.seek(0)
    return found.hexdigest()
