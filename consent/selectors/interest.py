"""Who showed no interest: leads to close, for whoever runs the campaigns (R30)."""

from __future__ import annotations

from django.db.models import QuerySet

from consent.models import InboundMessage
from consent.vocabulary import MessageClass


def soft_disinterest(disposition: str = "") -> QuerySet[InboundMessage]:
    """Return the messages that close a lead, the newest first; of one disposition if named."""
    messages = InboundMessage.objects.filter(message_class=MessageClass.SOFT).select_related("address").order_by("-id")
    return messages.filter(disposition=disposition) if disposition else messages
