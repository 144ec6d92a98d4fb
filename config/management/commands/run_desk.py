"""`make run`: the whole product on one machine, with demo data on its first start."""

from __future__ import annotations

import errno
import socket
import sys
from argparse import ArgumentParser
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from config.demo.business import PASSWORD, STAFF
from config.supervisor import KeepsEnding, Program, Stopped, Supervisor, stop_signals_raise
from contacts.models import Contact

HOST = "127.0.0.1"
READY_SECONDS = 60


class Command(BaseCommand):
    help = (
        "Migrate, load the demo business into an empty database, and run web and worker until Ctrl-C. "
        "For one machine; docs/deployment.md tells production's way."
    )
    # The database may not be there yet; `migrate` runs the checks that matter.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=8000, help="port on this machine (default: 8000)")
        parser.add_argument("--no-demo", action="store_true", help="start with an empty desk")

    def handle(self, *args: Any, port: int, no_demo: bool, **options: Any) -> None:
        refuse_taken_port(port)
        supervisor = Supervisor(programs(port), say=self.stderr.write)
        try:
            with stop_signals_raise():
                try:
                    usernames = self._prepare(with_demo=not no_demo)
                    supervisor.start()
                    self._await_ready(supervisor, port)
                    self.stdout.write(welcome(port, usernames))
                    self.stdout.flush()
                    supervisor.run()
                finally:
                    supervisor.stop()
        except Stopped:
            self.stdout.write("\nStopped.")
        except KeepsEnding as error:
            raise CommandError(str(error)) from error

    def _prepare(self, *, with_demo: bool) -> set[str]:
        """Bring the database up to date, and return who can log in."""
        self.stdout.write("Bringing the database up to date …")
        self.stdout.flush()
        call_command("migrate", verbosity=0, skip_checks=True)
        if with_demo and not Contact.objects.exists():
            self.stdout.write("Loading the demo business; the first start takes a minute or so …")
            self.stdout.flush()
            call_command("load_demo", stdout=self.stdout, skip_checks=True)
        usernames = set(get_user_model().objects.values_list("username", flat=True))
        # From here on we only look after the programs, which connect by themselves. The threads of our pool must not be
        # there when we fork, nor hold on to the database's lock for a moment after we were killed.
        for connection in connections.all():
            connection.close_pool()  # type: ignore[attr-defined]
            connection.close()
        return usernames

    def _await_ready(self, supervisor: Supervisor, port: int) -> None:
        self.stdout.write("Starting web and worker …")
        if not supervisor.wait_until(lambda: is_ready(port), seconds=READY_SECONDS):
            raise CommandError(
                f"Not ready after {READY_SECONDS} seconds. http://{HOST}:{port}/readyz tells what is missing."
            )


def refuse_taken_port(port: int) -> None:
    """Say now, before anything has started, that nobody could listen there."""
    if not 0 < port < 65536:
        raise CommandError(f"Port {port} can't be: ports go from 1 to 65535. Choose another: make run PORT=8001")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            is_taken = error.errno == errno.EADDRINUSE
            why = "is taken, perhaps by Consent Desk in another terminal" if is_taken else "can't be used"
            raise CommandError(f"Port {port} {why}. Choose another: make run PORT={_another(port)}") from error


def _another(port: int) -> int:
    return port + 1 if 1024 <= port < 65535 else 8001


def programs(port: int) -> list[Program]:
    """Return what runs side by side: the web server and the worker."""
    web = [
        sys.executable,
        "-m",
        "gunicorn",
        "config.wsgi",
        "--bind",
        f"{HOST}:{port}",
        "--chdir",
        str(settings.BASE_DIR),
    ]
    web += ["--worker-class", "gthread", "--threads", "8", "--log-level", "warning", "--no-control-socket"]
    manage = str(Path(settings.BASE_DIR) / "manage.py")
    # More than one job at a time, so that a slow receiver of webhooks never holds up a delivery.
    worker = [sys.executable, manage, "procrastinate", "worker", "--concurrency", "4"]
    return [Program("web server", web), Program("worker", worker)]


def is_ready(port: int) -> bool:
    """Return whether web, database, migrations and worker are ready."""
    connection = HTTPConnection(HOST, port, timeout=2)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def welcome(port: int, usernames: set[str]) -> str:
    """Return what a newcomer needs to know: where to go, how to log in, what to try."""
    lines = ["", f"Consent Desk is ready:  http://{HOST}:{port}/", ""]
    demo_staff = [member for member in STAFF if member.tour and member.username in usernames]
    if demo_staff:
        lines.append(f"Log in with the password {PASSWORD} as")
        lines += [f"  {member.username:<12}{member.tour}" for member in demo_staff]
        at = "" if port == 8000 else f" --url http://{HOST}:{port}"
        lines += ["", "See a STOP arrive, from another terminal:", f"  .venv/bin/python manage.py send_sample stop{at}"]
    else:
        lines.append("No demo staff here. Make a log-in of your own: .venv/bin/python manage.py createsuperuser")
    lines += ["", "Stop with Ctrl-C. The README has a tour of five minutes.", ""]
    return "\n".join(lines)
