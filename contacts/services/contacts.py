"""Verbs on the person: create, update, delete."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from contacts.drafts import NewAddress
from contacts.models import Contact
from contacts.services import history
from contacts.services.addresses import find_or_create
from contacts.services.editing import refuse_deleted, refuse_stale, touch
from contacts.services.errors import UnknownField
from contacts.services.holdings import hold_exactly
from contacts.services.locks import LockedContact, lock_addresses, lock_for_contact
from contacts.values import Actor

EDITABLE = ("first_name", "last_name", "company", "owner_id", "notes", "language", "time_zone")
"""The fields that `update_contact` takes."""


@transaction.atomic
def create_contact(
    *,
    first_name: str = "",
    last_name: str = "",
    company: str = "",
    owner_id: int | None = None,
    notes: str = "",
    language: str = "",
    time_zone: str = "",
    addresses: Sequence[NewAddress] = (),
    by: Actor,
    at: datetime,
) -> Contact:
    """Create a contact that holds these addresses. An address others hold already is shared with them.

    The first address of each kind is the primary unless another is marked; a repeated address counts once.
    Raises: InvalidAddress; TwoPrimaries; ValidationError for a text too long, an unknown owner, language or time zone.
    """
    contact = Contact(created_at=at, updated_at=at)
    given = {"first_name": first_name, "last_name": last_name, "company": company, "owner_id": owner_id}
    _assign(contact, {**given, "notes": notes, "language": language, "time_zone": time_zone})
    wanted = find_or_create(addresses, by=by, at=at)
    lock_addresses(one.address.pk for one in wanted)
    history.save(contact, reason="created", by=by, at=at)
    hold_exactly(LockedContact(contact, ()), wanted, by=by, at=at)
    return contact


@transaction.atomic
def update_contact(
    *, contact_id: int, expected_version: int, changes: Mapping[str, Any], by: Actor, at: datetime
) -> Contact:
    """Change fields of a contact that nobody has changed since it was read.

    Shape: `changes` maps names of EDITABLE to their new values.
    Once: values the contact has already change nothing, not even its version.
    Raises: StaleContact; UnknownField; ContactMissing; ContactDeleted; ValidationError as `create_contact`.
    """
    if unknown := set(changes) - set(EDITABLE):
        raise UnknownField(unknown, EDITABLE)
    contact = lock_for_contact(contact_id=contact_id).contact
    refuse_deleted(contact)
    refuse_stale(contact, expected_version)
    if changed := _assign(contact, changes):
        touch(contact, reason="updated", by=by, at=at, fields=changed)
    return contact


@transaction.atomic
def delete_contact(*, contact_id: int, by: Actor, at: datetime) -> Contact:
    """Hide a contact for good. Its row and its addresses stay, so that what silences it lives on.

    Once: a deleted contact stays deleted since the first time.
    Raises: ContactMissing.
    """
    contact = lock_for_contact(contact_id=contact_id).contact
    if contact.deleted_at is None:
        contact.deleted_at = at
        touch(contact, reason="deleted", by=by, at=at, fields=("deleted_at",))
    return contact


def _assign(contact: Contact, values: Mapping[str, Any]) -> tuple[str, ...]:
    """Set and check fields, and return the names of those that are new.

    Raises: ValidationError.
    """
    tidy = {name: _tidy(value) for name, value in values.items()}
    changed = tuple(name for name, value in tidy.items() if getattr(contact, name) != value)
    for name in changed:
        setattr(contact, name, tidy[name])
    checked = {Contact._meta.get_field(name).name for name in changed}
    contact.clean_fields(exclude={field.name for field in Contact._meta.fields} - checked)
    return changed


def _tidy(value: Any) -> Any:
    # PostgreSQL can't store NUL; files from other systems carry it.
    return value.replace("\x00", "").strip() if isinstance(value, str) else value
