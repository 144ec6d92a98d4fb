"""Whom a send to a list would reach, channel by channel, and why not the others."""

from __future__ import annotations

from dataclasses import dataclass

from consent.selectors import connected_channels
from consent.vocabulary import CHANNELS, Channel, Purpose, Reason
from lists import selectors
from lists.models import ContactList
from lists.values import ListCounts, ListReach
from lists.vocabulary import ListPurpose

COUNTED_AT_ONCE = 500
"""Members up to which every channel is counted when the page opens; larger lists are counted channel by channel."""
COUNTED_AT_ALL = 200_000
"""The gate is asked for every member, so a list beyond this is not counted while somebody waits for a page."""

_WORDS = {
    "list_opted_out": "Opted out of this list",
    "list_blocked": "Blocked on this list",
    "list_removed": "Removed from this list",
    "blocked_contact": "Blocked",
    "no_address": "No address for this channel",
    "channel_disconnected": "Channel not connected",
}


@dataclass(frozen=True, slots=True)
class ReachRow:
    """One channel. `reach` is None until it is counted; `can_count` False where the list is too large for that."""

    channel: Channel
    connected: bool
    reach: ListReach | None
    reasons: tuple[tuple[str, int], ...]
    can_count: bool


def purpose_of(row: ContactList) -> Purpose:
    """Return the purpose that the list's own messages have."""
    return Purpose.MARKETING if row.purpose == ListPurpose.MARKETING else Purpose.TRANSACTIONAL


def reach_rows(row: ContactList, counts: ListCounts, *, counted: str = "") -> list[ReachRow]:
    """Return a row for each channel; `counted` names the one that somebody asked to count."""
    connected = connected_channels()
    at_once = counts.members <= COUNTED_AT_ONCE
    can_count = counts.members <= COUNTED_AT_ALL
    rows = []
    for channel in CHANNELS:
        asked = channel in connected and not row.is_archived and (at_once or (can_count and counted == channel))
        found = selectors.audience_count(row.slug, channel, purpose_of(row)) if asked else None
        reasons = tuple((words(code), count) for code, count in found.by_code.items()) if found else ()
        rows.append(ReachRow(channel, channel in connected, found, reasons, can_count))
    return rows


def words(code: str) -> str:
    """Return a gate's code as staff read it."""
    if code in set(Reason):
        return Reason(code).label
    return _WORDS.get(code, code.replace("_", " ").capitalize())
