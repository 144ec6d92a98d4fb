"""Reading consent on file: what the gate asks about it, and what the contact page shows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max, Q, QuerySet
from django.utils import timezone

from consent.models import ChannelState, ConsentRecord
from consent.values import ConsentFacts, GateRequest
from consent.vocabulary import Channel, Purpose


def valid_at(moment: datetime) -> Q:
    """Return the condition that a consent was on file at a moment, and had not run out."""
    begun = Q(recorded_at__lte=moment) & (Q(ended_at__isnull=True) | Q(ended_at__gt=moment))
    return begun & (Q(expires_at__isnull=True) | Q(expires_at__gt=moment))


def consent_months(channel: Channel) -> int | None:
    """Return for how many months a consent on a channel lasts; None where it never runs out."""
    return ChannelState.objects.filter(channel=channel).values_list("consent_months", flat=True).first()


def needs_consent(channel: Channel, *, at: datetime | None = None) -> bool:
    """Return whether marketing on a channel needs consent on file: now, or as the policy was at a past moment."""
    if at is None:
        return ChannelState.objects.filter(channel=channel, needs_consent=True).exists()
    then = ChannelState.history.filter(channel=channel, history_date__lte=at).order_by("-history_id")
    return bool(then.values_list("needs_consent", flat=True).first())


@dataclass(frozen=True, slots=True)
class ConsentSubject:
    """Whose consent is asked about: one contact at an address, or (asked by address) everybody who holds it."""

    address_id: int | None
    contact_ids: tuple[int, ...] = ()


def consent_facts(
    request: GateRequest, subjects: Sequence[ConsentSubject], *, at: datetime | None = None
) -> Sequence[ConsentFacts | None]:
    """Return what is on file for each subject, in their order; None for all where no policy asks for it.

    One query where the policy is off, two where it is on, three where somebody's consent is missing. A record without
    a contact counts for whoever holds the address. Asked by address, every holder must have agreed.
    Shape: `at` asks what was on file at a past moment, by when we learnt of it.
    """
    if request.purpose is not Purpose.MARKETING or not needs_consent(request.channel, at=at):
        return [None] * len(subjects)
    moment = at or timezone.now()
    asked = ConsentRecord.objects.filter(
        Q(list_slug="") | Q(list_slug=request.list_slug or ""),
        channel=request.channel,
        purpose=Purpose.MARKETING,
        address_id__in={subject.address_id for subject in subjects if subject.address_id is not None},
    )
    agreed: dict[int, set[int | None]] = defaultdict(set)
    for address_id, contact_id in asked.filter(valid_at(moment)).values_list("address_id", "contact_id"):
        agreed[address_id].add(contact_id)
    on_file = [_on_file(subject, agreed.get(subject.address_id or 0, frozenset())) for subject in subjects]
    ran_out: dict[tuple[int, int | None], datetime] = {}
    if not all(on_file):
        over = asked.filter(recorded_at__lte=moment, expires_at__lte=moment)
        over = over.filter(Q(ended_at__isnull=True) | Q(ended_at__gt=moment))
        for address_id, contact_id, last in over.values_list("address_id", "contact_id").annotate(Max("expires_at")):
            ran_out[address_id, contact_id] = last
    return [
        ConsentFacts(on_file=is_on_file, ran_out_at=None if is_on_file else _ran_out(subject, ran_out))
        for subject, is_on_file in zip(subjects, on_file, strict=True)
    ]


def _on_file(subject: ConsentSubject, agreed: Collection[int | None]) -> bool:
    if None in agreed:
        return True
    return bool(subject.contact_ids) and all(contact_id in agreed for contact_id in subject.contact_ids)


def _ran_out(subject: ConsentSubject, ran_out: dict[tuple[int, int | None], datetime]) -> datetime | None:
    if subject.address_id is None:
        return None
    known = (ran_out.get((subject.address_id, contact_id)) for contact_id in (None, *subject.contact_ids))
    return max((moment for moment in known if moment is not None), default=None)


def of_contact(contact_id: int, address_ids: Collection[int]) -> QuerySet[ConsentRecord]:
    """Return a contact's consents, and those that an address of theirs gave without a name, the newest first."""
    mine = Q(contact_id=contact_id) | Q(contact__isnull=True, address_id__in=address_ids)
    return ConsentRecord.objects.filter(mine).select_related("address", "text", "evidence").order_by("-given_at", "-id")
