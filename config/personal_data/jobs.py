"""What goes by the clock: sessions that are over, and proof files that nobody filed."""

from __future__ import annotations

from django.core.management import call_command
from django.utils import timezone
from procrastinate.contrib.django import app

from consent.services import evidence_files


@app.periodic(cron="41 3 * * *")
@app.task(queueing_lock="clear_sessions", lock="clear_sessions")
def clear_sessions(timestamp: int) -> None:
    """Delete the sessions of staff that are over."""
    call_command("clearsessions")


@app.periodic(cron="51 3 * * *")
@app.task(queueing_lock="sweep_evidence_files", lock="sweep_evidence_files")
def sweep_evidence_files(timestamp: int) -> None:
    """Delete the proof files that belong to no evidence."""
    evidence_files.sweep(at=timezone.now())
