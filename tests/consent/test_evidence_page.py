"""The page of a claim: the proof beside what stands, what would lift and what happened, and nothing that runs."""

from __future__ import annotations

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
from consent.services.evidence import Claim
from consent.services.evidence_files import store
from consent.vocabulary import Channel, EventKind
from contacts.models import Contact
from tests.conftest import actor
from tests.consent.acting import phone_of, tell

pytestmark = pytest.mark.django_db

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 64
MP3 = b"ID3\x04\x00" + b"\x00" * 64
DAY = timedelta(days=1)


def pdf(*pages: str) -> bytes:
    """Return a PDF with a line of text on each page."""
    kids = " ".join(f"{3 + 2 * place} 0 R" for place in range(len(pages)))
    parts = ["<</Type/Catalog/Pages 2 0 R>>", f"<</Type/Pages/Kids[{kids}]/Count {len(pages)}>>"]
    font = "<</Font<</F1<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>"
    for place, words in enumerate(pages):
        drawn = f"BT /F1 28 Tf 60 700 Td ({words}) Tj ET"
        parts.append(f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources{font}/Contents {4 + 2 * place} 0 R>>")
        parts.append(f"<</Length {len(drawn)}>>stream\n{drawn}\nendstream")
    out, places = b"%PDF-1.4\n", []
    for number, part in enumerate(parts, start=1):
        places.append(len(out))
        out += f"{number} 0 obj{part}endobj\n".encode()
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    trailer = f"trailer<</Size {len(parts) + 1}/Root 1 0 R>>\nstartxref\n{len(out)}\n%%EOF\n"
    return out + f"xref\n0 {len(parts) + 1}\n0000000000 65535 f \n{table}{trailer}".encode()


def height_of(png: bytes) -> int:
    return int.from_bytes(png[20:24])


@pytest.fixture(autouse=True)
def _files(settings: object, tmp_path: Path) -> None:
    options = {"location": str(tmp_path), "base_url": None}
    settings.STORAGES = {**settings.STORAGES, "evidence": {**settings.STORAGES["evidence"], "OPTIONS": options}}


@pytest.fixture
def stopped(ada: Contact, at: datetime, connected: None) -> Contact:
    """Ada texted STOP a week ago."""
    tell(EventKind.TEXT_OPT_OUT, ada, at - 7 * DAY)
    return ada


def filed(contact: Contact, by: User, at: datetime, name: str = "", content: bytes = b"") -> Evidence:
    upload = SimpleUploadedFile(name, content) if name else None
    return verbs.file_evidence(
        claim=Claim(
            contact.pk,
            phone_of(contact),
            [Channel.SMS],
            ConsentMethod.SIGNED_PAPER,
            "Yes, text me",
            at - DAY,
            file=store(upload=upload, at=at) if upload else None,
        ),
        by=actor(by),
        at=at,
    )


def page_of(claim: Evidence, person: User) -> str:
    client = Client()
    client.force_login(person)
    return client.get(reverse("admin:consent_evidence_change", args=[claim.pk])).content.decode()


def test_a_reviewer_sees_proof_effect_standing_and_story_on_one_page(
    stopped: Contact, agent: User, support: User, at: datetime
) -> None:
    claim = filed(stopped, agent, at, "card.png", PNG)

    page = page_of(claim, support)

    assert f'<img src="/admin/consent/evidence/{claim.pk}/proof/"' in page
    assert page.index("What approving would do now") < page.index("Approve and lift") < page.index("DND now")
    assert "Texted TOLD on 14 Nov 2026" in page
    assert "Opt-in evidence filed (signed paper): SMS" in page
    assert 'id="submit-row"' not in page


def test_who_may_not_read_the_contacts_ledger_is_not_told_the_story(
    stopped: Contact, agent: User, at: datetime
) -> None:
    claim = filed(stopped, agent, at)
    Contact.objects.filter(pk=stopped.pk).update(owner=User.objects.create(username="nina"))

    page = page_of(claim, agent)

    assert "This one belongs to somebody else" in page
    assert "Opt-in evidence filed" not in page


@pytest.mark.parametrize(
    ("name", "content", "shown"),
    [
        ("call.mp3", MP3, "<audio controls"),
        ("mail.txt", b"I said yes & meant it < today", "I said yes &amp; meant it &lt; today</pre>"),
        ("form.pdf", pdf("Yes"), '/picture/"'),
        ("", b"", "No file was filed with it."),
    ],
    ids=["a call", "a text", "a PDF", "nothing"],
)
def test_each_kind_of_proof_is_shown_in_its_own_way(
    stopped: Contact, agent: User, support: User, at: datetime, name: str, content: bytes, shown: str
) -> None:
    assert shown in page_of(filed(stopped, agent, at, name, content), support)


def test_the_pages_of_a_pdf_are_drawn_and_the_file_itself_stays_an_attachment(
    stopped: Contact, agent: User, support: User, at: datetime, client: Client
) -> None:
    claim = filed(stopped, agent, at, "form.pdf", pdf("Yes, text me", "Page two"))
    client.force_login(support)

    drawn = client.get(reverse("admin:consent_evidence_picture", args=[claim.pk]))

    assert (drawn.status_code, drawn["Content-Type"]) == (200, "image/png")
    assert "no-store" in drawn["Cache-Control"]
    assert height_of(drawn.content) == 2 * 1274 + 12
    proof = client.get(reverse("admin:consent_evidence_proof", args=[claim.pk]))
    assert proof["Content-Disposition"].startswith("attachment;")
    proof.close()


@pytest.mark.parametrize("content", [b"%PDF-1.7\nnothing of a PDF", pdf(), PNG], ids=["broken", "no pages", "no PDF"])
def test_what_can_not_be_drawn_is_not_found(
    stopped: Contact, agent: User, support: User, at: datetime, client: Client, content: bytes
) -> None:
    claim = filed(stopped, agent, at, "form.pdf", content)
    client.force_login(support)

    assert client.get(reverse("admin:consent_evidence_picture", args=[claim.pk])).status_code == 404


def test_a_file_that_is_gone_from_the_store_leaves_a_page_that_says_so(
    stopped: Contact, agent: User, support: User, at: datetime, tmp_path: Path
) -> None:
    claim = filed(stopped, agent, at, "mail.txt", b"yes")
    (tmp_path / claim.file_key).unlink()

    assert "It can’t be shown here." in page_of(claim, support)


def test_strangers_get_no_picture(stopped: Contact, agent: User, at: datetime, client: Client) -> None:
    claim = filed(stopped, agent, at, "form.pdf", pdf("Yes"))
    address = reverse("admin:consent_evidence_picture", args=[claim.pk])
    outsider = User.objects.create_user("olaf", "o@example.com", "a long enough secret", is_staff=True)

    assert client.get(address).status_code == 302
    client.force_login(outsider)
    assert client.get(address).status_code == 403


def test_filing_from_a_channel_begins_with_that_channel_and_its_address(
    stopped: Contact, agent: User, client: Client
) -> None:
    client.force_login(agent)

    form = client.get(f"/admin/consent/evidence/file/{stopped.pk}/?channel=sms").context["form"]

    assert (form["channels"].value(), form["address"].value()) == (["sms"], phone_of(stopped))
    assert client.get(f"/admin/consent/evidence/file/{stopped.pk}/?channel=nonsense").status_code == 200
    page = client.get(f"/admin/contacts/contact/{stopped.pk}/change/").content.decode()
    assert f"/admin/consent/evidence/file/{stopped.pk}/?channel=sms" in page
