"""The proof that a contact's ledger entries stood in the ledger when it was sealed, without anybody else's entries."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from consent.proofs import leaf, tree_paths, way_back
from consent.selectors.seals import SealedEntry, entries_of_contact, newest_seal, seals_numbered, seals_over

_HASH = 32


@dataclass(frozen=True, slots=True)
class Proof:
    """The ledger entries themselves, and what shows that they are sealed. `file` is the content of proof.json."""

    entries: tuple[dict[str, Any], ...]
    file: dict[str, Any]
    unsealed: int
    broken: int


def prove(contact_id: int) -> Proof:
    """Return a contact's entries as they were sealed, the way from each to its seal, and from there to the newest.

    Shape: an entry without a seal has `seal` None; one that is not as it was sealed has a seal and no path.
    """
    entries = entries_of_contact(contact_id)
    newest = newest_seal()
    sealed_under = seals_over([entry.position for entry in entries])
    by_seal: dict[int, list[SealedEntry]] = defaultdict(list)
    for entry in entries:
        if entry.position in sealed_under:
            by_seal[sealed_under[entry.position]].append(entry)
    paths = _paths(by_seal)
    wanted = {step for number in by_seal for step in way_back(newest.facts.number if newest else 0, number)}
    told = [
        {"bytes": entry.data.decode(), "seal": sealed_under.get(entry.position), "path": paths.get(entry.data)}
        for entry in entries
    ]
    return Proof(
        entries=tuple(json.loads(entry.data) for entry in entries),
        file={
            "form": 1,
            "newest": newest.facts.number if newest else None,
            "seals": [{**row.facts.told(), "head": row.head} for row in seals_numbered(sorted(wanted))],
            "entries": told,
        },
        unsealed=sum(each["seal"] is None for each in told),
        broken=sum(each["seal"] is not None and each["path"] is None for each in told),
    )


def _paths(by_seal: dict[int, list[SealedEntry]]) -> dict[bytes, list[list[str]]]:
    """Return the path of each entry that is as it was sealed, by its bytes."""
    found: dict[bytes, list[list[str]]] = {}
    for number, entries in by_seal.items():
        (row,) = seals_numbered([number], with_leaves=True)
        leaves = [row.leaves[place : place + _HASH] for place in range(0, len(row.leaves), _HASH)]
        place_of = {each: place for place, each in enumerate(leaves)}
        standing = [(entry.data, place_of[leaf(entry.data)]) for entry in entries if leaf(entry.data) in place_of]
        paths = tree_paths(leaves, [place for _, place in standing])
        for (data, _), steps in zip(standing, paths, strict=True):
            found[data] = [["left" if step.is_left else "right", step.beside.hex()] for step in steps]
    return found
