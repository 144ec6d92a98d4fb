"""What a seal is made of: entries as bytes, a Merkle tree over a batch of them, and a chain of heads. Pure.

Whoever has an entry's bytes, its path and the head that was published at the time can check with SHA-256 alone that
this very entry stood in the ledger then, and sees nothing of anybody else's entries. docs/verify_pack.py does it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

Hash = bytes
NO_HEAD = bytes(32).hex()
"""What stands for the head before the first seal."""
_LEAF, _NODE, _HEAD = b"\x00", b"\x01", b"\x02"

FORM = 1
COLUMNS: dict[int, tuple[str, ...]] = {
    1: (
        "id", "public_id", "event_id", "kind", "effect", "rule", "code", "channel", "direction", "reason",
        "suppression_kind", "route", "contact_id", "address_id", "suppression_id", "message_id", "delivery_id",
        "evidence_id", "list_id", "source", "actor", "detail", "occurred_at", "recorded_at", "transaction_number",
    )
}  # fmt: skip
"""Form → the columns that a seal of that form covers. A new column of the ledger needs a new form; old ones stay."""


@dataclass(frozen=True, slots=True)
class SealFacts:
    """Everything that the head of a seal stands for.

    Shape: positions are (transaction number, id) of an entry; hashes are hex, `sealed_at` is in whole seconds.
    """

    number: int
    form: int
    first: tuple[int, int]
    last: tuple[int, int]
    count: int
    root: str
    previous_head: str
    skip_head: str
    sealed_at: str

    def told(self) -> dict[str, object]:
        """Return it as JSON takes it."""
        return {
            "number": self.number,
            "form": self.form,
            "first": list(self.first),
            "last": list(self.last),
            "count": self.count,
            "root": self.root,
            "previous_head": self.previous_head,
            "skip_head": self.skip_head,
            "sealed_at": self.sealed_at,
        }


@dataclass(frozen=True, slots=True)
class Step:
    """One step from a leaf to the root: the hash that stands beside, and whether it stands on the left."""

    beside: Hash
    is_left: bool


def canonical(value: Mapping[str, object]) -> bytes:
    """Return JSON with one spelling: keys in order, no spaces, UTF-8."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def entry_bytes(values: Sequence[object], *, form: int = FORM) -> bytes:
    """Return the one byte form of an entry. Shape: `values` are in the order of the form's columns."""
    return canonical({"form": form, **dict(zip(COLUMNS[form], values, strict=True))})


def leaf(data: bytes) -> Hash:
    """Return the hash of an entry's bytes."""
    return sha256(_LEAF + data).digest()


def tree_root(leaves: Sequence[Hash]) -> Hash:
    """Return the root of the Merkle tree over some leaves, at least one, split as in RFC 6962."""
    level = list(leaves)
    while len(level) > 1:
        paired = [_node(level[place], level[place + 1]) for place in range(0, len(level) - 1, 2)]
        level = [*paired, level[-1]] if len(level) % 2 else paired
    return level[0]


def tree_paths(leaves: Sequence[Hash], places: Sequence[int]) -> list[tuple[Step, ...]]:
    """Return, for each place, the steps from the leaf there to the root."""
    level, at = list(leaves), list(places)
    steps: list[list[Step]] = [[] for _ in places]
    while len(level) > 1:
        for number, place in enumerate(at):
            beside = place ^ 1
            if beside < len(level):
                steps[number].append(Step(level[beside], is_left=beside < place))
        paired = [_node(level[each], level[each + 1]) for each in range(0, len(level) - 1, 2)]
        level = [*paired, level[-1]] if len(level) % 2 else paired
        at = [place // 2 for place in at]
    return [tuple(each) for each in steps]


def climb(start: Hash, steps: Sequence[Step]) -> Hash:
    """Return the root that a leaf and its path lead to."""
    reached = start
    for step in steps:
        reached = _node(step.beside, reached) if step.is_left else _node(reached, step.beside)
    return reached


def head_of(seal: SealFacts) -> str:
    """Return the head of a seal, in hex: it stands for everything sealed up to here."""
    return sha256(_HEAD + canonical(seal.told())).hexdigest()


def skip_number(number: int) -> int:
    """Return the older seal whose head a seal names beside the previous one, so that old ones are few steps away.

    0 stands for none. The lowest set bit of the number is cleared: of 12 it is 8, of 8 none.
    """
    return number & (number - 1)


def way_back(newest: int, number: int) -> Iterator[int]:
    """Yield the seals that lead from the newest to an older one, both included, each naming the next one's head."""
    while newest > number:
        yield newest
        skipped = skip_number(newest)
        newest = skipped if skipped >= number else newest - 1
    yield number


def _node(left: Hash, right: Hash) -> Hash:
    return sha256(_NODE + left + right).digest()
