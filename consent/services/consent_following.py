"""What consent records do when somebody opts out or in: they end, or begin, in the same transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import connection

from consent.models.evidence import ConsentMethod
from consent.rules.consents import gives, withdrawn_by
from consent.services import consent_records
from consent.services.applying import Decided
from consent.services.consent_records import GivenConsent
from consent.services.ledger import Proof
from consent.vocabulary import Channel, EventKind, Source
from contacts.values import Actor

_END = """
    WITH said AS (
        SELECT * FROM unnest(
            %s::bigint[], %s::bigint[], %s::text[], %s::timestamptz[], %s::text[], %s::uuid[]
        ) WITH ORDINALITY AS said(address_id, contact_id, channel, occurred_at, kind, event_id, number)
    ),
    about AS (
        SELECT r.id, said.* FROM said JOIN consent_consentrecord r ON r.address_id = said.address_id
        WHERE r.ended_at IS NULL AND r.given_at <= said.occurred_at AND said.channel IN (r.channel, %s)
        UNION ALL
        SELECT r.id, said.* FROM said JOIN consent_consentrecord r ON r.contact_id = said.contact_id
        WHERE r.ended_at IS NULL AND r.given_at <= said.occurred_at AND said.channel IN (r.channel, %s)
    ),
    first AS (SELECT DISTINCT ON (id) * FROM about ORDER BY id, number)
    UPDATE consent_consentrecord r
    SET ended_at = greatest(%s, r.recorded_at), withdrawn_at = first.occurred_at, end_kind = first.kind,
        ended_by = %s, end_event_id = first.event_id
    FROM first WHERE r.id = first.id AND r.ended_at IS NULL
"""


def follow(decided: Sequence[Decided], *, proof: Proof, by: Actor, at: datetime, nobody_agreed: bool = False) -> None:
    """End the consents that these events withdraw, and record those that they give. The events' own entries tell it.

    Shape: `nobody_agreed` where it is known that nothing is on file yet that could be withdrawn.
    Once: what has ended stays ended as it was; an opt-in said again is one more record.
    """
    withdrawing: list[Decided] = []
    for one in decided:
        withdrawing.append(one)
        if gives(one.case.event, one.change.outcomes):
            # What follows may take back what is given here, and what went before may not.
            if not nobody_agreed:
                _withdraw(withdrawing, by=by, at=at)
            withdrawing, nobody_agreed = [], False
            _give(one, proof=proof, by=by, at=at)
    if not nobody_agreed:
        _withdraw(withdrawing, by=by, at=at)


def _withdraw(decided: Sequence[Decided], *, by: Actor, at: datetime) -> None:
    """End, in one statement, what each event withdraws; of several events the first ends it."""
    said = [
        (
            outcome.address_id,
            outcome.contact_id,
            outcome.channel,
            one.case.event.occurred_at,
            one.case.event.kind,
            one.event_id,
        )
        for one in decided
        for outcome in withdrawn_by(one.case.event, one.change.outcomes)
    ]
    if not said:
        return
    with connection.cursor() as cursor:
        columns = [list(column) for column in zip(*said, strict=True)]
        cursor.execute(_END, [*columns, Channel.ALL, Channel.ALL, at, by.ref])


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
