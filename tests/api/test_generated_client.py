"""A stranger generates a client from the OpenAPI document, and does the first things with it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from pytest_django.live_server_helper import LiveServer

from tests.api.conftest import Caller

GENERATOR = Path(sys.executable).with_name("openapi-python-client")

PROGRAM = """
import os

from desk.api.contacts import create_contact, get_timeline
from desk.api.decisions import decide
from desk.api.dnd import put_dnd
from desk.client import AuthenticatedClient
from desk.models import (
    AddressBody, AddressKind, ChangedDndShape, ContactBody, ContactShape, CreateContactUpsert, DndBody, ProblemShape,
    Purpose, PutDndChannel, QuestionShape, ChannelToAsk,
)

client = AuthenticatedClient(base_url=os.environ["DESK"], token=os.environ["KEY"], timeout=30)

ada = create_contact.sync(
    client=client,
    body=ContactBody(first_name="Ada", addresses=[AddressBody(kind=AddressKind.PHONE, value="+1 503 555 0150")]),
    upsert=CreateContactUpsert.ADDRESS,
    idempotency_key="first",
)
assert isinstance(ada, ContactShape) and ada.addresses[0].value == "+15035550150", ada


def put(**body):
    return put_dnd.sync(ada.id, PutDndChannel.SMS, client=client, body=DndBody(**body))


for dnd, status in ((True, "temporary"), (False, "off")):
    answer = put(dnd=dnd, note="Asked by a test")
    assert isinstance(answer, ChangedDndShape) and answer.changed and answer.channels.sms.status == status, answer

put(dnd=True, contact_asked=True, note="Asked us to stop")
refused = put(dnd=False, note="We would like to")
assert isinstance(refused, ProblemShape) and refused.code == "permanent_dnd", refused
assert [str(route) for route in refused.reasons[0].lifted_by] == ["contact_opt_in", "approved_evidence"], refused

question = QuestionShape(
    channel=ChannelToAsk.SMS,
    purpose=Purpose.MARKETING,
    contacts=[ada.id],
    addresses=[f"+1503555{number:04}" for number in range(1, 10_000)],
)
answer = decide.sync(client=client, body=question)
assert len(answer.results) == 10_000
assert [each.code for each in answer.results[0].reasons] == ["opt_out"] and not answer.results[0].allowed

story = get_timeline.sync(ada.id, client=client)
print(*sorted({f"{entry.effect} {entry.actor}" for entry in story.results}), sep="\\n")
"""


@pytest.mark.django_db(transaction=True)
def test_a_generated_client_creates_asks_sets_clears_and_understands_a_refusal(
    live_server: LiveServer, shop: Caller, connected: None, tmp_path: Path
) -> None:
    # The generator's hooks tidy its code with ruff, which lies beside it.
    found = {**os.environ, "PATH": f"{GENERATOR.parent}{os.pathsep}{os.environ['PATH']}"}
    generate = [GENERATOR, "generate", "--url", f"{live_server.url}/api/v1/schema/", "--meta", "none"]
    made = subprocess.run(
        [*generate, "--output-path", tmp_path / "desk", "--fail-on-warning"],
        capture_output=True,
        text=True,
        env=found,
        timeout=120,
        check=False,
    )
    assert made.returncode == 0, made.stdout + made.stderr

    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={**os.environ, "DESK": live_server.url, "KEY": shop.text},
        timeout=120,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        "lifted integration:Shop",
        "refused integration:Shop",
        "set integration:Shop",
    ]
