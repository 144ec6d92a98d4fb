"""Schemathesis plays a stranger who sends anything: all its checks, boundary values, and operations linked."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection
from pytest_django.live_server_helper import LiveServer

from tests.api.conformance import operations
from tests.api.conftest import MakeKey

CONFIGURATION = Path(__file__).with_name("schemathesis.toml")
PROGRAM = Path(sys.executable).with_name("schemathesis")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("phases", ["examples,coverage", "fuzzing,stateful"])
def test_nothing_that_a_stranger_sends_gets_an_answer_that_is_not_documented(
    live_server: LiveServer,
    connected: None,
    with_scopes: MakeKey,
    tmp_path: Path,
    phases: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Each thread of the server keeps its connection, as in production; a new one takes longer than most answers.
    monkeypatch.setitem(connection.settings_dict, "CONN_MAX_AGE", None)
    caller = with_scopes(calls_per_minute=1_000_000)  # 429 would be the answer to most of it
    command = [
        *(PROGRAM, "--config-file", CONFIGURATION, "--no-color", "run", f"{live_server.url}/api/v1/schema/"),
        *("--phases", phases, "--header", f"Authorization: Bearer {caller.text}"),
    ]

    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, timeout=600, check=False)

    assert done.returncode == 0, f"{done.stdout[-20000:]}{done.stderr[-2000:]}"
    assert "No issues found" in done.stdout
    assert f"Tested: {len(operations())}\n" in done.stdout
