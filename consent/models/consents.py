"""What people agreed to: the texts they were shown, and the record of each consent."""

from __future__ import annotations

import uuid

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q

from consent.models.append_only import append_only, refuse_delete, refuse_truncate
from consent.models.evidence import ConsentMethod
from consent.vocabulary import CHANNELS, EventKind, Purpose, Source
from contacts.blanking import ABOUT_ADDRESS, ABOUT_CONTACT, is_blanking, unless_blanking

WORDS = ("wording", "url", "campaign", "place", "note")
"""What an erasure blanks of a consent, beside the IP address."""


class ConsentText(models.Model):
    """One version of a text that people agree to, with its wording per language.

    An edit is a new version: what somebody agreed to years ago can be shown word for word.
    """

    name = models.CharField(max_length=120)
    version = models.PositiveIntegerField()
    wordings = models.JSONField(help_text="Language code → wording.")
    note = models.CharField(max_length=300, help_text="What was changed, and why.")
    saved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="consent_text_version", fields=["name", "version"]),
            models.CheckConstraint(name="consent_text_numbered", condition=Q(version__gte=1)),
            models.CheckConstraint(name="consent_text_named", condition=~Q(name="") & ~Q(note="")),
            models.CheckConstraint(name="consent_text_worded", condition=~Q(wordings={})),
        ]
        triggers = append_only()

    def __str__(self) -> str:
        return f"{self.name}, version {self.version}"


END_COLUMNS = ("ended_at", "withdrawn_at", "end_kind", "ended_by", "end_event_id")
"""What a withdrawal writes, once. Everything else never changes."""


class ConsentRecord(models.Model):
    """That a person agreed to messages for one purpose on one channel at one address.

    `contact` is empty where the address is nobody's, or shared, so that it is not known which of its holders agreed.
    `given_at` and `withdrawn_at` are the times of the person's acts, `recorded_at` and `ended_at` when we learnt of
    them: at a moment t it was on file where `recorded_at` ≤ t < `ended_at`. `list_slug` is empty for every list.
    """

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    contact = models.ForeignKey("contacts.Contact", models.PROTECT, null=True, related_name="consents")
    address = models.ForeignKey("contacts.Address", models.PROTECT, db_index=False, related_name="consents")
    channel = models.CharField(max_length=16, choices=[(each.value, each.label) for each in CHANNELS])
    purpose = models.CharField(max_length=16, choices=Purpose.choices(), default=Purpose.MARKETING)
    list_slug = models.CharField("list", max_length=80, blank=True)
    method = models.CharField(max_length=20, choices=ConsentMethod.choices())
    text = models.ForeignKey(ConsentText, models.PROTECT, null=True, related_name="consents")
    language = models.CharField(max_length=16, blank=True)
    wording = models.TextField("words of the consent", blank=True)
    url = models.CharField("web page", max_length=400, blank=True)
    ip = models.GenericIPAddressField("IP address", null=True, blank=True)
    campaign = models.CharField(max_length=120, blank=True)
    place = models.CharField(max_length=200, blank=True)
    note = models.TextField(blank=True)
    message = models.ForeignKey("consent.InboundMessage", models.PROTECT, null=True, related_name="consents")
    evidence = models.ForeignKey("consent.Evidence", models.PROTECT, null=True, related_name="consents")
    source = models.CharField(max_length=16, choices=Source.choices())
    event_id = models.UUIDField()
    recorded_by = models.CharField(max_length=64)
    given_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)

    ended_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    end_kind = models.CharField(max_length=32, choices=EventKind.choices(), blank=True)
    ended_by = models.CharField(max_length=64, blank=True)
    end_event_id = models.UUIDField(null=True, blank=True)

    class Meta:
        verbose_name = "consent"
        permissions = [("export_consentrecord", "Can export consents")]
        constraints = [
            models.CheckConstraint(name="consent_in_the_past", condition=Q(given_at__lte=F("recorded_at"))),
            models.CheckConstraint(
                name="consent_rests_on_something",
                condition=Q(text__isnull=False) | ~Q(wording="") | Q(message__isnull=False) | Q(evidence__isnull=False),
            ),
            models.CheckConstraint(
                name="consent_expires_later", condition=Q(expires_at__isnull=True) | Q(expires_at__gt=F("given_at"))
            ),
            models.CheckConstraint(
                name="consent_ended_whole",
                condition=Q(ended_at=None, withdrawn_at=None, end_kind="", ended_by="", end_event_id=None)
                | (
                    Q(ended_at__gte=F("recorded_at"), withdrawn_at__gte=F("given_at"), end_event_id__isnull=False)
                    & ~Q(end_kind="")
                    & ~Q(ended_by="")
                ),
            ),
        ]
        indexes = [
            models.Index(
                name="consent_on_file",
                fields=["address", "channel"],
                include=["contact", "purpose", "expires_at"],
                condition=Q(ended_at__isnull=True),
            ),
            models.Index(name="consent_by_address", fields=["address"]),
            models.Index(
                name="consent_running_out",
                fields=["expires_at"],
                condition=Q(ended_at__isnull=True, expires_at__isnull=False),
            ),
            models.Index(name="consent_newest", fields=["-recorded_at", "-id"]),
        ]
        triggers = [
            refuse_delete(),
            refuse_truncate(),
            pgtrigger.Trigger(
                name="ends_once",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                func=unless_blanking(is_blanking(*WORDS, "ip", about=f"{ABOUT_CONTACT} OR {ABOUT_ADDRESS}"))
                + f"""
                    IF OLD.ended_at IS NOT NULL OR NEW.ended_at IS NULL
                       OR (to_jsonb(OLD) - ARRAY{list(END_COLUMNS)!r}) <> (to_jsonb(NEW) - ARRAY{list(END_COLUMNS)!r})
                    THEN
                        RAISE EXCEPTION 'consent % is a record: only its end is added, once', OLD.id
                            USING ERRCODE = 'restrict_violation';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                name="starts_open",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func="""
                    IF NEW.ended_at IS NOT NULL THEN
                        RAISE EXCEPTION 'a consent is recorded before it ends' USING ERRCODE = 'restrict_violation';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"Consent on {self.get_channel_display()} ({self.given_at:%Y-%m-%d})"
