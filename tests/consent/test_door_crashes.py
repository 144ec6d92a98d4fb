"""Processes killed, databases restarted, disks full: what was accepted has its effect once, and only once."""

from __future__ import annotations

import json
import os
import shutil
import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import psycopg
import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from config.postgres import cluster as clusters
from config.postgres import launcher, server
from consent.models import AppEvent, Delivery, EmailEvent, InboundCall, InboundMessage, LedgerEntry, Suppression
from consent.services import inbox
from contacts.models import Contact
from tests.consent.desk_process import Desk, open_desk
from tests.consent.doors import FORM, INBOUND, STATUS, callback, sms, twilio_signature
from tests.consent.email_knocks import COMPLAINTS, PASSWORD, knock, lock_doors, sample
from tests.consent.meta_door import META, SECRET, preference, signature, text, whatsapp
from tests.consent.test_voice_door import VOICE, ring

TOKEN = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"
ADA = "+15035550101"

Request = tuple[str, str, str, dict[str, str]]
"""Path, body, content type, headers."""


@pytest.fixture(autouse=True)
def keys(settings: Any) -> None:
    settings.TWILIO_AUTH_TOKEN = TOKEN
    settings.META_APP_SECRET = SECRET
    lock_doors(settings)


def form(path: str, told: dict[str, str]) -> Request:
    pairs = list(told.items())
    return path, urlencode(pairs), FORM, {"X-Twilio-Signature": twilio_signature(path, pairs, token=TOKEN)}


def batch() -> Request:
    body = json.dumps(whatsapp(preference(ADA[1:], "stop"), text(ADA[1:], "Hello", after=1)))
    return META, body, "application/json", {"X-Hub-Signature-256": signature(body.encode())}


def complaint() -> Request:
    told = knock("postmark", sample("postmark", COMPLAINTS["postmark"]))
    return told.path, told.body.decode(), told.content_type, dict(told.headers)


REQUESTS: dict[str, Callable[[], Request]] = {
    "inbound": lambda: form(INBOUND, sms(ADA, "STOP", MessageSid="SM" + "1" * 32)),
    "status": lambda: form(STATUS, callback(ADA, "21610", MessageSid="SM" + "2" * 32)),
    "voice": lambda: form(VOICE, ring(ADA, CallSid="CA" + "3" * 32)),
    "meta": batch,
    "e-mail": complaint,
}
ONCE = {
    # messages, calls, events of apps, of e-mail, suppressions, ledger entries
    "inbound": (1, 0, 0, 0, 2, 2),
    "status": (0, 0, 0, 0, 1, 1),
    "voice": (0, 1, 0, 0, 0, 1),
    "meta": (2, 0, 2, 0, 1, 2),
    "e-mail": (0, 0, 0, 1, 1, 1),
}
NOTHING = (0, 0, 0, 0, 0, 0)


def effects() -> tuple[int, ...]:
    tables = (InboundMessage, InboundCall, AppEvent, EmailEvent, Suppression, LedgerEntry)
    return tuple(table.objects.count() for table in tables)


def post(request: Request) -> int:
    path, body, content_type, headers = request
    client = Client(raise_request_exception=False)
    return client.generic("POST", path, body, content_type=content_type, headers=headers).status_code


def database_url() -> str:
    at = connection.settings_dict
    user, password, name = (quote(str(at[key] or ""), safe="") for key in ("USER", "PASSWORD", "NAME"))
    where = urlencode({"host": at["HOST"] or "localhost", "port": at["PORT"] or 5432})
    return f"postgresql://{user}:{password}@/{name}?{where}"


def until(true: Callable[[], object]) -> None:
    deadline = time.monotonic() + 60
    while not true():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.05)


def is_stuck_at_the_ledger(watcher: psycopg.Connection[Any]) -> bool:
    waiting = "SELECT 1 FROM pg_locks WHERE relation = 'consent_ledgerentry'::regclass AND NOT granted"
    return watcher.execute(waiting).fetchone() is not None


