"""Opt-in evidence: what staff file, and a second person approves, to end a permanent suppression."""

from __future__ import annotations

import uuid

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from consent.models.append_only import refuse_delete, refuse_truncate
from consent.vocabulary import CHANNELS
from contacts.blanking import ABOUT_ADDRESS, ABOUT_CONTACT, is_blanking, unless_blanking
from contacts.vocabulary import Word

PERSONAL = ("wording", "where_given", "note", "file_name", "file_key", "review_reason")
"""What an erasure blanks. The file's hash stays: it says which file was judged, and nothing of what was in it."""


_BLANKING = is_blanking(*PERSONAL, about=f"{ABOUT_CONTACT} OR {ABOUT_ADDRESS}")
_FIXED = """
                    IF OLD.status <> 'pending' THEN
                        RAISE EXCEPTION 'evidence % is closed and never changes', OLD.id
                            USING ERRCODE = 'restrict_violation';
                    END IF;
                    IF NEW.provider_reconsent <> OLD.provider_reconsent AND NOT (
                        OLD.provider_reconsent = '' AND EXISTS (
                            SELECT 1 FROM consent_providerreconsent r
                            WHERE r.evidence_id = OLD.id AND r.accepted AND r.correlation_id = NEW.provider_reconsent
                        )
                    ) THEN
                        RAISE EXCEPTION 'evidence %: no provider has accepted this consent', OLD.id
                            USING ERRCODE = 'restrict_violation';
                    END IF;
                    added := ARRAY['status', 'reviewed_by_id', 'reviewed_with', 'reviewed_at', 'review_reason',
                                   'provider_reconsent'];
                    IF (to_jsonb(OLD) - added) <> (to_jsonb(NEW) - added) THEN
                        RAISE EXCEPTION 'evidence % is fixed once filed: only its review is added', OLD.id
                            USING ERRCODE = 'restrict_violation';
                    END IF;
                    RETURN NEW;
"""


class EvidenceStatus(Word):
    PENDING = "pending", "Waiting for review"
    APPROVED = "approved", "Approved"
    REJECTED = "rejected", "Rejected"
    EXPIRED = "expired", "Expired unreviewed"


class ConsentMethod(Word):
    WEB_FORM = "web_form", "Web form"
    SIGNED_PAPER = "signed_paper", "Signed paper"
    RECORDED_CALL = "recorded_call", "Recorded call"
    TEXT_MESSAGE = "text_message", "Text message"
    EMAIL = "email", "E-mail"
    IN_PERSON = "in_person", "In person"


class Evidence(models.Model):
    """A contact's later consent, as filed by one person and judged by another."""

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    contact = models.ForeignKey("contacts.Contact", models.PROTECT, related_name="evidence")
    address = models.ForeignKey("contacts.Address", models.PROTECT, related_name="evidence")
    channels = ArrayField(
        models.CharField(max_length=16, choices=[(each.value, each.label) for each in CHANNELS]), size=6
    )
    method = models.CharField(max_length=20, choices=ConsentMethod.choices())
    wording = models.TextField("consent wording shown")
    consent_given_at = models.DateTimeField()
    where_given = models.CharField("where it was given", max_length=400, blank=True)
    note = models.TextField(blank=True)
    file_name = models.CharField(max_length=200, blank=True)
    file_type = models.CharField(max_length=80, blank=True)
    file_sha256 = models.CharField(max_length=64, blank=True)
    file_key = models.CharField(max_length=120, blank=True)
    provider_reconsent = models.CharField("provider's re-consent reference", max_length=120, blank=True)
    status = models.CharField(max_length=16, choices=EvidenceStatus.choices(), default=EvidenceStatus.PENDING)
    submitted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    submitted_with = models.CharField("integration that filed it", max_length=64, blank=True)
    submitted_at = models.DateTimeField()
    reviewed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    reviewed_with = models.CharField("integration that reviewed it", max_length=64, blank=True)
    reviewed_at = models.DateTimeField(null=True, blank=True)
    review_reason = models.TextField(blank=True)

    class Meta:
        verbose_name_plural = "evidence"
        permissions = [("review_evidence", "Can approve or reject evidence that others filed")]
        constraints = [
            models.CheckConstraint(
                name="evidence_second_person",
                condition=Q(reviewed_by__isnull=True) | ~Q(reviewed_by=F("submitted_by")),
            ),
            models.CheckConstraint(
                name="evidence_second_integration",
                condition=Q(submitted_with="") | ~Q(reviewed_with=F("submitted_with")),
            ),
            models.CheckConstraint(
                name="evidence_filed_by_somebody",
                condition=Q(submitted_by__isnull=False) | ~Q(submitted_with=""),
            ),
            models.CheckConstraint(
                name="evidence_reviewed_whole",
                condition=(
                    Q(status__in=["approved", "rejected"], reviewed_by__isnull=False, reviewed_at__isnull=False)
                    & ~Q(review_reason="")
                )
                | Q(status__in=["pending", "expired"], reviewed_by__isnull=True, reviewed_at__isnull=True),
            ),
            models.CheckConstraint(
                name="evidence_consent_in_the_past", condition=Q(consent_given_at__lte=F("submitted_at"))
            ),
        ]
        triggers = [
            refuse_delete(),
            refuse_truncate(),
            pgtrigger.Trigger(
                name="fixed_after_filing",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                declare=[("added", "text[]")],
                func=unless_blanking(_BLANKING) + _FIXED,
            ),
            pgtrigger.Trigger(
                name="starts_pending",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func="""
                    IF NEW.provider_reconsent <> '' THEN
                        RAISE EXCEPTION 'evidence is filed without an answer of the provider'
                            USING ERRCODE = 'restrict_violation';
                    END IF;
                    IF NEW.status <> 'pending' THEN
                        RAISE EXCEPTION 'evidence is filed as pending; a second person reviews it'
                            USING ERRCODE = 'restrict_violation';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"Evidence {self.pk} ({self.get_status_display()})"
