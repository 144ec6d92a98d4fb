"""Keys of integrations, how often each has called, and the answers that repeats get again.

Only `config.api.services` writes these tables.
"""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from simple_history.models import HistoricalRecords

from config.api.vocabulary import Scope
from contacts.values import Actor
from contacts.vocabulary import ActorKind

CALLS_PER_MINUTE = 600


class ApiKey(models.Model):
    """An integration and its key. Of the key there is only the SHA-256; `prefix` is the part that finds the row.

    After a rotation the key before is valid too, until `old_valid_until`.
    """

    name = models.CharField(
        max_length=50,
        unique=True,
        help_text="Who calls, as the ledger will say: “Webshop”. It never changes.",
        validators=[
            RegexValidator(
                r"^[A-Za-z0-9][A-Za-z0-9 ._-]*\Z", "Use letters, digits, spaces, dots, hyphens and underscores."
            )
        ],
    )
    prefix = models.CharField(max_length=12, unique=True, editable=False)
    digest = models.CharField(max_length=64, editable=False)
    old_digest = models.CharField(max_length=64, blank=True, editable=False)
    old_valid_until = models.DateTimeField(null=True, editable=False)
    scopes = ArrayField(models.CharField(max_length=32, choices=Scope.choices()))
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="api_keys",
        help_text="The person who answers for it. Evidence of theirs is never approved with this key.",
    )
    calls_per_minute = models.PositiveIntegerField(default=CALLS_PER_MINUTE, validators=[MinValueValidator(1)])
    created_at = models.DateTimeField(editable=False)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, editable=False)
    last_used_at = models.DateTimeField(null=True, editable=False)

    history = HistoricalRecords(
        history_id_field=models.BigAutoField(), excluded_fields=["digest", "old_digest", "last_used_at"]
    )

    class Meta:
        verbose_name = "API key"
        default_permissions = ("add", "change", "view")
        constraints = [
            models.CheckConstraint(name="api_key_has_scopes", condition=Q(scopes__len__gte=1)),
            models.CheckConstraint(name="api_key_calls_positive", condition=Q(calls_per_minute__gte=1)),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def actor(self) -> Actor:
        """Who acts when this key calls."""
        return Actor(ActorKind.INTEGRATION, self.name, self.name)

    def is_over(self, at: datetime) -> bool:
        """Return whether the key was revoked or has expired."""
        return self.revoked_at is not None or (self.expires_at is not None and self.expires_at <= at)


class CallWindow(models.Model):
    """How often a key has called since its present minute began. Unlogged: a crash may forget it, nothing else may."""

    key = models.OneToOneField(ApiKey, models.CASCADE, primary_key=True, related_name="+")
    started_at = models.DateTimeField()
    calls = models.PositiveIntegerField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"key {self.key_id}: {self.calls}"


class KeptAnswer(models.Model):
    """What a write with an Idempotency-Key was answered, for 24 hours.

    `content` is encrypted, because answers tell of people. Without a status the first request is still at work, in a
    transaction that nobody else sees.
    """

    asker = models.CharField(max_length=64)
    idempotency_key = models.CharField(max_length=255)
    request_hash = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    headers = models.JSONField(default=dict)
    content = models.BinaryField(default=bytes)
    created_at = models.DateTimeField(db_index=True)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(name="kept_answer_once", fields=["asker", "idempotency_key"])]

    def __str__(self) -> str:
        return f"{self.asker}: {self.status}"
