"""Telling the provider that a contact consented again: the recorded step without which R03 stays (E04)."""

from __future__ import annotations

import uuid
from datetime import datetime

import requests
from django.conf import settings
from django.db import transaction

from consent.models import Evidence, ProviderReconsent
from consent.models.evidence import ConsentMethod, EvidenceStatus
from consent.providers import twilio_consents
from consent.providers.twilio_consents import Reconsent
from consent.selectors.evidence import is_own
from consent.selectors.secrets import value_of
from consent.services import ledger
from consent.services.ledger import Line, Proof
from consent.values import ConsentEvent, Outcome
from consent.vocabulary import Channel, Effect, EventKind, Source
from contacts.values import Actor
from contacts.vocabulary import AddressKind

TIMEOUT = (5, 20)
"""Seconds to connect, and to wait for the answer."""
PROVIDER = "twilio"
_SOURCES = {ConsentMethod.WEB_FORM: "website", ConsentMethod.TEXT_MESSAGE: "opt-in-message"}


class UnableToTellProvider(ValueError):
    """The provider can't be asked. `code` is stable, the message tells the way out."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def tell_provider(*, evidence_id: int, by: Actor, at: datetime) -> ProviderReconsent:
    """Tell Twilio that the contact consented again, and record what it answered, on the evidence where it accepted.

    Shape: `by` is a reviewer who did not file the evidence.
    Raises: UnableToTellProvider for evidence that is one's own, closed, of no phone number or accepted before, and
    where the settings hold no account and sender.
    Once: refused with `accepted_before` after a yes; asked again after a failure.
    Source: docs/rules.md, R03 and E04.
    """
    evidence = _checked(evidence_id, by)
    correlation_id = uuid.uuid4().hex
    status, error = _ask(
        Reconsent(
            number=evidence.address.value,
            sender_id=settings.TWILIO_CONSENT_SENDER,
            correlation_id=correlation_id,
            given_at=evidence.consent_given_at,
            source=_SOURCES.get(ConsentMethod(evidence.method), "offline"),
        )
    )
    with transaction.atomic():
        locked = Evidence.objects.select_for_update().get(pk=evidence_id)
        told = ProviderReconsent.objects.create(
            evidence=locked,
            provider=PROVIDER,
            sender=settings.TWILIO_CONSENT_SENDER,
            correlation_id=correlation_id,
            accepted=not error,
            http_status=status,
            error_code=error,
            asked_by=by.ref,
            asked_at=at,
        )
        # Evidence that was closed while Twilio answered keeps the answer beside it, not on it.
        if not error and locked.status == EvidenceStatus.PENDING and not locked.provider_reconsent:
            Evidence.objects.filter(pk=evidence_id).update(provider_reconsent=correlation_id)
        _note(locked, error, by=by, at=at)
        return told


def is_set_up() -> bool:
    """Return whether the settings hold what Twilio's consent service needs."""
    return bool(settings.TWILIO_ACCOUNT_SID and _auth_token() and settings.TWILIO_CONSENT_SENDER)


def _auth_token() -> str:
    return value_of("twilio", "auth_token", shipped=settings.TWILIO_AUTH_TOKEN)


def _checked(evidence_id: int, by: Actor) -> Evidence:
    evidence = Evidence.objects.select_related("address").get(pk=evidence_id)
    if by.user_id is None or is_own(evidence, user_id=by.user_id):
        raise UnableToTellProvider("own_evidence", "You filed this evidence yourself. Someone else must review it.")
    if evidence.status != EvidenceStatus.PENDING:
        raise UnableToTellProvider("already_reviewed", "This evidence was reviewed before, or has expired.")
    if evidence.address.kind != AddressKind.PHONE:
        raise UnableToTellProvider(
            "not_a_number", "Twilio keeps consent for phone numbers only. Choose evidence about one."
        )
    if evidence.provider_reconsent:
        raise UnableToTellProvider(
            "accepted_before", "The provider has accepted this consent already. Nothing is left to do."
        )
    if not is_set_up():
        raise UnableToTellProvider(
            "not_set_up",
            "Twilio's consent service is not set up. Set TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN and "
            "TWILIO_CONSENT_SENDER.",
        )
    return evidence


def _ask(item: Reconsent) -> tuple[int | None, str]:
    """Return the status of Twilio's answer and the error code; no status where no answer came."""
    try:
        answer = requests.post(
            settings.TWILIO_ACCOUNTS_URL.rstrip("/") + twilio_consents.PATH,
            data=twilio_consents.form([item]),
            auth=(settings.TWILIO_ACCOUNT_SID, _auth_token()),
            timeout=TIMEOUT,
            allow_redirects=False,
        )
    except requests.RequestException as error:
        return None, type(error).__name__[:40]
    return answer.status_code, twilio_consents.read_answer(answer.status_code, answer.content, item.correlation_id)


def _note(evidence: Evidence, error: str, *, by: Actor, at: datetime) -> None:
    channels = tuple(Channel(value) for value in evidence.channels)
    event = ConsentEvent(
        kind=EventKind.PROVIDER_RECONSENT,
        channels=channels,
        occurred_at=at,
        source=Source.STAFF,
        detail=error or "accepted",
    )
    effect, code = (Effect.REFUSED, "provider_refused") if error else (Effect.NOTHING, "")
    lines = [
        Line(
            Outcome(effect, "E04", channel, address_id=evidence.address_id, contact_id=evidence.contact_id, code=code),
            evidence.contact_id,
            None,
        )
        for channel in channels
    ]
    ledger.write(event=event, event_id=uuid.uuid4(), lines=lines, proof=Proof(evidence_id=evidence.pk), by=by, at=at)
