"""Writing the ledger: one entry per outcome and contact concerned."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from consent.models import LedgerEntry, Suppression
from consent.services.rows import insert
from consent.values import ConsentEvent, Outcome
from consent.vocabulary import Channel, Effect, EventKind, Source
from contacts.values import Actor


@dataclass(frozen=True, slots=True)
class Proof:
    """What an event rests on: the message that brought it, the delivery, the evidence, the review."""

    message_id: int | None = None
    delivery_id: int | None = None
    evidence_id: int | None = None
    review_id: int | None = None


NO_PROOF = Proof()


@dataclass(frozen=True, slots=True)
class Line:
    """One outcome as the ledger keeps it: for one contact, and about one suppression if any."""

    outcome: Outcome
    contact_id: int | None
    suppression_id: int | None


@dataclass(frozen=True, slots=True)
class Page:
    """The lines of one event."""

    event: ConsentEvent
    event_id: uuid.UUID
    lines: Sequence[Line]


def write(
    *, event: ConsentEvent, event_id: uuid.UUID, lines: Sequence[Line], proof: Proof, by: Actor, at: datetime
) -> None:
    """Append an entry per line, in the caller's transaction."""
    write_many(pages=[Page(event, event_id, lines)], proof=proof, by=by, at=at)


def write_many(*, pages: Iterable[Page], proof: Proof, by: Actor, at: datetime) -> None:
    """Append the entries of several events in one statement, in the caller's transaction."""
    insert(
        LedgerEntry,
        [
            {
                "event_id": page.event_id,
                "kind": page.event.kind,
                "effect": line.outcome.effect,
                "rule": line.outcome.rule,
                "code": line.outcome.code,
                "channel": line.outcome.channel,
                "direction": line.outcome.direction,
                "reason": line.outcome.reason or "",
                "suppression_kind": line.outcome.kind or "",
                "route": line.outcome.route or "",
                "contact_id": line.contact_id,
                "address_id": line.outcome.address_id,
                "suppression_id": line.suppression_id,
                "message_id": proof.message_id,
                "delivery_id": proof.delivery_id,
                "evidence_id": proof.evidence_id,
                "source": page.event.source,
                "actor": by.ref,
                "detail": page.event.detail[:80],
                "occurred_at": page.event.occurred_at,
                "recorded_at": at,
            }
            for page in pages
            for line in page.lines
        ],
    )


def refusals_about(*, contact_id: int) -> list[LedgerEntry]:
    """Return what was refused about a contact that is going to be undone in the caller's transaction.

    Shape: unsaved entries about the addresses alone, for `keep` to append once the contact is undone.
    """
    entries = LedgerEntry.objects.filter(contact_id=contact_id, effect=Effect.REFUSED).order_by("id")
    rows = Suppression.objects.in_bulk([each.suppression_id for each in entries if each.suppression_id])
    for each in entries:
        row = rows.get(each.suppression_id or 0)
        each.address_id = each.address_id or (row.address_id if row is not None else None)
        each.pk, each.public_id, each.contact_id, each.suppression_id = None, uuid.uuid4(), None, None
    return list(entries)


def keep(*, entries: Sequence[LedgerEntry]) -> None:
    """Append entries whose transaction was undone, so that what was refused in it stays on record."""
    LedgerEntry.objects.bulk_create(entries)


@dataclass(frozen=True, slots=True)
class ListFact:
    """One thing that happened to one list membership."""

    kind: EventKind
    effect: Effect
    rule: str
    list_id: int
    contact_id: int | None
    address_id: int | None = None
    code: str = ""
    message_id: int | None = None


def write_list_facts(
    *, facts: Sequence[ListFact], source: Source, by: Actor, at: datetime, occurred_at: datetime | None = None
) -> None:
    """Append an entry per fact about a list membership, for the lists app, in its transaction.

    Once: appends again; the verbs of lists record a repeat as `unchanged`.
    """
    event_id = uuid.uuid4()
    insert(
        LedgerEntry,
        [
            {
                "event_id": event_id,
                "kind": fact.kind,
                "effect": fact.effect,
                "rule": fact.rule,
                "code": fact.code,
                "channel": Channel.ALL,
                "contact_id": fact.contact_id,
                "address_id": fact.address_id,
                "list_id": fact.list_id,
                "message_id": fact.message_id,
                "source": source,
                "actor": by.ref,
                "occurred_at": occurred_at or at,
                "recorded_at": at,
            }
            for fact in facts
        ],
    )
