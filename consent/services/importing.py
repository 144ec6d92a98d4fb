"""Taking over the suppressions of another system (R24), for known and unknown addresses. It never ends anything."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from django.db import transaction

from consent.selectors.situations import Case
from consent.services.foreign_rows import ForeignSuppression
from consent.services.recording import Recorded, record_at_addresses
from consent.values import ConsentEvent
from consent.vocabulary import Effect, EventKind, Source
from contacts.services import get_or_create_addresses, lock_holders_of
from contacts.values import Actor

Chunks = Callable[[], Iterable[Sequence[ForeignSuppression]]]
"""() → rows in pieces of a thousand or so, the same each time: a file that is read twice."""


@transaction.atomic
def import_suppressions(
    *, rows: Sequence[ForeignSuppression], by: Actor, at: datetime, source: Source = Source.IMPORT, detail: str = ""
) -> list[Recorded]:
    """Record suppressions as their source has them, and return what became of each, in the order of the rows.

    Every address is silenced for all who hold it, and for whoever will. What stands in a stronger form stays.
    Shape: `detail` names where the rows come from.
    Once: what stands already gives `unchanged`; the same row twice in a call is recorded once.
    """
    distinct = list(dict.fromkeys(rows))
    addresses = get_or_create_addresses(canonicals=[row.address for row in distinct], at=at, by=by)
    # One row of an address in each wave, so that no decision leans on what is not written yet. The first wave names
    # every address, and so takes every lock; those after it take them again.
    waves: dict[int, list[tuple[ForeignSuppression, Case]]] = defaultdict(list)
    seen: Counter[int] = Counter()
    for row, address in zip(distinct, addresses, strict=True):
        event = _event(row, at=at, source=source, detail=detail)
        waves[seen[address.pk]].append((row, Case(event, address_id=address.pk)))
        seen[address.pk] += 1
    recorded: dict[ForeignSuppression, Recorded] = {}
    for wave in waves.values():
        answers = record_at_addresses(cases=[case for _, case in wave], by=by, at=at)
        recorded |= zip((row for row, _ in wave), answers, strict=True)
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


def _event(row: ForeignSuppression, *, at: datetime, source: Source, detail: str) -> ConsentEvent:
    return ConsentEvent(
        kind=EventKind.IMPORT_SUPPRESSION,
        channels=(row.channel,),
        occurred_at=row.since or at,
        source=source,
        direction=row.direction,
        detail=detail[:80],
        note=row.note,
        expires_at=row.expires_at,
        terms=row.terms,
    )
