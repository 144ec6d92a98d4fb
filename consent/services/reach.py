"""Keeping the stored reach of contacts equal to what the tables say, should it ever differ.

It is no fact about consent but a reading of such facts, so the ledger has nothing to tell of it.
"""

from __future__ import annotations

import structlog
from django.db import connection, transaction

from consent.selectors.reach import contact_pages, drift, shared_drift

logger = structlog.get_logger(__name__)

_LOCK_ADDRESSES = "SELECT FROM contacts_address WHERE id = ANY (%s::bigint[]) ORDER BY id FOR NO KEY UPDATE"
_SHARE = """
    INSERT INTO consent_sharedaddress (address_id)
    SELECT address_id FROM contacts_contactaddress WHERE address_id = ANY (%s::bigint[])
    GROUP BY address_id HAVING count(*) > 1
"""


def check_reach() -> int:
    """Return how many contacts' and addresses' stored reach differs from what the tables say. Changes nothing.

    While others write, a difference may be the moment between two statements; `rebuild_reach` looks under lock.
    """
    return len(shared_drift()) + sum(len(drift(first, last)) for first, last in contact_pages())


def rebuild_reach() -> int:
    """Write the reach of every contact that differs anew, and return how many differed.

    Once: a repeat finds nothing, and writes nothing.
    """
    wrong = _rebuild_shared()
    for first, last in contact_pages():
        found = drift(first, last)
        if not found:
            continue
        wrong += len(found)
        logger.warning("reach_differed", contacts=len(found), first=found[:10])
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT consent_refresh_reach(%s::bigint[])", [found])
            cursor.execute(
                "DELETE FROM consent_reach r WHERE r.contact_id = ANY (%s::bigint[])"
                " AND NOT EXISTS (SELECT FROM contacts_contact c WHERE c.id = r.contact_id)",
                [found],
            )
    return wrong


def _rebuild_shared() -> int:
    found = shared_drift()
    if found:
        logger.warning("shared_addresses_differed", addresses=len(found), first=found[:10])
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_LOCK_ADDRESSES, [found])
            cursor.execute("DELETE FROM consent_sharedaddress WHERE address_id = ANY (%s::bigint[])", [found])
            cursor.execute(_SHARE, [found])
    return len(found)
