"""Is the process alive, and can it do its work?"""

from __future__ import annotations

from datetime import timedelta

from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from procrastinate.contrib.django.models import ProcrastinateWorker

WORKER_SILENCE = timedelta(minutes=2)
"""A worker that has not been heard of for longer counts as gone; it reports every 10 seconds."""


@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    """Answer 200 while the process can answer at all."""
    return JsonResponse({"status": "alive"})


@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """Answer 200 when database, migrations and a worker are ready, else 503 with what is not."""
    checks = readiness()
    ready = is_ready(checks)
    return JsonResponse({"status": "ready" if ready else "not ready", "checks": checks}, status=200 if ready else 503)


def readiness() -> dict[str, str]:
    """Return the state of each part: `ok`, what it lacks, or `unknown` where one before it is missing.

    A database that goes away between two looks counts as unreachable.
    """
    checks = {"database": "unreachable", "migrations": "unknown", "worker": "unknown"}
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        migrations = _migrations()
        worker = _worker() if migrations == "ok" else "unknown"
    except Error:
        return checks
    return {"database": "ok", "migrations": migrations, "worker": worker}


def is_ready(checks: dict[str, str]) -> bool:
    return all(state == "ok" for state in checks.values())


def _migrations() -> str:
    executor = MigrationExecutor(connection)
    return "pending" if executor.migration_plan(executor.loader.graph.leaf_nodes()) else "ok"


def _worker() -> str:
    since = timezone.now() - WORKER_SILENCE
    return "ok" if ProcrastinateWorker.objects.filter(last_heartbeat__gte=since).exists() else "missing"
