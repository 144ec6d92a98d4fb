"""Contacts, addresses and who holds which address.

Only `contacts.services` writes these tables. What must never be is refused here by the database.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Collate, Concat, Lower, Reverse
from simple_history.models import HistoricalRecords

from contacts.blanking import append_only_but, is_being_erased, is_blanking
from contacts.normalize import EMAIL_PATTERN, ERASED_PREFIX, PHONE_PATTERN
from contacts.vocabulary import AddressKind


def validate_time_zone(name: str) -> None:
    """Refuse a name that the time zone database does not know."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as refusal:
        raise ValidationError(
            f"“{name}” is not a time zone. Choose a name such as Europe/London.", code="time_zone_unknown"
        ) from refusal


validate_language = RegexValidator(
    r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*\Z",
    "This is not a language code. Choose one such as en or es-MX.",
    code="language_unknown",
)


def _history(*, excluded: Sequence[str] = (), unindexed: Sequence[str] = ()) -> HistoricalRecords:
    return HistoricalRecords(
        history_id_field=models.BigAutoField(), excluded_fields=list(excluded), no_db_index=list(unindexed)
    )


class Contact(models.Model):
    """A person in the CRM.

    A deleted contact stays as a tombstone, hidden from the selectors, so that what silences it lives on. One that was
    merged is deleted and names the contact that absorbed it; one that was erased says nothing of the person any more.
    """

    public_id = models.UUIDField(default=uuid.uuid4, editable=False)
    first_name = models.CharField(max_length=150, blank=True)
    last_name = models.CharField(max_length=150, blank=True)
    company = models.CharField(max_length=200, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="owned_contacts",
    )
    notes = models.TextField(blank=True)
    language = models.CharField(
        max_length=16,
        blank=True,
        validators=[validate_language],
        help_text="Language code such as “en” or “es-MX”. Empty: not known.",
    )
    time_zone = models.CharField(
        max_length=64,
        blank=True,
        validators=[validate_time_zone],
        help_text="Name such as “Europe/London”. Empty: not known.",
    )
    created_at = models.DateTimeField(editable=False)
    updated_at = models.DateTimeField(editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    deleted_at = models.DateTimeField(null=True, blank=True, editable=False)
    erased_at = models.DateTimeField(null=True, blank=True, editable=False)
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, editable=False, related_name="absorbed", db_index=False
    )
    search_text = models.GeneratedField(
        expression=Lower(Concat("first_name", Value(" "), "last_name", Value(" "), "company")),
        output_field=models.TextField(),
        db_persist=True,
    )

    history = _history(excluded=["search_text"], unindexed=["public_id", "owner", "merged_into"])

    class Meta:
        indexes = [
            GinIndex(
                name="contact_search_trigram",
                fields=["search_text"],
                opclasses=["gin_trgm_ops"],
            ),
            # Few contacts were ever merged.
            models.Index(name="contact_merged", fields=["merged_into"], condition=Q(merged_into__isnull=False)),
        ]
        constraints = [
            # With what is asked of every subject of a decision, so that its row need not be looked up.
            models.UniqueConstraint(
                name="contact_public_id", fields=["public_id"], include=["id", "deleted_at", "erased_at"]
            ),
            models.CheckConstraint(name="contact_version_positive", condition=Q(version__gte=1)),
            models.CheckConstraint(
                name="contact_merged_is_deleted",
                condition=Q(merged_into__isnull=True) | (Q(deleted_at__isnull=False) & ~Q(merged_into=models.F("id"))),
            ),
        ]
        permissions = [
            ("merge_contact", "Can merge contacts"),
            ("erase_contact", "Can erase a person's data, and record an objection"),
            ("export_contact", "Can export everything about a person"),
        ]

    def __str__(self) -> str:
        return self.full_name or self.company or f"Contact {self.pk}"

    @property
    def full_name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def is_deleted(self) -> bool:
        return self.deleted_at is not None


