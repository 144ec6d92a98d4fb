"""Packs that are too large to wait for: the page says so and what helps, and a command makes them."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import datetime
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command

from config.complaint_pack import bounds
from consent.models import LedgerEntry
from consent.services import dnd
from consent.vocabulary import Channel, EventKind
from contacts.models import Contact
from contacts.values import Actor
from tests.config.desk import as_user, said

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("connected")]


def make(*words: object) -> str:
    out = io.StringIO()
    call_command("make_pack", *map(str, words), stdout=out)
    return out.getvalue()


@pytest.mark.parametrize("what", ["complaint-pack", "export"])
def test_what_is_too_large_is_left_to_the_command_and_nothing_is_recorded(
    ada: Contact, superuser: User, by: Actor, at: datetime, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    dnd.switch_on(contact_id=ada.pk, channels=[Channel.SMS, Channel.EMAIL], by=by, at=at)
    monkeypatch.setattr(bounds, "MOST", 1)

    answer = as_user(superuser).post(f"/admin/contacts/contact/{ada.pk}/{what}/")

    assert f"manage.py make_pack {ada.pk} FILE --by YOUR-USERNAME" in said(answer)
    assert not LedgerEntry.objects.filter(kind__in=[EventKind.COMPLAINT_PACK, EventKind.DATA_EXPORTED]).exists()


def test_as_much_as_the_bound_is_made_on_the_page(
    ada: Contact, superuser: User, by: Actor, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    dnd.switch_on(contact_id=ada.pk, channels=[Channel.SMS, Channel.EMAIL], by=by, at=at)
    monkeypatch.setattr(bounds, "MOST", 2)

    answer = as_user(superuser).post(f"/admin/contacts/contact/{ada.pk}/complaint-pack/")

    assert answer.headers["Content-Type"] == "application/zip"


def test_the_command_makes_a_pack_for_a_person_who_may_have_it(ada: Contact, compliance: User, tmp_path: Path) -> None:
    path = tmp_path / "ada.zip"

    told = make(ada.pk, path, "--by", compliance.username)

    assert "hand it over, then delete it" in told
    assert path.stat().st_mode & 0o777 == 0o600
    assert "manifest.json" in zipfile.ZipFile(path).namelist()
    entry = LedgerEntry.objects.get(kind=EventKind.COMPLAINT_PACK)
    assert (entry.contact_id, entry.actor) == (ada.pk, f"user:{compliance.pk}")


def test_the_command_makes_the_export_for_the_person_it_is_about(
    ada: Contact, compliance: User, tmp_path: Path
) -> None:
    make(ada.pk, tmp_path / "ada.zip", "--by", compliance.username, "--personal-data")

    data = json.loads(zipfile.ZipFile(tmp_path / "ada.zip").read("data.json"))
    assert data["contact"]["first_name"] == "Ada"
    assert LedgerEntry.objects.filter(kind=EventKind.DATA_EXPORTED, actor=f"user:{compliance.pk}").exists()


def test_what_the_command_can_not_do_it_says_and_records_nothing(
    ada: Contact, agent: User, compliance: User, tmp_path: Path
) -> None:
    there = tmp_path / "there.zip"
    there.write_bytes(b"mine")
    for words, why in (
        ((ada.pk, tmp_path / "a.zip", "--by", "nobody"), "Nobody logs in"),
        ((ada.pk, tmp_path / "a.zip", "--by", agent.username), "may not have it"),
        ((0, tmp_path / "a.zip", "--by", compliance.username), "There is no contact 0"),
        ((ada.pk, there, "--by", compliance.username), "can't be made"),
    ):
        with pytest.raises(CommandError, match=why):
            make(*words)

    assert there.read_bytes() == b"mine"
    assert not LedgerEntry.objects.filter(kind=EventKind.COMPLAINT_PACK).exists()
