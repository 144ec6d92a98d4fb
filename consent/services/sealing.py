"""Sealing the ledger: batches of settled entries, each under a head that stands for all before it.

Writers are never waited for nor held up: only entries of ended transactions are read, in the feed's order.
"""

from __future__ import annotations

from datetime import datetime

from django.db import connection, transaction

from consent.models import LedgerSeal
from consent.proofs import FORM, NO_HEAD, SealFacts, head_of, leaf, skip_number, tree_root
from consent.selectors.feed import BEGINNING, settled_end
from consent.selectors.seals import SealRow, entries_as_sealed, newest_seal, seals_numbered

BATCH = 10_000
"""Entries under one seal at most."""
_LOCK = 0x5EA1


def seal_due(*, at: datetime) -> list[int]:
    """Seal everything that is settled and return the numbers of the new seals.

    Once: with nothing new there is no new seal. Where another worker is sealing, it is left to that one.
    """
    numbers: list[int] = []
    while (number := _seal_next(at=at)) is not None:
        numbers.append(number)
    return numbers


@transaction.atomic
def _seal_next(*, at: datetime) -> int | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
        if not cursor.fetchone()[0]:
            return None
    before = newest_seal()
    entries = entries_as_sealed(before.last if before else BEGINNING, below=settled_end(), limit=BATCH)
    if not entries:
        return None
    leaves = [leaf(entry.data) for entry in entries]
    number = before.facts.number + 1 if before else 1
    first, last = entries[0].position, entries[-1].position
    sealed_at = at.replace(microsecond=0)
    facts = SealFacts(
        number=number,
        form=FORM,
        first=(first.transaction_number, first.entry_id),
        last=(last.transaction_number, last.entry_id),
        count=len(entries),
        root=tree_root(leaves).hex(),
        previous_head=before.head if before else NO_HEAD,
        skip_head=_skip_head(number, before),
        sealed_at=f"{sealed_at:%Y-%m-%dT%H:%M:%SZ}",
    )
    LedgerSeal.objects.create(
        number=number,
        form=FORM,
        first_transaction=first.transaction_number,
        first_entry_id=first.entry_id,
        last_transaction=last.transaction_number,
        last_entry_id=last.entry_id,
        entry_count=len(entries),
        leaves=b"".join(leaves),
        root=facts.root,
        previous_head=facts.previous_head,
        skip_head=facts.skip_head,
        head=head_of(facts),
        sealed_at=sealed_at,
    )
    return number


def _skip_head(number: int, before: SealRow | None) -> str:
    wanted = skip_number(number)
    if wanted == 0 or before is None:
        return NO_HEAD
    return before.head if wanted == before.facts.number else seals_numbered([wanted])[0].head
