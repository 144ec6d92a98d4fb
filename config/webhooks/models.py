"""Endpoints that are told of the ledger, and the notices on their way. Only `config.webhooks.services` writes them."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from simple_history.models import HistoricalRecords

from config.api.models import ApiKey
from config.api.vocabulary import Scope
from config.webhooks.targets import LONGEST
from config.webhooks.vocabulary import Failure, NoticeState, StoppedFor


class WebhookEndpoint(models.Model):
    """Where notices go. `cursor` is how far the ledger has been turned into notices for it.

    An endpoint that an integration made is that integration's, and falls silent with its key. One made by staff has no
    key. The secret is encrypted, because signing needs it; the one before signs too until `old_secret_until`.
    """

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    url = models.CharField(max_length=LONGEST)
    description = models.CharField(max_length=200, blank=True)
    kinds = ArrayField(models.CharField(max_length=32), default=list)
    channels = ArrayField(models.CharField(max_length=16), default=list)
    key = models.ForeignKey(ApiKey, models.PROTECT, null=True, related_name="webhook_endpoints")
    secret = models.TextField(editable=False)
    old_secret = models.TextField(blank=True, editable=False)
    old_secret_until = models.DateTimeField(null=True, editable=False)
    cursor = models.CharField(max_length=80, editable=False)
    created_at = models.DateTimeField(editable=False)
    stopped_at = models.DateTimeField(null=True, editable=False)
    stopped_for = models.CharField(max_length=24, choices=StoppedFor.choices(), blank=True, editable=False)
    failing_since = models.DateTimeField(null=True, editable=False)
    last_delivered_at = models.DateTimeField(null=True, editable=False)

    history = HistoricalRecords(
        history_id_field=models.BigAutoField(),
        excluded_fields=["secret", "old_secret", "cursor", "failing_since", "last_delivered_at"],
    )

    class Meta:
        verbose_name = "webhook endpoint"
        default_permissions = ("add", "change", "view")
        constraints = [
            models.CheckConstraint(
                name="webhook_endpoint_stopped_for",
                condition=Q(stopped_at=None, stopped_for="") | (Q(stopped_at__isnull=False) & ~Q(stopped_for="")),
            )
        ]

    def __str__(self) -> str:
        return self.description or self.url

    def may_hear(self, at: datetime) -> bool:
        """Return whether its integration may read the ledger now."""
        return self.key is None or (not self.key.is_over(at) and Scope.EVENTS_READ.value in self.key.scopes)


class WebhookNotice(models.Model):
    """One entry of the ledger on its way to one endpoint; without an entry it is a test.

    `lane` is whom it is about: of a lane, only the oldest waiting notice is ever tried. It holds no words of its own;
    what is sent is read from the ledger when it is sent. `claim` is the worker's that tries it, until `claimed_until`.
    """

    endpoint = models.ForeignKey(WebhookEndpoint, models.CASCADE, related_name="notices")
    message_id = models.UUIDField()
    entry_id = models.BigIntegerField(null=True)
    lane = models.CharField(max_length=32)
    state = models.CharField(max_length=16, choices=NoticeState.choices(), default=NoticeState.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField()
    claim = models.UUIDField(null=True)
    claimed_until = models.DateTimeField(null=True)
    status = models.PositiveSmallIntegerField(null=True)
    failure = models.CharField(max_length=24, choices=Failure.choices(), blank=True)
    created_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "webhook notice"
        default_permissions = ()
        indexes = [
            models.Index(
                name="webhook_notice_lanes", fields=["endpoint", "lane", "id"], condition=Q(state=NoticeState.WAITING)
            ),
            models.Index(
                name="webhook_notice_due", fields=["endpoint", "due_at"], condition=Q(state=NoticeState.WAITING)
            ),
            models.Index(name="webhook_notice_listed", fields=["endpoint", "state", "-id"]),
            models.Index(name="webhook_notice_settled", fields=["settled_at"], condition=Q(settled_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.message_id}: {self.get_state_display()}"
