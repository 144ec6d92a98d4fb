"""A contact's ledger, newest first, an event at a time, with the words that belong to it."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from consent.models import InboundMessage, LedgerEntry, Suppression
from consent.vocabulary import Channel, Direction, Effect, EventKind, Kind, Reason, Source
from contacts.models import ContactAddress
from contacts.selectors import merged_ids

EVENTS_A_PAGE = 50
ENTRIES_AN_EVENT = 8
"""How many rows are read per event of a page. Longer events make a page shorter, never incomplete."""


@dataclass(frozen=True, slots=True)
class TimelineLine:
    """One outcome of an event: one row of the ledger."""

    id: int
    effect: Effect
    rule: str
    code: str
    channel: Channel | None
    direction: Direction
    reason: Reason | None
    kind: Kind | None
    suppression_id: int | None
    address_id: int | None
    list_id: int | None


@dataclass(frozen=True, slots=True)
class TimelineEvent:
    """One event with all it did to this contact. `note` is what staff wrote, `message` what the contact wrote."""

    id: uuid.UUID
    kind: EventKind
    occurred_at: datetime
    recorded_at: datetime
    source: Source
    actor: str
    detail: str
    lines: tuple[TimelineLine, ...]
    note: str = ""
    message: str | None = None
    evidence_id: int | None = None


@dataclass(frozen=True, slots=True)
class TimelinePage:
    """Some events, newest first. `older_than` asks for the next page; None where there is none."""

    events: tuple[TimelineEvent, ...]
    older_than: int | None


def timeline(
    contact_id: int,
    *,
    older_than: int | None = None,
    channels: Collection[Channel] = (),
    kinds: Collection[EventKind] = (),
    effects: Collection[Effect] = (),
    limit: int = EVENTS_A_PAGE,
) -> TimelinePage:
    """Return what happened to a contact's consent, to that of contacts merged into it, and at its addresses unheld.

    Shape: an event has only the entries that pass the filters; `older_than` is a page's own.
    Five queries, however long the ledger: the rows come from two indexes, read backwards from `older_than`.
    """
    rows = _newest(
        contact_id,
        older_than=older_than,
        channels=channels,
        kinds=kinds,
        effects=effects,
        most=limit * ENTRIES_AN_EVENT,
    )
    groups = _by_event(rows)
    if len(rows) == limit * ENTRIES_AN_EVENT and len(groups) > 1:
        groups.pop()  # it may go on beyond the rows that were read
        shown, more = groups[:limit], True
    else:
        shown, more = groups[:limit], len(groups) > limit
    return TimelinePage(_with_words(shown), min(row.pk for row in shown[-1]) if more else None)


def newest_change(contact_id: int) -> TimelineEvent | None:
    """Return the last event that changed what stands for a contact."""
    changed = (Effect.SET, Effect.STRENGTHENED, Effect.LIFTED)
    found = timeline(contact_id, effects=changed, limit=1).events
    return found[0] if found else None


def _newest(
    contact_id: int,
    *,
    older_than: int | None,
    channels: Collection[Channel],
    kinds: Collection[EventKind],
    effects: Collection[Effect],
    most: int,
) -> list[LedgerEntry]:
    """Return the newest entries, at most `most`, in descending id."""
    entries = LedgerEntry.objects.all()
    if older_than is not None:
        entries = entries.filter(id__lt=older_than)
    if channels:
        entries = entries.filter(channel__in=sorted(channels))
    if kinds:
        entries = entries.filter(kind__in=sorted(kinds))
    if effects:
        entries = entries.filter(effect__in=sorted(effects))
    held = ContactAddress.objects.filter(contact_id=contact_id).values("address_id")
    # Each half is cut before they meet: a sort of both would read the whole ledger of a contact.
    people = [contact_id, *merged_ids(contact_id)]
    own = entries.filter(contact_id__in=people).order_by("-id")[:most]
    unheld = entries.filter(contact_id=None, address_id__in=held).order_by("-id")[:most]
    return list(own.union(unheld, all=True).order_by("-id")[:most])


def _by_event(rows: Iterable[LedgerEntry]) -> list[list[LedgerEntry]]:
    groups: dict[uuid.UUID, list[LedgerEntry]] = {}
    for row in rows:
        groups.setdefault(row.event_id, []).append(row)
    return list(groups.values())


def _with_words(groups: Sequence[Sequence[LedgerEntry]]) -> tuple[TimelineEvent, ...]:
    notes = _notes(row for group in groups for row in group)
    message_ids = {row.message_id for group in groups for row in group if row.message_id}
    messages = dict(InboundMessage.objects.filter(id__in=message_ids).values_list("id", "body"))
    return tuple(
        _event(group, note=notes.get(group[0].event_id, ""), message=messages.get(group[0].message_id or 0))
        for group in groups
    )


def _notes(rows: Iterable[LedgerEntry]) -> dict[uuid.UUID, str]:
    """Return what staff wrote, per event: on the suppressions it set or lifted."""
    ids = {row.suppression_id for row in rows if row.suppression_id}
    found = Suppression.objects.filter(id__in=ids).values_list("set_event_id", "note", "lift_event_id", "lift_note")
    notes: dict[uuid.UUID, str] = {}
    for set_event, note, lift_event, lift_note in found:
        if note:
            notes[set_event] = note
        if lift_event and lift_note:
            notes[lift_event] = lift_note
    return notes


def _event(group: Sequence[LedgerEntry], *, note: str, message: str | None) -> TimelineEvent:
    first = group[0]
    return TimelineEvent(
        id=first.event_id,
        kind=EventKind(first.kind),
        occurred_at=first.occurred_at,
        recorded_at=first.recorded_at,
        source=Source(first.source),
        actor=first.actor,
        detail=first.detail,
        lines=tuple(_line(row) for row in sorted(group, key=lambda row: row.pk)),
        note=note,
        message=message,
        evidence_id=first.evidence_id,
    )


def _line(row: LedgerEntry) -> TimelineLine:
    return TimelineLine(
        id=row.pk,
        effect=Effect(row.effect),
        rule=row.rule,
        code=row.code,
        channel=Channel(row.channel) if row.channel else None,
        direction=Direction(row.direction),
        reason=Reason(row.reason) if row.reason else None,
        kind=Kind(row.suppression_kind) if row.suppression_kind else None,
        suppression_id=row.suppression_id,
        address_id=row.address_id,
        list_id=row.list_id,
    )
