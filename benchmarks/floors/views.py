"""The floors of a STOP over HTTP, from nothing at all to the whole of it by the ORM."""

from __future__ import annotations

from urllib.parse import parse_qsl

from django.conf import settings
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from benchmarks.floors.models import Hook, LogLine, OptOut, OptOutBase, OptOutWithHistory
from consent.providers import twilio_signature
from contacts.models import Address, Contact

ANSWER = "<Response/>"
FIRST_WORDS = {"stop", "stopall", "unsubscribe", "cancel", "end", "quit"}


def _answer() -> HttpResponse:
    return HttpResponse(ANSWER, content_type="text/xml", headers={"Content-Length": str(len(ANSWER))})


def empty(request: HttpRequest) -> HttpResponse:
    """Answer, and do nothing."""
    return _answer()


def insert(request: HttpRequest) -> HttpResponse:
    """Store the request as it came: one statement, and its commit."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO floors_hook (sid, body, received_at) VALUES (%s, %s, %s)",
            [request.POST["MessageSid"], request.body.decode(), timezone.now()],
        )
    return _answer()


def by_orm(request: HttpRequest) -> HttpResponse:
    """Verify, store, suppress and log as Django projects do."""
    return _opt_out(request, OptOut)


def by_orm_with_history(request: HttpRequest) -> HttpResponse:
    """Do the same where simple-history follows the opt-outs."""
    return _opt_out(request, OptOutWithHistory)


def _opt_out(request: HttpRequest, model: type[OptOutBase]) -> HttpResponse:
    believed = twilio_signature.is_valid(
        url=f"{settings.PUBLIC_BASE_URL}{request.get_full_path()}",
        params=parse_qsl(request.body.decode(), keep_blank_values=True),
        body=request.body,
        content_type=request.content_type or "",
        signature=request.headers.get("X-Twilio-Signature", ""),
        auth_token=settings.TWILIO_AUTH_TOKEN,
    )
    if not believed:
        return HttpResponse(status=403)
    at = timezone.now()
    hook, is_new = Hook._default_manager.get_or_create(
        sid=request.POST["MessageSid"], defaults={"body": request.body.decode(), "received_at": at}
    )
    if is_new and request.POST["Body"].strip().lower() in FIRST_WORDS:
        with transaction.atomic():
            _silence(hook, model, request.POST["From"])
            hook.processed_at = timezone.now()
            hook.save()
    return _answer()


def _silence(hook: Hook, model: type[OptOutBase], number: str) -> None:
    address = Address.objects.select_for_update().get(kind="phone", value=number)
    for contact in Contact.objects.filter(held_addresses__address=address):
        for reason in ("opt_out", "provider_opt_out"):
            model._default_manager.get_or_create(
                contact=contact,
                address=address,
                channel="sms",
                reason=reason,
                lifted_at=None,
                defaults={"since": hook.received_at},
            )
            LogLine._default_manager.create(hook=hook, contact=contact, text=f"{reason} on sms", at=hook.received_at)
