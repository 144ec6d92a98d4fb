"""Meta's door, for WhatsApp and Messenger: the set-up handshake, and batches of events."""

from __future__ import annotations

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from consent.providers.meta import signature as meta_signature
from consent.selectors.secrets import value_of
from consent.services import inbox
from consent.views.letting_in import is_too_large, not_now_without_database, refused, too_large

log = structlog.get_logger(__name__)

DOOR = "meta"


@csrf_exempt
@require_http_methods(["GET", "POST"])
@not_now_without_database
def hook(request: HttpRequest) -> HttpResponse:
    """Take in a batch of events: 200 once it is stored, else 403, 413, 415 or 503. A GET is the handshake.

    What it says is read in the same request; where that fails the worker goes on, and Meta has done its part.
    """
    if request.method == "GET":
        return _handshake(request)
    at = timezone.now()
    refusal = _refuse(request)
    if refusal is not None:
        return refusal
    accepted = inbox.accept(
        provider="meta",
        door=DOOR,
        event_id="",  # Meta names events, not deliveries
        body=request.body,
        content_type=request.content_type or "",
        at=at,
    )
    inbox.process(delivery_id=accepted.delivery_id, at=at)
    return HttpResponse("EVENT_RECEIVED", content_type="text/plain")


def _handshake(request: HttpRequest) -> HttpResponse:
    told = request.GET.get
    believed = meta_signature.is_handshake(
        mode=told("hub.mode", ""),
        given_token=told("hub.verify_token", ""),
        verify_token=value_of("meta", "verify_token", shipped=settings.META_VERIFY_TOKEN),
    )
    if not believed:
        return refused(DOOR, "verify_token", 403, "The verify token is another one.")
    return HttpResponse(told("hub.challenge", ""), content_type="text/plain")


def _refuse(request: HttpRequest) -> HttpResponse | None:
    if is_too_large(request):
        return too_large(DOOR)
    if request.content_type != "application/json":
        return refused(DOOR, "content_type", 415, "Send application/json.")
    app_secret = value_of("meta", "app_secret", shipped=settings.META_APP_SECRET)
    if not app_secret:
        log.error("meta_app_secret_missing")
        return refused(DOOR, "no_key", 403, "The signature does not hold.")
    signature = request.headers.get("X-Hub-Signature-256", "")
    if not meta_signature.is_valid(body=request.body, signature=signature, app_secret=app_secret):
        return refused(DOOR, "signature", 403, "The signature does not hold.")
    return None
