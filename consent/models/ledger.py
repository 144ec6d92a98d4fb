"""The ledger: every fact about consent, as an append-only row."""

from __future__ import annotations

import uuid

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q

from consent.models.append_only import append_only
from consent.models.ledger_clock import CurrentTransaction
from consent.rules.routes import OPT_IN_KINDS
from consent.vocabulary import Channel, Direction, Effect, EventKind, Kind, LiftRoute, Reason, Source


class LedgerEntry(models.Model):
    """What one event did to one suppression, or why it did nothing.

    Entries of one event share `event_id`. There are no foreign keys, so that the record never leans on live rows, and
    no personal data beyond the contact's and the address's ids: words are on the suppression and the message.
    """

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    event_id = models.UUIDField()
    kind = models.CharField(max_length=32, choices=EventKind.choices())
    effect = models.CharField(max_length=16, choices=Effect.choices())
    rule = models.CharField(max_length=8)
    code = models.CharField(max_length=40, blank=True)
    channel = models.CharField(max_length=16, choices=Channel.choices(), blank=True)
    direction = models.CharField(max_length=16, choices=Direction.choices(), default=Direction.OUTBOUND)
    reason = models.CharField(max_length=32, choices=Reason.choices(), blank=True)
    suppression_kind = models.CharField(max_length=16, choices=Kind.choices(), blank=True)
    route = models.CharField(max_length=32, choices=LiftRoute.choices(), blank=True)
    contact_id = models.BigIntegerField(null=True)
    address_id = models.BigIntegerField(null=True)
    suppression_id = models.BigIntegerField(null=True)
    message_id = models.BigIntegerField(null=True)
    delivery_id = models.BigIntegerField(null=True)
    evidence_id = models.BigIntegerField(null=True)
    list_id = models.BigIntegerField(null=True)
    source = models.CharField(max_length=16, choices=Source.choices())
    actor = models.CharField(max_length=64)
    detail = models.CharField(max_length=80, blank=True)
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    transaction_number = models.BigIntegerField(db_default=CurrentTransaction(), editable=False)
    """Which transaction wrote the entry. (transaction_number, id) is the order of the feed and of the seals."""

    class Meta:
        verbose_name = "ledger entry"
        verbose_name_plural = "ledger"
        permissions = [
            ("view_own_ledgerentry", "Can view ledger and deliveries of own contacts"),
            ("export_ledgerentry", "Can export the ledger"),
        ]
        indexes = [
            models.Index(name="ledger_by_contact", fields=["contact_id", "-id"]),
            models.Index(name="ledger_by_address", fields=["address_id", "-id"], condition=Q(address_id__isnull=False)),
            models.Index(name="ledger_by_event", fields=["event_id"]),
            models.Index(name="ledger_in_order", fields=["transaction_number", "id"]),
            BrinIndex(name="ledger_by_time", fields=["recorded_at"], autosummarize=True),
            models.Index(
                name="ledger_opt_ins",
                fields=["address_id", "channel", "kind", "occurred_at"],
                condition=Q(kind__in=sorted(OPT_IN_KINDS)),
            ),
        ]
        triggers = append_only()

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.get_effect_display()} ({self.rule})"
