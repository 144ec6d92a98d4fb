"""Setting the ledger's clock on after the database was restored from a dump into another cluster."""

from __future__ import annotations

from django.db import connection, transaction

from consent.models.ledger_clock import CLOCK, clock_sql


@transaction.atomic
def set_on() -> int:
    """Set the clock past the newest entry, if it goes behind; return by how much it was set on.

    Within one cluster the clock can't go behind. After a dump was restored elsewhere, it may: new entries would then
    come before old ones in the feed, and in front of sealed ones. `migrate` calls this, before anybody writes.
    Once: a clock that goes right is left alone.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regprocedure(%s)", [f"{CLOCK}(xid8)"])
        if cursor.fetchone()[0] is None:
            return 0  # migrated back to before there was a clock
        cursor.execute("LOCK TABLE consent_ledgerentry IN SHARE ROW EXCLUSIVE MODE")
        cursor.execute("SELECT max(transaction_number) FROM consent_ledgerentry")
        newest = cursor.fetchone()[0]
        cursor.execute(f"SELECT {CLOCK}(pg_current_xact_id()), pg_current_xact_id()::text::bigint")
        now, counted = cursor.fetchone()
        if newest is None or newest <= now:
            return 0
        cursor.execute(clock_sql(newest + 1 - counted))
        return newest + 1 - now
