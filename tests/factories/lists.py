"""Lists as rows, for tests that need them to be there already."""

from __future__ import annotations

from datetime import datetime

from contacts.models import Address, Contact, ContactAddress
from contacts.values import SYSTEM
from lists.models import ContactList
from lists.services import create_list
from lists.values import LaterConsent, ListDraft
from tests.factories.contacts import LONG_AGO


def make_list(name: str = "Spring offers", *, keyword: str = "", paired_with: ContactList | None = None) -> ContactList:
    """Create a list by the verb itself; its slug is its name with hyphens."""
    draft = ListDraft(
        slug=name.lower().replace(" ", "-"),
        name=name,
        keyword=keyword,
        opt_out_list_id=None if paired_with is None else paired_with.pk,
    )
    return create_list(draft=draft, by=SYSTEM, at=LONG_AGO)


def make_consent(given_at: datetime | None, *, how: str = "web form", text: str = "Yes, please.") -> LaterConsent:
    return LaterConsent(given_at, how, text)


def make_crowd(size: int, *, prefix: str = "+1503556") -> list[int]:
    """Insert many contacts with one number each, in a few statements, and return their ids."""
    people = Contact.objects.bulk_create(
        Contact(first_name=f"Person {index}", created_at=LONG_AGO, updated_at=LONG_AGO) for index in range(size)
    )
    numbers = Address.objects.bulk_create(
        Address(kind="phone", value=f"{prefix}{index:04}", shown=f"{prefix}{index:04}", created_at=LONG_AGO)
        for index in range(size)
    )
    ContactAddress.objects.bulk_create(
        ContactAddress(contact=contact, address=address, kind="phone", is_primary=True, joined_at=LONG_AGO)
        for contact, address in zip(people, numbers, strict=True)
    )
    return [contact.pk for contact in people]
