"""What a load balancer is told of the process."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.utils import timezone

from config.health import WORKER_SILENCE


def _heard_of_a_worker(ago: timedelta) -> None:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (%s)", [timezone.now() - ago])


@pytest.mark.django_db
def test_a_process_with_database_migrations_and_worker_is_ready(client: Client) -> None:
    _heard_of_a_worker(timedelta())

    answer = client.get("/readyz")

    assert (answer.status_code, answer.json()["status"]) == (200, "ready")
    assert answer.json()["checks"] == {"database": "ok", "migrations": "ok", "worker": "ok"}


@pytest.mark.django_db
def test_a_worker_that_fell_silent_counts_as_missing(client: Client) -> None:
    _heard_of_a_worker(WORKER_SILENCE + timedelta(seconds=5))

    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert answer.json()["checks"] == {"database": "ok", "migrations": "ok", "worker": "missing"}


@pytest.mark.django_db
@pytest.mark.parametrize("statements_before", [0, 1, 3])
def test_a_database_that_goes_away_at_any_look_is_told_as_unreachable(client: Client, statements_before: int) -> None:
    seen = 0

    def power_cut(execute: Any, sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        nonlocal seen
        seen += 1
        if seen > statements_before:
            raise OperationalError("the connection is closed")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(power_cut):
        answer = client.get("/readyz")

    assert seen == statements_before + 1
    assert (answer.status_code, answer.json()["checks"]["database"]) == (503, "unreachable")


@pytest.mark.django_db
def test_a_probe_that_finds_the_process_not_ready_is_told_and_not_logged(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    answer = client.get("/readyz")
    client.get("/nobody-is-here")

    assert answer.status_code == 503
    assert ["/nobody-is-here" in record.getMessage() for record in caplog.records] == [True]


def test_a_process_is_alive_without_its_database(client: Client) -> None:
    assert client.get("/healthz").json() == {"status": "alive"}
