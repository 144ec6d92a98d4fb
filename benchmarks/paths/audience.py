# ruff: noqa: S608  (statements of fixed pieces)
"""Whom a list's message reaches: counted, streamed into Python, exported by the server.

The floor is the plain join of list, contacts and addresses with nothing filtered. The rivals are the shapes in which
others leave people out, written anew on our tables: they know fewer rules (no list opt-out of a shared address, one
message for each address), and count no reasons.
"""

from __future__ import annotations

from collections.abc import Callable

import psycopg
from django.db import connection

from benchmarks.harness import Comparison, Goal, Measured, Way
from benchmarks.scale import Scale
from consent.vocabulary import Channel, Purpose
from lists import selectors

NAME = "audience"
COUNT, COUNT_FLOOR = "counted, with every refusal by its reason", "plain join, counted"
STREAM, STREAM_FLOOR = "streamed", "plain join, COPY row by row into Python"
EXPORT, EXPORT_FLOOR = "exported by the server", "plain join, exported by the server"
MAUTIC, ODOO, LISTMONK, CIVICRM = (f"{name}'s way, counted" for name in ("Mautic", "Odoo 17", "listmonk", "CiviCRM"))
LISTMONK_LOOP, ODOO_IDS = "listmonk's way, in batches of 1,000", "Odoo 16's way, ids through Python"
GOAL = (
    Goal(COUNT, COUNT_FLOOR, at_most=1.1, aim=0.25),
    Goal(COUNT, MAUTIC, at_least=1.3),
    Goal(COUNT, ODOO, at_least=3),
    Goal(COUNT, LISTMONK, at_least=4),
    Goal(COUNT, CIVICRM, at_least=20),
    Goal(STREAM, STREAM_FLOOR, at_most=1.0, aim=0.9),
    Goal(STREAM, LISTMONK_LOOP, at_least=15),
    Goal(STREAM, ODOO_IDS, at_least=8),
    Goal(EXPORT, EXPORT_FLOOR, at_most=1.0, aim=0.7),
)

LIST = "newsletter"
ASKED = (LIST, Channel.SMS, Purpose.MARKETING)

JOIN = """
    FROM lists_contactlist l
    JOIN lists_listmembership m ON m.list_id = l.id AND m.added_at IS NOT NULL AND m.removed_at IS NULL
    JOIN contacts_contact c ON c.id = m.contact_id
    JOIN contacts_contactaddress h ON h.contact_id = c.id AND h.kind = 'phone' AND h.is_primary
    JOIN contacts_address a ON a.id = h.address_id
"""
PLAIN = f"{JOIN} WHERE l.slug = 'newsletter'"
STANDING = "s.lifted_at IS NULL AND s.direction = 'outbound' AND s.channel IN ('sms', 'all')"
SUBSCRIBED = "m.opted_out_at IS NULL AND m.blocked_at IS NULL"
AS_MAUTIC = f"""
    FROM contacts_contact c
    JOIN contacts_contactaddress h ON h.contact_id = c.id AND h.kind = 'phone' AND h.is_primary
    JOIN contacts_address a ON a.id = h.address_id
    WHERE EXISTS (
        SELECT FROM lists_listmembership m JOIN lists_contactlist l ON l.id = m.list_id
        WHERE m.contact_id = c.id AND l.slug = 'newsletter' AND m.removed_at IS NULL AND {SUBSCRIBED}
    ) AND NOT EXISTS (SELECT FROM consent_suppression s WHERE s.contact_id = c.id AND {STANDING})
    AND a.value <> ''
"""
AS_ODOO = f"""
    {JOIN}
    LEFT JOIN (
        SELECT DISTINCT b.value
        FROM consent_suppression s JOIN contacts_address b ON b.id = s.address_id WHERE {STANDING}
    ) black ON black.value = a.value
    WHERE l.slug = 'newsletter' AND {SUBSCRIBED} AND black.value IS NULL
    AND c.id NOT IN (SELECT s.contact_id FROM consent_suppression s WHERE s.contact_id IS NOT NULL AND {STANDING})
"""
AS_LISTMONK_BATCH = f"""
    SELECT id, value FROM (
        SELECT DISTINCT ON (c.id) c.id, a.value, m.opted_out_at, m.blocked_at,
               EXISTS (SELECT FROM consent_suppression s WHERE s.contact_id = c.id AND {STANDING}) AS silent
        {PLAIN} AND c.id > %s AND m.contact_id > %s AND h.contact_id > %s ORDER BY c.id LIMIT 1000
    ) m
"""
"""With the bound on each table. With one only, PostgreSQL reads the others from their beginning for each batch."""
AS_LISTMONK = f"""
    FROM (
        SELECT DISTINCT ON (c.id) c.id, a.value, m.opted_out_at, m.blocked_at,
               EXISTS (SELECT FROM consent_suppression s WHERE s.contact_id = c.id AND {STANDING}) AS silent
        {PLAIN} ORDER BY c.id
    ) m WHERE NOT m.silent AND {SUBSCRIBED}
"""
CIVICRM_STEPS = (
    "CREATE TEMP TABLE included (contact_id bigint PRIMARY KEY, value text) ON COMMIT DROP",
    f"INSERT INTO included SELECT c.id, a.value {PLAIN} ON CONFLICT DO NOTHING",
    "CREATE TEMP TABLE excluded (contact_id bigint PRIMARY KEY) ON COMMIT DROP",
    f"INSERT INTO excluded SELECT s.contact_id FROM consent_suppression s"
    f" WHERE s.contact_id IS NOT NULL AND {STANDING} ON CONFLICT DO NOTHING",
    "INSERT INTO excluded SELECT m.contact_id FROM lists_listmembership m JOIN lists_contactlist l ON l.id = m.list_id"
    " WHERE l.slug = 'newsletter' AND (m.opted_out_at IS NOT NULL OR m.blocked_at IS NOT NULL) ON CONFLICT DO NOTHING",
    "DELETE FROM included WHERE contact_id IN (SELECT contact_id FROM excluded)",
    "CREATE TEMP TABLE recipients (contact_id bigint PRIMARY KEY, value text UNIQUE) ON COMMIT DROP",
    "INSERT INTO recipients SELECT DISTINCT ON (value) contact_id, value FROM included ORDER BY value, contact_id",
    "SELECT count(*) FROM recipients",
)