class Address(models.Model):
    """One canonical e-mail, phone number or provider's id. It outlives its contacts."""

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=16, choices=AddressKind.choices())
    value = models.CharField(max_length=400, help_text="The match key: one spelling for one address.")
    shown = models.CharField(max_length=400, help_text="The spelling to display.")
    created_at = models.DateTimeField(editable=False)

    history = _history(unindexed=["public_id"])

    class Meta:
        verbose_name_plural = "addresses"
        indexes = [
            # Staff search by the last digits. Measured on 200,000 numbers: 0.05 ms and a third of a trigram index's
            # size, against 0.8 ms. Not partial: the planner has no statistics on a partial index's expression.
            models.Index(Collate(Reverse("value"), "C"), name="address_backwards"),
        ]
        constraints = [
            # The operator classes let the same index serve search by the first characters.
            models.UniqueConstraint(
                name="address_unique", fields=["kind", "value"], opclasses=["varchar_pattern_ops"] * 2
            ),
            models.CheckConstraint(
                name="address_kind_known",
                condition=Q(kind__in=[kind.value for kind in AddressKind]),
            ),
            models.CheckConstraint(name="address_value_present", condition=~Q(value="")),
            models.CheckConstraint(
                name="address_phone_e164",
                condition=~Q(kind=AddressKind.PHONE.value)
                | Q(value__startswith=ERASED_PREFIX)
                | Q(value__regex=PHONE_PATTERN),
            ),
            models.CheckConstraint(
                name="address_email_canonical",
                condition=~Q(kind=AddressKind.EMAIL.value)
                | Q(value__startswith=ERASED_PREFIX)
                | Q(value__regex=EMAIL_PATTERN),
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="identity_is_immutable",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange("kind", "value"),
                func=f"""
                    IF OLD.kind = NEW.kind AND NOT starts_with(OLD.value, '{ERASED_PREFIX}')
                       AND starts_with(NEW.value, '{ERASED_PREFIX}') AND {is_being_erased("OLD.id")} THEN
                        RETURN NEW;
                    END IF;
                    RAISE EXCEPTION 'Cannot update the value of address %: what silences it goes by it, so that only an'
                        ' erasure replaces it, by a hash', OLD.id USING ERRCODE = 'restrict_violation';
                """,
            ),
        ]

    def __str__(self) -> str:
        return self.shown

    @property
    def is_erased(self) -> bool:
        return self.value.startswith(ERASED_PREFIX)


class ContactAddress(models.Model):
    """One contact holds one address. A shared address has several of these rows."""

    # No index of its own: the unique constraint begins with it.
    contact = models.ForeignKey(Contact, models.PROTECT, related_name="held_addresses", db_index=False)
    address = models.ForeignKey(Address, models.PROTECT, related_name="holders")
    kind = models.CharField(
        max_length=16,
        choices=AddressKind.choices(),
        help_text="The address's kind, repeated so that one primary per kind can be a constraint.",
    )
    is_primary = models.BooleanField(default=False)
    joined_at = models.DateTimeField(editable=False)

    history = _history()

    class Meta:
        verbose_name_plural = "contact addresses"
        constraints = [
            models.UniqueConstraint(name="contact_address_unique", fields=["contact", "address"]),
            models.UniqueConstraint(
                name="contact_address_one_primary",
                fields=["contact", "kind"],
                condition=Q(is_primary=True),
                include=["address"],
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="kind_is_the_address_kind",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func="""
                    IF NEW.kind IS DISTINCT FROM
                        (SELECT kind FROM contacts_address WHERE id = NEW.address_id) THEN
                        RAISE EXCEPTION 'contact address: kind % is not the kind of address %',
                            NEW.kind, NEW.address_id USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Protect(
                name="holding_is_immutable",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange("contact", "address"),
            ),
        ]

    def __str__(self) -> str:
        return f"contact {self.contact_id} holds address {self.address_id}"


class Erasure(models.Model):
    """One erasure of a person's data: ids only, and why. While its transaction lasts it lets rows be blanked."""

    contact_ids = ArrayField(models.BigIntegerField())
    address_ids = ArrayField(models.BigIntegerField())
    reason = models.TextField()
    erased_by = models.CharField(max_length=64)
    erased_at = models.DateTimeField(editable=False, help_text="The start of its transaction: the database sets it.")
    transaction_id = models.BigIntegerField(editable=False, db_index=True)

    class Meta:
        default_permissions = ()
        constraints = [models.CheckConstraint(name="erasure_has_reason", condition=~Q(reason=""))]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
            pgtrigger.Trigger(
                name="belongs_to_its_transaction",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func="""
                    NEW.erased_at := transaction_timestamp();
                    NEW.transaction_id := pg_current_xact_id()::text::bigint;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"Erasure {self.pk}"


PERSONAL = ("first_name", "last_name", "company", "notes", "language", "time_zone")
"""What an erasure empties of a contact."""

pgtrigger.register(append_only_but(is_blanking(*PERSONAL, about="OLD.id = ANY (erasure.contact_ids)")))(
    Contact.history.model
)
pgtrigger.register(append_only_but(is_blanking("shown", about="OLD.id = ANY (erasure.address_ids)", hashed=["value"])))(
    Address.history.model
)
pgtrigger.register(pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete))(
    ContactAddress.history.model
)
