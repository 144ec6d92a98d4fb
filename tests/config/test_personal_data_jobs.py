"""What goes by the clock: sessions that are over, and proof files that nobody filed."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.contrib.sessions.models import Session
from pytest_django import Settings

from config.personal_data.jobs import clear_sessions, sweep_evidence_files

pytestmark = pytest.mark.django_db


def test_sessions_that_are_over_go(at: datetime) -> None:
    now = datetime.now(UTC)
    Session.objects.create(session_key="over", session_data="x", expire_date=now - timedelta(days=1))
    Session.objects.create(session_key="open", session_data="x", expire_date=now + timedelta(days=1))

    clear_sessions(timestamp=0)

    assert [each.session_key for each in Session.objects.all()] == ["open"]


def test_files_that_no_evidence_names_go_after_a_day(settings: Settings, tmp_path: Path) -> None:
    settings.STORAGES = {
        **settings.STORAGES,
        "evidence": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(tmp_path / "store"), "base_url": None},
        },
    }
    sweep_evidence_files(timestamp=0)
    folder = tmp_path / "store" / "2026" / "11"
    folder.mkdir(parents=True)
    old, new, strange = folder / f"{'a' * 32}.pdf", folder / f"{'b' * 32}.pdf", folder / "minutes.pdf"
    before = (datetime.now(UTC) - timedelta(days=2)).timestamp()
    for file in (old, new, strange):
        file.write_bytes(b"%PDF")
        os.utime(file, None if file == new else (before, before))

    sweep_evidence_files(timestamp=0)

    assert not old.exists()
    assert new.exists()
    assert strange.exists()
