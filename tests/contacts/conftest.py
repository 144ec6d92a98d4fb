"""What the tests of contacts share: a moment, and somebody who acts."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from contacts.values import Actor
from contacts.vocabulary import ActorKind
from tests.factories.contacts import UserFactory


@pytest.fixture
def at() -> datetime:
    return datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


@pytest.fixture
def agent(db: None) -> Any:
    return UserFactory(username="grace", first_name="Grace", last_name="Hopper")


@pytest.fixture
def by(agent: Any) -> Actor:
    return Actor(ActorKind.USER, str(agent.pk), "Grace Hopper")
