"""Jobs of workers that died, jobs that are over, and jobs that fail."""

from __future__ import annotations

from datetime import datetime, timedelta
from io import StringIO

import pytest
from asgiref.sync import async_to_sync
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from config.upkeep import jobs
from config.upkeep.selectors import failing_tasks


@pytest.fixture
def queue(transactional_db: None) -> None:
    """The queue as a worker has it, where each statement is a transaction."""


def job(task: str, status: str, *, lock: str | None = None, worker: int | None = None, args: str = "{}") -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, lock, queueing_lock, status, worker_id, args)"
            " VALUES ('default', %s, %s, %s, %s::procrastinate_job_status, %s, %s) RETURNING id",
            [task, lock, lock, status, worker, args],
        )
        return cursor.fetchone()[0]


def ended(task: str, how: str, at: datetime, *, args: str = "{}") -> int:
    number = job(task, how, args=args)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_events SET at = %s WHERE job_id = %s", [at, number])
        cursor.execute(
            "INSERT INTO procrastinate_events (job_id, type, at) VALUES (%s, %s::procrastinate_job_event_type, %s)",
            [number, how, at],
        )
    return number


def dead_worker() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '5 min') RETURNING id"
        )
        return cursor.fetchone()[0]


def status_of(number: int) -> str:
    return ProcrastinateJob.objects.get(pk=number).status


def test_a_dead_worker_s_job_ends_where_its_next_run_waits_for_the_same_lock(queue: None) -> None:
    worker = dead_worker()
    dead = job("read", "doing", lock="read", worker=worker)
    waiting = job("read", "todo", lock="read")
    other = job("batch", "doing", worker=worker)

    async_to_sync(jobs.take_up_stalled)(app.job_manager)

    assert (status_of(dead), status_of(waiting), status_of(other)) == ("aborted", "todo", "todo")
    next_up = async_to_sync(app.job_manager.fetch_job)(queues=None, worker_id=alive_worker())
    assert next_up is not None
    assert next_up.id == waiting


def alive_worker() -> int:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_workers DEFAULT VALUES RETURNING id")
        return cursor.fetchone()[0]


def test_a_living_worker_s_job_is_left_to_it(queue: None) -> None:
    doing = job("read", "doing", lock="read", worker=alive_worker())

    async_to_sync(jobs.take_up_stalled)(app.job_manager)

    assert status_of(doing) == "doing"


def test_jobs_that_are_over_are_forgotten_and_those_that_failed_later(db: None) -> None:
    now = timezone.now()
    days = {("succeeded", 1), ("succeeded", 3), ("failed", 3), ("failed", 31), ("aborted", 31)}
    for status, ago in sorted(days):
        ended("read", status, now - timedelta(days=ago))
    waiting = job("read", "todo")

    async_to_sync(jobs.forget_over)(app.job_manager)

    left = ProcrastinateJob.objects.exclude(pk=waiting).values_list("status", flat=True)
    assert sorted(left) == ["failed", "succeeded"]
    assert status_of(waiting) == "todo"


def test_a_job_fails_until_a_later_run_of_it_gets_through(db: None) -> None:
    now = timezone.now()
    ended("consent.jobs.read", "failed", now, args='{"timestamp": 1}')
    ended("batch", "failed", now, args='{"batch": 1}')
    ended("batch", "succeeded", now, args='{"batch": 2}')
    ended("ancient", "failed", now - timedelta(days=8))
    assert [(task.name, task.count) for task in failing_tasks(now=now)] == [("batch", 1), ("read", 1)]

    ended("consent.jobs.read", "succeeded", now, args='{"timestamp": 2}')
    ended("batch", "succeeded", now, args='{"batch": 1}')

    assert failing_tasks(now=now) == []


def test_the_desk_tells_operators_of_jobs_that_fail_and_where(client: Client, superuser: User) -> None:
    client.force_login(superuser)
    assert "Jobs that fail" not in client.get("/admin/").content.decode()

    ended("consent.jobs.process_due_deliveries", "failed", timezone.now())

    page = client.get("/admin/").content.decode()
    assert "Jobs that fail" in page
    assert "process_due_deliveries, last on" in page
    assert client.get("/admin/procrastinate/procrastinatejob/?status__exact=failed").status_code == 200
    out = StringIO()
    alive_worker()
    call_command("health", stdout=out)
    assert "Job process_due_deliveries: 1 failed" in out.getvalue()
