"""What keeps the queue of jobs going, by the clock."""

from __future__ import annotations

from datetime import timedelta

import structlog
from procrastinate.contrib.django import app
from procrastinate.exceptions import UniqueViolation
from procrastinate.jobs import Job, Status
from procrastinate.manager import JobManager

log = structlog.get_logger(__name__)

KEPT_DONE = timedelta(days=2)
"""How long jobs are kept that did their work."""
KEPT_FAILED = timedelta(days=30)
"""How long the others are kept, for people to look at."""


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="retry_stalled_jobs")
async def retry_stalled_jobs(timestamp: int) -> None:
    """Take up the jobs of workers that died in the middle."""
    await take_up_stalled(app.job_manager)


async def take_up_stalled(jobs: JobManager) -> None:
    """Put back every job whose worker died, each by itself, so that one that can't be leaves the others their turn.

    Where the clock has put the next run of the same job in the queue meanwhile, that one does the work: the dead one
    ends, because it holds the lock that the next one waits for.
    """
    for job in await jobs.get_stalled_jobs():
        try:
            await jobs.retry_job(job)
        except UniqueViolation:
            await _end(jobs, job)
        except Exception:
            log.exception("stalled_job_not_taken_up", job_id=job.id, task=job.task_name)


async def _end(jobs: JobManager, job: Job) -> None:
    try:
        await jobs.finish_job(job, Status.ABORTED, delete_job=False)
    except Exception:
        log.exception("stalled_job_not_ended", job_id=job.id, task=job.task_name)


@app.periodic(cron="29 2 * * *")
@app.task(queueing_lock="forget_old_jobs", lock="forget_old_jobs")
async def forget_old_jobs(timestamp: int) -> None:
    """Delete the jobs that are over, so that the queue stays as small as what is to be done."""
    await forget_over(app.job_manager)


async def forget_over(jobs: JobManager) -> None:
    """Delete the jobs that did their work two days ago, and the others that ended 30 days ago."""
    await jobs.delete_old_jobs(nb_hours=_hours(KEPT_DONE))
    await jobs.delete_old_jobs(
        nb_hours=_hours(KEPT_FAILED), include_failed=True, include_cancelled=True, include_aborted=True
    )


def _hours(kept: timedelta) -> int:
    return int(kept.total_seconds() // 3600)
