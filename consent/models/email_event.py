"""What e-mail providers told about addresses: the record that counts, beside the raw delivery it was read from."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from consent.models.append_only import append_only
from consent.vocabulary import EventKind

EMAIL_KINDS = (
    EventKind.EMAIL_BOUNCE,
    EventKind.EMAIL_SOFT_BOUNCE,
    EventKind.EMAIL_FAILURE_OTHER,
    EventKind.EMAIL_UNSUBSCRIBE,
    EventKind.EMAIL_COMPLAINT,
    EventKind.EMAIL_DELIVERED,
)


class EmailEvent(models.Model):
    """One event about one address, told by a provider.

    It is unique by what it says, so that a batch which comes again, cut otherwise, counts once. Soft bounces are
    counted here. `alert` marks what staff should see to: our own reputation, or a cause that we do not know.
    """

    provider = models.CharField(max_length=32)
    identity = models.CharField(max_length=64)
    delivery = models.ForeignKey("consent.Delivery", models.PROTECT, related_name="email_events")
    position = models.PositiveIntegerField()
    address = models.ForeignKey("contacts.Address", models.PROTECT, related_name="email_events")
    kind = models.CharField(max_length=32, choices=[(kind.value, kind.label) for kind in EMAIL_KINDS])
    detail = models.CharField(max_length=80, blank=True)
    alert = models.BooleanField(default=False)
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()

    class Meta:
        verbose_name = "e-mail event"
        constraints = [models.UniqueConstraint(name="email_event_once", fields=["provider", "identity"])]
        indexes = [
            models.Index(name="email_event_by_address", fields=["address", "kind", "occurred_at"]),
            models.Index(name="email_event_alerts", fields=["-recorded_at"], condition=Q(alert=True)),
        ]
        triggers = append_only()

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.detail}"
