"""The clock of the ledger: the number of the transaction that writes, as PostgreSQL counts them.

Ids and times can't say what a reader has not seen yet, because writers commit in another order than they began. Of
transaction numbers PostgreSQL tells below which all have ended: what lies below will never grow any more.

A database that was restored from a dump counts anew, in a cluster whose numbers may be lower. The clock goes on where
it stood: `services.ledger_clock` puts the difference into the function when `migrate` runs.
"""

from __future__ import annotations

from typing import Any

from django.db.models import BigIntegerField, Func

CLOCK = "consent_ledger_clock"


def clock_sql(ahead: int) -> str:
    """Return the statement that makes the clock's function: so much ahead of the cluster's own count."""
    return f"""
        CREATE OR REPLACE FUNCTION {CLOCK}(transaction xid8) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE
        RETURN (transaction::text)::bigint + {int(ahead)}::bigint
    """


class CurrentTransaction(Func):
    """The number of the transaction that evaluates it."""

    template = f"{CLOCK}(pg_current_xact_id())"

    def __init__(self, **extra: Any) -> None:
        super().__init__(output_field=BigIntegerField(), **extra)


class FirstOpenTransaction(Func):
    """The number below which every transaction has ended, and will never write again."""

    template = f"{CLOCK}(pg_snapshot_xmin(pg_current_snapshot()))"

    def __init__(self, **extra: Any) -> None:
        super().__init__(output_field=BigIntegerField(), **extra)
