"""The postmaster: is it alive, start it, stop it."""

from __future__ import annotations

import os
import shlex
import signal
import socket
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from config.postgres import cluster as clusters
from config.postgres.binaries import Binaries
from config.postgres.cluster import SOCKET_NAME, Cluster
from config.postgres.errors import WAY_OUT, EmbeddedPostgresError

#: Seconds. Recovery after a power cut may take minutes, and is no failure.
START_LIMIT = 600
#: Seconds. A fast shutdown only writes what is in memory.
STOP_LIMIT = 60
#: Seconds that the children of a killed postmaster get to notice and leave its memory.
ORPHANS_LIMIT = 20
#: No process has this number: Linux stops at 4194304.
NO_PROCESS = 2**31 - 1

MAX_CONNECTIONS = 200


@dataclass(frozen=True, slots=True)
class Postmaster:
    """What data/postmaster.pid says. It may be about a process that is long gone."""

    pid: int
    socket_folder: Path
    status: str

    @property
    def socket(self) -> Path:
        return self.socket_folder / SOCKET_NAME

    def answers(self) -> bool:
        """Say whether somebody listens on the socket: true also for a server in another container."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
            probe.settimeout(10)
            try:
                probe.connect(str(self.socket))
            except (BlockingIOError, TimeoutError):
                return True
            except OSError:
                return False
        return True

    def is_alive_on(self, data: Path) -> bool:
        """Say whether this process is our postmaster, and not a zombie or a stranger with its number."""
        command_line = _command_line(self.pid)
        return b"postgres" in command_line and os.fsencode(data) in command_line


def running(cluster: Cluster) -> Postmaster | None:
    """Return the postmaster once it is ready, or None when there is none to wait for.

    Raises: EmbeddedPostgresError when a live one stays neither ready nor gone.
    """
    deadline = time.monotonic() + START_LIMIT
    while (postmaster := read(cluster)) is not None:
        answers = postmaster.answers()
        if answers and postmaster.status == "ready":
            return postmaster
        if not answers and not postmaster.is_alive_on(cluster.data):
            return None
        if postmaster.status == "ready" and not postmaster.socket.exists():
            # Someone cleaned the temp folder: nobody can ever connect again, so begin anew.
            stop(cluster, postmaster)
        if time.monotonic() > deadline:
            raise EmbeddedPostgresError(
                f"PostgreSQL (process {postmaster.pid}) on {cluster.data} has been "
                f"'{postmaster.status}' for {START_LIMIT} seconds; see {cluster.log_file}.",
                f"End that process and try again. {WAY_OUT}",
            )
        time.sleep(0.05)
    return None


def read(cluster: Cluster) -> Postmaster | None:
    """Return what postmaster.pid says, or None without a readable one."""
    try:
        lines = (cluster.data / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return None
    if not lines or not lines[0].strip().isdigit():
        return None
    # Written line by line during the start: pid, data, time, port, socket folder, address, memory, status.
    lines += [""] * 8
    return Postmaster(int(lines[0]), Path(lines[4]), lines[7].strip() or "starting")


def start(cluster: Cluster, binaries: Binaries, *, durable: bool) -> Postmaster:
    """Start the server and wait until it takes connections. Call it only when none runs.

    Raises: EmbeddedPostgresError with the end of the server's log.
    """
    clusters.make_socket_folder(cluster)
    _disarm_leftovers(cluster)
    command = [
        binaries.program("pg_ctl"), "start", "--wait", f"--timeout={START_LIMIT}", "--silent",
        "-D", str(cluster.data), "-o", shlex.join(_options(cluster, durable=durable)),
    ]  # fmt: skip
    deadline = time.monotonic() + ORPHANS_LIMIT
    while True:
        with clusters.open_log(cluster) as log:
            code = cluster.account.run(command, output=log).returncode
        if code == 0 and (postmaster := read(cluster)) is not None:
            return postmaster
        said = clusters.log_tail(cluster)
        if "shared memory block" not in said or time.monotonic() > deadline:
            raise EmbeddedPostgresError(f"PostgreSQL did not start on {cluster.data}:\n{said}")
        time.sleep(0.1)


def stop(cluster: Cluster, postmaster: Postmaster) -> None:
    """Shut the server down, ending open sessions, and wait until it is gone.

    Raises: EmbeddedPostgresError when it is still there after STOP_LIMIT.
    """
    deadline = time.monotonic() + STOP_LIMIT
    if postmaster.is_alive_on(cluster.data):
        os.kill(postmaster.pid, signal.SIGINT)
    while postmaster.is_alive_on(cluster.data):
        if time.monotonic() > deadline:
            raise EmbeddedPostgresError(
                f"PostgreSQL (process {postmaster.pid}) did not stop within {STOP_LIMIT} seconds; "
                f"see {cluster.log_file}.",
                "Wait, or end that process.",
            )
        time.sleep(0.02)
    if postmaster.socket_folder != cluster.inner_socket_folder:
        # Leave nothing in the temp folder; what is not ours or not empty stays.
        with suppress(OSError):
            postmaster.socket_folder.rmdir()


def _options(cluster: Cluster, *, durable: bool) -> list[str]:
    quoted_folder = str(cluster.socket_folder).replace('"', '""')
    settings = {
        "listen_addresses": "",
        "unix_socket_directories": f'"{quoted_folder}"',
        "unix_socket_permissions": "0700",
        "port": str(clusters.PORT),
        "max_connections": str(MAX_CONNECTIONS),
        "shared_preload_libraries": "",
        "timezone": "UTC",
        "log_timezone": "UTC",
    }
    if not durable:
        settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
    return [word for key, value in settings.items() for word in ("-c", f"{key}={value}")]


def _disarm_leftovers(cluster: Cluster) -> None:
    """Make the lock files of a dead postmaster name no live process.

    PostgreSQL takes whatever process has the number in them, a zombie or a stranger, for its predecessor.
    postmaster.pid is kept but for that number, because its other lines are how PostgreSQL notices children
    of the dead one that still use the data.
    """
    for leftover in cluster.socket_folder.glob(f"{SOCKET_NAME}*"):
        leftover.unlink()
    pid_file = cluster.data / "postmaster.pid"
    if not pid_file.exists():
        return
    _, newline, rest = pid_file.read_text().partition("\n")
    if not newline:
        pid_file.unlink()
        return
    disarmed = cluster.data / "postmaster.pid.disarmed"
    disarmed.unlink(missing_ok=True)
    disarmed.write_text(f"{NO_PROCESS}\n{rest}")
    cluster.account.own(disarmed)
    disarmed.replace(pid_file)


def _command_line(pid: int) -> bytes:
    if Path("/proc/self/cmdline").exists():
        try:
            return Path(f"/proc/{pid}/cmdline").read_bytes()
        except OSError:
            return b""
    # macOS has no /proc.
    command = ["ps", "-ww", "-o", "command=", "-p", str(pid)]
    return subprocess.run(command, capture_output=True, check=False).stdout
