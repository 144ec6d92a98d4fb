"""Decisions over HTTP, the key checked and the answers recorded: for one contact, for 1,000, for 10,000.

gunicorn runs as in production with two workers. Calls about one contact come over eight connections; the others come
one by one. The ping, the answer that is ready and the usual way run in a second gunicorn without middleware or keys;
the usual way knows nothing of lists, policies, records, or why. "SQL alone" is what the server's executor says that one
statement took which finds contacts, numbers and reasons by 10,000 ids.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from itertools import cycle, islice

from django.db import connection

from benchmarks.harness import Comparison, Goal, Measured, Way
from benchmarks.scale import Scale
from benchmarks.serving import Server, served
from config.api.services.keys import create_key
from config.api.vocabulary import Scope
from contacts.models import Contact
from contacts.values import SYSTEM

NAME = "decisions"
SETTINGS = {"DJANGO_SETTINGS_MODULE": "benchmarks.floors.settings"}
PATH = "/api/v1/decisions/"
PING, SQL = "empty view", "SQL alone, 10,000"
ONE, THOUSAND, TEN_THOUSAND = (f"decisions, {count} a call" for count in ("1", "1,000", "10,000"))
USUAL_ONE, USUAL_THOUSAND, USUAL_TEN = (f"usual serializers, {count}" for count in ("1", "1,000", "10,000"))
STATIC = "ready answer, 1,000"
GOAL = (
    Goal(ONE, PING, at_least=0.25, aim=0.33),
    Goal(ONE, USUAL_ONE, at_least=2),
    Goal(THOUSAND, STATIC, at_least=0.07, aim=0.1),
    Goal(THOUSAND, USUAL_THOUSAND, at_least=10, aim=19),
    Goal(TEN_THOUSAND, SQL, at_most=2.5, aim=1.7),
    Goal(TEN_THOUSAND, USUAL_TEN, at_least=15, aim=25),
)
ALONE = """
    EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON)
    SELECT c.public_id, c.deleted_at, c.erased_at, a.value, s.channel, s.direction, s.covers, s.kind, s.reason, s.since,
           s.expires_at, s.rule, s.detail
    FROM contacts_contact c
    LEFT JOIN contacts_contactaddress h ON h.contact_id = c.id AND h.kind = 'phone' AND h.is_primary
    LEFT JOIN contacts_address a ON a.id = h.address_id
    LEFT JOIN LATERAL (
        SELECT * FROM consent_suppression b WHERE b.contact_id = c.id AND b.lifted_at IS NULL
        UNION
        SELECT * FROM consent_suppression b WHERE b.address_id = h.address_id AND b.lifted_at IS NULL
    ) s ON s.channel IN ('sms', 'all')
    WHERE c.public_id = ANY (string_to_array(%s, ',')::uuid[])
"""


def run(scale: Scale) -> Measured:
    """Measure, each call about other contacts."""
    key = create_key(
        name="Benchmark",
        scopes=[Scope.DECISIONS],
        calls_per_minute=1_000_000,
        by=SYSTEM,
        at=datetime.now(UTC),
    ).text
    ids = [str(each) for each in Contact.objects.order_by("public_id").values_list("public_id", flat=True)[:200_000]]
    singles, thousands = scale.stops, max(scale.stops // 100, 1)
    with served({}) as ours, served(SETTINGS) as theirs:

        def way(name: str, server: Server, path: str, subjects: int, calls: int, *, at_once: bool = False) -> Way:
            return Way(name, _asked(server, path, key, ids, subjects, calls, at_once=at_once), per=calls)

        ways = [
            way(PING, theirs, "/empty/", 1, singles, at_once=True),
            way(ONE, ours, PATH, 1, singles, at_once=True),
            way(USUAL_ONE, theirs, "/decisions/usual/", 1, singles, at_once=True),
            way(STATIC, theirs, "/decisions/static/1000/", 1000, thousands),
            way(THOUSAND, ours, PATH, 1000, thousands),
            way(USUAL_THOUSAND, theirs, "/decisions/usual/", 1000, 1),
            Way(SQL, _alone(ids)),
            way(TEN_THOUSAND, ours, PATH, 10_000, scale.repeats),
            way(USUAL_TEN, theirs, "/decisions/usual/", 10_000, 1),
        ]
        return Comparison(PING, ways).measure(repeats=scale.repeats)


def _asked(
    server: Server, path: str, key: str, ids: Sequence[str], subjects: int, calls: int, *, at_once: bool
) -> Callable[[], float]:
    turn = cycle(ids)
    subjects = min(subjects, len(ids))

    def ask() -> float:
        requests = [_request(server, path, key, list(islice(turn, subjects))) for _ in range(calls)]
        if at_once:
            # An idle worker has forgotten nothing, but its connections may be closed.
            server.is_knocked_at([_request(server, path, key, [next(turn)]) for _ in range(16)])
            return server.is_knocked_at(requests)
        return sum(server.is_knocked_at([each]) for each in requests)

    return ask


def _request(server: Server, path: str, key: str, contacts: Sequence[str]) -> bytes:
    body = json.dumps({"channel": "sms", "purpose": "marketing", "contacts": list(contacts)})
    return (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\nContent-Type: application/json\r\n"
        f"Authorization: Bearer {key}\r\nContent-Length: {len(body)}\r\n\r\n{body}"
    ).encode()


def _alone(ids: Sequence[str]) -> Callable[[], float]:
    turn = cycle(ids)

    def run() -> float:
        with connection.cursor() as cursor:
            cursor.execute(ALONE, [",".join(islice(turn, min(10_000, len(ids))))])
            return float(cursor.fetchone()[0][0]["Execution Time"]) / 1000

    return run
