"""The database when DATABASE_URL is unset: a PostgreSQL server of this checkout's own.

The first process that needs the server starts it, the last one that leaves stops it. It listens on a
Unix socket only, and its data lives in `<checkout>/.postgres/<name>`.

Reading order: launcher (the whole story), cluster (where things are), server (the postmaster),
owners (who still needs it), binaries (whose PostgreSQL), account (which user it runs as).
`python -m config.postgres --help` is the way in for people.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from config.postgres.connection import ConnectionInfo
from config.postgres.errors import EmbeddedPostgresError

__all__ = ["ConnectionInfo", "EmbeddedPostgresError", "ensure_running"]


def ensure_running(
    *, data_root: Path, name: str = "dev", durable: bool = True, database: str = "consent_desk"
) -> ConnectionInfo:
    """Return how to reach `database`, on a server that runs until this process and all others have left.

    Once: joins the server that runs already; starts it, creates its data and the database where missing.
        `durable` counts only for the call that starts it: False trades safety in a power cut for speed.
    Raises: EmbeddedPostgresError, with the way out; also when DATABASE_URL is set, because then this
        checkout has a database and nothing here may be touched.
    """
    if os.environ.get("DATABASE_URL"):
        raise EmbeddedPostgresError(
            "DATABASE_URL is set, so the embedded PostgreSQL must not start.",
            "Connect to DATABASE_URL, or unset it to use the embedded server.",
        )
    if sys.platform == "win32":
        raise EmbeddedPostgresError(
            "The embedded PostgreSQL does not run on Windows.", "Set DATABASE_URL to a PostgreSQL server."
        )

    # Here and not above: it needs Unix modules, and nobody with a DATABASE_URL should pay for it.
    from config.postgres import launcher

    return launcher.ensure_running(data_root=data_root, name=name, durable=durable, database=database)
