"""gunicorn as docs/deployment.md tells, and a client of our own that keeps it busy from another process."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
CLIENTS = 8
PATIENCE = 60


@dataclass(frozen=True, slots=True)
class Server:
    """A running gunicorn."""

    port: int

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def is_knocked_at(self, requests: Sequence[bytes], *, clients: int = CLIENTS) -> float:
        """Send requests over connections that stay open, eight at once, and return the seconds until the last answer.

        Raises: RuntimeError unless every answer is a 2xx.
        """
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder, "requests.json")
            file.write_text(json.dumps([request.decode("latin-1") for request in requests]))
            command = [sys.executable, "-m", "benchmarks.load_client", str(self.port), str(clients), str(file)]
            done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=True)
        told = json.loads(done.stdout)
        if told["refused"]:
            raise RuntimeError(f"{told['refused']} of {len(requests)} requests were refused: {told['first']}")
        return told["seconds"]


@contextmanager
def served(environment: Mapping[str, str], *, workers: int = 2) -> Iterator[Server]:
    """Serve the product, or what DJANGO_SETTINGS_MODULE in `environment` puts in its place, on a free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        server = Server(probe.getsockname()[1])
    command = [sys.executable, "-m", "gunicorn", "config.wsgi", "--bind", f"127.0.0.1:{server.port}"]
    command += ["--worker-class", "gthread", "--workers", str(workers), "--threads", "8"]
    command += ["--log-level", "warning", "--no-control-socket"]
    process = subprocess.Popen(command, cwd=CHECKOUT, env={**os.environ, **_production(server), **environment})
    try:
        _wait_until_ready(server, process)
        yield server
    finally:
        process.terminate()
        process.wait(PATIENCE)


def _production(server: Server) -> Mapping[str, str]:
    """Return production's settings. TLS ends at a proxy, which is not measured."""
    return {
        "DEBUG": "false",
        "SECRET_KEY": "a benchmark's own key, which protects nothing at all 0123456789",
        "SECURE_SSL_REDIRECT": "false",
        "ALLOWED_HOSTS": "127.0.0.1",
        "PUBLIC_BASE_URL": server.base_url,
        "LOG_LEVEL": "WARNING",
        "PYTHONWARNINGS": "ignore",
    }


def _wait_until_ready(server: Server, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and process.poll() is None:
        connection = HTTPConnection("127.0.0.1", server.port, timeout=5)
        try:
            connection.request("GET", "/healthz")
            connection.getresponse()
        except (OSError, HTTPException):
            time.sleep(0.1)
        else:
            return
        finally:
            connection.close()
    raise RuntimeError("The server did not start; see above why.")
