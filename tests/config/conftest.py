"""The cast of the embedded PostgreSQL's tests: real processes on real folders."""

from __future__ import annotations

import contextlib
import json
import os
import pwd
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import pytest

CHECKOUT = Path(__file__).resolve().parents[2]

#: Seconds after which a step has failed. Far above what it takes, for slow machines.
PATIENCE = 60

#: Ensures the server, then takes orders by line and leaves at the end of its input. A forked child waits
#: for somebody to open the pipe "child-may-go".
OWNER = """
import json, os, sys
from pathlib import Path
import psycopg, config.postgres.launcher
from config.postgres import EmbeddedPostgresError, cluster, ensure_running

how = json.loads(sys.argv[1])
cluster.OUT_OF_REACH_ROOT = Path(how.pop("out_of_reach_root"))
if uid := how.pop("uid"):
    try:
        psycopg.connect("host=/nowhere")  # imports the rest while this interpreter's files can be read
    except psycopg.Error:
        pass
    os.setgroups([]); os.setgid(how["gid"]); os.setuid(uid)
how.pop("gid")
how["data_root"] = Path(how["data_root"])

def ensure():
    try:
        info = ensure_running(**how)
        answer = {"pid": os.getpid(), "url": info.url(), "host": info.host, "django": info.django()}
    except EmbeddedPostgresError as error:
        answer = {"pid": os.getpid(), "error": str(error)}
    print(json.dumps(answer), flush=True)

ensure()
for order in sys.stdin:
    if order == "ensure\\n":
        ensure()
    elif order == "fork\\n":
        if (child := os.fork()) == 0:
            open(how["data_root"].parent / "child-may-go").read()
            sys.exit()
        print(json.dumps({"pid": child}), flush=True)
    elif order == "wait for child\\n":
        os.waitpid(child, 0)
        print("{}", flush=True)
"""


@dataclass
class Owner:
    """A process that uses the server until it is told to leave."""

    process: subprocess.Popen[str]

    def hears(self) -> dict[str, Any]:
        readable, _, _ = select.select([self.process.stdout], [], [], PATIENCE)
        line = self.process.stdout.readline() if readable else ""
        assert line, "the process gave no answer"
        return json.loads(line)

    def told(self, order: str) -> dict[str, Any]:
        self.process.stdin.write(f"{order}\n")
        self.process.stdin.flush()
        return self.hears()

    def leaves(self) -> None:
        self.process.stdin.close()
        assert self.process.wait(PATIENCE) == 0

    def is_killed(self) -> None:
        self.process.kill()
        self.process.wait(PATIENCE)


@dataclass
class Place:
    """A checkout's folder, below one that every account may enter, and the processes that work there."""

    folder: Path
    processes: list[subprocess.Popen[str]] = field(default_factory=list)

    @property
    def data_root(self) -> Path:
        return self.folder / ".postgres"

    @property
    def out_of_reach_root(self) -> Path:
        return self.folder / "var-lib"

    def home(self, name: str = "test") -> Path:
        return self.data_root / name

    def postmaster(self, name: str = "test") -> int | None:
        """Return the number of the live postmaster, or None."""
        return live_postmaster(self.home(name) / "data")

    def start_owner(
        self,
        *,
        data_root: Path | None = None,
        name: str = "test",
        durable: bool = False,
        database: str = "consent_desk",
        uid: int = 0,
        gid: int = 0,
        **variables: str,
    ) -> Owner:
        how = {
            "data_root": str(data_root or self.data_root),
            "out_of_reach_root": str(self.out_of_reach_root),
            "name": name,
            "durable": durable,
            "database": database,
            "uid": uid,
            "gid": gid,
        }
        process = subprocess.Popen(
            [sys.executable, "-c", OWNER, json.dumps(how)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=self.environment(**variables),
        )
        self.processes.append(process)
        return Owner(process)

    def by_hand(self, *words: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run `python -m config.postgres`."""
        return subprocess.run(
            [sys.executable, "-m", "config.postgres", *words, "--name=test", f"--data-root={self.data_root}"],
            capture_output=True,
            text=True,
            check=False,
            env=self.environment(**variables),
            timeout=PATIENCE,
        )

    def environment(self, **variables: str) -> dict[str, str]:
        """Return ours without what would choose another database or other settings."""
        foreign = {"DATABASE_URL", "PG_BIN", "DJANGO_SETTINGS_MODULE"}
        ours = {key: value for key, value in os.environ.items() if key not in foreign}
        path = os.pathsep.join(filter(None, [str(CHECKOUT), os.environ.get("PYTHONPATH")]))
        return ours | {"PYTHONPATH": path} | variables

    def clear(self) -> None:
        """End whatever a failed test left running."""
        for process in self.processes:
            process.kill()
            process.wait()
            for pipe in (process.stdin, process.stdout):
                with contextlib.suppress(OSError):
                    pipe.close()
        self.processes.clear()
        for pid_file in self.folder.rglob("postmaster.pid"):
            if pid := live_postmaster(pid_file.parent):
                os.kill(pid, signal.SIGQUIT)
                while live_postmaster(pid_file.parent):
                    time.sleep(0.02)


def live_postmaster(data: Path) -> int | None:
    try:
        pid = int((data / "postmaster.pid").read_text().split()[0])
        command_line = Path(f"/proc/{pid}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError, IndexError):
        return None
    return pid if os.fsencode(data) in command_line else None


@contextlib.contextmanager
def new_place() -> Iterator[Place]:
    # Not pytest's own temp folder: that is its user's alone, and as root we lend the server another account.
    folder = Path(tempfile.mkdtemp(prefix="desk-", dir="/tmp"))
    folder.chmod(0o711)
    place = Place(folder)
    try:
        yield place
    finally:
        place.clear()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def place() -> Iterator[Place]:
    """A checkout that has never been run."""
    with new_place() as place:
        yield place


@pytest.fixture(scope="session")
def the_old_place() -> Iterator[Place]:
    with new_place() as place:
        maker = place.start_owner()
        maker.hears()
        maker.leaves()
        yield place


@pytest.fixture
def old_place(the_old_place: Place) -> Iterator[Place]:
    """A checkout that has its data from an earlier run; nothing runs there now."""
    assert the_old_place.postmaster() is None
    yield the_old_place
    the_old_place.clear()


@pytest.fixture
def query() -> Callable[..., Any]:
    """Run one statement and return its first value, if any."""

    def run(owner_or_url: dict[str, Any] | str, statement: str) -> Any:
        url = owner_or_url if isinstance(owner_or_url, str) else owner_or_url["url"]
        with psycopg.connect(url) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchone()[0] if cursor.description else None

    return run


@pytest.fixture
def wait_until() -> Callable[[Callable[[], object]], None]:
    def wait(true: Callable[[], object]) -> None:
        deadline = time.monotonic() + PATIENCE
        while not true():
            assert time.monotonic() < deadline, "it never came true"
            time.sleep(0.05)

    return wait


@pytest.fixture
def ordinary_user() -> dict[str, int]:
    """An account other than root: `nobody` when root runs the tests, else whoever runs them."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"uid": nobody.pw_uid, "gid": nobody.pw_gid}
