"""The receiver of docs/webhooks.md, run as it stands."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from django.utils import timezone
from pytest_django.fixtures import Settings

from config.webhooks.services import sending
from config.webhooks.services.endpoints import create_endpoint
from contacts.values import SYSTEM
from tests.webhooks.conftest import put

ROOT = Path(__file__).resolve().parents[2]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


def wait_for(port: int, process: subprocess.Popen[str]) -> None:
    while process.poll() is None:
        with socket.socket() as trial:
            if trial.connect_ex(("127.0.0.1", port)) == 0:
                return
    raise AssertionError("The receiver ended.")


@pytest.mark.django_db
def test_the_receiver_of_the_documentation_takes_what_is_signed_and_once(tmp_path: Path, settings: Settings) -> None:
    settings.WEBHOOKS_TO_LOOPBACK = True
    (code,) = re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "webhooks.md").read_text(), re.DOTALL)
    (tmp_path / "receiver.py").write_text(code)
    port = free_port()
    issued = create_endpoint(url=f"http://127.0.0.1:{port}/", key=None, by=SYSTEM, at=timezone.now())
    notice = put(issued.endpoint, "STOP")
    env = {**os.environ, "WEBHOOK_SECRET": issued.secret, "PORT": str(port)}
    process = subprocess.Popen(
        [sys.executable, str(tmp_path / "receiver.py")],
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        wait_for(port, process)
        for _ in range(2):
            assert sending.send_due(endpoint_id=issued.endpoint.pk, at=timezone.now()).delivered == 1
            issued.endpoint.notices.filter(pk=notice.pk).update(state="waiting")
        type(issued.endpoint).objects.update(
            secret=create_endpoint(url=issued.endpoint.url, key=None, by=SYSTEM, at=timezone.now()).endpoint.secret
        )
        assert sending.send_due(endpoint_id=issued.endpoint.pk, at=timezone.now()).delivered == 0
    finally:
        process.terminate()
        told, _ = process.communicate()

    notice.refresh_from_db()
    assert (notice.status, notice.failure) == (401, "status")
    assert told == "ledger.text_opt_out None\n"
