"""The e-mail providers' door. A request is believed once it proves itself, stored, answered, and never answered 500
for what it says."""

from __future__ import annotations

from datetime import datetime

import structlog
from django.db import Error
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from consent.services import inbox
from consent.services.email import DOOR_PREFIX
from consent.views.email_doors import ALIASES, DOORS, Door, is_open, secrets_of
from consent.views.email_proofs import Malformed, NotNow, Proof, Unproven
from consent.views.letting_in import is_too_large

log = structlog.get_logger(__name__)

RETRY_AFTER_SECONDS = 600


@csrf_exempt
def hook(request: HttpRequest, esp: str) -> HttpResponse:
    """Take in what an e-mail provider tells. Answers 200 once it is stored, and else as the provider understands it.

    What it says is read in the same request. Where that fails the worker goes on: the provider has done its part.
    """
    esp, at = ALIASES.get(esp, esp), timezone.now()
    door = DOORS.get(esp)
    if door is None:
        return HttpResponse("No such provider.", status=404, content_type="text/plain")
    if request.method == door.probe:
        return HttpResponse()
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    try:
        return _take_in(request, esp, door, at)
    except Error:
        log.exception("door_without_database", path=request.path)
        return _later(door)


def _take_in(request: HttpRequest, esp: str, door: Door, at: datetime) -> HttpResponse:
    proof = _prove(request, esp, door)
    if isinstance(proof, HttpResponse):
        return proof
    if proof.acknowledge:
        return HttpResponse("Seen.", content_type="text/plain")
    accepted = inbox.accept(
        provider=esp,
        door=f"{DOOR_PREFIX}{esp}",
        event_id=proof.event_id,
        body=request.body,
        content_type=request.content_type or "",
        identity=proof.identity,
        at=at,
    )
    if accepted.is_conflict:
        return HttpResponse("Another body came under this id before.", status=door.conflict, content_type="text/plain")
    inbox.process(delivery_id=accepted.delivery_id, at=at)
    return HttpResponse("Taken in.", content_type="text/plain")


def _prove(request: HttpRequest, esp: str, door: Door) -> Proof | HttpResponse:
    """Return the proof, or the answer to a request that is not let in. Nothing of that is kept but a count."""
    if is_too_large(request):
        return _refused(esp, "too_large", 413, "The body is larger than any provider sends.")
    if request.content_type not in door.content_types:
        return _refused(esp, "content_type", door.wrong_type, f"Send {' or '.join(sorted(door.content_types))}.")
    try:
        return door.prove(request, secrets_of(esp), timezone.now())
    except (Unproven, Malformed) as error:
        if not is_open(esp):
            log.error("email_secret_missing", esp=esp)
            return _refused(esp, "no_key", 403, "This door is closed.")
        status = door.unproven if isinstance(error, Unproven) else door.malformed
        return _refused(esp, error.cause, status, str(error))
    except NotNow:
        log.warning("email_proof_not_now", esp=esp)
        return _later(door)


def _refused(esp: str, cause: str, status: int, sentence: str) -> HttpResponse:
    inbox.count_refused(door=f"{DOOR_PREFIX}{esp}", cause=cause, at=timezone.now())
    answer = HttpResponse(sentence, status=status, content_type="text/plain")
    if status == 429:
        answer["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return answer


def _later(door: Door) -> HttpResponse:
    answer = HttpResponse("Not now. Try again.", status=door.later, content_type="text/plain")
    answer["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return answer
