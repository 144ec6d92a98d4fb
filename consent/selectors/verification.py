"""Checking the whole ledger against its seals, and the seals against each other and against published heads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from django.db import connection

from consent.proofs import COLUMNS, NO_HEAD, Hash, head_of, leaf, skip_number, tree_root
from consent.selectors.feed import Position
from consent.selectors.seals import SealedEntry, SealRow, all_seals, entries_as_sealed

MOST_FINDINGS = 100
"""Beyond these, more of the same tells nobody anything."""
_BEFORE_EVERYTHING = Position(-(2**63), -(2**63))
_HASH = 32
_MORE_THAN_SEALED = 20_000
"""Entries read beyond a seal's count, to name those that were put in."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that does not hold. `entries` are ids of ledger entries, where they can be named."""

    code: str
    text: str
    seal: int | None = None
    entries: tuple[int, ...] = ()

    def told(self) -> dict[str, object]:
        """Return it as JSON takes it."""
        return {"code": self.code, "text": self.text, "seal": self.seal, "entries": list(self.entries)}


@dataclass(frozen=True, slots=True)
class Verified:
    """What a check found. `unsealed`: entries that no seal covers yet, of which nothing can be said."""

    seals: int
    entries: int
    unsealed: int
    newest_head: str
    findings: tuple[Finding, ...]

    @property
    def holds(self) -> bool:
        return not self.findings


@dataclass
class _Chain:
    """How far the check has come."""

    position: Position = _BEFORE_EVERYTHING
    number: int = 0
    head: str = NO_HEAD
    heads: dict[int, str] = field(default_factory=lambda: {0: NO_HEAD})
    entries: int = 0


def verify(*, published: Mapping[int, str] | None = None) -> Verified:
    """Check every seal and every sealed entry.

    Found: any entry that was changed, removed, put in or moved after it was sealed, and any seal that was changed,
    removed or made anew. Where the newest seals were removed, or all were made anew, only `published` heads tell.
    """
    chain = _Chain()
    findings: list[Finding] = []
    for seal in all_seals():
        for found in _check(seal, chain, published or {}):
            if len(findings) < MOST_FINDINGS:
                findings.append(found)
    findings += _after_the_last(chain, published or {})
    return Verified(
        seals=len(chain.heads) - 1,
        entries=chain.entries,
        unsealed=_count_after(chain.position),
        newest_head=chain.head if chain.number else "",
        findings=tuple(findings[:MOST_FINDINGS]),
    )


def _check(seal: SealRow, chain: _Chain, published: Mapping[int, str]) -> Iterator[Finding]:
    facts, number = seal.facts, seal.facts.number
    begins = chain.position
    if number != chain.number + 1:
        yield Finding("seal_missing", f"Before seal {number}, seal {chain.number + 1} is missing.", number)
        begins = Position(facts.first[0], facts.first[1] - 1)
    elif facts.previous_head != chain.head:
        yield Finding("chain_broken", f"Seal {number} does not follow the seal before it.", number)
    if facts.skip_head != chain.heads.get(skip_number(number), facts.skip_head):
        yield Finding("chain_broken", f"Seal {number} does not follow seal {skip_number(number)}.", number)
    if seal.head != head_of(facts):
        yield Finding("seal_changed", f"Seal {number} was changed after it was made.", number)
    if number in published and published[number] != seal.head:
        yield Finding("head_differs", f"Seal {number} is not the one whose head was published.", number)
    yield from _check_entries(seal, begins, chain)
    chain.position, chain.number, chain.head = seal.last, number, seal.head
    chain.heads[number] = seal.head


