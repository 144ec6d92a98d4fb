"""Jobs of the composing app, where the worker looks for them."""

from config.batches.jobs import forget_stale_drafts, run_batch

__all__ = ["forget_stale_drafts", "run_batch"]
