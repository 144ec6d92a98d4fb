"""Soft bounces that persist (R10): enough of them, spread wide enough, with no delivery in between."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Persistence:
    """From when on soft bounces count as a dead mailbox: `limit` of them, more than `spread` apart, in `window`."""

    limit: int = 5
    spread: timedelta = timedelta(days=7)
    window: timedelta = timedelta(weeks=13)


def persisting_since(
    bounces: Iterable[datetime], resets: Iterable[datetime], persistence: Persistence
) -> datetime | None:
    """Return the time of the soft bounce that was one too many, the newest such, or None.

    Shape: `resets` are the times at which counting began anew: a delivery, or a bounce that staff lifted. Times may
    come in any order. A reset and a bounce of the same moment: the bounce counts as the later.
    """
    last_reset = max(resets, default=None)
    run = sorted(at for at in bounces if last_reset is None or at >= last_reset)
    found = None
    for count, at in enumerate(run, start=1):
        recent = [each for each in run[:count] if at - each <= persistence.window]
        if len(recent) >= persistence.limit and at - recent[0] > persistence.spread:
            found = at
    return found
