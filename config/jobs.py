"""Jobs of the composing app, where the worker looks for them."""

from config.api.jobs import forget_kept_answers
from config.batches.jobs import count_batch, forget_stale_drafts, run_batch
from config.personal_data.jobs import clear_sessions, sweep_evidence_files
from config.upkeep.jobs import forget_old_jobs, retry_stalled_jobs
from config.webhooks.jobs import forget_webhook_notices, send_webhooks, tell_webhooks

__all__ = [
    "clear_sessions",
    "count_batch",
    "forget_kept_answers",
    "forget_old_jobs",
    "forget_stale_drafts",
    "forget_webhook_notices",
    "retry_stalled_jobs",
    "run_batch",
    "send_webhooks",
    "sweep_evidence_files",
    "tell_webhooks",
]
