"""Receivers that listen on this machine, and a ledger to tell them of."""

from __future__ import annotations

import json
import threading
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from pytest_django.fixtures import Settings

from config.webhooks.models import WebhookEndpoint, WebhookNotice
from config.webhooks.services.endpoints import Issued, create_endpoint
from consent.models import LedgerEntry
from consent.services.rows import insert
from consent.vocabulary import Channel, Effect, EventKind, Source
from contacts.values import SYSTEM

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
Answer = Callable[[dict[str, Any]], int]


@dataclass
class Post:
    """One request as it came in."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]


class Listener(ThreadingHTTPServer):
    daemon_threads = True
    owner: Receiver

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: receivers here break connections on purpose."""


@dataclass
class Receiver:
    """An integration's server. `answer` decides from the body which status a message gets."""

    answer: Answer = field(default=lambda _: 204)
    posts: list[Post] = field(default_factory=list)
    most_at_once: int = 0
    _here: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def start(self) -> Receiver:
        self.server = Listener(("127.0.0.1", 0), Handler)
        self.server.owner = self
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}/hook"

    @property
    def details(self) -> list[str]:
        """What arrived, by the words that the entries were told apart by."""
        return [each["data"]["detail"] for each in self.bodies]

    @property
    def bodies(self) -> list[dict[str, Any]]:
        return [json.loads(each.body) for each in self.posts]

    def take(self, post: Post, body: dict[str, Any]) -> int:
        with self._lock:
            self._here += 1
            self.most_at_once = max(self.most_at_once, self._here)
        try:
            status = self.answer(body)
        finally:
            with self._lock:
                self._here -= 1
                self.posts.append(post)
        return status


class Handler(BaseHTTPRequestHandler):
    server: Listener

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers["Content-Length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        status = self.server.owner.take(Post(self.path, headers, raw), json.loads(raw))
        self.send_response(status)
        self.send_header("Content-Length", "0")
        if 300 <= status < 400:
            self.send_header("Location", self.server.owner.url)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def receiver(settings: Settings) -> Iterator[Receiver]:
    """A receiver that takes everything, on this machine."""
    settings.WEBHOOKS_TO_LOOPBACK = True
    listening = Receiver().start()
    yield listening
    listening.server.shutdown()
    listening.server.server_close()


@pytest.fixture
def issued(db: None, receiver: Receiver) -> Issued:
    """Its endpoint, and the secret."""
    return create_endpoint(url=receiver.url, key=None, by=SYSTEM, at=NOW)


@pytest.fixture
def endpoint(issued: Issued) -> WebhookEndpoint:
    return issued.endpoint


def record(detail: str, *, contact_id: int | None = None, at: datetime = NOW, **given: Any) -> LedgerEntry:
    """Write an entry of the ledger; `detail` tells it apart."""
    values: dict[str, Any] = {
        "public_id": uuid.uuid4(),
        "event_id": uuid.uuid4(),
        "kind": EventKind.TEXT_OPT_OUT,
        "effect": Effect.SET,
        "rule": "R01",
        "channel": Channel.SMS,
        "source": Source.STAFF,
        "actor": "system",
        "detail": detail,
        "contact_id": contact_id,
        "occurred_at": at,
        "recorded_at": at,
        **given,
    }
    insert(LedgerEntry, [values])
    return LedgerEntry.objects.get(public_id=values["public_id"])


def put(endpoint: WebhookEndpoint, detail: str, *, contact_id: int | None = None, **given: Any) -> WebhookNotice:
    """Write an entry and its notice, as the fan-out does."""
    entry = record(detail, contact_id=contact_id, **given)
    return WebhookNotice.objects.create(
        endpoint=endpoint,
        message_id=entry.public_id,
        entry_id=entry.pk,
        lane=f"contact:{contact_id}",
        due_at=NOW,
        created_at=NOW,
    )
