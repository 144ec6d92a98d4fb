"""What the embedded PostgreSQL says when it cannot do its job."""

from __future__ import annotations

WAY_OUT = (
    "Set DATABASE_URL to a PostgreSQL server (15 or newer) to do without the embedded one, "
    "or PG_BIN to the folder that holds another PostgreSQL's programs."
)


class EmbeddedPostgresError(Exception):
    """Says what happened and, on the next line, what to do about it."""

    def __init__(self, what: str, way_out: str = WAY_OUT) -> None:
        super().__init__(f"{what}\n{way_out}")
