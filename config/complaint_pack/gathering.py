"""Everything that is on file about one contact's consent, in the words of the screens and as rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils import timezone

from config.complaint_pack.plain import Plain, moment, plain_rows
from config.contact_desk import dates
from config.contact_desk.people import names_of
from config.contact_desk.timeline_words import Subject, effect_of, title_of
from consent.models import ConsentRecord, Evidence, InboundMessage, Suppression
from consent.rules import RULES
from consent.selectors.dnd import ChannelDnd, contact_dnd
from consent.selectors.evidence import of_contact
from consent.selectors.recorded import RecordedAnswer, about_contact
from consent.selectors.timeline import TimelineEvent, timeline
from consent.vocabulary import Source
from contacts.models import Address, Contact, ContactAddress
from lists.models import ContactList, ListMembership

_EVENTS_AT_ONCE = 20_000
_ANSWERS_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Story:
    """A contact's story. `told` is what the page prints, `rows` what pack.json holds beside the ledger."""

    contact: Contact
    told: dict[str, Any]
    rows: dict[str, Any]
    evidence: tuple[Evidence, ...]


def gather(contact: Contact) -> Story:
    """Return the whole story of a contact, oldest first."""
    held = list(
        ContactAddress.objects.filter(contact=contact).select_related("address").order_by("kind", "-is_primary", "id")
    )
    address_ids = [row.address_id for row in held]
    suppressions = list(
        Suppression.objects.filter(Q(contact=contact) | Q(contact=None, address__in=address_ids)).order_by("id")
    )
    messages = list(InboundMessage.objects.filter(address__in=address_ids).order_by("occurred_at", "id"))
    evidence = tuple(reversed(of_contact(contact.pk)))
    consents = list(
        ConsentRecord.objects.filter(Q(contact=contact) | Q(contact=None, address__in=address_ids)).order_by("id")
    )
    memberships = list(ListMembership.objects.filter(contact=contact).select_related("list").order_by("id"))
    answers = _answers(contact.pk, address_ids)
    events = _events(contact.pk)
    names = names_of(
        [event.actor for event in events] + [each.actor for each in answers] + [m.changed_by for m in memberships]
    )
    rules = _rules(events)
    told_events = _told_events(events, contact, names)
    return Story(
        contact=contact,
        told={
            "contact": contact,
            "addresses": [(row.get_kind_display(), row.address.shown, row.is_primary) for row in held],
            "standing": _standing(contact.pk),
            "events": told_events,
            "messages": [(_at(each.occurred_at), _at(each.recorded_at), each) for each in messages],
            "evidence": [(each, file_path(each), _at(each.consent_given_at)) for each in evidence],
            "consents": consents,
            "lists": [_membership(each) for each in memberships],
            "answers": [_answer(each, names) for each in answers],
            "rules": rules,
        },
        rows={
            "contact": {
                **plain_rows([contact], without=frozenset({"search_text"}))[0],
                "addresses": [
                    {
                        **plain_rows([row.address])[0],
                        "is_primary": row.is_primary,
                        "joined_at": moment(row.joined_at),
                    }
                    for row in held
                ],
            },
            "standing": _standing(contact.pk),
            "events": [_event_row(event, told) for event, told in zip(events, told_events, strict=True)],
            "suppressions": plain_rows(suppressions),
            "messages": plain_rows(messages),
            "evidence": [
                {**row, "file": file_path(each)}
                for each, row in zip(evidence, plain_rows(evidence, without=frozenset({"file_key"})), strict=True)
            ],
            "consents": plain_rows(consents),
            "lists": [
                {**row, "list_name": each.list.name, "list_slug": each.list.slug}
                for each, row in zip(memberships, plain_rows(memberships), strict=True)
            ],
            "decisions": [_answer_row(each) for each in answers],
            "rules": rules,
            "people": names,
        },
        evidence=evidence,
    )


def file_path(evidence: Evidence) -> str:
    """Return where the proof file lies in the pack, or "" where none was filed."""
    return f"evidence/{evidence.pk}-{evidence.file_name}" if evidence.file_key else ""


def _events(contact_id: int) -> list[TimelineEvent]:
    found: list[TimelineEvent] = []
    page = timeline(contact_id, limit=_EVENTS_AT_ONCE)
    found += page.events
    while page.older_than is not None:
        page = timeline(contact_id, older_than=page.older_than, limit=_EVENTS_AT_ONCE)
        found += page.events
    return sorted(found, key=lambda event: (event.occurred_at, event.lines[0].id))


