"""Taking over the suppressions of another system (R24), for known and unknown addresses. It never ends anything."""

from __future__ import annotations

import uuid
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from consent.selectors.situations import Case
from consent.selectors.standing import newest_opt_ins_by_address
from consent.services import ledger
from consent.services.foreign_rows import ForeignSuppression
from consent.services.ledger import NO_PROOF, Line, Page
from consent.services.recording import Recorded, record_at_addresses
from consent.values import ConsentEvent, Outcome
from consent.vocabulary import CHANNELS, Channel, Effect, EventKind, Source
from contacts.models import Address
from contacts.services import get_or_create_addresses, lock_holders_of
from contacts.values import Actor


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row that says nothing which could be taken over: its number among how many, and the code of why."""

    number: int
    of: int
    code: str


OptIns = Mapping[int, Mapping[tuple[Channel, EventKind], datetime]]
Chunks = Callable[[], Iterable[Sequence[ForeignSuppression]]]
"""() → rows in pieces of a thousand or so, the same each time: a file that is read twice."""


@transaction.atomic
def import_suppressions(
    *,
    rows: Sequence[ForeignSuppression],
    by: Actor,
    at: datetime,
    source: Source = Source.IMPORT,
    detail: str = "",
    refused: Sequence[RefusedRow] = (),
) -> list[Recorded]:
    """Record suppressions as their source has them, and return what became of each, in the order of the rows.

    Every address is silenced for all who hold it, and for whoever will. What stands in a stronger form stays.
    Shape: `detail` names where the rows come from; `refused` are those beside them that could not be read, so that the
    ledger tells which are missing.
    Once: what stands already gives `unchanged`; the same row twice in a call is recorded once.
    """
    distinct = list(dict.fromkeys(rows))
    addresses = get_or_create_addresses(canonicals=[row.address for row in distinct], at=at, by=by)
    # One row of an address in each wave, so that no decision leans on what is not written yet. The first wave names
    # every address, and so takes every lock; those after it take them again.
    waves: dict[int, list[tuple[ForeignSuppression, Case]]] = defaultdict(list)
    seen: Counter[int] = Counter()
    came_back = _opt_ins(distinct, addresses)
    for row, address in zip(distinct, addresses, strict=True):
        said_at = _said_at(row, came_back.get(address.pk, {}), at=at)
        event = _event(row, said_at=said_at, source=source, detail=detail)
        waves[seen[address.pk]].append((row, Case(event, address_id=address.pk)))
        seen[address.pk] += 1
    recorded: dict[ForeignSuppression, Recorded] = {}
    for wave in waves.values():
        answers = record_at_addresses(cases=[case for _, case in wave], by=by, at=at)
        recorded |= zip((row for row, _ in wave), answers, strict=True)
    _note_refused(refused, by=by, at=at, source=source, detail=detail)
    return [recorded[row] for row in rows]


@transaction.atomic
def import_whole(*, chunks: Chunks, by: Actor, at: datetime, detail: str, dry_run: bool = False) -> Counter[Effect]:
    """Record all rows of a file or none, and return how many outcomes there were of each effect.

    The locks of every address and holder are taken first, in the one order, and kept to the end.
    Shape: `dry_run` undoes everything after it was counted.
    Once: as `import_suppressions`.
    """
    addresses: set[int] = set()
    for rows in chunks():
        canonicals = list({(row.address.kind, row.address.value): row.address for row in rows}.values())
        addresses.update(each.pk for each in get_or_create_addresses(canonicals=canonicals, at=at, by=by))
    lock_holders_of(address_ids=addresses)
    counted: Counter[Effect] = Counter()
    for rows in chunks():
        for recorded in import_suppressions(rows=rows, by=by, at=at, detail=detail):
            counted.update(outcome.effect for outcome in recorded.outcomes)
    if dry_run:
        transaction.set_rollback(True)
    return counted


def _note_refused(rows: Sequence[RefusedRow], *, by: Actor, at: datetime, source: Source, detail: str) -> None:
    """Write an entry for each row that was refused. Nobody is named: it is not known whom the row was about."""
    run = uuid.uuid4()
    pages = [
        Page(
            ConsentEvent(
                kind=EventKind.IMPORT_SUPPRESSION,
                channels=(Channel.ALL,),
                occurred_at=at,
                source=source,
                detail=f"row {row.number} of {row.of}: {detail}".rstrip(": ")[:80],
            ),
            run,
            [Line(Outcome(Effect.REFUSED, "R24", Channel.ALL, code=row.code), None, None)],
        )
        for row in rows
    ]
    ledger.write_many(pages=pages, proof=NO_PROOF, by=by, at=at)


def _opt_ins(rows: Sequence[ForeignSuppression], addresses: Sequence[Address]) -> OptIns:
    """Return when somebody opted in at the addresses of rows that name no more than a day."""
    vague = {address.pk for row, address in zip(rows, addresses, strict=True) if row.day_ends_at is not None}
    return newest_opt_ins_by_address(address_ids=vague, channels=CHANNELS)


def _said_at(
    row: ForeignSuppression, came_back: Mapping[tuple[Channel, EventKind], datetime], *, at: datetime
) -> datetime:
    """Return when the no counts as said: on a day on which the person opted in too, after that."""
    if row.since is None:
        return at
    if row.day_ends_at is None:
        return row.since
    on_that_day = any(
        row.since <= opted_in_at <= row.day_ends_at
        for (channel, _), opted_in_at in came_back.items()
        if row.channel in {channel, Channel.ALL}
    )
    return min(row.day_ends_at, at) if on_that_day else row.since


def _event(row: ForeignSuppression, *, said_at: datetime, source: Source, detail: str) -> ConsentEvent:
    return ConsentEvent(
        kind=EventKind.IMPORT_SUPPRESSION,
        channels=(row.channel,),
        occurred_at=said_at,
        source=source,
        direction=row.direction,
        detail=detail[:80],
        note=row.note,
        expires_at=row.expires_at,
        terms=row.terms,
    )
