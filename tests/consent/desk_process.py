"""A desk in a process of its own, to be killed or cut off from its database: takes orders by line.

Orders are JSON: {"post": [path, body, content type, headers]}, the same by a "child" of its own, {"due": seconds from
now} or {"migrate": true}; each is answered with {"said": …}, for a child its process number.
"""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CHECKOUT = Path(__file__).resolve().parents[2]
PATIENCE = 90


@dataclass
class Desk:
    """The process as a test holds it."""

    process: subprocess.Popen[str]

    def told(self, **order: object) -> None:
        """Give an order without waiting for what is said to it."""
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()

    def says(self) -> Any:
        readable, _, _ = select.select([self.process.stdout], [], [], PATIENCE)
        assert readable, "the desk gave no answer"
        assert self.process.stdout is not None
        return json.loads(self.process.stdout.readline())["said"]

    def asked(self, **order: object) -> Any:
        self.told(**order)
        return self.says()

    def is_killed(self) -> None:
        self.process.kill()
        self.process.wait(PATIENCE)
        for pipe in (self.process.stdin, self.process.stdout):
            assert pipe is not None
            pipe.close()


def open_desk(database_url: str, **environment: str) -> Desk:
    """Start a desk on a database. The caller ends it."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.consent.desk_process"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=CHECKOUT,
        env={
            **os.environ,
            **environment,
            "DATABASE_URL": database_url,
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "SECRET_KEY": "a desk's own key, which protects nothing",
        },
    )
    return Desk(process)


def _serve() -> None:
    import django  # noqa: PLC0415

    django.setup()
    from datetime import timedelta  # noqa: PLC0415

    from django.core.management import call_command  # noqa: PLC0415
    from django.db import DatabaseError, close_old_connections  # noqa: PLC0415
    from django.test import Client  # noqa: PLC0415
    from django.utils import timezone  # noqa: PLC0415

    from consent.services import inbox  # noqa: PLC0415

    # Logs go where answers do not.
    answers, sys.stdout = sys.stdout, sys.stderr
    client = Client(raise_request_exception=False)
    for line in sys.stdin:
        order = json.loads(line)
        close_old_connections()  # as between the requests of a server, which the test client leaves out
        if "post" in order:
            path, body, content_type, headers = order["post"]
            said: object = client.generic("POST", path, body, content_type=content_type, headers=headers).status_code
        elif "child" in order:
            # Cheaper than a new process. Nothing is connected yet, so that the two share nothing.
            said = os.fork()
            if said == 0:
                path, body, content_type, headers = order["child"]
                client.generic("POST", path, body, content_type=content_type, headers=headers)
                os._exit(0)
        elif "due" in order:
            try:
                said = inbox.process_due(at=timezone.now() + timedelta(seconds=order["due"]))
            except DatabaseError:
                said = "no database"  # a job that failed: the next minute brings another
        else:
            call_command("migrate", verbosity=0, interactive=False)
            said = "migrated"
        print(json.dumps({"said": said}), file=answers, flush=True)


if __name__ == "__main__":
    _serve()
