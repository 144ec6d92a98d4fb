"""Reading seals, and entries as the bytes that were sealed. Times are read as text: no value of a column is refused."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection

from consent.models import LedgerVerification
from consent.proofs import COLUMNS, FORM, SealFacts, entry_bytes
from consent.selectors.feed import BEGINNING, Position, between, settled_end

LAGGING_AFTER = timedelta(hours=1)
"""Sealing runs every few minutes; from here somebody should look."""
MOST_COUNTED = 100_000
VERIFIED_WITHIN = timedelta(days=2)
"""The whole ledger is verified every night."""


@dataclass(frozen=True, slots=True)
class SealRow:
    """A seal as it stands in its table."""

    facts: SealFacts
    head: str
    leaves: bytes

    @property
    def last(self) -> Position:
        return Position(*self.facts.last)


@dataclass(frozen=True, slots=True)
class SealedEntry:
    """An entry and the bytes that are sealed."""

    position: Position
    data: bytes


@dataclass(frozen=True, slots=True)
class Sealing:
    """How things stand with the seals. `unsealed` counts to MOST_COUNTED; the oldest of them was recorded then."""

    newest: SealRow | None
    unsealed: int
    oldest_unsealed_at: datetime | None
    verification: LedgerVerification | None

    def lags(self, *, now: datetime) -> bool:
        """Return whether entries wait for their seal longer than they should."""
        return self.oldest_unsealed_at is not None and now - self.oldest_unsealed_at > LAGGING_AFTER

    def is_unverified(self, *, now: datetime) -> bool:
        """Return whether a sealed ledger was not verified lately."""
        if self.newest is None:
            return False
        return self.verification is None or now - self.verification.verified_at > VERIFIED_WITHIN


_SEAL = """
    SELECT number, form, first_transaction, first_entry_id, last_transaction, last_entry_id, entry_count, root,
        previous_head, skip_head, (to_jsonb(sealed_at AT TIME ZONE 'UTC') #>> '{}') || 'Z', head,
        CASE WHEN %s THEN leaves ELSE '' END
    FROM consent_ledgerseal
"""


def newest_seal() -> SealRow | None:
    """Return the last seal of the chain, without its leaves, or None before the first."""
    return next(_seals("ORDER BY number DESC LIMIT 1", with_leaves=False), None)


def seals(*, after: int = 0, most: int = 100) -> list[SealRow]:
    """Return the seals that follow a number, oldest first."""
    return list(_seals("WHERE number > %s ORDER BY number LIMIT %s", after, most))


def seals_numbered(numbers: Sequence[int], *, with_leaves: bool = False) -> list[SealRow]:
    """Return the seals of these numbers, oldest first."""
    return list(_seals("WHERE number = ANY(%s) ORDER BY number", list(numbers), with_leaves=with_leaves))


def all_seals() -> Iterator[SealRow]:
    """Yield every seal, oldest first, some at a time."""
    after = -(2**63)
    while found := seals(after=after):
        yield from found
        after = found[-1].facts.number


def _seals(rest: str, *parameters: int | list[int], with_leaves: bool = True) -> Iterator[SealRow]:
    with connection.cursor() as cursor:
        cursor.execute(f"{_SEAL} {rest}", (with_leaves, *parameters))
        rows = cursor.fetchall()
    for (
        number,
        form,
        first_tx,
        first_id,
        last_tx,
        last_id,
        count,
        root,
        previous,
        skip,
        sealed_at,
        head,
        leaves,
    ) in rows:
        facts = SealFacts(
            number, form, (first_tx, first_id), (last_tx, last_id), count, root, previous, skip, sealed_at
        )
        yield SealRow(facts, head, bytes(leaves))


def entries_as_sealed(
    after: Position, *, limit: int, until: Position | None = None, below: int | None = None, form: int = FORM
) -> list[SealedEntry]:
    """Return the entries that follow a position, in order, as bytes.

    Shape: up to and with `until`, or below the transaction number `below`, where they are given.
    """
    wanted = ["(transaction_number, id) > (%s, %s)"]
    parameters: list[int] = [after.transaction_number, after.entry_id]
    if until is not None:
        wanted.append("(transaction_number, id) <= (%s, %s)")
        parameters += [until.transaction_number, until.entry_id]
    if below is not None:
        wanted.append("transaction_number < %s")
        parameters.append(below)
    return _entries(f"WHERE {' AND '.join(wanted)}", *parameters, limit=limit, form=form)


def entries_of_contact(contact_id: int) -> list[SealedEntry]:
    """Return the entries about a contact, and about its addresses while nobody held them, in order, as bytes."""
    about = """WHERE contact_id = %s OR (contact_id IS NULL AND address_id IN
        (SELECT address_id FROM contacts_contactaddress WHERE contact_id = %s))"""
    return _entries(about, contact_id, contact_id, limit=None, form=FORM)


def seals_over(positions: Sequence[Position]) -> dict[Position, int]:
    """Return the number of the seal that each position stands under; those without a seal are left out."""
    sql = """
        SELECT place.transaction_number, place.entry_id, seal.number
        FROM unnest(%s::bigint[], %s::bigint[]) AS place(transaction_number, entry_id)
        CROSS JOIN LATERAL (
            SELECT number FROM consent_ledgerseal
            WHERE (last_transaction, last_entry_id) >= (place.transaction_number, place.entry_id)
            ORDER BY last_transaction, last_entry_id LIMIT 1
        ) seal
    """
    with connection.cursor() as cursor:
        cursor.execute(sql, [[each.transaction_number for each in positions], [each.entry_id for each in positions]])
        return {Position(row[0], row[1]): row[2] for row in cursor.fetchall()}


def _entries(where: str, *parameters: int, limit: int | None, form: int) -> list[SealedEntry]:
    sql = (
        f"SELECT transaction_number, id, {_columns(form)} FROM consent_ledgerentry "  # noqa: S608 (names of our own)
        f"{where} ORDER BY transaction_number, id LIMIT %s"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, (*parameters, limit))
        rows = cursor.fetchall()
    return [SealedEntry(Position(row[0], row[1]), entry_bytes(row[2:], form=form)) for row in rows]


def _columns(form: int) -> str:
    """Return the columns of a form as SQL: ids of 128 bits and times as text, so that they have one spelling."""
    spelled = []
    for name in COLUMNS[form]:
        if name.endswith("_at"):
            spelled.append(f"(to_jsonb({name} AT TIME ZONE 'UTC') #>> '{{}}') || 'Z'")
        elif name in {"public_id", "event_id"}:
            spelled.append(f"{name}::text")
        else:
            spelled.append(name)
    return ", ".join(spelled)


def sealing() -> Sealing:
    """Return the last seal, what waits for the next one, and what the last verification said."""
    newest = newest_seal()
    waiting = between(newest.last if newest else BEGINNING, settled_end())
    oldest = waiting.values_list("recorded_at", flat=True).first()
    return Sealing(
        newest=newest,
        unsealed=waiting[:MOST_COUNTED].count() if oldest else 0,
        oldest_unsealed_at=oldest,
        verification=LedgerVerification.objects.order_by("-id").first(),
    )
