"""Production as docs/deployment.md tells it: its settings, its static files, its two database roles."""

from __future__ import annotations

import os
import re
import secrets
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlencode

import psycopg
import pytest
from django.conf import settings
from psycopg import sql

from tests.config.conftest import CHECKOUT

PAGE = CHECKOUT / "docs" / "deployment.md"
PRODUCTION = {
    "DEBUG": "false",
    "SECRET_KEY": "a key of production has fifty characters or more, and some variety: 0123456789",
    "ALLOWED_HOSTS": "desk.example.org",
    "PUBLIC_BASE_URL": "https://desk.example.org",
    "TWILIO_AUTH_TOKEN": "0f1e2d3c4b5a69788796a5b4c3d2e1f0",
    "BEHIND_TLS_PROXY": "true",
}
NOWHERE = "postgres://nobody:nothing@127.0.0.1:9/none"


def manage(*words: str, database_url: str = NOWHERE, folder: Path = CHECKOUT) -> subprocess.CompletedProcess[str]:
    own = {key: value for key, value in os.environ.items() if key not in {"DJANGO_SETTINGS_MODULE", "PYTHONPATH"}}
    return subprocess.run(
        [sys.executable, "manage.py", *words],
        cwd=folder,
        env=own | PRODUCTION | {"DATABASE_URL": database_url},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_djangos_deployment_check_finds_nothing():
    checked = manage("check", "--deploy", "--fail-level", "WARNING")

    assert checked.returncode == 0, checked.stderr
    assert "no issues (0 silenced)" in checked.stdout + checked.stderr


def test_without_a_secret_key_production_does_not_start():
    own = {key: value for key, value in os.environ.items() if key not in {"SECRET_KEY", "DJANGO_SETTINGS_MODULE"}}

    started = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=CHECKOUT,
        env=own | {"DEBUG": "false", "DATABASE_URL": NOWHERE},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )

    assert started.returncode != 0
    assert "SECRET_KEY is not set" in started.stderr


def test_the_demo_refuses_to_go_into_production():
    refused = manage("load_demo")

    assert refused.returncode == 1
    assert "--yes-i-know" in refused.stderr


def test_static_files_can_be_collected(tmp_path):
    for part in ("config", "consent", "contacts", "lists", "templates"):
        shutil.copytree(CHECKOUT / part, tmp_path / part)
    shutil.copy2(CHECKOUT / "manage.py", tmp_path)

    collected = manage("collectstatic", "--noinput", folder=tmp_path)

    assert collected.returncode == 0, collected.stderr
    assert list((tmp_path / "staticfiles" / "consent_desk").glob("staff.*.css.gz"))


@dataclass(frozen=True)
class Roles:
    """A database made as the page says: how its owner and the application reach it."""

    owner_url: str
    app_url: str


def server_url(user: str, password: str, database: str) -> str:
    server = settings.DATABASES["default"]
    where = urlencode({"host": server["HOST"], "port": server["PORT"]}, quote_via=quote)
    return f"postgres://{quote(user)}:{quote(password)}@/{database}?{where}"


def statements() -> tuple[list[str], list[str]]:
    """Return the page's SQL: what is run at first, and what is run in the new database."""
    first, second = re.findall(r"```sql\n(.*?)```", PAGE.read_text(), re.DOTALL)
    return first.strip().splitlines(), second.strip().splitlines()


@pytest.fixture(scope="module")
def roles(django_db_setup) -> Iterator[Roles]:
    server = settings.DATABASES["default"]
    mark = secrets.token_hex(4)
    names = {name: f"{name}_{mark}" for name in ("consent_desk", "desk_owner", "desk_app")}

    def run(database: str, lines: list[str]) -> None:
        with psycopg.connect(server_url(server["USER"], server["PASSWORD"], database), autocommit=True) as connection:
            for line in lines:
                connection.execute(re.sub(r"consent_desk|desk_owner|desk_app", lambda hit: names[hit[0]], line))

    first, second = statements()
    run("postgres", first)
    run(names["consent_desk"], second)
    try:
        yield Roles(
            server_url(names["desk_owner"], "choose-one", names["consent_desk"]),
            server_url(names["desk_app"], "choose-another", names["consent_desk"]),
        )
    finally:
        run("postgres", ["DROP DATABASE consent_desk WITH (FORCE)", "DROP ROLE desk_app", "DROP ROLE desk_owner"])


WORK = """
from django.utils import timezone
from consent.services import dnd
from consent.vocabulary import Channel
from contacts.services import create_contact
from contacts.values import SYSTEM
at = timezone.now()
contact = create_contact(first_name="Ada", by=SYSTEM, at=at)
dnd.switch_on(contact_id=contact.pk, channels=[Channel.SMS], by=SYSTEM, at=at)
print(dnd.lift(contact_id=contact.pk, channels=[Channel.SMS], by=SYSTEM, at=timezone.now()).changed)
"""


def test_the_owner_migrates_and_the_application_works_but_can_not_open_the_locks(roles):
    migrated = manage("migrate", "-v0", database_url=roles.owner_url)
    assert migrated.returncode == 0, migrated.stderr

    worked = manage("shell", "-v0", "-c", WORK, database_url=roles.app_url)

    assert worked.stdout.strip() == "True", worked.stderr
    trigger = "SELECT tgname FROM pg_trigger WHERE tgrelid = 'consent_suppression'::regclass AND NOT tgisinternal"
    with psycopg.connect(roles.app_url, autocommit=True) as connection:
        guard = sql.Identifier(connection.execute(trigger).fetchone()[0])
        for statement in (
            "ALTER TABLE consent_suppression DISABLE TRIGGER ALL",
            "DROP TRIGGER {} ON consent_suppression",
            "TRUNCATE consent_ledgerentry",
            "SET session_replication_role = replica",
            "DROP TABLE consent_ledgerentry",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(sql.SQL(statement).format(guard))
