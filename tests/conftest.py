"""What every test may use: a fixed clock, staff of each role, and a small cast of contacts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from importlib import import_module

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, User
from django.core.cache import cache
from django.core.servers.basehttp import WSGIRequestHandler
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate
from hypothesis import HealthCheck
from hypothesis import settings as examples

from consent.models import ChannelState
from consent.models.append_only import ALLOW_TRUNCATE
from consent.selectors.business import forget_place
from consent.selectors.secrets import forget_named
from consent.vocabulary import CHANNELS, RETIRED_CHANNELS
from contacts.models import Contact
from contacts.values import Actor
from contacts.vocabulary import ActorKind
from tests.factories.contacts import make_contact

# How long examples take says how busy the machine is, not whether the code is right.
examples.register_profile("desk", deadline=None, suppress_health_check=[HealthCheck.too_slow])
examples.load_profile("desk")


def _let_tests_empty_tables(connection: BaseDatabaseWrapper, **_: object) -> None:
    """Transactional tests end by emptying every table, which the product itself always refuses."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET {ALLOW_TRUNCATE} = 'on'")


@pytest.fixture(scope="session", autouse=True)
def _tables_can_be_emptied() -> Iterator[None]:
    connection_created.connect(_let_tests_empty_tables)
    yield
    connection_created.disconnect(_let_tests_empty_tables)


def _forget_jobs(**_: object) -> None:
    """Flushing knows only the tables of managed models, and those of the jobs are not."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs; DELETE FROM procrastinate_workers")


@pytest.fixture(scope="session", autouse=True)
def _jobs_go_with_the_rest() -> Iterator[None]:
    post_migrate.connect(_forget_jobs, sender=apps.get_app_config("procrastinate"))
    yield
    post_migrate.disconnect(_forget_jobs, sender=apps.get_app_config("procrastinate"))


@pytest.fixture(scope="session", autouse=True)
def _live_servers_answer_at_once() -> Iterator[None]:
    """Send the second part of an answer without waiting until the first was acknowledged, 40 ms later.

    Django's own server writes head and body apart; gunicorn sets the same option.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(WSGIRequestHandler, "disable_nagle_algorithm", True)
        yield


@pytest.fixture
def truncate_refused(db: None) -> None:
    """Let the database refuse TRUNCATE as it does in production."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL {ALLOW_TRUNCATE} = 'off'")


@pytest.fixture(autouse=True)
def _nowhere_yet() -> None:
    """Let no test find the place of another one's business in the cache, nor what contradicted there."""
    forget_place()
    forget_named()
    cache.delete("contradictions")


@pytest.fixture
def at() -> datetime:
    return datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def make_user(role: str | None, name: str) -> User:
    user = User.objects.create_user(name, f"{name}@example.com", "a long enough secret", is_staff=True)
    if role is not None:
        user.groups.add(group_of(role))
    return user


def group_of(role: str) -> Group:
    """The role's group. A transactional test that ran before has emptied the table the migration wrote."""
    if not Group.objects.filter(name=role).exists():
        import_module("config.migrations.0001_roles").grant(apps, None)
    return Group.objects.get(name=role)


@pytest.fixture
def agent(db: None) -> User:
    return make_user("agent", "alex")


@pytest.fixture
def support(db: None) -> User:
    return make_user("support", "sam")


@pytest.fixture
def compliance(db: None) -> User:
    return make_user("compliance", "chris")


@pytest.fixture
def marketing(db: None) -> User:
    return make_user("marketing", "mika")


@pytest.fixture
def superuser(db: None) -> User:
    return User.objects.create_superuser("root", "root@example.com", "a long enough secret")


def actor(user: User) -> Actor:
    return Actor(ActorKind.USER, str(user.pk), user.get_username())


@pytest.fixture
def by(agent: User) -> Actor:
    return actor(agent)


@pytest.fixture
def connected(db: None) -> None:
    """Every channel connected but the retired one."""
    for channel in CHANNELS:
        ChannelState.objects.update_or_create(
            channel=channel, defaults={"connected": channel not in RETIRED_CHANNELS, "provider": "test"}
        )


@pytest.fixture
def ada(db: None) -> Contact:
    """Reachable everywhere."""
    return make_contact("Ada", "Lovelace", phone="+15035550101", email="ada@example.com")


@pytest.fixture
def bo(db: None) -> Contact:
    return make_contact("Bo", "Diddley", phone="+15035550102", email="bo@example.com")


@pytest.fixture
def carla(db: None) -> Contact:
    return make_contact("Carla", "Bley", phone="+15035550103", email="carla@example.com")
