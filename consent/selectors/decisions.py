"""Gathering facts for the gate, for one subject or thousands in a fixed number of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Hashable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from consent import gate
from consent.registry import ListSubject, registry
from consent.selectors import past
from consent.selectors.business import time_zone
from consent.selectors.channels import connected_channels
from consent.selectors.consents import ConsentSubject, consent_facts, needs_consent
from consent.selectors.standing import active_suppressions
from consent.values import ActiveSuppression, ConsentFacts, Decision, Facts, GateRequest, ListFacts
from consent.vocabulary import ADDRESS_KIND_OF, Channel, Purpose
from contacts.models import Address, ContactAddress
from contacts.normalize import ERASED_PREFIX
from contacts.selectors import erased_spellings, id_array
from contacts.vocabulary import AddressKind


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom the gate is asked about: a contact (at its primary address unless one is named) or an address.

    `address_value` is canonical; `invalid` says that what was given is no address at all.
    """

    contact_id: int | None = None
    address_value: str | None = None
    invalid: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """The decision, and the address that the message would go to; `address_id` is None where we have no such one."""

    subject: Subject
    address_value: str | None
    decision: Decision
    address_id: int | None = None


def decide(request: GateRequest, subject: Subject, *, at: datetime | None = None) -> Answer:
    """Return the gate's answer for one subject. See `decide_many`."""
    return decide_many(request, [subject], at=at)[0]


def decide_many(request: GateRequest, subjects: Sequence[Subject], *, at: datetime | None = None) -> list[Answer]:
    """Return the gate's answers in the order of the subjects: now, or as our records stood at a past moment.

    Asked by address, whoever holds it counts: one holder's "no" is the answer.
    Raises: ValueError for a channel that no message can use; MomentRefused for a moment to come, or one before our
    records begin; any database error, which is not an answer.
    """
    if request.channel is Channel.ALL:
        raise ValueError("A message goes out on one channel; 'all' is none.")
    tz = time_zone()
    if at is not None:
        return [
            Answer(subject, seen.address_value, gate.decide(request, seen.facts, tz=tz), seen.address_id)
            for subject, seen in zip(subjects, past.gather(request, subjects, at=at), strict=True)
        ]
    known = _Known(request, subjects)
    lists: Sequence[ListFacts | None] = [None] * len(subjects)
    if request.list_slug is not None and registry.list_facts is not None:
        lists = registry.list_facts(request.list_slug, [known.list_subject(subject) for subject in subjects])
    consents: Sequence[ConsentFacts | None] = [None] * len(subjects)
    if request.purpose is Purpose.MARKETING and needs_consent(request.channel):
        consents = consent_facts(request, [known.consent_subject(subject) for subject in subjects])
    answers = []
    alike: dict[Hashable, Decision] = {}
    for subject, list_facts, consent in zip(subjects, lists, consents, strict=True):
        address_id, value = known.address(subject)
        facts = known.facts(subject, list_facts, consent)
        if facts.active:
            decision = gate.decide(request, facts, tz=tz)
        else:
            # Most have nothing standing. Which address they have is then told by no reason.
            case = (facts.contact_known, facts.erased, facts.address_valid, value is None, list_facts, consent)
            decision = alike.get(case) or alike.setdefault(case, gate.decide(request, facts, tz=tz))
        answers.append(Answer(subject, value, decision, address_id))
    return answers


_PEOPLE = """
    SELECT c.id, c.deleted_at, c.erased_at, h.address_id, a.value
    FROM contacts_contact c
    LEFT JOIN contacts_contactaddress h ON h.contact_id = c.id AND h.kind = %s
    LEFT JOIN contacts_address a ON a.id = h.address_id
    WHERE c.id = ANY (%s::bigint[])
    ORDER BY h.is_primary, h.id DESC
"""


def _people(contact_ids: Collection[int], kind: AddressKind) -> list[tuple[Any, ...]]:
    """Return the contacts with each address of a kind, the one that a message would go to last."""
    with connection.cursor() as cursor:
        cursor.execute(_PEOPLE, [kind.value, id_array(contact_ids)])
        return list(cursor.fetchall())