def run(scale: Scale) -> Measured:
    """Measure on the list that everybody is on."""
    ways = [
        Way(COUNT_FLOOR, _run(f"SELECT count(*) {PLAIN}")),
        Way(COUNT, _counted),
        Way(MAUTIC, _run(f"SELECT count(*) {AS_MAUTIC}")),
        Way(ODOO, _run(f"SELECT count(*) {AS_ODOO}")),
        Way(LISTMONK, _run(f"SELECT count(*) {AS_LISTMONK}")),
        Way(CIVICRM, _civicrm),
        Way(STREAM_FLOOR, _copied_by_row),
        Way(STREAM, _streamed),
        Way(LISTMONK_LOOP, _listmonk_loop),
        Way(ODOO_IDS, _odoo_ids),
        Way(EXPORT_FLOOR, _copied(f"SELECT c.id, a.value {PLAIN}")),
        Way(EXPORT, _exported),
    ]
    note = f"{scale.contacts:,} members, sms, marketing."
    with connection.cursor() as cursor:
        cursor.execute("SET max_parallel_workers_per_gather = 0; SET jit = off")
    try:
        return Comparison(COUNT_FLOOR, ways, note=note).measure(repeats=scale.repeats)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("RESET max_parallel_workers_per_gather; RESET jit")


def _run(statement: str) -> Callable[[], None]:
    def run() -> None:
        with connection.cursor() as cursor:
            cursor.execute(statement)
            cursor.fetchall()

    return run


def _counted() -> None:
    assert selectors.audience_count(*ASKED).reachable


def _civicrm() -> None:
    with connection.cursor() as cursor:
        cursor.execute("BEGIN")
        for step in CIVICRM_STEPS:
            cursor.execute(step)
        cursor.execute("COMMIT")


def _copied_by_row() -> None:
    copying = f"COPY (SELECT c.id, a.value {PLAIN}) TO STDOUT"
    with psycopg.Cursor(connection.connection) as cursor, cursor.copy(copying) as copy:
        copy.set_types(["int8", "text"])
        assert sum(1 for _ in copy.rows())


def _streamed() -> None:
    assert sum(len(page) for page in selectors.audience_stream(*ASKED))


def _listmonk_loop() -> None:
    last = 0
    with connection.cursor() as cursor:
        while True:
            cursor.execute(AS_LISTMONK_BATCH, [last] * 3)
            rows = cursor.fetchall()
            if not rows:
                return
            last = rows[-1][0]


def _odoo_ids() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT c.id, a.value {PLAIN}")
        everyone = cursor.fetchall()
        cursor.execute(
            f"SELECT b.value FROM consent_suppression s JOIN contacts_address b ON b.id = s.address_id WHERE {STANDING}"
        )
        black = {value for (value,) in cursor.fetchall()}
        cursor.execute(
            "SELECT m.contact_id FROM lists_listmembership m JOIN lists_contactlist l ON l.id = m.list_id"
            " WHERE l.slug = 'newsletter' AND (m.opted_out_at IS NOT NULL OR m.blocked_at IS NOT NULL)"
        )
        left = {contact_id for (contact_id,) in cursor.fetchall()}
        seen: set[str] = set()
        ids = []
        for contact_id, value in everyone:
            if value not in black and contact_id not in left and value not in seen:
                seen.add(value)
                ids.append(contact_id)
        for first in range(0, len(ids), 1000):
            cursor.execute(
                "SELECT id, first_name, last_name FROM contacts_contact WHERE id = ANY (%s)",
                [ids[first : first + 1000]],
            )
            cursor.fetchall()


def _copied(statement: str) -> Callable[[], None]:
    def copied() -> None:
        copying = f"COPY ({statement}) TO STDOUT (FORMAT csv)"
        with psycopg.Cursor(connection.connection) as cursor, cursor.copy(copying) as copy:
            assert sum(len(chunk) for chunk in copy)

    return copied


def _exported() -> None:
    assert sum(len(chunk) for chunk in selectors.audience_export(*ASKED, public_ids=False))