class Holder:
    """Somebody who keeps the ledger shut, so that whoever writes it stands still in the middle of its work."""

    def __init__(self, url: str) -> None:
        self.connection = psycopg.connect(url)
        self.connection.execute("LOCK TABLE consent_ledgerentry IN SHARE MODE")

    def until_somebody_waits(self) -> None:
        until(lambda: is_stuck_at_the_ledger(self.connection))

    def lets_go(self) -> None:
        self.connection.close()


@pytest.fixture(scope="module")
def desk(django_db_setup: None) -> Iterator[Desk]:
    """A desk on the tests' own database, whose children may be killed."""
    desk = open_desk(database_url(), TWILIO_AUTH_TOKEN=TOKEN, META_APP_SECRET=SECRET, POSTMARK_WEBHOOK_SECRET=PASSWORD)
    yield desk
    desk.is_killed()


@pytest.mark.parametrize("door", REQUESTS)
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("connected")
def test_a_process_killed_in_the_middle_leaves_nothing_half_done_and_nothing_undone(
    ada: Contact, desk: Desk, door: str
) -> None:
    request = REQUESTS[door]()
    holder = Holder(database_url())
    child = desk.asked(child=request)
    try:
        holder.until_somebody_waits()
    finally:
        os.kill(child, signal.SIGKILL)
        holder.lets_go()
    assert Delivery.objects.get().status == "pending"
    assert effects() == NOTHING

    assert inbox.process_due(at=timezone.now() + timedelta(minutes=1)) == 1

    assert effects() == ONCE[door]
    assert post(request) in {200, 204}
    assert inbox.process_due(at=timezone.now() + timedelta(days=1)) == 0
    assert effects() == ONCE[door]
    assert Delivery.objects.get().status == "processed"


