"""The embedded PostgreSQL by hand: python -m config.postgres start|stop|status|url|psql."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path

from config.postgres import (
    ConnectionInfo,
    EmbeddedPostgresError,
    binaries,
    ensure_running,
    launcher,
    owners,
    server,
)
from config.postgres import cluster as clusters
from config.postgres.cluster import Cluster

CHECKOUT = Path(__file__).resolve().parents[2]
DATABASE = "consent_desk"
#: The same as `pg_ctl status`.
NOT_RUNNING = 3


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m config.postgres", description=__doc__)
    parser.add_argument(
        "action",
        choices=ACTIONS,
        help="start: keep it running until `stop` | stop: end it, open sessions too | status: say what runs "
        "where | url: print the connection URL, password included | psql: open a prompt",
    )
    parser.add_argument("--name", choices=["dev", "test"], default="dev", help="which cluster (default: dev)")
    parser.add_argument("--data-root", type=Path, default=CHECKOUT / ".postgres", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    try:
        return ACTIONS[options.action](options.data_root, options.name)
    except EmbeddedPostgresError as error:
        print(error, file=sys.stderr)
        return 1
    except OSError as error:
        print(f"{error.strerror}: {error.filename}", file=sys.stderr)
        return 1


def _start(data_root: Path, name: str) -> int:
    _ensure(data_root, name)
    clusters.locate(data_root=data_root, name=name).keep_file.touch()
    return _status(data_root, name)


def _stop(data_root: Path, name: str) -> int:
    cluster = clusters.locate(data_root=data_root, name=name)
    if not cluster.home.exists():
        _say_not_running(cluster)
        return 0
    with owners.changing(cluster.change_lock):
        cluster.keep_file.unlink(missing_ok=True)
        postmaster = server.running(cluster)
        if postmaster is None:
            _say_not_running(cluster)
            return 0
        server.stop(cluster, postmaster)
    print(f"stopped: {cluster.data}")
    return 0


def _status(data_root: Path, name: str) -> int:
    cluster = clusters.locate(data_root=data_root, name=name)
    postmaster = server.running(cluster)
    if postmaster is None:
        return _say_not_running(cluster)
    print(f"running: process {postmaster.pid}, data {cluster.data}, socket {postmaster.socket}")
    end = "at `stop`" if cluster.keep_file.exists() else "when the last process that uses it ends"
    print(f"ends:    {end}")
    return 0


def _url(data_root: Path, name: str) -> int:
    cluster = clusters.locate(data_root=data_root, name=name)
    postmaster = server.running(cluster)
    if postmaster is None:
        return _say_not_running(cluster)
    print(launcher.connection_info(cluster, postmaster, database=DATABASE).url())
    return 0


def _psql(data_root: Path, name: str) -> int:
    info = _ensure(data_root, name)
    cluster = clusters.locate(data_root=data_root, name=name)
    programs = binaries.find(account=cluster.account, store=cluster.home)
    # Through the environment: a command line is everybody's to read.
    environment = os.environ | {
        "PGHOST": info.host,
        "PGPORT": str(info.port),
        "PGUSER": info.user,
        "PGPASSWORD": info.password,
        "PGDATABASE": info.dbname,
    }
    return subprocess.run([programs.program("psql")], env=environment, check=False).returncode


def _ensure(data_root: Path, name: str) -> ConnectionInfo:
    return ensure_running(data_root=data_root, name=name, durable=name != "test", database=DATABASE)


def _say_not_running(cluster: Cluster) -> int:
    print(f"not running: {cluster.data}", file=sys.stderr)
    return NOT_RUNNING


ACTIONS = {"start": _start, "stop": _stop, "status": _status, "url": _url, "psql": _psql}

if __name__ == "__main__":
    sys.exit(main())
