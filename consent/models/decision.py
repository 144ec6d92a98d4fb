"""Recorded decisions: what the gate was asked, by whom, and what it answered."""

from __future__ import annotations

import uuid

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q

from consent.models.append_only import append_only
from consent.vocabulary import CHANNELS, Purpose, Source


class DecisionRecord(models.Model):
    """One question to the gate with its answers, about one subject or thousands, as an append-only row.

    No personal data: contacts and addresses are ids, an address that we don't have is none. `contact_ids` and
    `address_ids` hold one element for each subject, in the order asked. Of the reasons why not, `reason_subjects` names
    the subject by its place from 1, `reason_codes` the code, `suppression_ids` the suppression behind it, if any.
    Who has no reason was allowed. `about_at` is the past moment asked about; None means `answered_at` itself.
    """

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    answered_at = models.DateTimeField()
    about_at = models.DateTimeField(null=True)
    actor = models.CharField(max_length=64)
    source = models.CharField(max_length=16, choices=Source.choices())
    channel = models.CharField(max_length=16, choices=[(each.value, each.label) for each in CHANNELS])
    purpose = models.CharField(max_length=16, choices=Purpose.choices())
    list_slug = models.CharField(max_length=80, blank=True)
    subject_count = models.PositiveIntegerField()
    refused_count = models.PositiveIntegerField()
    contact_ids = ArrayField(models.BigIntegerField(null=True))
    address_ids = ArrayField(models.BigIntegerField(null=True))
    reason_subjects = ArrayField(models.PositiveIntegerField())
    reason_codes = ArrayField(models.CharField(max_length=40))
    suppression_ids = ArrayField(models.BigIntegerField(null=True))

    class Meta:
        verbose_name = "decision"
        default_permissions = ("view",)
        constraints = [
            models.CheckConstraint(
                name="decision_has_its_subjects",
                condition=Q(subject_count__gte=1, contact_ids__len=F("subject_count"))
                & Q(address_ids__len=F("subject_count"), refused_count__lte=F("subject_count")),
            ),
            models.CheckConstraint(
                name="decision_reasons_whole",
                condition=Q(reason_codes__len=F("reason_subjects__len"), suppression_ids__len=F("reason_subjects__len"))
                & Q(reason_subjects__len__gte=F("refused_count")),
            ),
        ]
        indexes = [
            GinIndex(name="decision_by_contact", fields=["contact_ids"]),
            GinIndex(name="decision_by_address", fields=["address_ids"]),
        ]
        triggers = append_only()

    def __str__(self) -> str:
        return f"{self.get_purpose_display()} by {self.get_channel_display()}"