def _answers(contact_id: int, address_ids: Sequence[int]) -> list[RecordedAnswer]:
    found: list[RecordedAnswer] = []
    older_than: int | None = None
    while True:
        page = about_contact(contact_id, address_ids=address_ids, older_than=older_than, most=_ANSWERS_AT_ONCE)
        found += page.answers
        if page.older_than is None:
            return found[::-1]
        older_than = page.older_than


def _told_events(events: Sequence[TimelineEvent], contact: Contact, names: Mapping[str, str]) -> list[dict[str, Any]]:
    lines = [line for event in events for line in event.lines]
    lists = ContactList.objects.filter(id__in={line.list_id for line in lines if line.list_id})
    addresses = Address.objects.filter(id__in={line.address_id for line in lines if line.address_id})
    subject = Subject(
        contact_id=contact.pk,
        lists=dict(lists.values_list("id", "name")),
        addresses=dict(addresses.values_list("id", "shown")),
    )
    return [
        {
            "title": title_of(event, subject),
            "happened": _at(event.occurred_at),
            "learnt": _at(event.recorded_at),
            "who": "the contact" if event.source is Source.CONTACT else names[event.actor],
            "rules": sorted({line.rule for line in event.lines if line.rule}),
            "effects": [text for text in dict.fromkeys(effect_of(line, subject) for line in event.lines) if text],
            "message": event.message,
            "note": event.note,
            "evidence": event.evidence_id,
            "entries": [line.id for line in event.lines],
        }
        for event in events
    ]


def _event_row(event: TimelineEvent, told: Mapping[str, Any]) -> Plain:
    return {
        "event_id": str(event.id),
        "kind": event.kind.value,
        "occurred_at": moment(event.occurred_at),
        "recorded_at": moment(event.recorded_at),
        "source": event.source.value,
        "actor": event.actor,
        **{key: told[key] for key in ("title", "who", "rules", "effects", "message", "note", "entries")},
    }


def _standing(contact_id: int) -> dict[str, Any]:
    dnd = contact_dnd(contact_id)

    def lines(channels: Iterable[ChannelDnd]) -> list[dict[str, Any]]:
        return [
            {
                "channel": each.channel.label,
                "status": each.kind.label if each.kind else "Open",
                "reasons": [{"text": reason.text, "how_it_lifts": reason.how_it_lifts} for reason in each.reasons],
            }
            for each in channels
        ]

    return {
        "status": dnd.status.label,
        "everywhere": [{"text": each.text, "how_it_lifts": each.how_it_lifts} for each in dnd.everywhere],
        "channels": lines(dnd.channels),
        "inbound": lines(each for each in dnd.inbound if each.reasons),
    }


def _membership(row: ListMembership) -> dict[str, str]:
    states = [
        (row.removed_at, "removed"),
        (row.blocked_at, "blocked"),
        (row.opted_out_at, "opted out"),
        (row.added_at, "added"),
    ]
    told = [f"{word} {_at(when)}" for when, word in states if when]
    return {"name": row.list.name, "told": "; ".join(told) or "never added", "note": row.note}


def _answer(each: RecordedAnswer, names: Mapping[str, str]) -> dict[str, Any]:
    list_ = f", list {each.list_slug}" if each.list_slug else ""
    return {
        "when": _at(each.answered_at),
        "about": _at(each.about_at) if each.about_at else "",
        "question": f"May we contact them by {each.channel.label}? {each.purpose.label}{list_}",
        "who": names[each.actor],
        "answer": "Yes" if each.allowed else f"No: {', '.join(reason.code for reason in each.reasons)}",
    }


def _answer_row(each: RecordedAnswer) -> Plain:
    return {
        "record_id": each.record_id,
        "answered_at": moment(each.answered_at),
        "about_at": moment(each.about_at) if each.about_at else None,
        "actor": each.actor,
        "source": each.source.value,
        "channel": each.channel.value,
        "purpose": each.purpose.value,
        "list": each.list_slug,
        "contact_id": each.contact_id,
        "address_id": each.address_id,
        "allowed": each.allowed,
        "reasons": [{"code": reason.code, "suppression_id": reason.suppression_id} for reason in each.reasons],
    }


def _rules(events: Sequence[TimelineEvent]) -> list[dict[str, str]]:
    used = {line.rule for event in events for line in event.lines}
    known = {rule.code: rule for rule in RULES if rule.code in used}
    return [
        {"code": code, "trigger": rule.trigger, "why": rule.why, "source": rule.source}
        for code, rule in sorted(known.items())
    ]


def _at(value: datetime) -> str:
    local = timezone.localtime(value)
    return f"{dates.on_day(value)}, {local:%H:%M:%S} {local:%Z}"
