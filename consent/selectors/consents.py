"""Reading consent on file: what the gate asks about it, and what the contact page shows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet
from django.utils import timezone

from consent.models import ChannelState, ConsentRecord, ConsentText
from consent.values import ConsentFacts, GateRequest
from consent.vocabulary import ADDRESS_KIND_OF, Channel, Purpose


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


def running_out(
    rows: QuerySet[ConsentRecord], *, until: datetime, after: datetime | None = None
) -> QuerySet[ConsentRecord]:
    """Keep the consents that end by themselves in that time, of people who have not agreed anew for longer."""
    anew = ConsentRecord.objects.filter(
        Q(contact_id=OuterRef("contact_id")) | Q(contact__isnull=True),
        Q(expires_at__isnull=True) | Q(expires_at__gt=OuterRef("expires_at")),
        Q(list_slug="") | Q(list_slug=OuterRef("list_slug")),
        address_id=OuterRef("address_id"),
        channel=OuterRef("channel"),
        purpose=OuterRef("purpose"),
        ended_at__isnull=True,
    )
    rows = rows.filter(ended_at__isnull=True, expires_at__isnull=False, expires_at__lte=until)
    rows = rows.exclude(contact__deleted_at__isnull=False).exclude(contact__erased_at__isnull=False)
    return (rows if after is None else rows.filter(expires_at__gt=after)).exclude(Exists(anew))


def running_out_count(*, now: datetime, days: int, most: int) -> int:
    """Return how many consents run out within so many days, up to `most`."""
    return running_out(ConsentRecord.objects.all(), after=now, until=now + timedelta(days=days))[:most].count()


def newest_texts() -> list[ConsentText]:
    """Return every consent text, the newest version of each name first."""
    return list(ConsentText.objects.order_by("name", "-version"))


def texts_with_use() -> QuerySet[ConsentText]:
    """Return the same with how many consents rest on each version, as `uses`."""
    texts = ConsentText.objects.annotate(uses=Count("consents")).select_related("saved_by")
    return texts.order_by("name", "-version")


def would_fall_silent(channel: Channel, *, at: datetime) -> int:
    """Return how many contacts may get marketing on a channel and could not, if it needed consent on file.

    One statement over everybody's primary address; anti-joins keep it under a second on half a million contacts.
    """
    with connection.cursor() as cursor:
        cursor.execute(_WOULD_FALL_SILENT, {"channel": channel.value, "kind": ADDRESS_KIND_OF[channel].value, "at": at})
        return int(cursor.fetchone()[0])


_WOULD_FALL_SILENT = """
    SELECT count(*)
    FROM contacts_contactaddress h
    JOIN contacts_contact c ON c.id = h.contact_id AND c.deleted_at IS NULL AND c.erased_at IS NULL
    WHERE h.kind = %(kind)s AND h.is_primary
      AND NOT EXISTS (
        SELECT 1 FROM consent_consentrecord r
        WHERE r.address_id = h.address_id AND (r.contact_id IS NULL OR r.contact_id = h.contact_id)
          AND r.channel = %(channel)s AND r.purpose = 'marketing' AND r.list_slug = ''
          AND r.ended_at IS NULL AND (r.expires_at IS NULL OR r.expires_at > %(at)s))
      AND NOT EXISTS (
        SELECT 1 FROM consent_suppression s
        WHERE s.contact_id = h.contact_id AND s.lifted_at IS NULL AND s.direction = 'outbound'
          AND s.channel IN (%(channel)s, 'all'))
      AND NOT EXISTS (
        SELECT 1 FROM consent_suppression s
        WHERE s.address_id = h.address_id AND s.lifted_at IS NULL AND s.direction = 'outbound'
          AND s.channel IN (%(channel)s, 'all'))
"""
