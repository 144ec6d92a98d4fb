"""What every change of a contact shares: who may still change it, and the version it leaves behind."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from contacts.models import Contact
from contacts.services import history
from contacts.services.errors import ContactDeleted, StaleContact
from contacts.values import Actor, staff_name


def refuse_deleted(contact: Contact) -> None:
    """Refuse to edit a tombstone.

    Raises: ContactDeleted.
    """
    if contact.deleted_at is not None or contact.erased_at is not None:
        raise ContactDeleted(contact.pk)


def refuse_stale(contact: Contact, expected_version: int) -> None:
    """Refuse a change that was made from an older state than the locked row has.

    Raises: StaleContact, which names who changed it and when.
    """
    if contact.version == expected_version:
        return
    # By id, not by date: a job may act with an earlier date than the change before it.
    last = contact.history.select_related("history_user").order_by("-history_id").first()
    raise StaleContact(
        contact_id=contact.pk,
        expected_version=expected_version,
        current_version=contact.version,
        changed_by=_who(last) if last else "Somebody",
        changed_at=last.history_date if last else contact.updated_at,
    )


def _who(record: Any) -> str:
    """Return the name of who wrote a history row, or the actor's ref if it was no user."""
    if record.history_user:
        return staff_name(record.history_user)
    return history.act_and_actor(record)[1] or "Somebody"


def touch(contact: Contact, *, reason: str, by: Actor, at: datetime, fields: tuple[str, ...] = ()) -> None:
    """Save a locked contact as its next version, with the named fields."""
    contact.version += 1
    contact.updated_at = at
    history.save(contact, reason=reason, by=by, at=at, fields=[*fields, "version", "updated_at"])
