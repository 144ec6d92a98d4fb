"""Letting a provider's request in: its body whole and no larger than any provider sends, or an answer that refuses.

Of a refused request nothing is kept but a count.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

import structlog
from django.conf import settings
from django.db import Error
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from consent.services import inbox

log = structlog.get_logger(__name__)


RETRY_AFTER_SECONDS = 60

View = Callable[[HttpRequest], HttpResponse]


def not_now_without_database(view: View) -> View:
    """Let a door answer 503 while the database is away, so that who can come again does."""

    @wraps(view)
    def answered(request: HttpRequest) -> HttpResponse:
        try:
            return view(request)
        except Error:
            log.exception("door_without_database", path=request.path)
            answer = HttpResponse("Not now. Try again.", status=503, content_type="text/plain")
            answer["Retry-After"] = str(RETRY_AFTER_SECONDS)
            return answer

    return answered


def is_too_large(request: HttpRequest) -> bool:
    """Return whether the body is larger than WEBHOOK_MAX_BYTES, reading no more than that of it.

    A body sent in chunks has no length, and Django would take it for empty: it is read here, where the server tells
    its end.
    """
    most = settings.WEBHOOK_MAX_BYTES
    chunked = request.META.get("HTTP_TRANSFER_ENCODING", "").lower().endswith("chunked")
    if chunked and request.META.get("wsgi.input_terminated"):
        request._body = request.META["wsgi.input"].read(most + 1)
        return len(request.body) > most
    return _length(request) > most


def _length(request: HttpRequest) -> int:
    try:
        return int(request.headers.get("Content-Length") or 0)
    except ValueError:
        return 0


def refused(door: str, cause: str, status: int, text: str) -> HttpResponse:
    """Return the answer that refuses a request, and count it."""
    inbox.count_refused(door=door, cause=cause, at=timezone.now())
    return HttpResponse(text, status=status, content_type="text/plain")


def too_large(door: str) -> HttpResponse:
    """Return the answer to a body larger than any provider sends."""
    return refused(door, "too_large", 413, "The body is larger than any provider sends.")
