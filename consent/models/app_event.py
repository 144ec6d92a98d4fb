"""What messaging apps told in batches: which event was read out of which delivery."""

from __future__ import annotations

from django.db import models

from consent.models.append_only import append_only


class AppEvent(models.Model):
    """One event out of a batch, unique by its own identity: a batch that comes again, cut otherwise, counts once.

    `identity` is the SHA-256 of what makes the event itself, `position` its place in the delivery that brought it.
    """

    provider = models.CharField(max_length=32)
    identity = models.CharField(max_length=64)
    delivery = models.ForeignKey("consent.Delivery", models.PROTECT, related_name="app_events")
    position = models.PositiveSmallIntegerField()
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(name="app_event_once", fields=["provider", "identity"])]
        triggers = append_only()

    def __str__(self) -> str:
        return f"{self.provider} {self.identity[:12]}"