def _check_entries(seal: SealRow, begins: Position, chain: _Chain) -> Iterator[Finding]:
    facts = seal.facts
    if facts.form not in COLUMNS:
        yield Finding("seal_changed", f"Seal {facts.number} has a form that never was.", facts.number)
        return
    entries = entries_as_sealed(begins, until=seal.last, limit=max(facts.count, 0) + _MORE_THAN_SEALED, form=facts.form)
    chain.entries += len(entries)
    standing = [leaf(entry.data) for entry in entries]
    sealed = [seal.leaves[place : place + _HASH] for place in range(0, len(seal.leaves), _HASH)]
    if not sealed or tree_root(sealed).hex() != facts.root or len(sealed) != facts.count:
        yield Finding(
            "seal_changed", f"The hashes kept with seal {facts.number} are not those it sealed.", facts.number
        )
        if not standing or tree_root(standing).hex() != facts.root:
            ids = tuple(entry.position.entry_id for entry in entries[:MOST_FINDINGS])
            text = f"The entries under seal {facts.number} are not those it sealed. Which of them can't be told."
            yield Finding("entries_changed", text, facts.number, ids)
    elif standing != sealed:
        yield from _differences(facts.number, sealed, entries, standing)


def _differences(
    number: int, sealed: Sequence[Hash], entries: Sequence[SealedEntry], standing: Sequence[Hash]
) -> Iterator[Finding]:
    """Yield what differs between two entries that are still as they were sealed, gap by gap.

    An entry's place is part of its bytes, so entries that are as they were also stand in the order they had.
    """
    place_of = {each: place for place, each in enumerate(sealed)}
    before, after_id, odd = -1, 0, list[int]()
    for entry, hashed in zip(entries, standing, strict=True):
        place = place_of.get(hashed)
        if place is None or place <= before:
            odd.append(entry.position.entry_id)
            continue
        yield from _gap(number, missing=place - before - 1, odd=odd, after_id=after_id)
        before, after_id, odd = place, entry.position.entry_id, []
    yield from _gap(number, missing=len(sealed) - before - 1, odd=odd, after_id=after_id)


def _gap(number: int, *, missing: int, odd: list[int], after_id: int) -> Iterator[Finding]:
    where = f"after entry {after_id}" if after_id else "at its beginning"
    ids = tuple(odd[:MOST_FINDINGS])
    named = ", ".join(map(str, ids))
    entry = "Entry" if len(odd) == 1 else "Entries"
    if odd and missing == len(odd):
        was = "was" if missing == 1 else "were"
        yield Finding("entry_changed", f"{entry} {named} {was} changed after seal {number}.", number, ids)
    elif odd and missing:
        text = f"{entry} {named} stand under seal {number}, {where}, in place of {missing} that were sealed."
        yield Finding("entry_changed", text, number, ids)
    elif odd:
        was = "was" if len(odd) == 1 else "were"
        yield Finding("entry_inserted", f"{entry} {named} {was} put under seal {number} afterwards.", number, ids)
    elif missing:
        gone = "1 entry is" if missing == 1 else f"{missing} entries are"
        yield Finding("entry_removed", f"{gone} gone from under seal {number}, {where}.", number)


def _after_the_last(chain: _Chain, published: Mapping[int, str]) -> Iterator[Finding]:
    gone = sorted(set(published) - set(chain.heads))
    if gone:
        text = (
            f"The heads of {len(gone)} seals were published that are not there any more; the first is seal {gone[0]}."
        )
        yield Finding("seal_missing", text, gone[0])
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT id FROM consent_ledgerentry
                WHERE transaction_number >= consent_ledger_clock(pg_snapshot_xmax(pg_current_snapshot()))
                  AND transaction_number > coalesce(consent_ledger_clock(pg_current_xact_id_if_assigned()), 0)
                ORDER BY transaction_number, id LIMIT %s""",
            [MOST_FINDINGS],
        )
        forged = tuple(row[0] for row in cursor.fetchall())
    if forged:
        named = ", ".join(map(str, forged))
        text = f"Entries {named} bear the number of a transaction that has not been: no seal will ever cover them."
        yield Finding("entry_forged", text, None, forged)


def _count_after(position: Position) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM consent_ledgerentry WHERE (transaction_number, id) > (%s, %s)",
            [position.transaction_number, position.entry_id],
        )
        count: int = cursor.fetchone()[0]
    return count
