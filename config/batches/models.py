"""Batches, and what each did to each contact. Only `config.batches.services` writes them.

There is no foreign key to contacts: like the ledger, the record of a batch does not lean on live rows.
"""

from __future__ import annotations

import uuid

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from config.batches.vocabulary import Action, Status
from consent.models.append_only import append_only, refuse_truncate
from contacts.blanking import is_blanking, unless_blanking


class Batch(models.Model):
    """One change for many contacts.

    `contact_ids` is whom it is about, in ascending order, fixed when the batch is made; the first `done` of them have
    their item. `parameters` is what was chosen, `note` why. `foreseen` and `outcomes` count contacts by outcome, the
    first for the first `counted` of them.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    action = models.CharField(max_length=24, choices=Action.choices())
    status = models.CharField(max_length=16, choices=Status.choices(), default=Status.DRAFT)
    parameters = models.JSONField(default=dict)
    note = models.TextField(blank=True)
    contact_ids = ArrayField(models.BigIntegerField())
    total = models.PositiveIntegerField()
    done = models.PositiveIntegerField(default=0)
    foreseen = models.JSONField(null=True)
    foreseen_at = models.DateTimeField(null=True)
    counted = models.PositiveIntegerField(default=0)
    outcomes = models.JSONField(default=dict)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="batches")
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    undo_of = models.OneToOneField("self", models.PROTECT, null=True, related_name="undone_by")

    class Meta:
        verbose_name = "bulk action"
        default_permissions = ()  # what a batch does has its own
        constraints = [
            models.CheckConstraint(name="batch_done_within_total", condition=Q(done__lte=F("total"))),
            models.CheckConstraint(name="batch_counted_within_total", condition=Q(counted__lte=F("total"))),
            models.CheckConstraint(
                name="batch_undo_names_its_batch",
                condition=Q(action=Action.UNDO.value, undo_of__isnull=False)
                | (~Q(action=Action.UNDO.value) & Q(undo_of__isnull=True)),
            ),
            models.CheckConstraint(
                name="batch_started_with_a_reason",
                condition=Q(status=Status.DRAFT.value) | (Q(started_at__isnull=False) & ~Q(note="")),
            ),
        ]
        indexes = [models.Index(name="batch_newest", fields=["-created_at"])]
        triggers = [
            refuse_truncate(),
            pgtrigger.Protect(
                name="only_drafts_are_deleted",
                operation=pgtrigger.Delete,
                condition=pgtrigger.Condition("OLD.status <> 'draft'"),
            ),
            pgtrigger.Trigger(
                name="what_was_started_is_fixed",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "OLD.status <> 'draft' AND (OLD.action, OLD.parameters, OLD.note, OLD.contact_ids, OLD.total,"
                    " OLD.created_by_id, OLD.undo_of_id) IS DISTINCT FROM (NEW.action, NEW.parameters, NEW.note,"
                    " NEW.contact_ids, NEW.total, NEW.created_by_id, NEW.undo_of_id)"
                ),
                func=f"""
                    {unless_blanking(is_blanking("note", about="OLD.contact_ids && erasure.contact_ids"))}
                    RAISE EXCEPTION 'what a bulk action was started with is never changed'
                        USING ERRCODE = 'restrict_violation';
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_action_display()}, {self.total} contacts"

    @property
    def is_foreseen(self) -> bool:
        """Whether it is known for each contact what the batch would do."""
        return self.foreseen is not None and self.counted == self.total


class BatchItem(models.Model):
    """What became of one contact. `event_id` leads to the ledger entries of a change of DND."""

    batch = models.ForeignKey(Batch, models.PROTECT, related_name="items", db_index=False)
    contact_id = models.BigIntegerField()
    outcome = models.CharField(max_length=40)
    event_id = models.UUIDField(null=True)
    recorded_at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(name="batch_item_once", fields=["batch", "contact_id"])]
        indexes = [models.Index(name="batch_item_by_outcome", fields=["batch", "outcome", "contact_id"])]
        triggers = append_only()

    def __str__(self) -> str:
        return f"contact {self.contact_id} in batch {self.batch_id}: {self.outcome}"
