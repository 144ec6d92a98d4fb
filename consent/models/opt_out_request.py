"""Opt-out requests that came by a slow road: letter, voicemail, e-mail to a person, in person."""

from __future__ import annotations

import uuid

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from consent.models.append_only import refuse_delete, refuse_truncate
from consent.vocabulary import CHANNELS
from contacts.blanking import ABOUT_CONTACT, is_blanking, unless_blanking
from contacts.vocabulary import Word


class RequestOutcome(Word):
    OPEN = "", "Waiting"
    RECORDED = "recorded", "Opt-out recorded"
    CLOSED = "closed", "Closed without an opt-out"


class OptOutRequest(models.Model):
    """One request, with the clock that runs from the moment the person made it until the opt-out is recorded.

    `received_at` is when the person said it, `done_at` when it was dealt with. `channels` is empty where it is not
    known yet what the person meant.
    """

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    contact = models.ForeignKey("contacts.Contact", models.PROTECT, null=True, related_name="opt_out_requests")
    channels = ArrayField(
        models.CharField(max_length=16, choices=[(each.value, each.label) for each in CHANNELS]),
        size=6,
        default=list,
        blank=True,
    )
    how = models.CharField("how it came", max_length=40, blank=True)
    told = models.TextField("what the person said", blank=True)
    received_at = models.DateTimeField()
    logged_at = models.DateTimeField()
    logged_by = models.CharField(max_length=64)
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="opt_out_requests"
    )
    outcome = models.CharField(max_length=16, choices=RequestOutcome.choices(), default=RequestOutcome.OPEN, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.CharField(max_length=64, blank=True)
    closed_reason = models.TextField(blank=True)
    event_id = models.UUIDField(null=True, blank=True)

    class Meta:
        verbose_name = "opt-out request"
        constraints = [
            models.CheckConstraint(name="request_in_the_past", condition=Q(received_at__lte=F("logged_at"))),
            models.CheckConstraint(
                name="request_done_whole",
                condition=Q(outcome="", done_at=None, done_by="", closed_reason="")
                | (Q(outcome="recorded", done_at__isnull=False, contact__isnull=False, event_id__isnull=False))
                | (Q(outcome="closed", done_at__isnull=False) & ~Q(closed_reason="")),
            ),
        ]
        indexes = [
            models.Index(name="request_waiting", fields=["received_at"], condition=Q(outcome="")),
            models.Index(name="request_newest", fields=["-received_at", "-id"]),
        ]
        triggers = [
            refuse_delete(),
            refuse_truncate(),
            pgtrigger.Trigger(
                name="is_done_once",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                func=unless_blanking(is_blanking("told", "closed_reason", about=ABOUT_CONTACT))
                + """
                    IF OLD.outcome <> '' THEN
                        RAISE EXCEPTION 'opt-out request % is done and never changes', OLD.id
                            USING ERRCODE = 'restrict_violation';
                    END IF;
                    IF (OLD.id, OLD.public_id, OLD.how, OLD.told, OLD.received_at, OLD.logged_at, OLD.logged_by)
                       IS DISTINCT FROM
                       (NEW.id, NEW.public_id, NEW.how, NEW.told, NEW.received_at, NEW.logged_at, NEW.logged_by) THEN
                        RAISE EXCEPTION 'opt-out request %: what was said and when never changes', OLD.id
                            USING ERRCODE = 'restrict_violation';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"Opt-out request of {self.received_at:%Y-%m-%d}"
