"""The whole story: find the cluster, count ourselves in, start what is missing, stop it when last."""

from __future__ import annotations

import atexit
import time
from pathlib import Path

from config.postgres import binaries, owners, server
from config.postgres import cluster as clusters
from config.postgres.cluster import PORT, SUPERUSER, Cluster
from config.postgres.connection import ConnectionInfo
from config.postgres.errors import WAY_OUT, EmbeddedPostgresError

#: Seconds that the kernel gets to close what a killed server had open.
SWEEP = 0.2

_leaving_at_exit: set[Path] = set()


class _ServerUnreachable(EmbeddedPostgresError):
    """The server that seemed to run did not let us in."""


def ensure_running(*, data_root: Path, name: str, durable: bool, database: str) -> ConnectionInfo:
    """Do what the package's `ensure_running` promises."""
    try:
        cluster = clusters.locate(data_root=data_root, name=name)
        clusters.make_home(cluster)
        with owners.changing(cluster.change_lock):
            _join(cluster)
            try:
                return _serve(cluster, durable=durable, database=database)
            except _ServerUnreachable:
                # It was dying when we looked: a killed server's socket answers a moment longer.
                time.sleep(SWEEP)
                return _serve(cluster, durable=durable, database=database)
    except OSError as error:
        raise EmbeddedPostgresError(
            f"The embedded PostgreSQL cannot use {data_root / name}: {error.strerror or error}"
            + (f" ({error.filename})." if error.filename else "."),
            f"Make it a writable folder of the user who runs this. {WAY_OUT}",
        ) from error


def connection_info(cluster: Cluster, postmaster: server.Postmaster, *, database: str) -> ConnectionInfo:
    """Return how to reach a database on a running server."""
    try:
        password = cluster.password_file.read_text()
    except FileNotFoundError:
        raise EmbeddedPostgresError(
            f"The password of the data in {cluster.data} is gone: {cluster.password_file} is missing.",
            f"Put it back, or remove {cluster.home} and all data in it to begin anew. {WAY_OUT}",
        ) from None
    return ConnectionInfo(
        host=str(postmaster.socket_folder), port=PORT, user=SUPERUSER, password=password, dbname=database
    )


def _serve(cluster: Cluster, *, durable: bool, database: str) -> ConnectionInfo:
    postmaster = server.running(cluster) or _start(cluster, durable=durable)
    info = connection_info(cluster, postmaster, database=database)
    _create_database_if_missing(info)
    return info


def _join(cluster: Cluster) -> None:
    owners.join(cluster.owners_lock)
    if cluster.home not in _leaving_at_exit:
        _leaving_at_exit.add(cluster.home)
        atexit.register(_leave, cluster)


def _leave(cluster: Cluster) -> None:
    """Stop the server if this was the last process that used it.

    Forked children run this too, and may: the lock decides who is last, not who started the server.
    """
    if not cluster.home.exists():
        return
    with owners.changing(cluster.change_lock):
        nobody_left = owners.leave(cluster.owners_lock)
        if nobody_left and not cluster.keep_file.exists() and (postmaster := server.running(cluster)):
            server.stop(cluster, postmaster)


def _start(cluster: Cluster, *, durable: bool) -> server.Postmaster:
    programs = binaries.find(account=cluster.account, store=cluster.home)
    if not cluster.data.exists():
        clusters.make_data(cluster, programs, durable=durable)
    made_by = (cluster.data / "PG_VERSION").read_text().strip()
    if made_by != str(programs.major):
        raise EmbeddedPostgresError(
            f"The data in {cluster.data} is of PostgreSQL {made_by}, the programs in {programs.folder} "
            f"are of PostgreSQL {programs.major}.",
            f"Set PG_BIN to PostgreSQL {made_by}'s programs to use or dump it, or remove {cluster.home} "
            "and all data in it to begin anew. DATABASE_URL does without both.",
        )
    # "Keep it running" was said about the server that is gone.
    cluster.keep_file.unlink(missing_ok=True)
    return server.start(cluster, programs, durable=durable)


def _create_database_if_missing(info: ConnectionInfo) -> None:
    # Slow to import, and not needed by those who only ask for the status.
    import psycopg
    from psycopg import sql

    try:
        with psycopg.connect(
            host=info.host, port=info.port, user=info.user, password=info.password, dbname="postgres",
            autocommit=True, connect_timeout=30,
        ) as connection:  # fmt: skip
            exists = "SELECT 1 FROM pg_database WHERE datname = %s"
            if connection.execute(exists, [info.dbname]).fetchone() is None:
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(info.dbname)))
    except psycopg.Error as error:
        raise _ServerUnreachable(
            f"PostgreSQL runs at {info.host} but did not let us in or make {info.dbname!r}: {error}"
        ) from error
