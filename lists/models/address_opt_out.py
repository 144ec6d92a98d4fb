"""Addresses that are opted out of a list, whoever holds them."""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.db.models import Q
from simple_history.models import HistoricalRecords

from consent.models.append_only import refuse_delete, refuse_truncate
from consent.vocabulary import Source
from contacts.blanking import ABOUT_ADDRESS
from contacts.history_indexes import without_needless_indexes
from lists.models.opt_out_guard import (
    CONSENT_WHOLE,
    STARTS_WITHOUT_CONSENT,
    KeptByTrigger,
    guard,
    history_triggers,
    keep_history,
)


class ListAddressOptOut(KeptByTrigger):
    """Where one address stands with one list: opted out since `opted_out_at`, or brought back with a consent.

    Every address of an opted-out contact has such a record, and keeps it when the contact leaves the address.
    `unheld` says that nobody held the address when it opted out: its first holder takes the opt-out over.
    """

    list = models.ForeignKey("lists.ContactList", models.PROTECT, related_name="address_opt_outs", db_index=False)
    address = models.ForeignKey("contacts.Address", models.PROTECT, related_name="list_opt_outs")
    opted_out_at = models.DateTimeField(null=True)
    unheld = models.BooleanField(default=False)
    message = models.ForeignKey("consent.InboundMessage", models.PROTECT, null=True, related_name="list_opt_outs")
    consent_given_at = models.DateTimeField(null=True)
    consent_how = models.TextField(blank=True)
    consent_text = models.TextField(blank=True)
    source = models.CharField(max_length=16, choices=Source.choices())
    changed_by = models.CharField(max_length=64)
    note = models.TextField(blank=True)
    updated_at = models.DateTimeField()

    history = HistoricalRecords(history_id_field=models.BigAutoField(), no_db_index=["list", "message"])

    class Meta:
        verbose_name = "list opt-out of an address"
        verbose_name_plural = "list opt-outs of addresses"
        constraints = [
            models.UniqueConstraint(name="address_opt_out_once", fields=["list", "address"]),
            models.CheckConstraint(name="address_opt_out_consent_whole", condition=CONSENT_WHOLE),
        ]
        indexes = [
            models.Index(
                name="address_opt_out_active", fields=["list", "address"], condition=Q(opted_out_at__isnull=False)
            ),
        ]
        triggers = [
            refuse_truncate(),
            refuse_delete(),
            pgtrigger.Trigger(
                name="starts_opted_out",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func=STARTS_WITHOUT_CONSENT
                + """
                    IF NEW.opted_out_at IS NULL THEN
                        RAISE EXCEPTION 'the record of an address begins with its opt-out'
                            USING ERRCODE = 'restrict_violation';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                name="guard",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                func=guard(identity=("id", "list_id", "address_id"), about=ABOUT_ADDRESS),
            ),
            *keep_history(
                "listaddressoptout",
                [
                    "id",
                    "list_id",
                    "address_id",
                    "opted_out_at",
                    "unheld",
                    "message_id",
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
        return f"address {self.address_id} on list {self.list_id}"


without_needless_indexes(ListAddressOptOut.history.model)
for _trigger in history_triggers(about=ABOUT_ADDRESS):
    pgtrigger.register(_trigger)(ListAddressOptOut.history.model)
