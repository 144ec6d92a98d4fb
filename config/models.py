"""Tables of the composing app, where Django looks for them."""

from config.api.models import ApiKey, CallWindow, KeptAnswer
from config.batches.models import Batch, BatchItem
from config.webhooks.models import WebhookEndpoint, WebhookNotice

__all__ = ["ApiKey", "Batch", "BatchItem", "CallWindow", "KeptAnswer", "WebhookEndpoint", "WebhookNotice"]
