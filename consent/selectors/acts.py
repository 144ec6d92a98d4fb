"""What earlier acts of staff changed, read off the ledger: what undoing them starts from."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from consent.models import LedgerEntry, Suppression
from consent.selectors.standing import as_values
from consent.values import ActiveSuppression, EndedSuppression
from consent.vocabulary import Effect, Reason


@dataclass(frozen=True, slots=True)
class Act:
    """What one event changed.

    Shape: `made` maps each contact to the suppressions that were set or made stronger for it, without `blocks`, those
    that only an unblock lifts. `ended` is what was lifted, or made stronger, as it stood before.
    """

    occurred_at: datetime
    made: Mapping[int, frozenset[int]]
    blocks: frozenset[int]
    ended: tuple[EndedSuppression, ...]


def acts(event_ids: Collection[uuid.UUID]) -> Mapping[uuid.UUID, Act]:
    """Return the acts by event, in five queries however many they are. An event that changed nothing is absent."""
    entries = LedgerEntry.objects.filter(
        event_id__in=event_ids, effect__in=[Effect.SET, Effect.STRENGTHENED, Effect.LIFTED]
    ).values_list("event_id", "contact_id", "effect", "reason", "suppression_id", "occurred_at")
    occurred: dict[uuid.UUID, datetime] = {}
    made: dict[uuid.UUID, dict[int, set[int]]] = defaultdict(lambda: defaultdict(set))
    blocks: dict[uuid.UUID, set[int]] = defaultdict(set)
    ended: dict[str, dict[uuid.UUID, set[int]]] = {effect: defaultdict(set) for effect in _ENDING}
    for event_id, contact_id, effect, reason, suppression_id, occurred_at in entries:
        occurred[event_id] = occurred_at
        if effect in ended:
            ended[effect][event_id].add(suppression_id or 0)
        if effect == Effect.LIFTED:
            continue
        if reason == Reason.BLOCKED:
            blocks[event_id].add(suppression_id or 0)
        else:
            made[event_id][contact_id or 0].add(suppression_id or 0)
    lifted = _lifted({each for ids in ended[Effect.LIFTED].values() for each in ids})
    before = _before(ended[Effect.STRENGTHENED])
    return {
        event_id: Act(
            occurred_at,
            made={contact_id: frozenset(ids) for contact_id, ids in made[event_id].items()},
            blocks=frozenset(blocks[event_id]),
            ended=tuple(
                EndedSuppression(row, occurred_at)
                for row in (
                    *(lifted[each] for each in sorted(ended[Effect.LIFTED][event_id])),
                    *(before[event_id, each] for each in sorted(ended[Effect.STRENGTHENED][event_id])),
                )
            ),
        )
        for event_id, occurred_at in occurred.items()
    }


_ENDING = (Effect.LIFTED, Effect.STRENGTHENED)
"""Effects after which a suppression no longer stands as it stood."""


def _lifted(ids: Collection[int]) -> dict[int, ActiveSuppression]:
    """Return lifted suppressions as they stood. A lifted one never changes, so no lock is needed."""
    return {row.id: row for row in as_values(Suppression.objects.filter(id__in=ids))} if ids else {}


def _before(strengthened: Mapping[uuid.UUID, set[int]]) -> dict[tuple[uuid.UUID, int], ActiveSuppression]:
    """Return suppressions as they stood before an event made them stronger, from their history."""
    wanted = {each for ids in strengthened.values() for each in ids}
    if not wanted:
        return {}
    history = Suppression.history.filter(id__in=wanted).order_by("history_id")
    versions: dict[tuple[uuid.UUID, int], int] = {}
    newest: dict[int, int] = {}
    for row_id, event_id, version in history.values_list("id", "set_event_id", "history_id"):
        if row_id in strengthened.get(event_id, ()) and row_id in newest:
            versions.setdefault((event_id, row_id), newest[row_id])
        newest[row_id] = version
    kept = history.filter(history_id__in=versions.values())
    rows = dict(zip(sorted(versions.values()), as_values(kept), strict=True))
    return {key: rows[version] for key, version in versions.items()}
