"""Has somebody changed what stands since the panel was shown?

Every form of the panel carries the fingerprint of the state it was made from. It is compared under the contact's
lock, in the transaction of the verb, so that of two agents who save at once the second sees the first one's change.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction

from consent.selectors.dnd import ContactDnd, StandingReason, contact_dnd
from contacts.services import lock_for_contact


class StalePanel(Exception):
    """The state is another one than the form was made from. Nothing was done."""


def fingerprint(dnd: ContactDnd) -> str:
    """Return a short hash of everything that stands."""
    told = sorted(
        (row.id, row.kind, row.covers, row.reaffirmed_at.isoformat(), str(row.expires_at))
        for row in (reason.suppression for reason in every_reason(dnd))
    )
    return hashlib.sha256(repr(told).encode()).hexdigest()[:16]


def every_reason(dnd: ContactDnd) -> list[StandingReason]:
    """Return every reason of a contact, of all channels and both directions."""
    rows = [reason for channel in (*dnd.channels, *dnd.inbound) for reason in channel.reasons]
    return [*dnd.everywhere, *rows]


@contextmanager
def unchanged_since(contact_id: int, seen: str) -> Iterator[ContactDnd]:
    """Run a verb in a transaction in which the contact stands as the person saw it.

    Raises: StalePanel before anything is done.
    """
    with transaction.atomic():
        lock_for_contact(contact_id=contact_id)
        dnd = contact_dnd(contact_id)
        if fingerprint(dnd) != seen:
            raise StalePanel
        yield dnd
