"""What consent records do when somebody opts out or in: they end, or begin, in the same transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db.models import F, Q, Value
from django.db.models.functions import Greatest

from consent.models import ConsentRecord
from consent.models.evidence import ConsentMethod
from consent.rules.consents import gives, withdrawn_by
from consent.services import consent_records
from consent.services.applying import Decided
from consent.services.consent_records import GivenConsent
from consent.services.ledger import Proof
from consent.vocabulary import Channel, EventKind, Source
from contacts.values import Actor


def follow(decided: Sequence[Decided], *, proof: Proof, by: Actor, at: datetime) -> None:
    """End the consents that these events withdraw, and record those that they give. The events' own entries tell it.

    Once: what has ended stays ended as it was; an opt-in said again is one more record.
    """
    for one in decided:
        _withdraw(one, by=by, at=at)
        if gives(one.case.event, one.change.outcomes):
            _give(one, proof=proof, by=by, at=at)


def _withdraw(one: Decided, *, by: Actor, at: datetime) -> None:
    event = one.case.event
    said = withdrawn_by(event, one.change.outcomes)
    if not said:
        return
    about = Q()
    for outcome in said:
        who = Q(address_id=outcome.address_id) if outcome.address_id is not None else Q()
        if outcome.contact_id is not None:
            who |= Q(contact_id=outcome.contact_id)
        about |= who if outcome.channel is Channel.ALL else who & Q(channel=outcome.channel)
    ConsentRecord.objects.filter(about, ended_at__isnull=True, given_at__lte=event.occurred_at).update(
        ended_at=Greatest(Value(at), F("recorded_at")),
        withdrawn_at=event.occurred_at,
        end_kind=event.kind,
        ended_by=by.ref,
        end_event_id=one.event_id,
    )


def _give(one: Decided, *, proof: Proof, by: Actor, at: datetime) -> None:
    """Record the consent of whoever opted in: the contact, where it is theirs alone to give."""
    event, address_id = one.case.event, one.case.address_id
    if address_id is None:
        return
    holders = one.situation.holders
    contact_id = one.case.contact_id or (holders[0] if len(holders) == 1 else None)
    for channel in event.channels:
        given = GivenConsent(
            address_id=address_id,
            channel=channel,
            method=ConsentMethod.WEB_FORM if event.kind is EventKind.PREFERENCE_RETURN else ConsentMethod.TEXT_MESSAGE,
            given_at=event.occurred_at,
            contact_id=contact_id,
            wording="" if proof.message_id is not None else event.detail or event.kind.label,
            message_id=proof.message_id,
        )
        if channel is not Channel.ALL and not consent_records.revoked_since(given):
            consent_records.write(given=given, by=by, at=at, source=Source.CONTACT, event_id=one.event_id)
