"""Rows by the ids that integrations know."""

from __future__ import annotations

from uuid import UUID

from config.api.problems import not_found
from contacts.models import Contact
from contacts.selectors import visible_contacts


def contact_of(public_id: UUID) -> Contact:
    """Return a contact that is neither deleted nor erased. Raises: Problem (404)."""
    contact = visible_contacts().select_related("owner").filter(public_id=public_id).first()
    if contact is None:
        raise not_found("There is no contact with this id, or it was deleted. Look it up under contacts/.")
    return contact