@pytest.fixture
def full_disk() -> Iterator[Callable[[str], None]]:
    """Make inserts into a table fail as on a full disk; called with "" there is room again."""

    def fill(table: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute("DROP FUNCTION IF EXISTS test_no_space CASCADE")
            if table:
                cursor.execute(
                    "CREATE FUNCTION test_no_space() RETURNS trigger LANGUAGE plpgsql AS"
                    " $$BEGIN RAISE EXCEPTION 'No space left on device' USING ERRCODE = 'disk_full'; END$$"
                )
                cursor.execute(
                    f"CREATE TRIGGER test_no_space BEFORE INSERT ON {table}"
                    " FOR EACH STATEMENT EXECUTE FUNCTION test_no_space()"
                )

    yield fill
    fill("")


@pytest.mark.parametrize("table", ["consent_ledgerentry", "consent_suppression", "consent_inboundmessage"])
@pytest.mark.parametrize("door", REQUESTS)
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("connected")
def test_a_full_disk_while_reading_costs_nothing_but_time(
    ada: Contact, full_disk: Callable[[str], None], door: str, table: str
) -> None:
    request = REQUESTS[door]()
    full_disk(table)

    assert post(request) in {200, 204}

    delivery = Delivery.objects.get()
    if delivery.status != "processed":  # the table is one that this door has no use for
        assert effects() == NOTHING
        assert delivery.next_attempt_at is not None
        assert "No space left" in delivery.reason
        full_disk("")
        assert inbox.process_due(at=delivery.next_attempt_at) == 1
    assert effects() == ONCE[door]


@pytest.mark.parametrize("door", REQUESTS)
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("connected")
def test_what_could_not_be_stored_is_not_said_to_be_and_counts_once_when_it_comes_again(
    ada: Contact, full_disk: Callable[[str], None], door: str
) -> None:
    request = REQUESTS[door]()
    full_disk("consent_delivery")

    assert post(request) == 503
    assert not Delivery.objects.exists()

    full_disk("")
    assert [post(request) in {200, 204} for _ in range(2)] == [True, True]
    assert effects() == ONCE[door]


@pytest.fixture
def away() -> Iterator[Callable[[bool], None]]:
    """Let nobody answer where the database is, or somebody again."""
    port = connection.settings_dict["PORT"]

    def go(is_away: bool) -> None:
        connection.close()
        connection.settings_dict["PORT"] = 9 if is_away else port

    yield go
    go(False)


@pytest.mark.parametrize("door", REQUESTS)
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("connected")
def test_a_door_asks_for_another_try_while_the_database_is_away(
    ada: Contact, away: Callable[[bool], None], door: str
) -> None:
    path, body, content_type, headers = REQUESTS[door]()
    away(True)

    answer = Client(raise_request_exception=False).generic(
        "POST", path, body, content_type=content_type, headers=headers
    )

    assert (answer.status_code, bool(answer["Retry-After"])) == (503, True)
    away(False)
    assert post((path, body, content_type, headers)) in {200, 204}
    assert effects() == ONCE[door]


def test_at_the_fallback_address_twilio_brings_the_same_message(connected: None, ada: Contact) -> None:
    told = sms(ADA, "STOP", MessageSid="SM" + "1" * 32)
    assert post(form(INBOUND, told)) == 200

    again = form(INBOUND, told | {"ErrorCode": "11200", "ErrorUrl": "https://desk.example.org/hooks/twilio/inbound/"})

    assert post(again) == 200
    assert Delivery.objects.get().status == "processed"
    assert effects() == ONCE["inbound"]


class OwnServer:
    """A PostgreSQL of the test's own, to be restarted as by a power cut."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.cluster = clusters.locate(data_root=folder, name="crash")

    def starts(self) -> str:
        info = launcher.ensure_running(data_root=self.folder, name="crash", durable=True, database="consent_desk")
        return info.url()

    def loses_power(self) -> None:
        postmaster = server.read(self.cluster)
        assert postmaster is not None
        os.kill(postmaster.pid, signal.SIGQUIT)
        until(lambda: not postmaster.is_alive_on(self.cluster.data))


@pytest.fixture
def own_server() -> Iterator[OwnServer]:
    folder = Path(tempfile.mkdtemp(prefix="crash-", dir="/tmp"))
    folder.chmod(0o711)
    own = OwnServer(folder)
    try:
        yield own
    finally:
        if server.read(own.cluster) is not None:
            own.loses_power()
        shutil.rmtree(folder, ignore_errors=True)


def test_a_database_that_goes_down_in_the_middle_comes_back_with_everything_once(own_server: OwnServer) -> None:
    url = own_server.starts()
    desk = open_desk(url, TWILIO_AUTH_TOKEN=TOKEN, META_APP_SECRET=SECRET, POSTMARK_WEBHOOK_SECRET=PASSWORD)
    try:
        assert desk.asked(migrate=True) == "migrated"
        _goes_down_under(desk, REQUESTS["inbound"](), own_server, url)
        assert counts(url) == ("pending", 0, 0, 0)

        until(lambda: desk.asked(due=60) == 1)  # the pool may need some tries to get in again
        assert counts(url) == ("processed", 1, 2, 2)

        own_server.loses_power()
        assert desk.asked(post=REQUESTS["status"]()) == 503
        own_server.starts()
        assert desk.asked(post=REQUESTS["inbound"]()) == 200
        assert counts(url) == ("processed", 1, 2, 2)
    finally:
        desk.is_killed()


def _goes_down_under(desk: Desk, request: Request, own_server: OwnServer, url: str) -> None:
    holder = Holder(url)
    desk.told(post=request)
    holder.until_somebody_waits()
    own_server.loses_power()
    holder.lets_go()
    assert desk.says() == 200  # it was stored before the lights went out
    own_server.starts()


def counts(url: str) -> tuple[Any, ...]:
    with psycopg.connect(url) as own:
        found = own.execute(
            "SELECT (SELECT string_agg(status, ',') FROM consent_delivery),"
            " (SELECT count(*) FROM consent_inboundmessage), (SELECT count(*) FROM consent_suppression),"
            " (SELECT count(*) FROM consent_ledgerentry)"
        ).fetchone()
    assert found is not None
    return found
