"""Jobs of the composing app, where the worker looks for them."""

from config.api.jobs import forget_kept_answers
from config.batches.jobs import count_batch, forget_stale_drafts, run_batch

__all__ = ["count_batch", "forget_kept_answers", "forget_stale_drafts", "run_batch"]
