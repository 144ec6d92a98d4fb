"""A page of the event feed over HTTP: from the beginning, the middle and the end of the ledger, and with filters.

Each page has the most entries that one may have, 1,000; the key is checked, and pages come one by one. gunicorn runs as
in production with two workers; the ready answer and the usual way run in a second gunicorn without middleware or keys.
The usual way is DRF's cursor pages with a serializer, in the order of ids, in which a late commit is missed. "SQL
alone" is what the server's executor says that one statement took which finds the entries and the names in them. One
contact has 10,000 entries, all at the end of the ledger.

The goals are ours. A page is as much to tell as a call of decisions about as many, so it is held against what that is
held against. Whoever reads a feed to its end must not wait longer for each page. And a filter may make us look at more
entries than we tell, but the reader must hardly wait longer for it than for a full page.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from threading import Event, Thread
from urllib.parse import urlencode

from django.db import connection, connections

from benchmarks.harness import Comparison, Goal, Measured, Way
from benchmarks.scale import Scale
from benchmarks.serving import Server, served
from config.api.services.keys import create_key
from config.api.vocabulary import Scope
from consent.models import LedgerEntry
from consent.selectors.feed import Position, cursor_at
from contacts.models import Contact
from contacts.values import SYSTEM

NAME = "event_feed"
SETTINGS = {"DJANGO_SETTINGS_MODULE": "benchmarks.floors.settings"}
PAGE = 1000
LONG = 10_000
"""Entries of the contact that has many."""
SQL, READY = "SQL alone", "ready answer"
BEGINNING, MIDDLE, END = "from the beginning", "from the middle", "near the end"
WRITTEN = "from the middle, while others write"
COMMON, RARE, CHANNEL = "one kind, a quarter of all", "a kind that there is not", "one channel"
CONTACT, LONG_CONTACT = "one contact", "one contact with 10,000 entries"
USUAL, USUAL_MIDDLE = "usual serializers, from the beginning", "usual serializers, from the middle"
GOAL = (
    Goal(BEGINNING, READY, at_least=0.07, aim=0.1),
    Goal(BEGINNING, USUAL, at_least=10),
    Goal(MIDDLE, BEGINNING, at_most=1.2),
    Goal(END, BEGINNING, at_most=1.2),
    Goal(COMMON, BEGINNING, at_most=1.5),
    Goal(RARE, BEGINNING, at_most=1.5),
    Goal(CHANNEL, BEGINNING, at_most=1.5),
    Goal(CONTACT, BEGINNING, at_most=1.0),
    Goal(LONG_CONTACT, BEGINNING, at_most=1.5),
)
ALONE = f"""
    EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON)
    SELECT e.*, (SELECT public_id FROM contacts_contact c WHERE c.id = e.contact_id),
        (SELECT value FROM contacts_address a WHERE a.id = e.address_id)
    FROM consent_ledgerentry e WHERE (transaction_number, id) > (%s, %s)
    ORDER BY transaction_number, id LIMIT {PAGE}
"""  # noqa: S608
MANY = """
    INSERT INTO consent_ledgerentry
        (public_id, event_id, kind, effect, rule, code, channel, direction, reason, suppression_kind, route, contact_id,
         source, actor, detail, occurred_at, recorded_at)
    SELECT gen_random_uuid(), gen_random_uuid(), 'dnd_on', 'unchanged', 'R15', '', 'sms', 'outbound', 'manual',
        'temporary', '', %s, 'staff', 'user:1', '', now(), now()
    FROM generate_series(1, %s)
"""


def run(scale: Scale) -> Measured:
    """Measure, on a ledger that was just vacuumed: other benchmarks roll back what they write."""
    middle, end = _position(0.5), _position(1, before=PAGE + 1)
    contact, long_contact = Contact.objects.filter(deleted_at=None).order_by("id")[1:3]
    _write(long_contact.pk, min(LONG, scale.contacts))
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE consent_ledgerentry")
    key = create_key(
        name=NAME,
        scopes=[Scope.EVENTS_READ],
        calls_per_minute=1_000_000,
        by=SYSTEM,
        at=datetime.now(UTC),
    ).text
    calls = max(scale.stops // 50, 1)
    after = {"after": cursor_at(middle)}
    with served({}) as ours, served(SETTINGS) as theirs:

        def way(name: str, server: Server, path: str, **query: str) -> Way:
            does = _asked(server, f"{path}?{urlencode({'page_size': PAGE, **query})}", key, calls)
            return Way(name, does, per=calls, around=_written if name == WRITTEN else nullcontext)

        ways = [
            Way(SQL, lambda: _alone(middle)),
            way(READY, theirs, f"/events/static/{PAGE}/"),
            *(
                way(name, ours, "/api/v1/events/", **query)
                for name, query in (
                    (BEGINNING, {}),
                    (MIDDLE, after),
                    (END, {"after": cursor_at(end)}),
                    (WRITTEN, after),
                    (COMMON, {"kind": "text_opt_out"}),
                    (RARE, {"kind": "objection"}),
                    (CHANNEL, {"channel": "email"}),
                    (CONTACT, {"contact": str(contact.public_id)}),
                    (LONG_CONTACT, {"contact": str(long_contact.public_id)}),
                )
            ),
            way(USUAL, theirs, "/events/usual/"),
            way(USUAL_MIDDLE, theirs, "/events/usual/", cursor=_usual_cursor(middle)),
        ]
        return Comparison(READY, ways).measure(repeats=scale.repeats)


def _position(share: float, *, before: int = 0) -> Position:
    """Return where the entry stands that has this share of the ledger before it, or so many fewer."""
    entries = LedgerEntry.objects.order_by("transaction_number", "id").values_list("transaction_number", "id")
    place = int(entries.count() * share) - before
    return Position(*entries[max(place, 0)])


def _write(contact_id: int, entries: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(MANY, [contact_id, entries])


def _asked(server: Server, path: str, key: str, calls: int) -> Callable[[], float]:
    request = (f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\nAuthorization: Bearer {key}\r\n\r\n").encode()

    def ask() -> float:
        server.is_knocked_at([request] * 16)  # each thread of a worker has a connection, which may be closed by now
        return server.is_knocked_at([request] * calls, clients=1)

    return ask


def _alone(after: Position) -> float:
    with connection.cursor() as cursor:
        cursor.execute(ALONE, [after.transaction_number, after.entry_id])
        return float(cursor.fetchone()[0][0]["Execution Time"]) / 1000


def _usual_cursor(after: Position) -> str:
    """Return the cursor that DRF would give out behind this entry."""
    return base64.b64encode(urlencode({"p": after.entry_id}).encode()).decode()


@contextmanager
def _written() -> Iterator[None]:
    """Write entries all the while, each in a transaction of its own."""
    enough = Event()

    def write() -> None:
        try:
            while not enough.wait(0.002):
                _write(1, 1)
        finally:
            connections.close_all()

    writers = [Thread(target=write) for _ in range(2)]
    for each in writers:
        each.start()
    try:
        yield
    finally:
        enough.set()
        for each in writers:
            each.join()
