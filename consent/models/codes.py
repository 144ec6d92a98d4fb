"""Which provider codes mean what: the part of the law that staff may adjust, because providers change."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from simple_history.models import HistoricalRecords

from consent.vocabulary import EventKind

ADJUSTABLE = (
    EventKind.HANDSET_UNREACHABLE,
    EventKind.CARRIER_BLOCK,
    EventKind.NUMBER_UNKNOWN,
    EventKind.NUMBER_LANDLINE,
    EventKind.PROVIDER_OPT_OUT,
    EventKind.APP_OPT_OUT,
    EventKind.STATUS_OTHER,
)
"""What a delivery code can be read as. `status_other` is recorded and changes nothing."""


class ProviderCode(models.Model):
    """One code whose meaning differs from what ships (providers/twilio_status.py)."""

    provider = models.CharField(max_length=32, default="twilio")
    code = models.CharField(max_length=16, help_text="As the provider sends it, such as 30003.")
    event_kind = models.CharField("means", max_length=32, choices=[(kind.value, kind.label) for kind in ADJUSTABLE])
    why = models.CharField(max_length=300, help_text="Why it is read so. Shown beside the code.")
    history = HistoricalRecords()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="provider_code_once", fields=["provider", "code"]),
            models.CheckConstraint(
                name="provider_code_adjustable", condition=Q(event_kind__in=[kind.value for kind in ADJUSTABLE])
            ),
            models.CheckConstraint(name="provider_code_has_why", condition=~Q(why="")),
        ]

    def __str__(self) -> str:
        return f"{self.provider} {self.code}"
