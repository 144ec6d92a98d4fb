"""Seals over the ledger, and what became of checking them."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from consent.models.append_only import append_only


class LedgerSeal(models.Model):
    """A batch of ledger entries, sealed: what follows the last seal's `last` up to this one's, in the ledger's order.

    The head covers every other column; the leaves (32 bytes for each entry) are covered by the root. Hashes are hex.
    """

    number = models.BigIntegerField(primary_key=True)
    form = models.SmallIntegerField()
    first_transaction = models.BigIntegerField()
    first_entry_id = models.BigIntegerField()
    last_transaction = models.BigIntegerField()
    last_entry_id = models.BigIntegerField()
    entry_count = models.IntegerField("entries")
    leaves = models.BinaryField()
    root = models.CharField(max_length=64)
    previous_head = models.CharField(max_length=64, unique=True)
    skip_head = models.CharField(max_length=64)
    head = models.CharField(max_length=64, unique=True)
    sealed_at = models.DateTimeField()

    class Meta:
        verbose_name = "seal"
        constraints = [
            models.CheckConstraint(name="seal_is_of_something", condition=Q(number__gte=1, entry_count__gte=1)),
        ]
        indexes = [models.Index(name="seal_by_place", fields=["last_transaction", "last_entry_id"])]
        triggers = append_only()

    def __str__(self) -> str:
        return f"Seal {self.number}"


class LedgerVerification(models.Model):
    """One check of the whole ledger against its seals. `findings` are sentences; empty where everything holds."""

    verified_at = models.DateTimeField()
    by = models.CharField(max_length=64)
    holds = models.BooleanField()
    seal_count = models.BigIntegerField()
    entry_count = models.BigIntegerField()
    newest_head = models.CharField(max_length=64, blank=True)
    heads_file = models.CharField(max_length=200, blank=True)
    findings = models.JSONField(default=list)

    class Meta:
        verbose_name = "verification of the ledger"
        verbose_name_plural = "verifications of the ledger"
        triggers = append_only()

    def __str__(self) -> str:
        return f"Verification of {self.verified_at:%Y-%m-%d %H:%M}: {'holds' if self.holds else 'does not hold'}"
