"""The house stands as docs/architecture.md says. These tests keep it so."""

from __future__ import annotations

import logging
import re
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import call_command

from consent.models import Suppression
from consent.models.suppression_guard import HISTORY_COLUMNS

ROOT = Path(__file__).resolve().parent.parent
APPS = ("config", "consent", "contacts", "lists")


def python_files() -> list[Path]:
    return [path for app in APPS for path in (ROOT / app).rglob("*.py") if "migrations" not in path.parts]


def test_every_import_contract_is_kept() -> None:
    # A process of its own: its logging would silence every logger that is there already, for the tests that follow.
    linted = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports; raise SystemExit(lint_imports())"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert linted.returncode == 0, linted.stdout


def test_no_test_silences_the_loggers_of_the_house() -> None:
    """Whoever calls dictConfig without saying otherwise disables all that exist, and log tests then fail at random."""
    ours = [name for name in logging.root.manager.loggerDict if name.partition(".")[0] in APPS]

    assert [name for name in ours if logging.getLogger(name).disabled] == []


@pytest.mark.django_db
def test_the_migrations_are_what_the_models_ask_for() -> None:
    call_command("makemigrations", check=True, dry_run=True, stdout=StringIO())


def test_every_file_fits_in_one_reading() -> None:
    too_long = {str(path.relative_to(ROOT)) for path in python_files() if len(path.read_text().splitlines()) > 400}

    assert too_long == set()


def test_no_verb_reads_the_clock_or_the_current_user() -> None:
    readers = re.compile(r"timezone\.now\(|datetime\.now\(|utcnow\(|get_current_user|HistoricalRecords\.context")
    services = [path for path in python_files() if "services" in path.parts or path.name == "services.py"]

    assert services
    assert [str(path) for path in services if readers.search(path.read_text())] == []


def test_only_consent_services_write_consent() -> None:
    """Shells and other apps ask: they never create, update or delete rows of consent themselves."""
    writes = re.compile(
        r"\b(Suppression|LedgerEntry|Delivery|InboundMessage|Evidence|Review)\.objects\b[^\n]*"
        r"\.(create|bulk_create|update|bulk_update|delete|get_or_create|update_or_create)\("
    )
    inside = ROOT / "consent" / "services"
    outside = [path for path in python_files() if inside not in path.parents]

    assert [str(path) for path in outside if writes.search(path.read_text())] == []


def test_the_history_of_suppressions_keeps_every_column() -> None:
    kept = {field.column for field in Suppression._meta.concrete_fields}

    assert set(HISTORY_COLUMNS) == kept


def test_every_record_of_fact_refuses_truncate() -> None:
    facts = ("Suppression", "LedgerEntry", "InboundMessage", "Delivery", "Evidence", "Review")
    for name in facts:
        triggers = {trigger.name for trigger in apps.get_model("consent", name)._meta.triggers}
        assert "refuse_truncate" in triggers, name


def test_nothing_in_the_repository_names_a_package_index_or_a_home_of_somebody() -> None:
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    # A letter in brackets keeps this very line from being what it looks for.
    telling = re.compile(
        r"(extra-)?inde[x]-url|--find-link[s]|python[h]osted|[p]ypi\.org|(^|[^\w.])/(root|home)/\w", re.MULTILINE
    )
    found = []
    for name in tracked.splitlines():
        path = ROOT / name
        if path.suffix in {".png", ".svg", ".ico"} or not path.is_file():
            continue
        if telling.search(path.read_text(errors="ignore")):
            found.append(name)

    assert found == []
