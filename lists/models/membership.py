"""Memberships: where one contact stands with one list."""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.db.models import F, Q
from simple_history.models import HistoricalRecords

from consent.models.append_only import refuse_truncate
from consent.vocabulary import Source
from contacts.blanking import ABOUT_CONTACT
from contacts.history_indexes import without_needless_indexes
from lists.models.opt_out_guard import (
    CONSENT_WHOLE,
    STARTS_WITHOUT_CONSENT,
    KeptByTrigger,
    guard,
    history_triggers,
    keep_history,
)


class ListMembership(KeptByTrigger):
    """Joins a contact to a list, and carries what was said about it there.

    Somebody who opted out or was blocked without ever being added has a row too, with `added_at` empty, so that a
    later add stays out. `opted_out_at` is the time of the newest opt-out. The consent columns tell what brought the
    contact back. `source`, `changed_by` and `note` are those of the last change.
    """

    list = models.ForeignKey("lists.ContactList", models.PROTECT, related_name="memberships", db_index=False)
    contact = models.ForeignKey("contacts.Contact", models.PROTECT, related_name="memberships")
    added_at = models.DateTimeField(null=True, blank=True)
    opted_out_at = models.DateTimeField(null=True, blank=True)
    blocked_at = models.DateTimeField(null=True, blank=True)
    removed_at = models.DateTimeField(null=True, blank=True)
    consent_given_at = models.DateTimeField(null=True, blank=True)
    consent_how = models.TextField(blank=True)
    consent_text = models.TextField(blank=True)
    source = models.CharField(max_length=16, choices=Source.choices())
    changed_by = models.CharField(max_length=64)
    note = models.TextField(blank=True)
    updated_at = models.DateTimeField()

    history = HistoricalRecords(history_id_field=models.BigAutoField(), no_db_index=["list"])

    class Meta:
        verbose_name = "membership"
        constraints = [
            models.UniqueConstraint(name="membership_once", fields=["list", "contact"]),
            models.CheckConstraint(name="membership_consent_whole", condition=CONSENT_WHOLE),
            models.CheckConstraint(
                name="membership_newest_act_wins",
                condition=Q(opted_out_at__isnull=True)
                | Q(consent_given_at__isnull=True)
                | Q(consent_given_at__lte=F("opted_out_at")),
            ),
        ]
        indexes = [
            # Everything an audience asks of a membership, so that it is one index-only scan.
            models.Index(
                name="membership_on_list",
                fields=["list", "contact"],
                include=["opted_out_at", "blocked_at"],
                condition=Q(added_at__isnull=False, removed_at=None),
            ),
        ]
        triggers = [
            refuse_truncate(),
            pgtrigger.Trigger(
                name="keeps_its_no",
                when=pgtrigger.Before,
                operation=pgtrigger.Delete,
                func="""
                    IF OLD.opted_out_at IS NOT NULL OR OLD.blocked_at IS NOT NULL THEN
                        RAISE EXCEPTION 'membership % carries a no and is never deleted', OLD.id
                            USING ERRCODE = 'restrict_violation';
                    END IF;
                    RETURN OLD;
                """,
            ),
            pgtrigger.Trigger(
                name="starts_without_consent",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func=STARTS_WITHOUT_CONSENT + "RETURN NEW;",
            ),
            pgtrigger.Trigger(
                name="guard",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                func=guard(
                    identity=("id", "list_id", "contact_id"),
                    about=ABOUT_CONTACT,
                    while_blocked="OLD.blocked_at IS NOT NULL OR NEW.blocked_at IS NOT NULL",
                ),
            ),
            *keep_history(
                "listmembership",
                [
                    "id",
                    "list_id",
                    "contact_id",
                    "added_at",
                    "opted_out_at",
                    "blocked_at",
                    "removed_at",
                    "consent_given_at",
                    "consent_how",
                    "consent_text",
                    "source",
                    "changed_by",
                    "note",
                    "updated_at",
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"contact {self.contact_id} on list {self.list_id}"


without_needless_indexes(ListMembership.history.model)
for _trigger in history_triggers(about=ABOUT_CONTACT):
    pgtrigger.register(_trigger)(ListMembership.history.model)
