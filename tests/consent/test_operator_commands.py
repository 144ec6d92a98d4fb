"""What operators run: the register carried out and in, and the desk's health."""

from __future__ import annotations

import csv
import io
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from consent.models import LedgerEntry, Suppression
from consent.services.dnd import block, lift, record_verbal_opt_out, switch_on
from consent.services.recording import record_event
from consent.values import ConsentEvent
from consent.vocabulary import Channel, EventKind, Source
from contacts.models import Address, Contact, ContactAddress
from contacts.values import SYSTEM, Actor
from tests.factories.contacts import make_contact

ROOT = Path(__file__).resolve().parents[2]
AT = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
LATER = datetime(2099, 1, 1, tzinfo=UTC)


def run(command: str, *words: str) -> str:
    said = io.StringIO()
    call_command(command, *words, stdout=said, stderr=io.StringIO())
    return said.getvalue()


def exported(*words: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(run("export_suppressions", "-", *words))))


def written(tmp_path: Path, *lines: str) -> str:
    path = tmp_path / "list.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return str(path)


def silences(lines: list[dict[str, str]]) -> set[tuple[str, ...]]:
    told = ("address", "address_kind", "channel", "direction", "kind", "covers", "expires_at")
    return {tuple(line[name] for name in told) for line in lines if line["address"]}


def texted(kind: EventKind, contact: Contact, *, at: datetime = AT) -> None:
    address = ContactAddress.objects.get(contact=contact, kind="phone").address_id
    record_event(event=ConsentEvent(kind, (Channel.SMS,), at, Source.CONTACT), address_id=address, by=SYSTEM, at=at)


def fill(ada: Contact, bo: Contact, by: Actor) -> None:
    """Silence Ada and Bo in every way that a line can have."""
    messenger = make_contact("Mira", "Sand", messenger="24601246012460")
    nobody = make_contact("Nils", "Holgersson")
    texted(EventKind.TEXT_OPT_OUT, ada)
    texted(EventKind.TEXT_AMBIGUOUS, bo)
    texted(EventKind.TEXT_DECEASED, bo)
    record_verbal_opt_out(contact_id=ada.pk, channels=[Channel.EMAIL], by=by, at=AT, note="She asked on the phone.")
    switch_on(contact_id=bo.pk, channels=[Channel.EMAIL], by=by, at=AT, expires_at=LATER)
    switch_on(contact_id=nobody.pk, channels=[Channel.SMS], by=by, at=AT)
    switch_on(contact_id=messenger.pk, channels=[Channel.FACEBOOK], by=by, at=AT)
    record_event(
        event=ConsentEvent(EventKind.DO_NOT_CONTACT_ON, (Channel.ALL,), AT, Source.STAFF),
        contact_id=messenger.pk,
        by=by,
        at=AT,
    )
    block(contact_id=ada.pk, on=True, by=by, at=AT)


@pytest.mark.usefixtures("connected")
def test_what_was_exported_silences_the_same_in_an_empty_register(tmp_path: Path, ada: Contact, bo: Contact, by: Actor):
    path = tmp_path / "register.csv"
    with transaction.atomic():
        fill(ada, bo, by)
        before = exported()
        run("export_suppressions", str(path))
        transaction.set_rollback(True)
    ContactAddress.objects.all().delete()
    assert not Suppression.objects.exists()

    said = run("import_suppressions", str(path))

    assert {line["reason"] for line in before} >= {"opt_out", "review_hold", "deceased", "manual", "blocked"}
    assert {line["address_kind"] for line in before} == {"phone", "email", "messenger", ""}
    assert silences(exported()) == silences(before)
    assert "Passed over: 1 of contacts without an address on that channel." in said
    rows = LedgerEntry.objects.filter(kind=EventKind.IMPORT_SUPPRESSION)
    assert set(rows.values_list("source", "actor", "detail")) == {("import", "system", "register.csv")}
    assert rows.filter(effect="set").count() == Suppression.objects.count()
    again = run("import_suppressions", str(path))
    assert "silenced" not in again
    assert "already so" in again


@pytest.mark.django_db
def test_numbers_may_have_any_spelling_and_nobody_need_hold_them(tmp_path: Path, ada: Contact):
    path = written(
        tmp_path,
        "Address,Channel,Reason,Since",
        "(503) 555-0101,SMS,,2025-04-01",
        "+1 503 555 0101,sms,,2025-04-01",
        "New@Example.com,email,spam_complaint,",
    )

    run("import_suppressions", path)

    told = Suppression.objects.order_by("id").values_list("address__value", "contact_id", "reason", "kind")
    assert list(told) == [
        ("+15035550101", ada.pk, "imported", "permanent"),
        ("new@example.com", None, "spam_complaint", "permanent"),
    ]
    assert LedgerEntry.objects.filter(effect="set").count() == 2


@pytest.mark.django_db
def test_one_wrong_line_refuses_the_whole_file_and_each_is_told_with_its_number(tmp_path: Path):
    path = written(
        tmp_path,
        "address,channel,reason",
        "+15035550101,sms,",
        "12,sms,",
        "+15035550102,pigeon,",
        "+15035550103,sms,bored",
        "+15035550104,sms",
    )

    with pytest.raises(CommandError) as no:
        run("import_suppressions", path)

    lines = str(no.value).splitlines()
    assert [line.partition(" ")[2].split(" ")[0:2] for line in lines[:4]] == [
        ["3:", "address:"],
        ["4:", "channel:"],
        ["5:", "reason:"],
        ["6:", "It"],
    ]
    assert lines[4] == "Nothing was taken over: 4 wrong, 1 right. Mend the file."
    assert not Suppression.objects.exists()
    assert not LedgerEntry.objects.exists()
    assert not Address.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("heading", "told"),
    [
        ("phone,channel", "address: The first line has to name the columns"),
        ("address,channel,colour", "colour: There is no such column."),
        ("address,channel,channel", "A column is named twice."),
    ],
)
def test_a_file_whose_columns_are_not_known_is_refused(tmp_path: Path, heading: str, told: str):
    with pytest.raises(CommandError, match=f"^Line 1: {told}"):
        run("import_suppressions", written(tmp_path, heading, "+15035550101,sms,sms"))

    assert not LedgerEntry.objects.exists()


