"""How much one request may put together. What is larger is made by a command, where nobody waits for it."""

from __future__ import annotations

from consent.models import DecisionRecord, InboundMessage, LedgerEntry
from contacts.models import Contact, ContactAddress

MOST = 10_000
"""Ledger entries, messages and recorded decisions together: four seconds of a processor, and 130 MB for that long."""


def is_too_large(contact: Contact) -> bool:
    """Return whether more than MOST is on file about a contact. Counting stops there."""
    held = ContactAddress.objects.filter(contact=contact).values("address_id")
    found = 0
    for rows in (
        LedgerEntry.objects.filter(contact_id=contact.pk),
        InboundMessage.objects.filter(address_id__in=held),
        DecisionRecord.objects.filter(contact_ids__contains=[contact.pk]),
    ):
        found += rows.order_by()[: MOST + 1 - found].count()
        if found > MOST:
            return True
    return False


def way_out(contact: Contact, option: str = "") -> str:
    """Return what to tell a person who asked for it on the page."""
    command = f"manage.py make_pack {contact.pk} FILE --by YOUR-USERNAME{option}"
    return (
        f"More than {MOST:,} entries are on file about this contact: too much to put together while you wait. "
        f"Ask whoever runs the servers for “{command}”; the ledger will name you."
    )
