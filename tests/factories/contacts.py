"""Contacts for tests, made by the product's own verb."""

from __future__ import annotations

from datetime import UTC, datetime

from contacts.drafts import NewAddress
from contacts.models import Contact
from contacts.services import create_contact
from contacts.values import SYSTEM
from contacts.vocabulary import AddressKind

LONG_AGO = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)


def make_contact(
    first_name: str = "Dana",
    last_name: str = "Scully",
    *,
    phone: str = "",
    email: str = "",
    messenger: str = "",
    at: datetime = LONG_AGO,
    **fields: object,
) -> Contact:
    """Return a contact with one primary address of each kind given."""
    given = {AddressKind.PHONE: phone, AddressKind.EMAIL: email, AddressKind.MESSENGER: messenger}
    return create_contact(
        first_name=first_name,
        last_name=last_name,
        addresses=[NewAddress(kind=kind, raw=raw, is_primary=True) for kind, raw in given.items() if raw],
        by=SYSTEM,
        at=at,
        **fields,
    )
