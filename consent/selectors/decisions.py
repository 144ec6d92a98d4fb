"""Gathering facts for the gate, for one subject or thousands in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from datetime import datetime
from typing import NamedTuple

from consent import gate
from consent.registry import registry
from consent.selectors import past
from consent.selectors.business import time_zone
from consent.selectors.consents import consent_facts
from consent.selectors.present import NOBODY, Present
from consent.values import ConsentFacts, Decision, Facts, GateRequest, ListFacts
from consent.vocabulary import Channel, Purpose
from contacts.models import Contact


class Subject(NamedTuple):
    """Whom the gate is asked about: a contact (at its primary address unless one is named) or an address.

    A contact is named by its number or by its public id, as PostgreSQL writes one. `address_value` is canonical;
    `invalid` says that what was given is no address at all.
    """

    contact_id: int | None = None
    address_value: str | None = None
    invalid: bool = False
    public_id: str | None = None


class Answer(NamedTuple):
    """The decision, and the address that the message would go to.

    `address_id` is None where we have no such address, `contact_id` where only an address was asked about, or where
    nobody has this public id.
    """

    subject: Subject
    address_value: str | None
    decision: Decision
    address_id: int | None = None
    contact_id: int | None = None


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
        numbered = _numbered(subjects)
        return [
            Answer(each, seen.address_value, gate.decide(request, seen.facts, tz=tz), seen.address_id, each.contact_id)
            for each, seen in zip(numbered, past.gather(request, numbered, at=at), strict=True)
        ]
    known = Present(request, subjects)
    found = [known.of(subject) for subject in subjects]
    lists: Sequence[ListFacts | None] = [None] * len(subjects)
    if request.list_slug is not None and registry.list_facts is not None:
        lists = registry.list_facts(request.list_slug, [each.for_list() for each in found])
    consents: Sequence[ConsentFacts | None] = [None] * len(subjects)
    if request.purpose is Purpose.MARKETING and known.policy.needs_consent:
        consents = consent_facts(request, [each.for_consent() for each in found])
    answers = []
    alike: dict[Hashable, Decision] = {}
    for subject, each, list_facts, consent in zip(subjects, found, lists, consents, strict=True):
        contact_id, is_known, is_erased, address_id, value, _, active = each
        # Most have nothing standing. Which address they have is then told by no reason.
        case = None if active else (is_known, is_erased, subject.invalid, value is None, list_facts, consent)
        decision = alike.get(case)
        if decision is None:
            facts = Facts(
                contact_known=is_known,
                erased=is_erased,
                address_valid=not subject.invalid,
                address_value=value,
                channel_connected=known.policy.connected,
                active=active,
                list_facts=list_facts,
                consent=consent,
            )
            decision = gate.decide(request, facts, tz=tz)
            if case is not None:
                alike[case] = decision
        answers.append(Answer(subject, value, decision, address_id, contact_id or None))
    return answers


def _numbered(subjects: Sequence[Subject]) -> Sequence[Subject]:
    """Return the subjects with each contact by its number, which is how the past knows it."""
    named = {subject.public_id for subject in subjects if subject.public_id is not None}
    if not named:
        return subjects
    rows = Contact.objects.filter(public_id__in=named).values_list("public_id", "id")
    numbers = {str(public_id): contact_id for public_id, contact_id in rows}
    return [
        subject if subject.public_id is None else subject._replace(contact_id=numbers.get(subject.public_id, NOBODY))
        for subject in subjects
    ]
