"""`make run`'s command, on a checkout of its own: real processes, a real first start, real signals."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from django.core.management.base import CommandError

from config.management.commands.run_desk import refuse_taken_port
from tests.config.conftest import CHECKOUT, PATIENCE, Place, new_place

PARTS = ("config", "consent", "contacts", "lists", "templates")


@dataclass
class Checkout:
    """A copy of the product in a folder of its own."""

    place: Place
    started: list[subprocess.Popen[str]] = field(default_factory=list)

    def run_desk(self, *words: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "run_desk", *words],
            cwd=self.place.folder,
            env=self._environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.started.append(process)
        return process

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "manage.py", *words],
            cwd=self.place.folder,
            env=self._environment(),
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE,
        )

    def _environment(self) -> dict[str, str]:
        foreign = {"DATABASE_URL", "PG_BIN", "DJANGO_SETTINGS_MODULE", "PYTHONPATH", "DEBUG", "SECRET_KEY"}
        return {key: value for key, value in os.environ.items() if key not in foreign}

    def has_database(self) -> bool:
        return self.place.postmaster("dev") is not None


@pytest.fixture(scope="module")
def the_checkout() -> Iterator[Checkout]:
    with new_place() as place:
        for part in filter(lambda part: (CHECKOUT / part).exists(), PARTS):
            shutil.copytree(CHECKOUT / part, place.folder / part)
        shutil.copy2(CHECKOUT / "manage.py", place.folder)
        yield Checkout(place)


@pytest.fixture
def checkout(the_checkout: Checkout, wait_until: Callable[..., None]) -> Iterator[Checkout]:
    yield the_checkout
    for process in the_checkout.started:
        process.terminate()
        process.communicate(timeout=PATIENCE)
    the_checkout.started.clear()
    wait_until(lambda: not the_checkout.has_database())


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def status(port: int, path: str) -> int:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as response:
            return response.status
    except urllib.error.HTTPError as error:
        return error.code
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return 0


def said_until(process: subprocess.Popen[str], words: str) -> str:
    """Return what the process said up to the line with these words."""
    said = ""
    for line in process.stdout:
        said += line
        if words in line:
            return said
    raise AssertionError(f"it never said {words!r}, but:\n{said}")


def descendants(pid: int) -> list[int]:
    found: list[int] = []
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            found += [int(child), *descendants(int(child))]
    return found


def is_alive(pid: int) -> bool:
    try:
        return " Z " not in Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False


def tidies_up(pid: int) -> bool:
    """Return whether a process catches SIGTERM."""
    caught = re.search(r"^SigCgt:\s*([0-9a-f]+)$", Path(f"/proc/{pid}/status").read_text(), re.MULTILINE)
    return bool(int(caught[1], 16) & 1 << (signal.SIGTERM - 1))


def the_worker(pid: int) -> int:
    return next(child for child in descendants(pid) if b"procrastinate" in Path(f"/proc/{child}/cmdline").read_bytes())


def test_it_starts_web_and_worker_answers_and_stops_them_all_with_the_database(checkout, wait_until):
    port = free_port()
    desk = checkout.run_desk("--no-demo", "--port", str(port))

    said = said_until(desk, "Stop with Ctrl-C")

    assert f"http://127.0.0.1:{port}/" in said
    assert "createsuperuser" in said
    assert (status(port, "/readyz"), status(port, "/admin/login/")) == (200, 200)
    assert status(port, "/static/consent_desk/staff.css") == 200
    assert checkout.has_database()
    family = descendants(desk.pid)
    assert len(family) >= 3
    desk.send_signal(signal.SIGTERM)
    rest, _ = desk.communicate(timeout=PATIENCE)
    assert (desk.returncode, "Stopped." in rest) == (0, True)
    assert not [pid for pid in family if is_alive(pid)]
    wait_until(lambda: not checkout.has_database())


def test_it_starts_a_dead_worker_again(checkout, wait_until):
    desk = checkout.run_desk("--no-demo", "--port", str(free_port()))
    said_until(desk, "Stop with Ctrl-C")
    first = the_worker(desk.pid)

    os.kill(first, signal.SIGKILL)

    assert "worker ended" in said_until(desk, "worker ended")
    wait_until(lambda: any(b"procrastinate" in command for command in commands(desk.pid)))
    assert the_worker(desk.pid) != first


def commands(pid: int) -> list[bytes]:
    return [Path(f"/proc/{child}/cmdline").read_bytes() for child in descendants(pid) if is_alive(child)]


def test_nothing_of_it_outlives_a_killed_run(checkout, wait_until):
    desk = checkout.run_desk("--no-demo", "--port", str(free_port()))
    said_until(desk, "Stop with Ctrl-C")
    family = descendants(desk.pid)
    # A worker that has only just begun is ended by the signal before it can tidy up; the next start does it then.
    wait_until(lambda: all(tidies_up(pid) for pid in family))

    desk.kill()

    wait_until(lambda: not [pid for pid in family if is_alive(pid)])
    wait_until(lambda: not checkout.has_database())


def test_a_taken_port_is_refused_with_the_way_out():
    with socket.socket() as squatter:
        squatter.bind(("127.0.0.1", 0))
        squatter.listen()
        port = squatter.getsockname()[1]

        with pytest.raises(CommandError, match=f"Port {port} is taken.*make run PORT="):
            refuse_taken_port(port)


@pytest.mark.parametrize("port", [-1, 0, 70000])
def test_a_port_that_can_not_be_is_refused(port):
    with pytest.raises(CommandError, match="make run PORT=8001"):
        refuse_taken_port(port)


def test_a_first_start_that_is_interrupted_keeps_nothing_of_the_demo(checkout):
    desk = checkout.run_desk("--port", str(free_port()))
    said_until(desk, "Loading the demo business")
    time.sleep(2)

    desk.send_signal(signal.SIGINT)
    desk.communicate(timeout=PATIENCE)

    assert desk.returncode == 0
    counted = checkout.command(
        "shell", "-v0", "-c", "from contacts.models import Contact; print(Contact.objects.count())"
    )
    assert counted.stdout.strip() == "0"
