"""What a provider answered when it was told that a contact consented again."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from consent.models.append_only import append_only


class ProviderReconsent(models.Model):
    """One request to the provider for one piece of evidence, with its answer. Never changed.

    `correlation_id` is ours and goes with the request; on success the evidence keeps it as its reference.
    """

    evidence = models.ForeignKey("consent.Evidence", models.PROTECT, related_name="reconsents")
    provider = models.CharField(max_length=40)
    sender = models.CharField(max_length=120)
    correlation_id = models.CharField(max_length=32, unique=True)
    accepted = models.BooleanField()
    http_status = models.PositiveSmallIntegerField(null=True, blank=True)
    error_code = models.CharField(max_length=40, blank=True)
    asked_by = models.CharField(max_length=64)
    asked_at = models.DateTimeField()

    class Meta:
        verbose_name = "provider re-consent"
        constraints = [
            models.CheckConstraint(
                name="reconsent_failure_told",
                condition=Q(accepted=True, error_code="") | (Q(accepted=False) & ~Q(error_code="")),
            ),
        ]
        triggers = append_only()

    def __str__(self) -> str:
        return f"{self.provider}: {'accepted' if self.accepted else self.error_code}"
