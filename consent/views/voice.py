"""Twilio's voice door: a caller waits on the line for what we answer."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from consent.providers import twilio_voice
from consent.services import inbox, voice
from consent.services.twilio import form_pairs
from consent.services.voice import CallAnswer
from consent.views.letting_in import not_now_without_database
from consent.views.twilio import refuse

DOOR = "twilio.voice"


@csrf_exempt
@require_POST
@not_now_without_database
def call(request: HttpRequest) -> HttpResponse:
    """Answer a call with TwiML: rejected, put through, or the business's name. Else 403, 409, 413, 415 or 503.

    Requests that only tell how a call went get an empty answer.
    """
    at = timezone.now()
    refusal = refuse(request, door=DOOR)
    if refusal is not None:
        return refusal
    told = twilio_voice.parse(form_pairs(request.body))
    accepted = inbox.accept(
        provider="twilio",
        door=DOOR,
        event_id=told.event_id,
        body=request.body,
        content_type=request.content_type or "",
        identity=repr([told.call_sid, told.status, told.caller, told.sent_to]).encode("utf-8", "surrogateescape"),
        at=at,
    )
    if accepted.is_conflict:
        return HttpResponse("Another call came under this CallSid before.", status=409, content_type="text/plain")
    inbox.process(delivery_id=accepted.delivery_id, at=at)
    return HttpResponse(_twiml(voice.answer(delivery_id=accepted.delivery_id, at=at)), content_type="text/xml")


def _twiml(answer: CallAnswer) -> str:
    if not answer.is_coming_in:
        return twilio_voice.EMPTY_TWIML
    if answer.rejected:
        return twilio_voice.REJECT_TWIML
    if answer.forward_to:
        return twilio_voice.dial(answer.forward_to)
    return twilio_voice.announce(answer.business)
