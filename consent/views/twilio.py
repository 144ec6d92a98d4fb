"""Twilio's doors. A request is believed once its signature holds, stored, answered, and never answered 500 for what
it says."""

from __future__ import annotations

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from consent.models.inbox import DeliveryStatus
from consent.providers import twilio_inbound, twilio_signature, twilio_status
from consent.selectors.secrets import value_of
from consent.services import inbox, twilio
from consent.services.twilio import Pairs, form_pairs
from consent.views.letting_in import is_too_large, not_now_without_database, refused, too_large

log = structlog.get_logger(__name__)

EMPTY_TWIML = '<?xml version="1.0" encoding="UTF-8"?><Response/>'
"""Nothing to say: Twilio itself has answered STOP and START, and HELP where it says so."""

FALLBACK = frozenset({"ErrorCode", "ErrorUrl"})
"""What Twilio adds to a request for the fallback address: what became of the first try."""


@csrf_exempt
@require_POST
@not_now_without_database
def inbound(request: HttpRequest) -> HttpResponse:
    """Take in one message that a person sent. Answers 200 once it is stored, else 403, 409, 413, 415 or 503.

    What the message says is read in the same request. Where that fails the worker goes on: Twilio has done its part.
    """
    at = timezone.now()
    refusal = refuse(request, door="twilio.inbound")
    if refusal is not None:
        return refusal
    pairs = form_pairs(request.body)
    accepted = inbox.accept(
        provider="twilio",
        door="twilio.inbound",
        event_id=twilio_inbound.parse(pairs).message_sid,
        body=request.body,
        content_type=request.content_type or "",
        identity=_same_message(pairs),
        at=at,
    )
    if accepted.is_conflict:
        return HttpResponse("Another body came under this MessageSid before.", status=409, content_type="text/plain")
    settled = inbox.settle(delivery_id=accepted.delivery_id, at=at)
    # What is stored has been accepted, also where it could not be read: no answer to it then, but no error either.
    # What was read earlier is answered as it was then; of what was read now, only HELP is answered at all.
    is_answered = settled.status is DeliveryStatus.PROCESSED and (settled.read is None or settled.read.asks_for_help)
    text = twilio.reply_to(delivery_id=accepted.delivery_id) if is_answered else ""
    return HttpResponse(twilio_inbound.reply(text) if text else EMPTY_TWIML, content_type="text/xml")


@csrf_exempt
@require_POST
@not_now_without_database
def status(request: HttpRequest) -> HttpResponse:
    """Take in what became of a message that we sent. Answers 204 once it is stored, 403, 409, 413, 415 or 503
    otherwise."""
    at = timezone.now()
    refusal = refuse(request, door="twilio.status")
    if refusal is not None:
        return refusal
    pairs = form_pairs(request.body)
    accepted = inbox.accept(
        provider="twilio",
        door="twilio.status",
        event_id=twilio_status.parse(pairs).event_id,
        body=request.body,
        content_type=request.content_type or "",
        identity=_same_callback(pairs),
        at=at,
    )
    if accepted.is_conflict:
        return HttpResponse("Another recipient came under this status before.", status=409, content_type="text/plain")
    inbox.process(delivery_id=accepted.delivery_id, at=at)
    return HttpResponse(status=204)


def _same_message(pairs: Pairs) -> bytes:
    """Return what is equal in two requests about one message. To a fallback address Twilio adds why it asks there."""
    told = sorted(pair for pair in pairs if pair[0] not in FALLBACK)
    return repr(told).encode("utf-8", "surrogateescape")


def _same_callback(pairs: Pairs) -> bytes:
    """Return what is equal in two callbacks about one status. The rest, such as times, may differ in a repeat."""
    told = dict(pairs)
    return repr([told.get(name, "") for name in ("MessageSid", "MessageStatus", "ErrorCode", "To")]).encode(
        "utf-8", "surrogateescape"
    )


def refuse(request: HttpRequest, *, door: str) -> HttpResponse | None:
    """Return the answer to a request that is not let in, or None. Nothing of it is kept but a count."""
    if is_too_large(request):
        return too_large(door)
    is_form = request.content_type == "application/x-www-form-urlencoded"
    is_json = request.content_type == "application/json"
    if not is_form and not is_json:
        return refused(door, "content_type", 415, "Send application/x-www-form-urlencoded.")
    auth_token = value_of("twilio", "auth_token", shipped=settings.TWILIO_AUTH_TOKEN)
    if not auth_token:
        log.error("twilio_auth_token_missing", door=door)
        return refused(door, "no_key", 403, "The signature does not hold.")
    believed = twilio_signature.is_valid(
        url=public_url(request),
        params=form_pairs(request.body) if is_form else None,
        body=request.body,
        content_type=request.content_type or "",
        signature=request.headers.get("X-Twilio-Signature", ""),
        auth_token=auth_token,
    )
    return None if believed else refused(door, "signature", 403, "The signature does not hold.")


def public_url(request: HttpRequest) -> str:
    """Return the URL that the provider was given and signs: never guessed where PUBLIC_BASE_URL tells it."""
    base = settings.PUBLIC_BASE_URL
    return f"{base}{request.get_full_path()}" if base else request.build_absolute_uri()
