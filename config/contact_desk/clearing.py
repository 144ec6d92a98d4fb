"""Which suppressions a button of the panel is about.

The panel shows one line where several rows say the same (a shared address has one per holder), so a button that
clears the line names all of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from consent.rules import lift_routes
from consent.selectors.dnd import standing_by_contact
from consent.values import ActiveSuppression
from consent.vocabulary import Channel, Direction, Kind, LiftRoute, Reason


class Needs(StrEnum):
    """What staff have to bring to clear a reason."""

    NOTHING = ""
    PROOF = "proof"  # permanent: nothing that staff could state
    REVIEW = "review"  # a reviewer decides
    UNBLOCK = "unblock"  # the block itself is ended by unblocking
    UNBLOCK_FIRST = "unblock_first"
    NOTE = "note"
    STATEMENTS = "statements"
    CONSENT = "consent"


def needs(row: ActiveSuppression, *, blocked: bool) -> Needs:
    """Return what the rules ask of staff who clear this suppression."""
    if row.kind is Kind.PERMANENT:
        return Needs.PROOF
    if LiftRoute.STAFF not in lift_routes(row):
        return Needs.REVIEW
    if row.reason is Reason.BLOCKED:
        return Needs.UNBLOCK
    if row.rule == "R21":
        return Needs.UNBLOCK_FIRST if blocked else Needs.NOTE
    return {Reason.BOUNCE: Needs.STATEMENTS, Reason.UNSUBSCRIBE: Needs.CONSENT}.get(row.reason, Needs.NOTHING)


@dataclass(frozen=True, slots=True)
class Line:
    """The rows behind one line of the panel."""

    channel: Channel
    direction: Direction
    ids: tuple[int, ...]


def siblings(contact_id: int, suppression_id: int) -> Line:
    """Return the rows that say the same as one that stands for the contact.

    One that does not stand for it is named alone, on the channel of no message: the verb then records that nothing
    was there to lift.
    """
    rows = standing_by_contact([contact_id])[contact_id]
    named = next((row for row in rows if row.id == suppression_id), None)
    if named is None:
        return Line(Channel.ALL, Direction.OUTBOUND, (suppression_id,))
    same = (row for row in rows if _says(row) == _says(named))
    return Line(named.channel, named.direction, tuple(row.id for row in same))


def clearable_ids(contact_id: int) -> tuple[int, ...]:
    """Return what one press of "clear all" can end: outbound, temporary, and in need of no statement."""
    rows = standing_by_contact([contact_id])[contact_id]
    blocked = any(row.reason is Reason.BLOCKED for row in rows)
    return tuple(
        row.id
        for row in rows
        if row.direction is Direction.OUTBOUND
        and row.channel is not Channel.ALL
        and needs(row, blocked=blocked) is Needs.NOTHING
    )


def _says(row: ActiveSuppression) -> tuple[object, ...]:
    return (row.channel, row.direction, row.reason, row.kind)
