"""How many are silenced now: per channel and per reason, in two statements over the active suppressions."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection
from django.db.models import Count

from consent.models import Suppression
from consent.vocabulary import CHANNELS, Channel, Direction, Reason
from contacts.models import Contact

EXACT_UP_TO = 100_000
"""A table that the database believes larger is not counted row by row: its own estimate is near enough for a share."""

_SILENCED = """
    WITH named AS (
        SELECT contact_id, channel FROM consent_suppression
        WHERE lifted_at IS NULL AND direction = 'outbound' AND contact_id IS NOT NULL
        GROUP BY contact_id, channel
        UNION
        SELECT h.contact_id, s.channel FROM consent_suppression s
        JOIN contacts_contactaddress h ON h.address_id = s.address_id AND h.contact_id IS DISTINCT FROM s.contact_id
        WHERE s.lifted_at IS NULL AND s.direction = 'outbound'
    ),
    silenced AS (
        SELECT contact_id, channel FROM named WHERE channel <> 'all'
        UNION
        SELECT contact_id, unnest(%(channels)s::text[]) FROM named WHERE channel = 'all'
    )
    SELECT channel, count(*) FROM silenced
    WHERE contact_id NOT IN (SELECT id FROM contacts_contact WHERE deleted_at IS NOT NULL OR erased_at IS NOT NULL)
    GROUP BY channel
"""


@dataclass(frozen=True, slots=True)
class Total:
    """How many contacts there are. `is_estimate`: as the database remembers it."""

    count: int
    is_estimate: bool


def silenced_contacts() -> dict[Channel, int]:
    """Return how many contacts are silenced on each channel for marketing, whatever the reason.

    Whoever is named, or holds an address that is named, counts once, as the Contacts list's filter finds them.
    """
    with connection.cursor() as cursor:
        cursor.execute(_SILENCED, {"channels": [str(channel) for channel in CHANNELS]})
        counted = dict(cursor.fetchall())
    return {channel: counted.get(channel.value, 0) for channel in CHANNELS}


def all_contacts() -> Total:
    """Return how many contacts there are, deleted ones left out where they are counted."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples::bigint FROM pg_class WHERE oid = 'contacts_contact'::regclass")
        believed = cursor.fetchone()[0]
    if believed > EXACT_UP_TO:
        return Total(believed, is_estimate=True)
    return Total(Contact.objects.filter(deleted_at=None, erased_at=None).count(), is_estimate=False)


def standing_by_reason() -> tuple[tuple[Reason, int], ...]:
    """Return how many rows of the register are active per reason, the most frequent first."""
    rows = (
        Suppression.objects.filter(lifted_at__isnull=True, direction=Direction.OUTBOUND)
        .values_list("reason")
        .annotate(n=Count("id"))
        .order_by("-n", "reason")
    )
    return tuple((Reason(reason), n) for reason, n in rows)
