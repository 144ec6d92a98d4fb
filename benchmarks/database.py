"""The database of a run: loaded once per scale and kept; each run gets a copy, which it may treat as it likes."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from benchmarks.scale import Scale
from config import postgres

CHECKOUT = Path(__file__).resolve().parent.parent


def prepare(scale: Scale) -> str:
    """Return the URL of a fresh copy of the synthetic business."""
    server = _server()
    kept, copy = f"benchmark_{scale.name}_kept", f"benchmark_{scale.name}"
    stamp = _stamp(scale)
    with psycopg.connect(_at(server, "postgres"), autocommit=True) as admin:
        if _stamp_of(admin, kept) != stamp:
            print(f"Loading {scale.contacts:,} contacts; this is kept for later runs …", flush=True)
            _drop(admin, kept)
            admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(kept)))
            _load(_at(server, kept), scale)
            admin.execute(
                sql.SQL("COMMENT ON DATABASE {} IS {}").format(sql.Identifier(kept), sql.Literal(stamp)),
            )
        _drop(admin, copy)
        admin.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy").format(
                sql.Identifier(copy), sql.Identifier(kept)
            )
        )
    return _at(server, copy)


def drop(scale: Scale) -> None:
    """Drop the copy that a run has used."""
    with psycopg.connect(_at(_server(), "postgres"), autocommit=True) as admin:
        _drop(admin, f"benchmark_{scale.name}")


_servers: list[str] = []


def _server() -> str:
    """Return a URL on the server: DATABASE_URL's, else the embedded one's. Asked for once, before it is replaced."""
    if not _servers:
        given = os.environ.get("DATABASE_URL")
        _servers.append(given or postgres.ensure_running(data_root=CHECKOUT / ".postgres").url())
    return _servers[0]


def _at(url: str, database: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{database}"))


def _drop(admin: psycopg.Connection, name: str) -> None:
    admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _stamp_of(admin: psycopg.Connection, name: str) -> str | None:
    found = admin.execute(
        "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s", [name]
    ).fetchone()
    return None if found is None else found[0]


def _stamp(scale: Scale) -> str:
    """Return a hash of all that the loaded data hang on: the tables with their triggers, and the loader."""
    sources = [*CHECKOUT.glob("*/migrations/*.py"), *(CHECKOUT / "benchmarks").glob("data*.py")]
    digest = hashlib.sha256(str(scale.contacts).encode())
    for source in sorted(sources):
        digest.update(source.read_bytes())
    return digest.hexdigest()


def _load(url: str, scale: Scale) -> None:
    # A process of its own: Django can be set up for one database only.
    command = [sys.executable, "-m", "benchmarks.data", str(scale.contacts)]
    subprocess.run(command, check=True, cwd=CHECKOUT, env={**os.environ, "DATABASE_URL": url})
