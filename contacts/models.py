"""Contacts, addresses and who holds which address.

Only `contacts.services` writes these tables. What must never be is refused here by the database.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pgtrigger
from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Collate, Concat, Lower, Reverse
from simple_history.models import HistoricalRecords

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

    A deleted contact stays as a tombstone, hidden from the selectors, so that what silences it lives on.
    """

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
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
    search_text = models.GeneratedField(
        expression=Lower(Concat("first_name", Value(" "), "last_name", Value(" "), "company")),
        output_field=models.TextField(),
        db_persist=True,
    )

    history = _history(excluded=["search_text"], unindexed=["public_id", "owner"])

    class Meta:
        indexes = [
            GinIndex(
                name="contact_search_trigram",
                fields=["search_text"],
                opclasses=["gin_trgm_ops"],
            ),
        ]
        constraints = [
            models.CheckConstraint(name="contact_version_positive", condition=Q(version__gte=1)),
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
            pgtrigger.Protect(
                name="identity_is_immutable",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "OLD.kind IS DISTINCT FROM NEW.kind OR (OLD.value IS DISTINCT FROM NEW.value"
                    f" AND NOT starts_with(NEW.value, '{ERASED_PREFIX}'))"
                ),
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


for _history_model in (
    Contact.history.model,
    Address.history.model,
    ContactAddress.history.model,
):
    pgtrigger.register(pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete))(
        _history_model
    )
