"""Tables of the composing app, where Django looks for them."""

from config.api.models import ApiKey, CallWindow, KeptAnswer
from config.batches.models import Batch, BatchItem

__all__ = ["ApiKey", "Batch", "BatchItem", "CallWindow", "KeptAnswer"]
