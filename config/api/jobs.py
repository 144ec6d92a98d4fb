"""What the API does by the clock."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from config.api.services import answers


@app.periodic(cron="23 * * * *")
@app.task(queueing_lock="forget_kept_answers", lock="forget_kept_answers")
def forget_kept_answers(timestamp: int) -> None:
    """Delete what repeats of old requests would have been answered."""
    answers.forget_old(at=timezone.now())
