"""What somebody may try to upload as proof, and to download without being let in."""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from consent.models import Evidence
from consent.models.evidence import ConsentMethod
from consent.services import evidence as verbs
from consent.services.evidence import Claim, UnableToFileEvidence
from consent.services.evidence_files import store
from consent.services.evidence_pictures import picture_of_pdf
from consent.vocabulary import Channel
from contacts.models import Contact
from tests.conftest import actor
from tests.consent.acting import phone_of
from tests.consent.test_evidence_page import PNG, height_of, pdf

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("connected")]


@pytest.fixture(autouse=True)
def folder(settings: object, tmp_path: Path) -> Path:
    options = {"location": str(tmp_path), "base_url": None}
    settings.STORAGES = {**settings.STORAGES, "evidence": {**settings.STORAGES["evidence"], "OPTIONS": options}}
    return tmp_path


def zip_bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("proof.txt", b"\0" * 5_000_000)
    return out.getvalue()


HTML = b"<!doctype html><script>fetch('/admin/')</script>"
REFUSED = {
    "a page": HTML,
    "a page after a byte order mark": b"\xef\xbb\xbf" + HTML,
    "a page after spaces": b" \n\t" + HTML,
    "a page in UTF-16": "<html><script>1</script>".encode("utf-16"),
    "a picture that is a program": b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg' onload='x()'/>",
    "a picture and a page": PNG + HTML,
    "a sound and a page": b"ID3\x04\x00" + HTML,
    "a GIF and a script": b"GIF89a/*" + b"\0" * 20 + b"*/=1;alert(1)",
    "a program of Windows": b"MZ\x90\x00" + b"\0" * 60 + b"PE",
    "a program of Linux": b"\x7fELF\x02\x01\x01",
    "a shell script": b"#!/bin/sh\nrm -rf ~",
    "a bomb in a ZIP": zip_bomb(),
    "a Word file": b"PK\x03\x04\x14\x00\x06\x00[Content_Types].xml",
    "a gzip": zlib.compress(b"\0" * 100_000, wbits=31),
    "a link of Windows": b"[InternetShortcut]\r\nURL=<a href='file://x'>",
    "nothing": b"",
}


@pytest.mark.parametrize("content", REFUSED.values(), ids=REFUSED.keys())
@pytest.mark.parametrize("name", ["proof.pdf", "proof.png"])
def test_what_is_no_proof_is_refused_under_any_name(at: datetime, folder: Path, name: str, content: bytes) -> None:
    with pytest.raises(UnableToFileEvidence):
        store(upload=SimpleUploadedFile(name, content, "image/png"), at=at)

    assert list(folder.rglob("*")) == []


NAMES = (
    "../../../etc/cron.d/x.png",
    "..\\..\\windows\\x.png",
    "/etc/passwd",
    "a\r\nSet-Cookie: x=1.png",
    'a"; filename="x.html',
    "\u202egnp.exe",
    "a\x00b.png",
    ".htaccess",
    "x" * 500 + ".png",
    "",
)


@pytest.mark.parametrize("given", NAMES, ids=[f"name {place}" for place in range(len(NAMES))])
def test_no_name_leads_out_of_the_store_or_into_a_header(at: datetime, folder: Path, given: str) -> None:
    upload = SimpleUploadedFile("x", PNG)
    upload._name = given

    stored = store(upload=upload, at=at)

    assert re.fullmatch(r"[\w .()-]{1,80}\.png", stored.name)
    assert ".." not in stored.name
    assert [each.relative_to(folder).as_posix() for each in folder.rglob("*.*")] == [stored.key]


def filed(contact: Contact, by: User, at: datetime, name: str, content: bytes) -> Evidence:
    upload = SimpleUploadedFile(name, content)
    claim = Claim(
        contact.pk,
        phone_of(contact),
        [Channel.SMS],
        ConsentMethod.WEB_FORM,
        "Yes",
        at - timedelta(days=1),
        file=store(upload=upload, at=at),
    )
    return verbs.file_evidence(claim=claim, by=actor(by), at=at)


def test_a_page_of_a_pdf_can_not_grow_without_end(ada: Contact, agent: User, at: datetime) -> None:
    long = pdf("Yes").replace(b"[0 0 595 842]", b"[0 0 5 14400]")

    drawn = picture_of_pdf(filed(ada, agent, at, "long.pdf", long))

    assert drawn is not None
    assert height_of(drawn) <= 2400
    assert struct.unpack(">I", drawn[16:20]) == (900,)


def test_a_pdf_that_is_a_page_too_is_handed_out_as_an_attachment_that_nothing_runs(
    ada: Contact, agent: User, at: datetime, client: Client
) -> None:
    claim = filed(ada, agent, at, "both.html", pdf("Yes") + HTML)
    client.force_login(agent)

    proof = client.get(reverse("admin:consent_evidence_proof", args=[claim.pk]))

    assert proof["Content-Type"] == "application/pdf"
    assert proof["Content-Disposition"] == 'attachment; filename="both.pdf"'
    assert proof["X-Content-Type-Options"] == "nosniff"
    assert b"".join(proof.streaming_content).endswith(HTML)


def test_a_guessed_address_hands_out_nothing(ada: Contact, agent: User, at: datetime, client: Client) -> None:
    claim = filed(ada, agent, at, "proof.png", PNG)
    outsider = User.objects.create_user("olaf", "o@example.com", "a long enough secret", is_staff=True)
    addresses = [f"/{folder}/{claim.file_key}" for folder in ("media", "evidence-files", "static", "admin")]

    for who in (None, outsider, agent):
        if who is not None:
            client.force_login(who)
        for address in (*addresses, f"/static/../evidence-files/{claim.file_key}"):
            assert client.get(address).status_code in {302, 404}
    client.force_login(outsider)
    for verb in ("proof", "picture"):
        assert client.get(reverse(f"admin:consent_evidence_{verb}", args=[claim.pk])).status_code == 403
    client.force_login(agent)
    assert client.get(reverse("admin:consent_evidence_proof", args=[claim.pk + 1])).status_code == 404
