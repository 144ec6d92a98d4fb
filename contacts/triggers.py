"""Triggers that no setting switches off.

pgtrigger's own functions let a session name the triggers that it wants ignored, and any role may set that. A guard that
every role can ask to look away is none; and each row would pay for being asked.
"""

from __future__ import annotations

from django.db import connection

_STANDS = (
    "SELECT lanname = 'sql' FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang WHERE p.oid = to_regprocedure(%s)"
)
_IGNORE_NONE = """
    CREATE OR REPLACE FUNCTION public._pgtrigger_should_ignore(trigger_name name) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN false
"""


def ignore_none() -> None:
    """Make the question whether a trigger is to be ignored have one answer, whatever a session has set: no.

    Every migration that makes a trigger brings the question back as pgtrigger asks it, so this follows each `migrate`.
    Once: nothing is written where it has that answer already.
    """
    with connection.cursor() as cursor:
        cursor.execute(_STANDS, ["public._pgtrigger_should_ignore(name)"])
        if cursor.fetchone() != (True,):
            cursor.execute(_IGNORE_NONE)
