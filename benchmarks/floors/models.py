"""The usual tables of a webhook, without any guard: what arrived, who opted out, and a log."""

from __future__ import annotations

from django.db import models
from simple_history.models import HistoricalRecords

from contacts.models import Address, Contact


class Hook(models.Model):
    """A stored request."""

    sid = models.CharField(max_length=64, unique=True)
    body = models.TextField()
    received_at = models.DateTimeField()
    processed_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.sid


class OptOutBase(models.Model):
    """Who opted out where, and why."""

    contact = models.ForeignKey(Contact, models.PROTECT, related_name="+")
    address = models.ForeignKey(Address, models.PROTECT, related_name="+")
    channel = models.CharField(max_length=16)
    reason = models.CharField(max_length=32)
    since = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True
        indexes = [models.Index(fields=["contact", "channel", "reason"])]

    def __str__(self) -> str:
        return f"{self.reason} on {self.channel}"


class OptOut(OptOutBase):
    """Kept without a history."""


class OptOutWithHistory(OptOutBase):
    """Kept with one."""

    history = HistoricalRecords()


class LogLine(models.Model):
    """What a request did."""

    hook = models.ForeignKey(Hook, models.PROTECT)
    contact = models.ForeignKey(Contact, models.PROTECT, related_name="+")
    text = models.CharField(max_length=80)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.text
