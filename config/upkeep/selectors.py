"""Which jobs fail."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection

LOOKS_BACK = timedelta(days=7)

# A job by the clock has no arguments but its time, so that its next run that gets through settles it; a job about
# something is settled by a run about the same.
_FAILING = """
    SELECT failed.task_name, count(*), max(event.at)
    FROM procrastinate_jobs failed
    JOIN procrastinate_events event ON event.job_id = failed.id AND event.type = 'failed'
    WHERE failed.status = 'failed' AND event.at >= %s
      AND NOT EXISTS (
        SELECT FROM procrastinate_jobs later
        WHERE later.task_name = failed.task_name AND later.id > failed.id AND later.status = 'succeeded'
          AND later.args - 'timestamp' = failed.args - 'timestamp'
      )
    GROUP BY failed.task_name ORDER BY failed.task_name
"""


@dataclass(frozen=True, slots=True)
class FailingTask:
    """A job that failed, and no later run of it got through. `name` is without its module."""

    name: str
    count: int
    last_at: datetime


def failing_tasks(*, now: datetime) -> list[FailingTask]:
    """Return the jobs that failed in the last 7 days and have not got through since."""
    with connection.cursor() as cursor:
        cursor.execute(_FAILING, [now - LOOKS_BACK])
        return [FailingTask(task.rpartition(".")[2], count, last) for task, count, last in cursor.fetchall()]
