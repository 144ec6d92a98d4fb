"""Who is meant by some addresses, held still so that two who ask at once mean the same contact."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from django.db import transaction

from config.api.problems import Problem
from contacts.drafts import NewAddress
from contacts.models import Contact, ContactAddress
from contacts.services import HoldingsUnsettled, get_or_create_addresses, lock_addresses, lock_for_contact, read_draft
from contacts.values import Actor

MOST_TRIES = 5


class _Moved(Exception):
    """Somebody joined or parted one of the addresses while it was being locked."""


def locked_holder(drafts: Sequence[NewAddress], *, by: Actor, at: datetime) -> Contact | None:
    """Return the one contact that holds any of these addresses, locked with them; None where nobody does.

    Needs a transaction: until its end nobody else can join these addresses to a contact.
    Raises: Problem where several contacts hold them; HoldingsUnsettled.
    """
    rows = get_or_create_addresses(canonicals=[read_draft(draft) for draft in drafts], at=at, by=by)
    address_ids = {row.pk for row in rows}
    for _ in range(MOST_TRIES):
        try:
            with transaction.atomic():  # rolled back to let go of locks that were taken in the wrong order
                return _lock(address_ids)
        except _Moved:
            continue
    raise HoldingsUnsettled(())


def _lock(address_ids: Collection[int]) -> Contact | None:
    found = _holders(address_ids)
    if len(found) > 1:
        raise _ambiguous(found)
    contact: Contact | None = None
    if found:
        contact = lock_for_contact(contact_id=found[0], address_ids=address_ids).contact
    else:
        lock_addresses(address_ids)
    if _holders(address_ids) != found or (contact is not None and (contact.deleted_at or contact.erased_at)):
        raise _Moved
    return contact


def _holders(address_ids: Collection[int]) -> list[int]:
    held = ContactAddress.objects.filter(address_id__in=address_ids, contact__deleted_at=None, contact__erased_at=None)
    return sorted(set(held.values_list("contact_id", flat=True)))


def _ambiguous(contact_ids: Sequence[int]) -> Problem:
    ids = Contact.objects.filter(pk__in=contact_ids).order_by("pk").values_list("public_id", flat=True)[:20]
    told = [str(each) for each in ids]
    detail = "Several contacts hold these addresses. Change the one that is meant: PATCH contacts/{id}/, or merge them."
    return Problem(409, "ambiguous_address", f"Nothing was changed. {detail}", more={"contacts": told})
