"""Rows by the ids that integrations know."""

from __future__ import annotations

from uuid import UUID

from config.api.problems import not_found
from contacts.models import Contact
from contacts.selectors import visible_contacts
from lists.models import ContactList


def contact_of(public_id: UUID) -> Contact:
    """Return a contact that is neither deleted nor erased. Raises: Problem (404)."""
    contact = visible_contacts().select_related("owner").filter(public_id=public_id).first()
    if contact is None:
        raise not_found("There is no contact with this id, or it was deleted. Look it up under contacts/.")
    return contact


def list_of(slug: str, *, lock: bool = False) -> ContactList:
    """Return a list, archived or not; locked until the end of the transaction if asked. Raises: Problem (404)."""
    rows = ContactList.objects.select_for_update(no_key=True) if lock else ContactList.objects
    found = rows.filter(slug=slug).first()
    if found is None:
        raise not_found(f"There is no list “{slug}”. lists/ names them.")
    return found
