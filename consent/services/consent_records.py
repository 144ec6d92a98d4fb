"""Consent records: what people agreed to. A record on file never lifts a suppression by itself."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from consent.models import ConsentRecord, ConsentText, LedgerEntry
from consent.models.evidence import ConsentMethod
from consent.registry import ListSubject, registry
from consent.rules.consents import WITHDRAWS, runs_out_at
from consent.selectors.consents import consent_months
from consent.services import ledger
from consent.services.ledger import Line, Proof
from consent.values import ConsentEvent, Outcome
from consent.vocabulary import ADDRESS_KIND_OF, CHANNELS, Channel, Effect, EventKind, Purpose, Source
from contacts.models import Address
from contacts.services import lock_for_address, lock_for_contact
from contacts.values import Actor


class UnableToRecordConsent(ValueError):
    """What was told is no consent on file. `field` and `code` are stable, the message tells the way out."""

    def __init__(self, field: str, code: str, message: str) -> None:
        super().__init__(message)
        self.field, self.code = field, code


@dataclass(frozen=True, slots=True)
class GivenConsent:
    """One consent as it was given: who, where they may be contacted, for what, and how we know.

    Shape: `contact_id` None where it is not known which holder of the address agreed. `text_id` names the version of
    the consent text that was shown, `wording` the words where there was none. `list_slug` narrows it to one list.
    """

    address_id: int
    channel: Channel
    method: ConsentMethod
    given_at: datetime
    contact_id: int | None = None
    purpose: Purpose = Purpose.MARKETING
    list_slug: str = ""
    text_id: int | None = None
    language: str = ""
    wording: str = ""
    url: str = ""
    ip: str = ""
    campaign: str = ""
    place: str = ""
    note: str = ""
    message_id: int | None = None
    evidence_id: int | None = None


def record_consent(*, given: GivenConsent, by: Actor, at: datetime, source: Source = Source.STAFF) -> ConsentRecord:
    """Put a consent on file. It lifts nothing: whoever is silenced stays so.

    Raises: UnableToRecordConsent, naming the field; ContactMissing, AddressMissing.
    Once: recorded again; each time a person agrees is a fact of its own.
    """
    with transaction.atomic():
        _check(given, _lock(given), at)
        if revoked_since(given):
            raise UnableToRecordConsent(
                "given_at",
                "older_than_opt_out",
                "The contact opted out of this channel after that, so this consent is over. Only a later one counts.",
            )
        event_id = uuid.uuid4()
        record = write(given=given, by=by, at=at, source=source, event_id=event_id)
        _note(given, event_id, by=by, at=at, source=source)
        return record


def _lock(given: GivenConsent) -> Address:
    if given.contact_id is None:
        lock_for_address(address_id=given.address_id)
        return Address.objects.get(pk=given.address_id)
    locked = lock_for_contact(contact_id=given.contact_id)
    address = next((held for held in locked.addresses if held.pk == given.address_id), None)
    if address is None:
        raise UnableToRecordConsent("address", "not_held", "The contact does not hold this address. Add it first.")
    return address


def _check(given: GivenConsent, address: Address, at: datetime) -> None:
    if given.channel not in CHANNELS or ADDRESS_KIND_OF[given.channel] != address.kind:
        raise UnableToRecordConsent(
            "channel",
            "not_this_address",
            f"{address.shown} is no address for {given.channel.label}. Choose one that is.",
        )
    if given.given_at > at:
        raise UnableToRecordConsent(
            "given_at", "in_the_future", "The consent can't have been given yet. Give a time that has passed."
        )
    if given.text_id is None and not given.wording.strip() and given.message_id is None and given.evidence_id is None:
        raise UnableToRecordConsent(
            "text", "required", "Choose the consent text that was shown, or give the words that the contact agreed to."
        )
    if given.text_id is not None:
        wordings = ConsentText.objects.values_list("wordings", flat=True).filter(pk=given.text_id).first()
        if wordings is None:
            raise UnableToRecordConsent("text", "unknown_text", "There is no such consent text. Choose one.")
        if given.language and given.language not in wordings:
            raise UnableToRecordConsent(
                "language", "no_wording", "The text has no wording in this language. Choose another, or add one."
            )
    if given.list_slug and not _list_exists(given.list_slug):
        raise UnableToRecordConsent("list", "unknown_list", f"There is no list “{given.list_slug}”. Choose one.")


def _list_exists(slug: str) -> bool:
    return registry.list_facts is not None and registry.list_facts(slug, [ListSubject(None, None)])[0].exists


def revoked_since(given: GivenConsent) -> bool:
    """Return whether the person, or somebody at the address, opted out at that time or later, lifted since or not."""
    who = Q(address_id=given.address_id)
    if given.contact_id is not None:
        who |= Q(contact_id=given.contact_id)
    return LedgerEntry.objects.filter(
        who,
        kind__in=WITHDRAWS,
        channel__in=[given.channel, Channel.ALL],
        effect__in=[Effect.SET, Effect.STRENGTHENED, Effect.UNCHANGED],
        occurred_at__gte=given.given_at,
    ).exists()


def write(*, given: GivenConsent, by: Actor, at: datetime, source: Source, event_id: uuid.UUID) -> ConsentRecord:
    """Write a record in the transaction that has locked and checked, and writes the ledger under `event_id`."""
    months = consent_months(given.channel) if given.purpose is Purpose.MARKETING else None
    return ConsentRecord.objects.create(
        contact_id=given.contact_id,
        address_id=given.address_id,
        channel=given.channel,
        purpose=given.purpose,
        list_slug=given.list_slug,
        method=given.method,
        text_id=given.text_id,
        language=given.language,
        wording=given.wording.strip(),
        url=given.url.strip()[:400],
        ip=given.ip.strip() or None,
        campaign=given.campaign.strip()[:120],
        place=given.place.strip()[:200],
        note=given.note.strip(),
        message_id=given.message_id,
        evidence_id=given.evidence_id,
        source=source,
        event_id=event_id,
        recorded_by=by.ref,
        given_at=given.given_at,
        recorded_at=at,
        expires_at=runs_out_at(given.given_at, months) if months else None,
    )


def _note(given: GivenConsent, event_id: uuid.UUID, *, by: Actor, at: datetime, source: Source) -> None:
    event = ConsentEvent(
        kind=EventKind.CONSENT_RECORDED,
        channels=(given.channel,),
        occurred_at=given.given_at,
        source=source,
        detail=given.method,
    )
    outcome = Outcome(Effect.NOTHING, "E02", given.channel, address_id=given.address_id, contact_id=given.contact_id)
    lines = [Line(outcome, given.contact_id, None)]
    proof = Proof(message_id=given.message_id, evidence_id=given.evidence_id)
    ledger.write(event=event, event_id=event_id, lines=lines, proof=proof, by=by, at=at)
