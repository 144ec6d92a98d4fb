"""Webhook endpoints and the notices on their way, as the API takes and tells them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rest_framework import serializers

from config.api.answering import iso
from config.api.bodies import Body, Choice, Flag, Moment, Text
from config.api.vocabulary import CHANNEL_CHOICES
from config.webhooks import selectors
from config.webhooks.models import WebhookEndpoint, WebhookNotice
from config.webhooks.targets import LONGEST
from config.webhooks.vocabulary import Failure, NoticeState, StoppedFor
from consent.vocabulary import EventKind

EXAMPLE: dict[str, Any] = {
    "id": "0d2f6f0e-7c43-4a55-9a0e-3f1c2b6d8e21",
    "url": "https://shop.example.com/consent",
    "description": "Webshop",
    "kinds": ["text_opt_out"],
    "channels": [],
    "enabled": True,
    "stopped_at": None,
    "stopped_for": None,
    "failing_since": None,
    "last_delivered_at": "2026-11-21T19:05:00Z",
    "old_secret_until": None,
    "waiting": 0,
    "given_up": 0,
    "created_at": "2026-11-20T08:00:00Z",
}
CREATED = {**EXAMPLE, "last_delivered_at": None, "secret": "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"}
NOTICE: dict[str, Any] = {
    "id": "5b0f4b5e-6a39-4c53-8d0c-1f2e3d4c5b6a",
    "is_test": True,
    "state": "waiting",
    "attempts": 0,
    "status": None,
    "failure": None,
    "due_at": "2026-11-21T19:05:00Z",
    "created_at": "2026-11-21T19:05:00Z",
    "settled_at": None,
}


class NewEndpoint(Body):
    url = Text(max_length=LONGEST, allow_blank=False, help_text="https://, a public host, port 443 or 8443.")
    description = Text(max_length=200, required=False)
    kinds = serializers.ListField(child=Choice(EventKind.choices()), required=False, help_text="Empty: every kind.")
    channels = serializers.ListField(
        child=Choice(CHANNEL_CHOICES), required=False, help_text="Empty: every channel, and none."
    )


class EndpointChange(NewEndpoint):
    enabled = Flag(required=False, help_text="Stopped, it keeps its place in the ledger.")


class Rotation(Body):
    overlap_hours = serializers.IntegerField(
        required=False, min_value=0, max_value=168, help_text="How long the old secret signs too; 24 if not given."
    )


class Replay(Body):
    since = Moment(required=False, help_text="Send everything again that was recorded since.")
    given_up = Flag(required=False, help_text="true: send again what was given up.")


class Nothing(Body):
    """An empty object, or no body."""


class EndpointShape(serializers.Serializer[Any]):
    """An endpoint. It never tells its secret."""

    id = serializers.UUIDField()
    url = serializers.CharField()
    description = serializers.CharField()
    kinds = serializers.ListField(child=serializers.ChoiceField(EventKind.choices()))
    channels = serializers.ListField(child=serializers.ChoiceField(CHANNEL_CHOICES))
    enabled = serializers.BooleanField()
    stopped_at = serializers.DateTimeField(allow_null=True)
    stopped_for = serializers.ChoiceField(StoppedFor.choices(), allow_null=True)
    failing_since = serializers.DateTimeField(allow_null=True)
    last_delivered_at = serializers.DateTimeField(allow_null=True)
    old_secret_until = serializers.DateTimeField(allow_null=True)
    waiting = serializers.IntegerField()
    given_up = serializers.IntegerField()
    created_at = serializers.DateTimeField()


class IssuedShape(EndpointShape):
    """An endpoint with its secret, which is told this once."""

    secret = serializers.CharField()


class EndpointPage(serializers.Serializer[Any]):
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = EndpointShape(many=True)


class NoticeShape(serializers.Serializer[Any]):
    """A notice: its `id` is the `webhook-id` header, and the id of the entry of the ledger that it tells of."""

    id = serializers.UUIDField()
    is_test = serializers.BooleanField()
    state = serializers.ChoiceField(NoticeState.choices())
    attempts = serializers.IntegerField()
    status = serializers.IntegerField(allow_null=True)
    failure = serializers.ChoiceField(Failure.choices(), allow_null=True)
    due_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()
    settled_at = serializers.DateTimeField(allow_null=True)


class NoticePage(serializers.Serializer[Any]):
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = NoticeShape(many=True)


def endpoints_content(rows: Sequence[WebhookEndpoint]) -> list[dict[str, Any]]:
    """Return endpoints with what is on its way to them, in one more query."""
    queues = selectors.queues([row.pk for row in rows])
    told = []
    for row in rows:
        queue = queues.get(row.pk, selectors.Queue())
        told.append(
            {
                "id": str(row.public_id),
                "url": row.url,
                "description": row.description,
                "kinds": row.kinds,
                "channels": row.channels,
                "enabled": row.stopped_at is None,
                "stopped_at": iso(row.stopped_at),
                "stopped_for": row.stopped_for or None,
                "failing_since": iso(row.failing_since),
                "last_delivered_at": iso(row.last_delivered_at),
                "old_secret_until": iso(row.old_secret_until),
                "waiting": queue.waiting,
                "given_up": queue.dead,
                "created_at": iso(row.created_at),
            }
        )
    return told


def notices_content(rows: Sequence[WebhookNotice]) -> list[dict[str, Any]]:
    """Return what was sent, or is to be."""
    return [
        {
            "id": str(row.message_id),
            "is_test": row.entry_id is None,
            "state": row.state,
            "attempts": row.attempts,
            "status": row.status,
            "failure": row.failure or None,
            "due_at": iso(row.due_at) if row.state == NoticeState.WAITING else None,
            "created_at": iso(row.created_at),
            "settled_at": iso(row.settled_at),
        }
        for row in rows
    ]
