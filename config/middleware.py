"""Middleware of the whole product: a request id for the logs, and which pages get which CSP."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import structlog
from csp.constants import HEADER, SELF, UNSAFE_EVAL, UNSAFE_INLINE
from csp.middleware import CSPMiddleware
from csp.utils import build_policy
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone

from consent.selectors.business import time_zone

# unfold's Alpine build evaluates expressions and its colours are inline styles. Recorded calls are played as proof.
STAFF_SITE_POLICY = {
    "script-src": [SELF, UNSAFE_EVAL],
    "style-src": [SELF, UNSAFE_INLINE],
    "media-src": [SELF],
}
# The page of the API sets styles on its parts.
API_DOCS_POLICY = {"style-src": [SELF, UNSAFE_INLINE]}


class RequestIdMiddleware:
    """Name each request in every log line it causes, and in the answer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request_id = uuid.uuid4().hex
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        response = self.get_response(request)
        response.headers["X-Request-ID"] = request_id
        return response


class TimeZoneMiddleware:
    """Show times as the business reads them, which its profile says."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path.startswith("/admin/"):
            return self.get_response(request)
        with timezone.override(time_zone()):
            return self.get_response(request)


class ContentSecurityPolicyMiddleware(CSPMiddleware):
    """Relax the policy on the staff site and the API's docs page alone."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        super().__init__(get_response)
        self.strict = build_policy()

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if request.path.startswith("/admin/"):
            response._csp_update = STAFF_SITE_POLICY  # type: ignore[attr-defined]  # how django-csp is told
        elif request.path.startswith("/api/v1/docs"):
            response._csp_update = API_DOCS_POLICY  # type: ignore[attr-defined]  # how django-csp is told
        elif response.status_code < 400:
            # What doors and the API answer has one policy, which need not be put together each time.
            response.headers[HEADER] = self.strict
            return response
        return super().process_response(request, response)
