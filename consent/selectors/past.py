"""What our records said at a past moment, for the gate to answer as it did then.

The clock is ours: what we had recorded by that moment, whenever it had happened. The present is read in
`consent.selectors.decisions`; here every fact comes from intervals, a fixed number of queries for any number of
subjects. See docs/decisions/0050-as-of-by-our-own-clock.md.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.models import Min
from django.utils import timezone

from consent.models import ChannelState, LedgerEntry
from consent.registry import ListSubject, registry
from consent.selectors import past_rows
from consent.selectors.consents import ConsentSubject, consent_facts
from consent.values import ActiveSuppression, ConsentFacts, Facts, GateRequest, ListFacts
from consent.vocabulary import ADDRESS_KIND_OF, Channel
from contacts.models import Address, Contact
from contacts.normalize import ERASED_PREFIX
from contacts.selectors import erased_spellings
from contacts.vocabulary import AddressKind

if TYPE_CHECKING:
    from consent.selectors.decisions import Subject


class MomentRefused(ValueError):
    """Nobody can say what was allowed at this moment. `code` is stable, the message tells why and the way out.

    Codes: in_the_future, before_records (`records_begin` is then the first moment that can be asked about, if any).
    """

    def __init__(self, code: str, message: str, *, records_begin: datetime | None = None) -> None:
        super().__init__(message)
        self.code, self.records_begin = code, records_begin


@dataclass(frozen=True, slots=True)
class Seen:
    """What was known of one subject, and the address that a message would have gone to."""

    address_id: int | None
    address_value: str | None
    facts: Facts


def records_begin() -> datetime | None:
    """Return the first moment of which anything is recorded, or None where nothing is yet."""
    firsts = [
        Contact.history.aggregate(first=Min("history_date"))["first"],
        ChannelState.history.aggregate(first=Min("history_date"))["first"],
        LedgerEntry.objects.order_by("id").values_list("recorded_at", flat=True).first(),
    ]
    return min((first for first in firsts if first is not None), default=None)


def check_moment(at: datetime) -> None:
    """Refuse a moment that our records can't answer for.

    Raises: MomentRefused.
    """
    if at > timezone.now():
        raise MomentRefused("in_the_future", "This moment is still to come. Ask about a past one, or about now.")
    first = records_begin()
    if first is None:
        raise MomentRefused("before_records", "Nothing is recorded yet, so no past moment can be asked about.")
    if at < first:
        told = f"Our records begin on {first:%Y-%m-%d at %H:%M:%S} UTC. What was allowed before that, they can't say."
        raise MomentRefused("before_records", told, records_begin=first)


def gather(request: GateRequest, subjects: Sequence[Subject], *, at: datetime) -> list[Seen]:
    """Return what was recorded of each subject by that moment, in the order of the subjects.

    Raises: MomentRefused.
    """
    check_moment(at)
    known = _Known(request, subjects, at)
    lists = _list_facts(request, [known.list_subject(subject) for subject in subjects], at)
    consents = consent_facts(request, [known.consent_subject(subject) for subject in subjects], at=at)
    return [
        known.seen(subject, facts, consent) for subject, facts, consent in zip(subjects, lists, consents, strict=True)
    ]


def _list_facts(request: GateRequest, subjects: Sequence[ListSubject], at: datetime) -> Sequence[ListFacts | None]:
    if request.list_slug is None or registry.list_facts is None:
        return [None] * len(subjects)
    return registry.list_facts(request.list_slug, subjects, at=at)


def was_connected(channel: Channel, at: datetime) -> bool:
    """Return whether something could be sent on the channel then. Without a record it could not."""
    rows = ChannelState.history.filter(channel=channel, history_date__lte=at).order_by("-history_id")
    newest: bool | None = rows.values_list("connected", flat=True).first()
    return bool(newest)


@dataclass(frozen=True, slots=True)
class Holding:
    """A contact held an address."""

    contact_id: int
    address_id: int
    holding_id: int
    is_primary: bool


def holdings_then(
    *,
    at: datetime,
    contact_ids: Collection[int] = (),
    address_ids: Collection[int] = (),
    kind: AddressKind | None = None,
) -> list[Holding]:
    """Return which of these contacts held an address, and who held one of these addresses, in ids' order.

    Rows that came by bulk statements have no history: they count since they joined.
    """
    if not contact_ids and not address_ids:
        return []
    asked = {"at": at, "contacts": list(contact_ids), "addresses": list(address_ids), "kind": kind and kind.value}
    return [Holding(*row) for row in _rows(past_rows.HOLDINGS, asked)]


def standing_then(
    *, at: datetime, contact_ids: Collection[int], address_ids: Collection[int]
) -> tuple[ActiveSuppression, ...]:
    """Return what stood then for any of these contacts or addresses, as it was worded then, oldest first."""
    asked = {"at": at, "contacts": list(contact_ids), "addresses": list(address_ids)}
    rows = [past_rows.suppression(row) for row in _rows(past_rows.SUPPRESSIONS, asked)]
    return tuple(sorted(rows, key=lambda row: (row.since, row.id)))


def _erased_by(at: datetime, values: Mapping[int, str]) -> set[int]:
    """Return which addresses had been erased by then. One of which no record says when counts as erased ever since."""
    erased = {pk for pk, value in values.items() if value.startswith(ERASED_PREFIX)}
    if not erased:
        return erased
    later = Address.history.filter(id__in=erased, history_change_reason__startswith="erased", history_date__gt=at)
    return erased - set(later.values_list("id", flat=True))


def _rows(statement: str, parameters: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchall()


class _Known:
    """Everything that was recorded of the subjects of one question."""

    def __init__(self, request: GateRequest, subjects: Sequence[Subject], at: datetime) -> None:
        kind = ADDRESS_KIND_OF[request.channel]
        contact_ids = {subject.contact_id for subject in subjects if subject.contact_id is not None}
        values = {subject.address_value for subject in subjects if subject.address_value}
        self.at = at
        self.channel_connected = was_connected(request.channel, at)
        self.contacts = {
            pk: (deleted_at, erased_at)
            for pk, deleted_at, erased_at in Contact.objects.filter(pk__in=contact_ids, created_at__lte=at).values_list(
                "id", "deleted_at", "erased_at"
            )
        }
        self.address_ids: dict[str, int] = dict(
            Address.objects.filter(kind=kind, value__in=values).values_list("value", "id") if values else ()
        )
        erased = erased_spellings((kind.value, value) for value in values - self.address_ids.keys())
        by_hash = dict(
            Address.objects.filter(kind=kind, value__in=[value for _, value in erased]).values_list("value", "id")
            if erased
            else ()
        )
        for spelling, address_id in by_hash.items():
            self.address_ids[erased[kind.value, spelling][1]] = address_id
        self.primary: dict[int, int] = {}
        held = holdings_then(at=at, contact_ids=contact_ids, kind=kind)
        for holding in sorted(held, key=lambda one: (one.is_primary, -one.holding_id)):
            self.primary[holding.contact_id] = holding.address_id
        self.values = dict(Address.objects.filter(pk__in=self.primary.values()).values_list("id", "value"))
        # Whose number it was is forgotten, so no moment can be told at which it was allowed (decision 0079).
        self.erased_ids = {*by_hash.values(), *_erased_by(at, self.values)}
        self.holders: dict[int, list[int]] = defaultdict(list)
        for holding in holdings_then(at=at, address_ids=self.address_ids.values()):
            self.holders[holding.address_id].append(holding.contact_id)
        self.by_contact: dict[int, list[ActiveSuppression]] = defaultdict(list)
        self.by_address: dict[int, list[ActiveSuppression]] = defaultdict(list)
        for row in standing_then(
            at=at,
            contact_ids=contact_ids | {holder for holders in self.holders.values() for holder in holders},
            address_ids={*self.address_ids.values(), *self.primary.values()},
        ):
            if row.contact_id is not None:
                self.by_contact[row.contact_id].append(row)
            if row.address_id is not None:
                self.by_address[row.address_id].append(row)

    def _address(self, subject: Subject) -> tuple[int | None, str | None]:
        if subject.address_value:
            return self.address_ids.get(subject.address_value), subject.address_value
        address_id = self.primary.get(subject.contact_id or 0)
        return address_id, self.values.get(address_id or 0)

    def list_subject(self, subject: Subject) -> ListSubject:
        """Return whom a list is asked about."""
        return ListSubject(subject.contact_id, self._address(subject)[0])

    def consent_subject(self, subject: Subject) -> ConsentSubject:
        """Return whose consent is asked about."""
        address_id = self._address(subject)[0]
        holders = self.holders.get(address_id or 0, [])
        return ConsentSubject(address_id, tuple(holders) if subject.contact_id is None else (subject.contact_id,))

    def seen(self, subject: Subject, list_facts: ListFacts | None, consent: ConsentFacts | None) -> Seen:
        """Return what the gate could have known about the subject."""
        address_id, value = self._address(subject)
        people = [subject.contact_id] if subject.contact_id is not None else self.holders.get(address_id or 0, [])
        about = {row.id: row for person in people for row in self.by_contact.get(person or 0, [])}
        about |= {row.id: row for row in self.by_address.get(address_id or 0, [])}
        deleted_at, erased_at = self.contacts.get(subject.contact_id or 0, (None, None))
        facts = Facts(
            contact_known=None
            if subject.contact_id is None
            else subject.contact_id in self.contacts and not self._was(deleted_at),
            erased=self._was(erased_at) or address_id in self.erased_ids,
            address_valid=not subject.invalid,
            address_value=value,
            channel_connected=self.channel_connected,
            active=tuple(about.values()),
            list_facts=list_facts,
            consent=consent,
        )
        return Seen(address_id, value, facts)

    def _was(self, moment: datetime | None) -> bool:
        return moment is not None and moment <= self.at
