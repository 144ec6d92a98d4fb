"""The complaint pack: what is in it, who may have it, and that its checker misses no changed byte."""

from __future__ import annotations

import base64
import io
import json
import runpy
import subprocess
import sys
import zipfile
from datetime import datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from pytest_django import Settings

from config.complaint_pack.services import Pack, make_pack
from consent.models import LedgerEntry
from consent.models.evidence import ConsentMethod
from consent.selectors import addresses_by_channel
from consent.services import dnd, sealing
from consent.services.evidence import Claim, file_evidence
from consent.services.evidence_files import store
from consent.services.seal_heads import export_heads
from consent.vocabulary import Channel, EventKind
from contacts.models import Contact
from contacts.values import Actor
from lists import services as lists
from tests.consent.sealed import write
from tests.consent.test_verification import as_superuser, tamper
from tests.factories.lists import make_list
from tests.factories.staff_site import text

concurrent = pytest.mark.django_db(transaction=True)
VERIFIER = Path(__file__).resolve().parents[2] / "docs" / "verify_pack.py"
verify_pack = runpy.run_path(str(VERIFIER))
KEY = base64.b64encode(bytes(range(32))).decode()


def check(files: dict[str, bytes], **options: Any) -> tuple[bool, str]:
    report = verify_pack["verify"](files, **options)
    return report.holds, "\n".join(report.lines)


def unpack(pack: Pack) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(pack.content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture
def told(
    ada: Contact, bo: Contact, connected: None, agent: User, by: Actor, at: datetime, tmp_path: Path, settings: Settings
) -> Contact:
    """Ada with something of everything: texts, DND by hand, a list, evidence with a file; others beside her."""
    options = {"location": str(tmp_path / "evidence"), "base_url": None}
    settings.STORAGES = {**settings.STORAGES, "evidence": {**settings.STORAGES["evidence"], "OPTIONS": options}}
    text("SM1", "STOP", sender="+15035550101", at=at - timedelta(days=3))
    dnd.switch_on(contact_id=bo.pk, channels=[Channel.EMAIL], by=by, at=at, note="bo asked")
    dnd.switch_on(contact_id=ada.pk, channels=[Channel.EMAIL], by=by, at=at, note="<b>asked</b> by phone")
    offers = make_list()
    lists.add(list_id=offers.pk, contact_ids=[ada.pk, bo.pk], by=by, at=at)
    file = SimpleUploadedFile("form.pdf", b"%PDF-1.4 Ada signed here")
    claim = Claim(
        contact_id=ada.pk,
        address_id=addresses_by_channel(ada.pk)[Channel.SMS][0],
        channels=[Channel.SMS],
        method=ConsentMethod.SIGNED_PAPER,
        wording="Yes, text me.",
        consent_given_at=at - timedelta(hours=1),
        file=store(upload=file, at=at),
    )
    file_evidence(claim=claim, by=by, at=at)
    sealing.seal_due(at=at)
    write(5)
    sealing.seal_due(at=at)
    text("SM2", "are you there", sender="+15035550101", at=at)
    return ada


@concurrent
def test_a_pack_tells_the_whole_story_and_holds(told: Contact, by: Actor, at: datetime, settings: Settings) -> None:
    settings.PACK_SIGNING_KEY = KEY

    pack = make_pack(contact=told, by=by, at=at)

    files = unpack(pack)
    holds, words = check(files)
    assert holds, words
    assert "files are as the manifest lists them" in words
    assert "the signature, by the key" in words
    assert "is the file that was filed as evidence" in words
    assert "1 ledger entries had no seal yet" in words
    page = files["index.html"].decode()
    assert all(said in page for said in ("Ada Lovelace", "STOP", "are you there", "Yes, text me.", "form.pdf"))
    assert "&lt;b&gt;asked&lt;/b&gt; by phone" in page
    assert "<script" not in page
    assert "src=" not in page
    assert "http" not in page.replace("http-equiv", "")
    told_rows = json.loads(files["pack.json"])
    assert len(told_rows["ledger"]) == LedgerEntry.objects.filter(contact_id=told.pk).count() - 1  # its own is newer
    assert {row["contact_id"] for row in told_rows["ledger"]} == {told.pk}
    assert b"bo asked" not in b"".join(files.values())
    assert "+15035550102" not in b"".join(files.values()).decode()


@concurrent
def test_the_ledger_records_each_pack_with_what_tells_it_apart(told: Contact, by: Actor, at: datetime) -> None:
    pack = make_pack(contact=told, by=by, at=at)

    (entry,) = LedgerEntry.objects.filter(kind=EventKind.COMPLAINT_PACK)
    assert (entry.contact_id, entry.effect, entry.rule, entry.actor) == (told.pk, "nothing", "E05", by.ref)
    assert entry.detail == pack.digest


@concurrent
def test_any_changed_byte_of_any_file_is_found(told: Contact, by: Actor, at: datetime, settings: Settings) -> None:
    settings.PACK_SIGNING_KEY = KEY
    files = unpack(make_pack(contact=told, by=by, at=at))
    _try_bytes(files)


@concurrent
def test_any_changed_byte_of_an_unsigned_pack_is_found_too(told: Contact, by: Actor, at: datetime) -> None:
    files = unpack(make_pack(contact=told, by=by, at=at))
    assert "the pack is not signed" in check(files)[1]
    _try_bytes(files)


def _try_bytes(files: dict[str, bytes]) -> None:
    @examples(max_examples=250, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])
    @given(st.data())
    def found(data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(sorted(files)))
        place = data.draw(st.integers(0, len(files[name]) - 1))
        changed = bytearray(files[name])
        changed[place] ^= data.draw(st.integers(1, 255))
        assert not check({**files, name: bytes(changed)})[0]

    found()


