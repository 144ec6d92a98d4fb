"""Integrations with keys, and what they say over HTTP."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from config.api.models import ApiKey
from config.api.services.keys import create_key
from config.api.vocabulary import Scope
from consent.models import LedgerEntry
from contacts.values import SYSTEM
from tests.api.conformance import refuse_undocumented


@dataclass
class Caller:
    """An integration with its key. Answers of 500 are answers: nothing is raised through; undocumented ones fail."""

    text: str
    client: Client = field(default_factory=lambda: Client(raise_request_exception=False))

    def __call__(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """Send a request; a body that is no string is sent as JSON."""
        data = body if isinstance(body, str | bytes) else "" if body is None else json.dumps(body)
        given = {"authorization": f"Bearer {self.text}"} if self.text else {}
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        content_type = named.pop("content-type", "application/json")
        response = self.client.generic(
            method, f"/api/v1/{path}", data, content_type=content_type, headers={**given, **named}
        )
        refuse_undocumented(method, f"/api/v1/{path}", response)
        return response

    def get(self, path: str, **headers: str) -> Any:
        return self("GET", path, **headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        return self("POST", path, body, **headers)

    def put(self, path: str, body: Any = None, **headers: str) -> Any:
        return self("PUT", path, body, **headers)

    def patch(self, path: str, body: Any = None, **headers: str) -> Any:
        return self("PATCH", path, body, **headers)

    @property
    def key(self) -> ApiKey:
        return ApiKey.objects.get(prefix=self.text[4:16])


MakeKey = Callable[..., Caller]


@pytest.fixture
def with_scopes(db: None) -> MakeKey:
    """Make integrations: `with_scopes(Scope.DND_READ)`; without scopes named it has all."""

    def make(*scopes: Scope, name: str = "", **more: Any) -> Caller:
        issued = create_key(
            name=name or f"Shop {ApiKey.objects.count() + 1}",
            scopes=scopes or tuple(Scope),
            by=SYSTEM,
            at=timezone.now(),
            **more,
        )
        return Caller(issued.text)

    return make


@pytest.fixture
def shop(with_scopes: MakeKey) -> Caller:
    """An integration that may do everything."""
    return with_scopes(name="Shop")


@pytest.fixture
def nobody(db: None) -> Caller:
    """Somebody without a key."""
    return Caller("")


def problem(response: Any, status: int, code: str) -> dict[str, Any]:
    """Return the problem that a response is, after looking at its shape."""
    assert response.status_code == status, response.content
    assert response.headers["Content-Type"] == "application/problem+json"
    told: dict[str, Any] = response.json()
    assert {"type", "title", "status", "detail", "code", "errors"} <= set(told)
    assert (told["status"], told["code"]) == (status, code), told
    assert told["type"].endswith(code)
    assert told["title"]
    assert told["detail"]
    return told


def ledger(**where: Any) -> list[tuple[str, str, str, str, str]]:
    """Return the ledger as (kind, effect, channel, code, actor), oldest first."""
    rows = LedgerEntry.objects.filter(**where).order_by("id")
    return list(rows.values_list("kind", "effect", "channel", "code", "actor"))
