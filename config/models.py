"""Tables of the composing app, where Django looks for them."""

from config.batches.models import Batch, BatchItem

__all__ = ["Batch", "BatchItem"]
