"""Which variable of the environment holds a door's secret. The secret itself is never here."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from simple_history.models import HistoricalRecords


class DoorSecret(models.Model):
    """A variable that compliance named in place of the shipped one. No row: the shipped name counts."""

    provider = models.CharField(max_length=32)
    purpose = models.CharField(max_length=32)
    variable = models.CharField(max_length=120)
    history = HistoricalRecords()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["provider", "purpose"], name="door_secret_named_once"),
            models.CheckConstraint(
                name="door_secret_is_a_name", condition=Q(variable__regex=r"^[A-Z][A-Z0-9]*_[A-Z0-9_]+$")
            ),
        ]

    def __str__(self) -> str:
        return self.variable
