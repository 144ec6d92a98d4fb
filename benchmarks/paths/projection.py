"""What it costs to keep the reach of each contact.

One statement suppresses many contacts who were not silenced: into the bare table, with its guards and history, and with
the stored reach besides. Each is rolled back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

from django.db import connection, transaction

from benchmarks.harness import Comparison, Goal, Measured, Way
from benchmarks.scale import Scale

NAME = "projection"
BARE, GUARDED, KEPT = "bare suppressions", "with guards and history", "with the stored reach besides"
GOAL = (Goal(KEPT, BARE, at_most=6, aim=4),)

INSERT = """
    INSERT INTO consent_suppression
        (public_id, address_id, contact_id, channel, direction, reason, kind, covers, rule, set_kind, source, set_by,
         detail, note, set_event_id, since, reaffirmed_at, recorded_at, lift_route, lifted_by, lift_note)
    SELECT gen_random_uuid(), h.address_id, h.contact_id, 'whatsapp', 'outbound', 'opt_out', 'permanent', 'everything',
           'R01', 'text_opt_out', 'contact', 'contact', '', '', gen_random_uuid(), now(), now(), now(), '', '', ''
    FROM contacts_contactaddress h WHERE h.kind = 'phone' AND h.is_primary
    ORDER BY h.contact_id LIMIT %s
"""
WITHOUT = {
    BARE: "ALTER TABLE consent_suppression DISABLE TRIGGER USER",
    GUARDED: "ALTER TABLE consent_suppression DISABLE TRIGGER reach_after_insert",
    KEPT: "SELECT",
}


def run(scale: Scale) -> Measured:
    """Measure per row."""
    ways = [
        Way(name, _insert(scale.bulk), per=scale.bulk, around=_rolled_back(statement))
        for name, statement in WITHOUT.items()
    ]
    return Comparison(BARE, ways, note=f"{scale.bulk:,} rows.").measure(repeats=scale.repeats)


def _insert(rows: int) -> Callable[[], None]:
    def insert() -> None:
        with connection.cursor() as cursor:
            cursor.execute(INSERT, [rows])

    return insert


def _rolled_back(statement: str) -> Callable[[], AbstractContextManager[None]]:
    @contextmanager
    def around() -> Iterator[None]:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(statement)
            yield
            transaction.set_rollback(True)

    return around
