"""Calls that came in, as the provider told them."""

from __future__ import annotations

from django.db import models

from consent.models.append_only import append_only


class InboundCall(models.Model):
    """What the provider said about one call: that it came in, or how it ended. A call has a row per status.

    `address` is empty where the caller withheld the number. `rejected` says what we answered when it came in.
    """

    delivery = models.OneToOneField("consent.Delivery", models.PROTECT, related_name="call")
    call_sid = models.CharField(max_length=64, db_index=True)
    address = models.ForeignKey("contacts.Address", models.PROTECT, null=True, related_name="calls")
    sent_to = models.CharField(max_length=120, blank=True)
    status = models.CharField(max_length=20)
    rejected = models.BooleanField(default=False)
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(name="call_by_address", fields=["address", "-id"])]
        triggers = append_only()

    def __str__(self) -> str:
        return f"Call {self.status}"
