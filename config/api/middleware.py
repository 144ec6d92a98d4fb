"""What goes wrong before a view is found, or outside of it, is a problem too, not a page."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseBase

from config.api.problems import CONTENT_TYPE, NOWHERE, Problem

_CODES = {
    400: ("malformed", "The request can't be read. Check its host, headers and address."),
    403: ("forbidden", "This is not allowed. Log in, or send a key."),
    404: ("not_found", NOWHERE),
    405: ("method_not_allowed", "The Allow header names the methods that work."),
    413: ("too_large", "The body is too large. Send it in several calls."),
    500: ("internal_error", "The request failed here, and nothing was changed. Try again later."),
}


class ApiProblemsMiddleware:
    """Turn Django's own error pages under /api/ into problems."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        status = response.status_code
        if not request.path_info.startswith("/api/") or status < 400:
            return response
        if response.headers.get("Content-Type", "").startswith(CONTENT_TYPE):
            return response
        code, detail = _CODES.get(status, ("malformed" if status < 500 else "internal_error", response.reason_phrase))
        allow = response.headers.get("Allow")
        return Problem(status, code, detail, headers={"Allow": allow} if allow else {}).response()


def nowhere(request: HttpRequest) -> HttpResponse:
    """Answer for addresses under /api/ that are none."""
    return Problem(404, *_CODES[404]).response()


nowhere.csrf_exempt = True  # type: ignore[attr-defined]  # it changes nothing, and 404 is the answer to a POST too