@pytest.mark.django_db
def test_a_file_that_is_no_utf8_is_refused(tmp_path: Path):
    path = tmp_path / "latin.csv"
    path.write_bytes("address,channel,note\n+15035550101,sms,Müller\n".encode("latin-1"))

    with pytest.raises(CommandError, match="UTF-8"):
        run("import_suppressions", str(path))

    assert not LedgerEntry.objects.exists()


@pytest.mark.django_db
def test_a_dry_run_tells_and_writes_nothing(tmp_path: Path):
    said = run("import_suppressions", written(tmp_path, "address,channel", "+15035550101,sms"), "--dry-run")

    assert said.splitlines() == ["1 rows would be taken over: 1 silenced.", "Nothing was written."]
    assert not Suppression.objects.exists()
    assert not LedgerEntry.objects.exists()
    assert not Address.objects.exists()


@pytest.mark.django_db
def test_an_import_never_clears_or_weakens_and_passes_over_what_has_ended(tmp_path: Path, ada: Contact, by: Actor):
    texted(EventKind.TEXT_OPT_OUT, ada)
    row = Suppression.objects.get(address__value="+15035550101")
    path = written(
        tmp_path,
        "address,channel,reason,kind,expires_at,lifted_at",
        "+15035550101,sms,opt_out,permanent,,2026-11-20T12:00:00Z",
        "+15035550101,sms,manual,temporary,2020-01-01,",
        "+15035550101,sms,imported,temporary,,",
    )

    said = run("import_suppressions", path)

    assert "Passed over: 2 lifted, or at their end." in said
    row.refresh_from_db()
    assert (row.kind, row.lifted_at) == ("permanent", None)
    assert LedgerEntry.objects.filter(effect="lifted").count() == 0
    assert LedgerEntry.objects.filter(kind=EventKind.IMPORT_SUPPRESSION, effect="set").count() == 1


@pytest.mark.django_db
def test_a_file_can_not_call_an_opt_out_temporary(tmp_path: Path, ada: Contact, by: Actor):
    run("import_suppressions", written(tmp_path, "address,channel,reason,kind", "+15035550101,sms,opt_out,temporary"))

    row = Suppression.objects.get()
    assert (row.reason, row.kind) == ("opt_out", "permanent")
    assert LedgerEntry.objects.get().effect == "set"
    lift(contact_id=ada.pk, channels=[Channel.SMS], by=by, at=AT + timedelta(hours=1), note="They called it temporary")
    row.refresh_from_db()
    assert (row.lifted_at, LedgerEntry.objects.latest("id").effect) == (None, "refused")


@pytest.mark.django_db
def test_the_newest_no_of_a_register_outranks_an_opt_in_before_it(tmp_path: Path, ada: Contact):
    texted(EventKind.TEXT_OPT_IN, ada, at=AT)
    heading = "address,channel,reason,kind,since,reaffirmed_at"
    line = "+15035550101,sms,opt_out,permanent,2026-01-01,{}"

    first = run("import_suppressions", written(tmp_path, heading, line.format("2026-01-01")))
    then = run("import_suppressions", written(tmp_path, heading, line.format("2026-11-21")))

    assert "older than a newer act" in first
    assert "silenced" in then
    imported = LedgerEntry.objects.filter(kind=EventKind.IMPORT_SUPPRESSION).order_by("id")
    assert list(imported.values_list("effect", flat=True)) == ["superseded", "set"]


@pytest.mark.django_db
def test_lifted_ones_are_exported_only_with_all(ada: Contact, by: Actor):
    switch_on(contact_id=ada.pk, channels=[Channel.SMS], by=by, at=AT)
    lift(contact_id=ada.pk, channels=[Channel.SMS], by=by, at=AT + timedelta(hours=1))

    assert exported() == []
    (line,) = exported("--all")
    assert (line["address"], line["contact"]) == ("+15035550101", str(ada.public_id))
    assert line["lifted_at"] == "2026-11-20T13:00:00+00:00"


def test_health_says_yes_when_a_worker_reports(db: None):
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now())")

    said = run("health")

    assert said.splitlines()[:3] == ["Database: it answers.", "Migrations: all are applied.", "Worker: it reports."]
    assert "Doors: nothing was ever delivered." in said


def test_health_says_no_without_a_worker(db: None):
    with pytest.raises(SystemExit) as end:
        run("health")

    assert end.value.code == 1


def test_health_says_no_when_the_database_is_away():
    away = {"DATABASE_URL": "postgres://nobody:nothing@127.0.0.1:9/none", "DJANGO_SETTINGS_MODULE": "config.settings"}
    # With pytest there, settings make no pool, which would try for ten seconds.
    code = "import pytest; from django.core.management import execute_from_command_line as run; run(['', 'health'])"

    asked = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=os.environ | away,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert asked.returncode == 1, asked.stderr
    assert asked.stdout.splitlines()[0].startswith("Database: it can't be reached.")
    assert asked.stdout.splitlines()[2] == "Worker: not known, for what is above."
