"""Records that contradict each other: who is concerned, found in pages by contact.

Nothing is wrong with a single one of them: the gate says no wherever one says no. Together they tell that somebody
misunderstood something. Every statement begins at the smaller side or runs along a covering index, and counting stops
early, so that a page takes no longer on half a million contacts.
"""

# ruff: noqa: S608  (every statement is put together from the constants of this module)

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from django.db import connection

from contacts.vocabulary import Word

PAGE = 50
MOST_COUNTED = 500
"""Where counting stops; the screen says "500 or more"."""


class Conflict(Word):
    LIST_AND_DND = "list_and_dnd", "On a list, and silenced for good"
    LIST_AND_BLOCK = "list_and_block", "On a list, and blocked"
    SHARED_ADDRESS = "shared_address", "One address, different answers on a list"
    OLD_EVIDENCE = "old_evidence", "Evidence older than the opt-out"
    CONSENT_AND_DND = "consent_and_dnd", "Consent on file, and silenced for good"


HELPS: Mapping[Conflict, str] = {
    Conflict.LIST_AND_DND: "No message of the list reaches them. Take them off it, or file evidence if they came back.",
    Conflict.LIST_AND_BLOCK: "A block refuses calls and texts in both directions. Take them off the list, or unblock.",
    Conflict.SHARED_ADDRESS: "Nobody at the address gets the list. Ask the one who is subscribed for an address of "
    "their own, or opt them out too.",
    Conflict.OLD_EVIDENCE: "The contact said no after that consent, so it lifts nothing. Reject it, or ask for a "
    "later consent.",
    Conflict.CONSENT_AND_DND: "The gate refuses: a record lifts nothing. If the contact came back, file evidence.",
}

_SUBSCRIBED = """m.added_at IS NOT NULL AND m.removed_at IS NULL AND m.opted_out_at IS NULL AND m.blocked_at IS NULL"""
_ON_A_LIST = f"""EXISTS (
    SELECT 1 FROM lists_listmembership m JOIN lists_contactlist l ON l.id = m.list_id AND l.archived_at IS NULL
    WHERE m.contact_id = s.contact_id AND {_SUBSCRIBED})"""
_SILENCED = """s.lifted_at IS NULL AND s.kind = 'permanent' AND s.direction = 'outbound'"""

_FINDS: Mapping[Conflict, str] = {
    Conflict.LIST_AND_DND: f"""
        SELECT s.contact_id FROM consent_suppression s
        WHERE {_SILENCED} AND s.contact_id IS NOT NULL AND s.contact_id > %(after)s AND {_ON_A_LIST}""",
    Conflict.LIST_AND_BLOCK: f"""
        SELECT s.contact_id FROM consent_suppression s
        WHERE s.lifted_at IS NULL AND s.reason = 'blocked' AND s.contact_id IS NOT NULL
          AND s.contact_id > %(after)s AND {_ON_A_LIST}""",
    Conflict.SHARED_ADDRESS: f"""
        SELECT m.contact_id FROM lists_listaddressoptout o
        JOIN contacts_contactaddress h ON h.address_id = o.address_id AND h.contact_id > %(after)s
        JOIN lists_listmembership m ON m.contact_id = h.contact_id AND m.list_id = o.list_id
        WHERE o.opted_out_at IS NOT NULL AND {_SUBSCRIBED}""",
    Conflict.OLD_EVIDENCE: f"""
        SELECT e.contact_id FROM consent_evidence e
        JOIN consent_suppression s ON s.contact_id = e.contact_id
        WHERE e.status IN ('pending', 'approved') AND e.contact_id > %(after)s AND {_SILENCED}
          AND (s.channel = 'all' OR s.channel = ANY (e.channels)) AND s.reaffirmed_at >= e.consent_given_at""",
    Conflict.CONSENT_AND_DND: f"""
        SELECT r.contact_id FROM consent_consentrecord r
        JOIN consent_suppression s ON s.contact_id = r.contact_id
        WHERE r.ended_at IS NULL AND (r.expires_at IS NULL OR r.expires_at > %(now)s) AND r.contact_id > %(after)s
          AND {_SILENCED} AND s.channel IN (r.channel, 'all')""",
}


def concerned(conflict: Conflict, *, now: datetime, after: int = 0, limit: int = PAGE) -> list[int]:
    """Return the next contacts in a contradiction, in the order of their ids, deleted and erased ones left out."""
    statement = f"""
        SELECT DISTINCT found.contact_id FROM ({_FINDS[conflict]}) found
        JOIN contacts_contact c ON c.id = found.contact_id AND c.deleted_at IS NULL AND c.erased_at IS NULL
        ORDER BY found.contact_id LIMIT %(limit)s"""
    return [row[0] for row in _rows(statement, {"after": after, "limit": limit, "now": now})]


def count(conflict: Conflict, *, now: datetime) -> int:
    """Return how many contacts are in a contradiction, up to MOST_COUNTED."""
    return len(concerned(conflict, now=now, limit=MOST_COUNTED))


def list_names_of(contact_ids: Collection[int]) -> dict[int, list[str]]:
    """Return the names of the lists that each contact is subscribed to."""
    found: dict[int, list[str]] = {}
    statement = f"""
        SELECT m.contact_id, l.name FROM lists_listmembership m
        JOIN lists_contactlist l ON l.id = m.list_id AND l.archived_at IS NULL
        WHERE m.contact_id = ANY (%(ids)s) AND {_SUBSCRIBED} ORDER BY l.name"""
    for contact_id, name in _rows(statement, {"ids": list(contact_ids)}):
        found.setdefault(contact_id, []).append(name)
    return found


def differing_lists_of(contact_ids: Collection[int]) -> dict[int, list[tuple[str, str, datetime]]]:
    """Return for each contact the (list, address, moment) of the opt-outs that others made at their address."""
    found: dict[int, list[tuple[str, str, datetime]]] = {}
    statement = f"""
        SELECT m.contact_id, l.name, a.shown, o.opted_out_at FROM lists_listmembership m
        JOIN contacts_contactaddress h ON h.contact_id = m.contact_id
        JOIN lists_listaddressoptout o ON o.address_id = h.address_id AND o.list_id = m.list_id
        JOIN contacts_address a ON a.id = h.address_id
        JOIN lists_contactlist l ON l.id = m.list_id
        WHERE m.contact_id = ANY (%(ids)s) AND o.opted_out_at IS NOT NULL AND {_SUBSCRIBED}
        ORDER BY l.name"""
    for contact_id, name, shown, moment in _rows(statement, {"ids": list(contact_ids)}):
        found.setdefault(contact_id, []).append((name, shown, moment))
    return found


def _rows(statement: str, parameters: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchall()