@concurrent
def test_a_pack_that_was_put_together_anew_is_told_by_key_and_heads(
    told: Contact, by: Actor, at: datetime, settings: Settings, tmp_path: Path
) -> None:
    """Whoever forges the whole pack, manifest included, can't forge the signature, nor published heads."""
    export_heads(tmp_path / "heads")
    settings.PACK_SIGNING_KEY = KEY
    honest = unpack(make_pack(contact=told, by=by, at=at))
    public = json.loads(honest["manifest.sig"])["public_key"]
    settings.PACK_SIGNING_KEY = base64.b64encode(bytes(32)).decode()
    with as_superuser():
        tamper("UPDATE consent_ledgerentry SET effect = 'lifted' WHERE contact_id = %s AND effect = 'set'", told.pk)
        tamper("DELETE FROM consent_ledgerseal")
        sealing.seal_due(at=at)
        forged = unpack(make_pack(contact=told, by=by, at=at))

    assert check(forged)[0]
    assert "another key than the one you gave" in check(forged, key=public)[1]
    assert "not those whose heads were published" in check(forged, heads=tmp_path / "heads")[1]
    holds, words = check(honest, key=public, heads=tmp_path / "heads")
    assert holds
    assert "heads are those that were published" in words


@concurrent
def test_an_entry_that_was_changed_in_the_database_is_told_by_the_pack(told: Contact, by: Actor, at: datetime) -> None:
    with as_superuser():
        tamper("UPDATE consent_ledgerentry SET actor = 'user:99' WHERE contact_id = %s AND kind = 'dnd_on'", told.pk)
        files = unpack(make_pack(contact=told, by=by, at=at))

    holds, words = check(files)
    assert not holds
    assert "is not as it was sealed" in words
    assert b"not as they were sealed" in files["index.html"]


@concurrent
def test_a_proof_file_that_is_gone_is_named(told: Contact, by: Actor, at: datetime, tmp_path: Path) -> None:
    for file in (tmp_path / "evidence").rglob("*.pdf"):
        file.unlink()

    files = unpack(make_pack(contact=told, by=by, at=at))

    assert "the sender did not find it any more" in check(files)[1]
    assert b"not found in the store" in files["index.html"]


@concurrent
def test_files_that_are_missing_or_put_in_are_named(told: Contact, by: Actor, at: datetime) -> None:
    files = unpack(make_pack(contact=told, by=by, at=at))

    assert "more.txt was put in" in check({**files, "more.txt": b"x"})[1]
    assert "index.html is missing" in check({name: each for name, each in files.items() if name != "index.html"})[1]


@concurrent
def test_the_checker_runs_alone_on_the_file_and_on_its_folder(
    told: Contact, by: Actor, at: datetime, tmp_path: Path
) -> None:
    pack = make_pack(contact=told, by=by, at=at)
    path, folder = tmp_path / pack.name, tmp_path / "unpacked"
    path.write_bytes(pack.content)
    with zipfile.ZipFile(path) as archive:
        archive.extractall(folder)
    alone = [sys.executable, "-I", str(folder / "verify_pack.py")]

    for given_path in (path, folder):
        run = subprocess.run([*alone, str(given_path)], capture_output=True, text=True, cwd=tmp_path)
        assert (run.returncode, run.stderr) == (0, "")
        assert "Everything that could be checked holds." in run.stdout
    (folder / "index.html").write_text("forged")
    assert subprocess.run([*alone, str(folder)], capture_output=True, cwd=tmp_path).returncode == 1
    assert subprocess.run([*alone, str(VERIFIER)], capture_output=True, cwd=tmp_path).returncode == 2


@pytest.mark.django_db
def test_a_contact_without_a_story_has_a_pack_too(bo: Contact, by: Actor, at: datetime) -> None:
    files = unpack(make_pack(contact=bo, by=by, at=at))

    assert check(files)[0]
    assert b"Nothing is in the ledger about this person." in files["index.html"]


@pytest.mark.django_db
def test_compliance_downloads_it_from_the_timeline_and_agents_do_not(
    client: Client, compliance: User, agent: User, bo: Contact
) -> None:
    address = f"/admin/contacts/contact/{bo.pk}/complaint-pack/"
    client.force_login(agent)
    assert address not in client.get(f"/admin/contacts/contact/{bo.pk}/timeline/").content.decode()
    assert client.post(address).status_code == 403
    client.force_login(compliance)
    assert address in client.get(f"/admin/contacts/contact/{bo.pk}/timeline/").content.decode()

    answer = client.post(address)

    assert answer.headers["Content-Type"] == "application/zip"
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="complaint-pack-')
    assert client.get(address).status_code == 302


def test_the_public_key_is_printed_and_new_keys_are_made(settings: Settings) -> None:
    out = StringIO()
    call_command("print_pack_key", "--new", stdout=out)
    settings.PACK_SIGNING_KEY = out.getvalue().strip()
    printed = StringIO()
    call_command("print_pack_key", stdout=printed)

    assert len(base64.b64decode(printed.getvalue())) == 32
    for wrong, why in (("", "is not set"), ("c2hvcnQ=", "no Ed25519 key")):
        settings.PACK_SIGNING_KEY = wrong
        with pytest.raises(CommandError, match=why):
            call_command("print_pack_key")
