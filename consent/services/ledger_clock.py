"""Setting the ledger's clock on after the database was restored from a dump into another cluster."""

from __future__ import annotations

from django.db import connection, transaction

from consent.models.ledger_clock import CLOCK, clock_sql


@transaction.atomic
def set_on() -> int:
    """Set the clock past the newest entry, if it goes behind; return by how much it was set on.

    Within one cluster the clock can't go behind. After a dump was restored elsewhere, it may: new entries would then
    come before old ones in the feed, and in front of sealed ones. `migrate` calls this, before anybody writes.
    Once: a clock that goes right is left alone, and nothing is locked.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regprocedure(%s)", [f"{CLOCK}(xid8)"])
        if cursor.fetchone()[0] is None or not _behind():
            return 0  # where it is None, the tables were migrated back to before there was a clock
        cursor.execute("LOCK TABLE consent_ledgerentry IN SHARE ROW EXCLUSIVE MODE")
        behind = _behind()
        if behind:
            cursor.execute(f"SELECT {CLOCK}(pg_current_xact_id()) - pg_current_xact_id()::text::bigint")
            cursor.execute(clock_sql(cursor.fetchone()[0] + behind))
        return behind


def _behind() -> int:
    """Return by how much the clock would have to go on to be past the newest entry; 0 where it is."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(transaction_number) FROM consent_ledgerentry")
        newest = cursor.fetchone()[0]
        cursor.execute(f"SELECT {CLOCK}(pg_current_xact_id())")
        now: int = cursor.fetchone()[0]
    return 0 if newest is None or newest <= now else newest + 1 - now