class _Known:
    """Everything the database knows about the subjects of one question: five queries, however many they are."""

    def __init__(self, request: GateRequest, subjects: Sequence[Subject]) -> None:
        kind = ADDRESS_KIND_OF[request.channel]
        contact_ids = {subject.contact_id for subject in subjects if subject.contact_id is not None}
        values = {subject.address_value for subject in subjects if subject.address_value}
        self.channel_connected = request.channel in connected_channels()
        self.contacts: dict[int, tuple[datetime | None, datetime | None]] = {}
        self.primary: dict[int, tuple[int, str]] = {}
        for contact_id, deleted_at, erased_at, address_id, value in _people(contact_ids, kind) if contact_ids else ():
            self.contacts[contact_id] = (deleted_at, erased_at)
            if address_id is not None:
                self.primary[contact_id] = (address_id, value)
        self.address_ids = dict(
            Address.objects.filter(kind=kind, value__in=values).values_list("value", "id") if values else ()
        )
        erased = erased_spellings((kind.value, value) for value in values - self.address_ids.keys())
        found = Address.objects.filter(kind=kind, value__in=[value for _, value in erased]) if erased else ()
        for address in found:
            self.address_ids[erased[kind.value, address.value][1]] = address.pk
        self.erased_ids = {address.pk for address in found}
        self.holders: dict[int, list[int]] = defaultdict(list)
        asked_by_address = list(self.address_ids.values())
        if asked_by_address:
            rows = ContactAddress.objects.filter(address_id__in=asked_by_address)
            for address_id, contact_id in rows.values_list("address_id", "contact_id"):
                self.holders[address_id].append(contact_id)
        self.by_contact: dict[int, list[ActiveSuppression]] = defaultdict(list)
        self.by_address: dict[int, list[ActiveSuppression]] = defaultdict(list)
        everyone = contact_ids | {holder for holders in self.holders.values() for holder in holders}
        addresses = set(asked_by_address) | {address_id for address_id, _ in self.primary.values()}
        for row in active_suppressions(
            contact_ids=everyone, address_ids=addresses, channels=(request.channel, Channel.ALL)
        ):
            if row.contact_id is not None:
                self.by_contact[row.contact_id].append(row)
            if row.address_id is not None:
                self.by_address[row.address_id].append(row)

    def address(self, subject: Subject) -> tuple[int | None, str | None]:
        """Return the id of the address that a message to the subject would go to, if we have it, and the address."""
        if subject.address_value:
            return self.address_ids.get(subject.address_value), subject.address_value
        return self.primary.get(subject.contact_id or 0, (None, None))

    def list_subject(self, subject: Subject) -> ListSubject:
        """Return whom a list is asked about."""
        return ListSubject(subject.contact_id, self.address(subject)[0])

    def consent_subject(self, subject: Subject) -> ConsentSubject:
        """Return whose consent is asked about."""
        address_id = self.address(subject)[0]
        if subject.contact_id is not None:
            return ConsentSubject(address_id, (subject.contact_id,))
        return ConsentSubject(address_id, tuple(self.holders.get(address_id or 0, ())))

    def facts(self, subject: Subject, list_facts: ListFacts | None, consent: ConsentFacts | None) -> Facts:
        """Return what the gate may know about the subject."""
        address_id, value = self.address(subject)
        people = [subject.contact_id] if subject.contact_id is not None else self.holders.get(address_id or 0, [])
        rows = [row for person in people for row in self.by_contact.get(person, ())]
        rows += self.by_address.get(address_id or 0, ())
        deleted_at, erased_at = self.contacts.get(subject.contact_id or 0, (None, None))
        return Facts(
            contact_known=None
            if subject.contact_id is None
            else subject.contact_id in self.contacts and not deleted_at,
            erased=erased_at is not None
            or address_id in self.erased_ids
            or (value is not None and value.startswith(ERASED_PREFIX)),
            address_valid=not subject.invalid,
            address_value=value,
            channel_connected=self.channel_connected,
            active=tuple({row.id: row for row in rows}.values()) if rows else (),
            list_facts=list_facts,
            consent=consent,
        )
