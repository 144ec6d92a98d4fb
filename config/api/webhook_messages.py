"""What arrives at a webhook endpoint, for the OpenAPI document."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiExample, OpenApiResponse, OpenApiWebhook, extend_schema
from rest_framework import serializers

from config.api.entries import EntryShape
from config.api.examples import ENTRY


class WebhookBody(serializers.Serializer[Any]):
    """What arrives at an endpoint: the entry of the ledger as `GET events/` tells it."""

    type = serializers.CharField(help_text="`ledger.` and the kind of the entry, or `webhook.test`.")
    timestamp = serializers.DateTimeField()
    data = EntryShape()  # type: ignore[assignment]  # the specification's word, not the serializer's own


LEDGER_ENTRY = OpenApiWebhook(
    name="ledger_entry",
    decorator=extend_schema(
        operation_id="ledger_entry",
        summary="An entry of the ledger, posted to your endpoint",
        description="Signed after the Standard Webhooks specification. It comes at least once, with the same"
        " `webhook-id` each time, and in order for each contact. Answer 2xx within 15 seconds, and do the work"
        " afterwards; anything else is tried again for three days, and 410 stops the endpoint. A test has the type"
        " `webhook.test` and empty `data`.",
        tags=["webhooks"],
        request=WebhookBody,
        examples=[
            OpenApiExample(
                "An opt-out",
                request_only=True,
                value={"type": "ledger.text_opt_out", "timestamp": ENTRY["recorded_at"], "data": ENTRY},
            )
        ],
        responses={(204, "application/json"): OpenApiResponse(description="Taken; any other 2xx will do.")},
    ),
)
"""What the OpenAPI document says of the messages that arrive."""
HEADERS = {
    "webhook-id": "The id of the entry: remember it, and ignore what you have seen.",
    "webhook-timestamp": "When it was sent, in seconds since 1970.",
    "webhook-signature": "`v1,` and the signature; after a rotation two, with a space between.",
}
"""Header of a message → what it says."""
