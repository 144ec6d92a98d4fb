"""The statements that read past intervals, and their rows as values.

A row's version at a moment is the newest one, in the order they were written, that an act recorded by then had made.
"""

from __future__ import annotations

from typing import Any

from consent.values import ActiveSuppression
from consent.vocabulary import Channel, Covers, Direction, EventKind, Kind, Reason, Source

HOLDINGS = """
    WITH version AS (
        SELECT DISTINCT ON (contact_id, address_id)
               contact_id, address_id, id, is_primary, history_type
        FROM contacts_historicalcontactaddress
        WHERE (contact_id = ANY(%(contacts)s::bigint[]) OR address_id = ANY(%(addresses)s::bigint[]))
          AND (%(kind)s::text IS NULL OR kind = %(kind)s)
          AND history_date <= %(at)s
        ORDER BY contact_id, address_id, history_id DESC
    )
    SELECT contact_id, address_id, id, is_primary FROM version WHERE history_type <> '-'
    UNION ALL
    SELECT row.contact_id, row.address_id, row.id, row.is_primary
    FROM contacts_contactaddress row
    WHERE (row.contact_id = ANY(%(contacts)s::bigint[]) OR row.address_id = ANY(%(addresses)s::bigint[]))
      AND (%(kind)s::text IS NULL OR row.kind = %(kind)s)
      AND row.joined_at <= %(at)s
      AND NOT EXISTS (SELECT FROM contacts_historicalcontactaddress kept WHERE kept.id = row.id)
    ORDER BY 1, 2
"""

SUPPRESSIONS = """
    WITH standing AS (
        SELECT id, address_id, contact_id, channel, direction, reason, since
        FROM consent_suppression
        WHERE contact_id = ANY(%(contacts)s::bigint[])
          AND recorded_at <= %(at)s AND (lifted_at IS NULL OR lifted_at > %(at)s)
        UNION
        SELECT id, address_id, contact_id, channel, direction, reason, since
        FROM consent_suppression
        WHERE address_id = ANY(%(addresses)s::bigint[])
          AND recorded_at <= %(at)s AND (lifted_at IS NULL OR lifted_at > %(at)s)
    )
    SELECT row.id, row.address_id, row.contact_id, row.channel, row.direction, row.reason, told.kind, told.covers,
           told.rule, row.since, told.reaffirmed_at, told.expires_at, told.set_kind, told.source, told.detail
    FROM standing row
    CROSS JOIN LATERAL (
        SELECT kept.*
        FROM consent_historicalsuppression kept
        WHERE kept.id = row.id AND kept.lifted_at IS NULL
          AND (kept.history_type = '+' OR %(at)s >= coalesce(
              (SELECT min(line.recorded_at) FROM consent_ledgerentry line WHERE line.event_id = kept.set_event_id),
              kept.history_date
          ))
        ORDER BY kept.history_id DESC
        LIMIT 1
    ) told
"""
"""A suppression that changes in place is changed by an event, whose ledger entries say when we recorded it. The
history's own date is the database's clock, which stands in where an act without an entry changed the row."""


def suppression(row: tuple[Any, ...]) -> ActiveSuppression:
    """Return a row of SUPPRESSIONS as the value that the gate takes."""
    return ActiveSuppression(
        id=row[0],
        address_id=row[1],
        contact_id=row[2],
        channel=Channel(row[3]),
        direction=Direction(row[4]),
        reason=Reason(row[5]),
        kind=Kind(row[6]),
        covers=Covers(row[7]),
        rule=row[8],
        since=row[9],
        reaffirmed_at=row[10],
        expires_at=row[11],
        set_kind=EventKind(row[12]),
        source=Source(row[13]),
        detail=row[14],
    )
