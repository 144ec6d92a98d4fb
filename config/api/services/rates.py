"""How often a key may call, counted in one place for all processes."""

from __future__ import annotations

from config.api.models import ApiKey, CallWindow
from contacts.statements import fetch

_COUNT = f"""
    INSERT INTO {CallWindow._meta.db_table} AS w (key_id, started_at, calls) VALUES (%(key)s, clock_timestamp(), 1)
    ON CONFLICT (key_id) DO UPDATE SET
        calls = CASE WHEN w.started_at > excluded.started_at - interval '1 minute' THEN w.calls + 1 ELSE 1 END,
        started_at = CASE
            WHEN w.started_at > excluded.started_at - interval '1 minute' THEN w.started_at ELSE excluded.started_at
        END
    RETURNING calls, ceil(extract(epoch FROM started_at + interval '1 minute' - clock_timestamp()))::int
"""  # noqa: S608  built from a table's own name


def seconds_to_wait(key: ApiKey) -> int:
    """Count one call and return 0, or how long to wait where the key has called too often this minute.

    A minute begins with a key's first call. One statement by the database's clock, so that the limit holds over any
    number of processes.
    """
    [(calls, left)] = fetch(_COUNT, {"key": key.pk})
    return max(left, 1) if calls > key.calls_per_minute else 0
