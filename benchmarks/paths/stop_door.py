"""A STOP over HTTP, end to end.

Verify, store the raw request in a commit of its own, lock the number, decide, suppress with a history, write the
ledger, answer. Every STOP is another message from another contact who is not silenced yet, signed as Twilio signs.
gunicorn runs as in production with two workers; eight clients in a process of their own keep their connections open.
The floors and the rivals are views without any middleware in a second gunicorn (`benchmarks/floors`): the rivals
verify, store, look up, suppress and log, without guards, readings, or anything to decide.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from itertools import islice
from urllib.parse import urlencode

from django.db.models import Exists, OuterRef

from benchmarks.harness import Comparison, Goal, Measured, Way
from benchmarks.scale import Scale
from benchmarks.serving import CHECKOUT, Server, served
from consent.models import Delivery, LedgerEntry, Suppression
from consent.models.inbox import DeliveryStatus
from contacts.models import Address

NAME = "stop_door"
OURS = "STOP through our door"
INSERT = "minimal view, one insert"
RIVAL = "the usual way: ORM, and simple-history"
GOAL = (Goal(OURS, INSERT, at_least=0.4, aim=0.6), Goal(OURS, RIVAL, at_least=2, aim=4))

TOKEN = "benchmark-token"  # noqa: S105  (it protects nothing)
KEY = {"TWILIO_AUTH_TOKEN": TOKEN}
WARM_UP = 16
FLOORS = {"empty view": "/empty/", INSERT: "/insert/", "the same by ORM": "/orm/", RIVAL: "/orm-history/"}
SETTINGS = {"DJANGO_SETTINGS_MODULE": "benchmarks.floors.settings"}


def run(scale: Scale) -> Measured:
    """Measure, and make sure that every STOP had its effect."""
    command = [sys.executable, "manage.py", "migrate", "--run-syncdb", "--skip-checks", "-v0"]
    subprocess.run(command, cwd=CHECKOUT, check=True, env={**os.environ, **SETTINGS})
    with served(KEY) as ours, served({**KEY, **SETTINGS}) as theirs:
        ways = [_way(name, theirs, path, scale) for name, path in FLOORS.items()]
        ways.append(_way(OURS, ours, "/hooks/twilio/inbound/", scale))
        before = LedgerEntry.objects.count()
        measured = Comparison(INSERT, ways).measure(repeats=scale.repeats)
    _check(scale, before)
    return measured


def _way(name: str, server: Server, path: str, scale: Scale) -> Way:
    numbers = _known_numbers()

    def knock() -> float:
        # Each way warms up each time: an idle worker has forgotten nothing, but its connections may be closed.
        server.is_knocked_at([_stop(server, path, number) for number in islice(numbers, WARM_UP)])
        return server.is_knocked_at([_stop(server, path, number) for number in islice(numbers, scale.stops)])

    return Way(name, knock, per=scale.stops)


def _known_numbers() -> Iterator[str]:
    """Yield numbers of contacts whom nothing silences, spread over the table as lots fall."""
    silent = Suppression.objects.filter(address_id=OuterRef("pk"))
    numbers = Address.objects.filter(~Exists(silent), kind="phone", holders__isnull=False)
    # The ids are in the row's order; uuids are not.
    return iter(numbers.order_by("public_id").values_list("value", flat=True)[:20_000].iterator())


def _stop(server: Server, path: str, number: str) -> bytes:
    """Return a whole HTTP request, as Twilio sends a text message."""
    sid = f"SM{uuid.uuid4().hex}"
    pairs = {
        "ToCountry": "US",
        "ToState": "OR",
        "SmsMessageSid": sid,
        "NumMedia": "0",
        "ToCity": "",
        "FromZip": "97301",
        "SmsSid": sid,
        "FromState": "OR",
        "SmsStatus": "received",
        "FromCity": "SALEM",
        "Body": "STOP",
        "FromCountry": "US",
        "To": "+15035550100",
        "ToZip": "97201",
        "NumSegments": "1",
        "MessageSid": sid,
        "AccountSid": "AC" + "5d" * 16,
        "From": number,
        "ApiVersion": "2010-04-01",
    }
    signed = f"{server.base_url}{path}" + "".join(name + value for name, value in sorted(pairs.items()))
    signature = base64.b64encode(hmac.new(TOKEN.encode(), signed.encode(), hashlib.sha1).digest()).decode()
    body = urlencode(pairs)
    return (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        f"X-Twilio-Signature: {signature}\r\nContent-Length: {len(body)}\r\n\r\n{body}"
    ).encode()


def _check(scale: Scale, before: int) -> None:
    stops = scale.repeats * (scale.stops + WARM_UP)
    settled = Delivery.objects.filter(status=DeliveryStatus.PROCESSED).count()
    told = LedgerEntry.objects.count() - before
    if settled != stops or told < 2 * stops:
        raise RuntimeError(f"Of {stops} STOPs {settled} were settled, with {told} ledger entries.")
