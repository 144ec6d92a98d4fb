"""Opt-in evidence: filed by one person, judged by another. The one staff route out of a permanent suppression."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db import transaction

from consent import rules, selectors
from consent.models import Evidence
from consent.models.evidence import ConsentMethod, EvidenceStatus
from consent.selectors.evidence import is_own
from consent.services import consent_records, ledger
from consent.services.consent_records import GivenConsent
from consent.services.evidence_notices import have_submitter_told
from consent.services.ledger import Line, Proof
from consent.services.one_by_one import do_each
from consent.services.recording import Recorded, gather, record_event
from consent.values import ConsentEvent, Outcome
from consent.vocabulary import ADDRESS_KIND_OF, CHANNELS, Channel, Effect, EventKind, Source
from contacts.models import Address
from contacts.services import lock_for_contact
from contacts.values import SYSTEM, Actor
from contacts.vocabulary import ActorKind

"""How long evidence waits for a reviewer before it expires."""


class UnableToFileEvidence(ValueError):
    """What was filed can't be evidence. `field` and `code` are stable, the message tells the way out."""

    def __init__(self, field: str, code: str, message: str) -> None:
        super().__init__(message)
        self.field, self.code = field, code


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A proof file that has been checked and stored already."""

    name: str
    content_type: str
    sha256: str
    key: str


@dataclass(frozen=True, slots=True)
class Claim:
    """What the submitter says: which consent, for which address and channels, given when, where and how."""

    contact_id: int
    address_id: int
    channels: Sequence[Channel]
    method: ConsentMethod
    wording: str
    consent_given_at: datetime
    where_given: str = ""
    note: str = ""
    file: StoredFile | None = None


@dataclass(frozen=True, slots=True)
class Reviewed:
    """What came of a review. `refused` is the code of what stood against it, or ""."""

    evidence_id: int
    refused: str = ""
    recorded: Recorded | None = None


def file_evidence(
    *, claim: Claim, by: Actor, at: datetime, source: Source = Source.STAFF, person_id: int | None = None
) -> Evidence:
    """File evidence for review and return it. It changes nothing until somebody else approves it.

    Shape: `person_id` is who answers for the integration that files it, if anybody does.

    Raises: UnableToFileEvidence, naming the field; ContactMissing.
    Once: files again; two claims about one consent are two rows in the queue.
    """
    with transaction.atomic():
        locked = lock_for_contact(contact_id=claim.contact_id)
        address = next((held for held in locked.addresses if held.pk == claim.address_id), None)
        _check(claim, address, at)
        stored, integration = claim.file, _integration(by)
        evidence = Evidence.objects.create(
            contact_id=claim.contact_id,
            address_id=claim.address_id,
            channels=[str(channel) for channel in dict.fromkeys(claim.channels)],
            method=claim.method,
            wording=claim.wording.strip(),
            consent_given_at=claim.consent_given_at,
            where_given=claim.where_given.strip(),
            note=claim.note.strip(),
            file_name=stored.name if stored else "",
            file_type=stored.content_type if stored else "",
            file_sha256=stored.sha256 if stored else "",
            file_key=stored.key if stored else "",
            submitted_by_id=person_id if integration else by.staff_id,
            submitted_with=integration,
            submitted_at=at,
        )
        _record(evidence, EventKind.EVIDENCE_FILED, Effect.NOTHING, by=by, at=at, source=source)
        return evidence


def _check(claim: Claim, address: Address | None, at: datetime) -> None:
    if address is None:
        raise UnableToFileEvidence("address", "not_held", "The contact does not hold this address. Add it first.")
    wrong = [each.label for each in claim.channels if each not in CHANNELS or ADDRESS_KIND_OF[each] != address.kind]
    if not claim.channels:
        raise UnableToFileEvidence("channels", "required", "Choose the channels that the consent is for.")
    if wrong:
        raise UnableToFileEvidence(
            "channels",
            "not_this_address",
            f"{address.shown} is no address for {', '.join(wrong)}. Leave that out, or choose another address.",
        )
    if not claim.wording.strip():
        raise UnableToFileEvidence("wording", "required", "Give the exact wording that the contact agreed to.")
    if claim.consent_given_at > at:
        raise UnableToFileEvidence(
            "consent_given_at", "in_the_future", "The consent can't have been given yet. Give a time that has passed."
        )
    standing = selectors.active_suppressions(contact_ids=[claim.contact_id], address_ids=[claim.address_id])
    concerned = [row for row in standing if row.channel in {*claim.channels, Channel.ALL}]
    if concerned and all(row.reaffirmed_at >= claim.consent_given_at for row in concerned):
        raise UnableToFileEvidence(
            "consent_given_at",
            "older_than_opt_out",
            "The consent is older than every opt-out it is about, so it can't lift them. Only a later consent can.",
        )


def preview(*, evidence: Evidence, at: datetime) -> tuple[Outcome, ...]:
    """Return what approving now would lift and what would stay, and why. Nothing is written."""
    with transaction.atomic():
        event = _approval(evidence)
        situation = gather(contact_id=evidence.contact_id, address_id=evidence.address_id, event=event, at=at)
        return rules.decide(event, situation).outcomes


def approve(
    *,
    evidence_id: int,
    reason: str,
    by: Actor,
    at: datetime,
    source: Source = Source.STAFF,
    person_id: int | None = None,
) -> Reviewed:
    """Approve evidence and lift what it lifts, in one transaction (L07).

    Shape: `by` must be a person who did not file it, or an integration; `person_id` is who answers for that, for
    without a person there is no second one. What stays is in the outcomes with its code.
    Raises: UnableToFileEvidence without a reason.
    Once: refused with `already_reviewed`. Every refusal is in the ledger.
    """
    return _review(
        EvidenceStatus.APPROVED,
        evidence_id=evidence_id,
        reason=reason,
        by=by,
        at=at,
        source=source,
        person_id=person_id,
    )


def reject(
    *,
    evidence_id: int,
    reason: str,
    by: Actor,
    at: datetime,
    source: Source = Source.STAFF,
    person_id: int | None = None,
) -> Reviewed:
    """Reject evidence with a reason. It lifts nothing and stays on file. As `approve` otherwise."""
    return _review(
        EvidenceStatus.REJECTED,
        evidence_id=evidence_id,
        reason=reason,
        by=by,
        at=at,
        source=source,
        person_id=person_id,
    )


def _review(
    verdict: EvidenceStatus,
    *,
    evidence_id: int,
    reason: str,
    by: Actor,
    at: datetime,
    source: Source,
    person_id: int | None,
) -> Reviewed:
    if not reason.strip():
        raise UnableToFileEvidence("reason", "required", "Say what you checked, and why you decide so.")
    kind = EventKind.EVIDENCE_APPROVED if verdict is EvidenceStatus.APPROVED else EventKind.EVIDENCE_REJECTED
    with transaction.atomic():
        named = Evidence.objects.only("contact_id", "address_id").get(pk=evidence_id)
        lock_for_contact(contact_id=named.contact_id, address_ids=[named.address_id])
        evidence = Evidence.objects.select_for_update().get(pk=evidence_id)
        reviewer_id = person_id if _integration(by) else by.user_id
        refused = _review_refusal(evidence, by, reviewer_id)
        if refused:
            _record(evidence, kind, Effect.REFUSED, by=by, at=at, source=source, code=refused)
            return Reviewed(evidence_id, refused)
        Evidence.objects.filter(pk=evidence_id).update(
            status=verdict,
            reviewed_by_id=reviewer_id,
            reviewed_with=_integration(by),
            reviewed_at=at,
            review_reason=reason.strip(),
        )
        have_submitter_told(evidence_id)
        if verdict is EvidenceStatus.REJECTED:
            _record(evidence, kind, Effect.NOTHING, by=by, at=at, source=source)
            return Reviewed(evidence_id)
        recorded = record_event(
            event=replace(_approval(evidence), source=source, note=reason.strip()),
            contact_id=evidence.contact_id,
            address_id=evidence.address_id,
            proof=Proof(evidence_id=evidence_id),
            by=by,
            at=at,
        )
        _put_on_file(evidence, recorded.event_id, by=by, at=at, source=source)
        return Reviewed(evidence_id, recorded=recorded)


def _put_on_file(evidence: Evidence, event_id: uuid.UUID, *, by: Actor, at: datetime, source: Source) -> None:
    """Record the approved consent for each channel on which nothing later was said."""
    for channel in evidence.channels:
        given = GivenConsent(
            address_id=evidence.address_id,
            channel=Channel(channel),
            method=ConsentMethod(evidence.method),
            given_at=evidence.consent_given_at,
            contact_id=evidence.contact_id,
            place=evidence.where_given,
            evidence_id=evidence.pk,
        )
        if not consent_records.revoked_since(given):
            consent_records.write(given=given, by=by, at=at, source=source, event_id=event_id)


def _integration(by: Actor) -> str:
    return by.ref if by.kind is ActorKind.INTEGRATION else ""


def _review_refusal(evidence: Evidence, by: Actor, reviewer_id: int | None) -> str:
    if is_own(evidence, user_id=reviewer_id, integration=_integration(by)):
        return "own_evidence"
    if reviewer_id is None:
        return "reviewer_unknown" if _integration(by) else "own_evidence"
    if evidence.status != EvidenceStatus.PENDING:
        return "already_reviewed"
    return ""


def _approval(evidence: Evidence) -> ConsentEvent:
    return ConsentEvent(
        kind=EventKind.EVIDENCE_APPROVED,
        channels=tuple(Channel(value) for value in evidence.channels),
        occurred_at=evidence.consent_given_at,
        source=Source.STAFF,
        detail=evidence.method,
        provider_reconsent=bool(evidence.provider_reconsent),
    )


def expire_stale(*, at: datetime) -> int:
    """Take evidence that nobody reviewed in time out of the queue, and return how many.

    Raises: ExceptionGroup of those that failed, once the others have expired.
    Once: what has expired or was reviewed stays as it is.
    """
    waits = timedelta(days=selectors.business_profile().evidence_queue_days)
    stale = Evidence.objects.filter(status=EvidenceStatus.PENDING, submitted_at__lte=at - waits)
    ids = list(stale.order_by("id").values_list("id", flat=True))
    return do_each(lambda each: _expire(each, by=SYSTEM, at=at, source=Source.SYSTEM), ids, what="Expiring evidence")


def withdraw_waiting(*, contact_ids: Sequence[int], by: Actor, at: datetime) -> int:
    """Take what waits for review about contacts that are no more out of the queue, and return how many claims it was.

    Once: nothing waits any more.
    """
    waiting = Evidence.objects.filter(status=EvidenceStatus.PENDING, contact_id__in=contact_ids)
    ids = list(waiting.order_by("id").values_list("id", flat=True))
    return sum(_expire(each, by=by, at=at, source=Source.STAFF) for each in ids)


@transaction.atomic
def _expire(evidence_id: int, *, by: Actor, at: datetime, source: Source) -> bool:
    evidence = Evidence.objects.select_for_update().get(pk=evidence_id)
    if evidence.status != EvidenceStatus.PENDING:
        return False
    Evidence.objects.filter(pk=evidence_id).update(status=EvidenceStatus.EXPIRED)
    have_submitter_told(evidence_id)
    _record(evidence, EventKind.EVIDENCE_EXPIRED, Effect.NOTHING, by=by, at=at, source=source)
    return True


def _record(
    evidence: Evidence,
    kind: EventKind,
    effect: Effect,
    *,
    by: Actor,
    at: datetime,
    source: Source,
    code: str = "",
) -> None:
    """Write what happened to the evidence itself into the ledger, a line per channel."""
    channels = tuple(Channel(value) for value in evidence.channels)
    event = ConsentEvent(kind=kind, channels=channels, occurred_at=at, source=source, detail=evidence.method)
    rule = "L07" if kind is EventKind.EVIDENCE_APPROVED else "E01"
    lines = [
        Line(
            Outcome(effect, rule, channel, address_id=evidence.address_id, contact_id=evidence.contact_id, code=code),
            contact_id=evidence.contact_id,
            suppression_id=None,
        )
        for channel in channels
    ]
    ledger.write(event=event, event_id=uuid.uuid4(), lines=lines, proof=Proof(evidence_id=evidence.pk), by=by, at=at)
