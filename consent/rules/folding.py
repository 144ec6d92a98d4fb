"""A suppression that is wanted, beside what stands already: one row per identity, never a weaker one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from consent.values import ActiveSuppression, Outcome
from consent.vocabulary import Channel, Covers, Direction, Effect, Kind, Reason

Identity = tuple[int | None, int | None, Channel, Direction, Reason | None]
"""Who (address, contact), where, which way and why: of each only one can stand."""

_KIND_STRENGTH = [Kind.TEMPORARY, Kind.PERMANENT]
_COVERS_STRENGTH = [Covers.NON_TRANSACTIONAL, Covers.EVERYTHING]
_SILENCES = frozenset({Effect.SET, Effect.STRENGTHENED, Effect.UNCHANGED})


def identity(named: ActiveSuppression | Outcome) -> Identity:
    """Return what makes this suppression one and the same."""
    return named.address_id, named.contact_id, named.channel, named.direction, named.reason


def standing(wanted: Outcome, active: Iterable[ActiveSuppression]) -> ActiveSuppression | None:
    """Return the active suppression of the same identity, if there is one."""
    return next((row for row in active if identity(row) == identity(wanted)), None)


def fold(wanted: Outcome, active: Iterable[ActiveSuppression]) -> Outcome:
    """Return what becomes of a wanted suppression: new, or what stands made stronger, or said again.

    Shape: `since` is then the newest act that says so, for the row's `reaffirmed_at`.
    """
    row = standing(wanted, active)
    if row is None:
        return wanted
    both = _stronger(wanted, row.kind, row.covers, row.reaffirmed_at, row.expires_at)
    grown = (both.kind, both.covers, both.expires_at) != (row.kind, row.covers, row.expires_at)
    return replace(both, effect=Effect.STRENGTHENED if grown else Effect.UNCHANGED, suppression_id=row.id)


def distinct(outcomes: Iterable[Outcome]) -> list[Outcome]:
    """Return the outcomes without repeats; where several silence one identity, the strongest of each term."""
    kept: dict[Identity | Outcome, Outcome] = {}
    for outcome in outcomes:
        key = identity(outcome) if outcome.effect in _SILENCES and outcome.since else outcome
        kept[key] = _merged(kept[key], outcome) if key in kept else outcome
    return list(kept.values())


def _merged(first: Outcome, second: Outcome) -> Outcome:
    if first == second:
        return first
    assert second.kind
    assert second.covers
    assert second.since
    both = _stronger(first, second.kind, second.covers, second.since, second.expires_at)
    return replace(both, effect=min(first.effect, second.effect, key=_MOST_CHANGE.index))


_MOST_CHANGE = [Effect.SET, Effect.STRENGTHENED, Effect.UNCHANGED]


def _stronger(
    wanted: Outcome, kind: Kind, covers: Covers, reaffirmed_at: datetime, expires_at: datetime | None
) -> Outcome:
    assert wanted.kind
    assert wanted.covers
    assert wanted.since
    kind = max(kind, wanted.kind, key=_KIND_STRENGTH.index)
    return replace(
        wanted,
        kind=kind,
        covers=max(covers, wanted.covers, key=_COVERS_STRENGTH.index),
        since=max(reaffirmed_at, wanted.since),
        expires_at=None if kind is Kind.PERMANENT else _later(expires_at, wanted.expires_at),
    )


def _later(one: datetime | None, other: datetime | None) -> datetime | None:
    """Return the later of two ends; no end is later than any."""
    return None if one is None or other is None else max(one, other)
