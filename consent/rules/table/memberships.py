"""Rows about list memberships: M. They record; the lists app decides."""

from __future__ import annotations

from consent.rules.rows import Rule
from consent.rules.table.shared import on
from consent.vocabulary import EventKind

MEMBERSHIPS: tuple[Rule, ...] = (
    Rule(
        "M01",
        "Added to a list",
        on(EventKind.LIST_ADDED),
        source="Our decision",
        why="Being added again is no consent: who opted out or was blocked there stays so.",
    ),
    Rule(
        "M02",
        "Removed from a list",
        on(EventKind.LIST_REMOVED),
        source="Our decision",
        why="Staff tidy a list. It is nobody's wish, and it never touches DND.",
    ),
    Rule(
        "M03",
        "Opted out of a list",
        on(EventKind.LIST_OPTED_OUT),
        source="CAN-SPAM 16 CFR 316.5",
        why="It counts for everybody at the address and for that list alone: another list may go on.",
    ),
    Rule(
        "M04",
        "Blocked on a list",
        on(EventKind.LIST_BLOCKED),
        source="Staff's own judgement",
        why="Nobody brings a blocked member back without unblocking first.",
    ),
    Rule(
        "M05",
        "Unblocked on a list",
        on(EventKind.LIST_UNBLOCKED),
        source="Staff's own judgement",
        why="Unblocking takes the block away and leaves the opt-out.",
    ),
    Rule(
        "M06",
        "Brought back to a list",
        on(EventKind.LIST_BROUGHT_BACK),
        source="CAN-SPAM 15 USC 7704(a)(4): later affirmative consent",
        why="Only with the contact's later consent: when, how, and its words.",
    ),
)
