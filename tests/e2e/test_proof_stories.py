"""In a browser, end to end: evidence and its proof, consent on file with its policy, a slow opt-out request."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from consent.models import OptOutRequest, Suppression
from contacts.models import Contact
from tests.e2e.test_contact_page import stop

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True, serialized_rollback=True)]

LogIn = Callable[[User], Page]
Check = Callable[[Page], None]

VERIFIER = Path(__file__).resolve().parents[2] / "docs" / "verify_pack.py"
PROOF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def as_typed(moment: datetime) -> str:
    """Return a moment as the browser's own field takes it."""
    return timezone.localtime(moment).strftime("%Y-%m-%dT%H:%M")


def test_evidence_is_filed_with_its_file_approved_by_another_and_proven_by_the_pack(
    browsing: LogIn,
    accessible: Check,
    live_server: LiveServer,
    ada: Contact,
    agent: User,
    support: User,
    compliance: User,
    connected: None,
    tmp_path: Path,
) -> None:
    stop(ada)
    contact = f"{live_server.url}/admin/contacts/contact/{ada.pk}/"
    page = browsing(agent)
    page.goto(f"{contact}change/")
    page.locator("#dnd-sms").get_by_role("link", name="File evidence").click()
    page.get_by_label("Address").select_option(label="+1 503-555-0101")
    page.get_by_label("SMS", exact=True).check()
    page.get_by_label("How the consent was given").select_option(label="Signed paper")
    page.get_by_label("Exact consent wording").fill("Yes, text me again.")
    page.get_by_label("When it was given").fill(as_typed(timezone.now() - timedelta(hours=1)))
    page.locator("input[type=file]").set_input_files(
        {"name": "card.pdf", "mimeType": "application/pdf", "buffer": PROOF}
    )
    accessible(page)
    page.get_by_role("button", name="File evidence").click()
    expect(page.get_by_text("Somebody else must review it before anything is lifted.")).to_be_visible()
    expect(page.get_by_text("You filed this yourself. Someone else must review it.")).to_be_visible()
    expect(page.get_by_role("button", name="Approve and lift")).to_have_count(0)

    page = browsing(support)
    page.get_by_role("link", name="1 Evidence to review").click()
    page.locator("#result_list").get_by_role("link").first.click()
    expect(page.get_by_text("Yes, text me again.")).to_be_visible()
    expect(page.get_by_role("region", name="What approving would do", exact=True)).to_contain_text("Lifted")
    with page.expect_download() as proof:
        page.get_by_role("link", name="Download card.pdf").click()
    assert Path(proof.value.path()).read_bytes() == PROOF
    accessible(page)
    page.get_by_label("What you checked").fill("The signature is hers.")
    page.get_by_role("button", name="Approve and lift").click()
    page.goto(f"{contact}change/")
    expect(page.get_by_role("switch", name="DND for SMS")).to_have_attribute("aria-checked", "false")

    page = browsing(compliance)
    page.goto(f"{contact}timeline/")
    with page.expect_download() as pack:
        page.get_by_role("button", name="Download complaint pack").click()
    kept = tmp_path / "pack.zip"
    pack.value.save_as(kept)
    run = subprocess.run([sys.executable, "-I", str(VERIFIER), str(kept)], capture_output=True, text=True, check=False)
    assert "Everything that could be checked holds." in run.stdout
    assert run.returncode == 0


def test_a_channel_asks_for_consent_and_the_gate_says_yes_once_it_is_on_file(
    browsing: LogIn, accessible: Check, live_server: LiveServer, ada: Contact, superuser: User, connected: None
) -> None:
    ask = f"{live_server.url}/admin/ask-the-gate/?contact={ada.pk}&who=ada&channel=sms&purpose=marketing"
    page = browsing(superuser)
    page.goto(f"{live_server.url}/admin/consent/channelstate/sms/consent/")
    page.get_by_label("Marketing needs consent on file").check()
    page.get_by_label("I understand how many contacts fall silent now").check()
    accessible(page)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Marketing on SMS needs consent on file.")).to_be_visible()
    page.goto(ask)
    expect(page.get_by_text("No", exact=True)).to_be_visible()

    page.goto(f"{live_server.url}/admin/contacts/contact/{ada.pk}/change/")
    page.get_by_role("link", name="Consent on file").click()
    page.get_by_role("link", name="Record consent").click()
    page.get_by_label("Where", exact=True).select_option(label="SMS: +1 503-555-0101")
    page.get_by_label("How it was given").select_option(label="Signed paper")
    page.get_by_label("When it was given").fill(as_typed(timezone.now() - timedelta(days=2)))
    page.get_by_label("Or the words themselves").fill("Text me your offers.")
    page.get_by_label("Place or source").fill("Counter")
    accessible(page)
    page.get_by_role("button", name="Record consent").click()
    expect(page.get_by_text("Text me your offers.")).to_be_visible()
    page.goto(ask)
    expect(page.get_by_text("Yes", exact=True)).to_be_visible()


def test_a_letter_is_logged_assigned_and_done(
    browsing: LogIn, accessible: Check, live_server: LiveServer, ada: Contact, agent: User, connected: None
) -> None:
    page = browsing(agent)
    page.goto(f"{live_server.url}/admin/opt-out-requests/")
    page.get_by_role("link", name="Log a request").click()
    page.get_by_label("What the person said").fill("Please stop writing.")
    page.get_by_label("How it came").select_option(label="By letter")
    page.get_by_label("When it came").fill(as_typed(datetime.now(UTC) - timedelta(days=1)))
    page.get_by_role("button", name="Log request").click()
    expect(page.get_by_text("Nobody is silenced until the opt-out is recorded.")).to_be_visible()
    accessible(page)
    page.get_by_label("Assigned to").select_option(str(agent.pk))
    page.get_by_role("button", name="Assign").click()
    page.get_by_label("Who", exact=True).fill("ada@example.com")
    page.get_by_label("SMS", exact=True).check()
    page.get_by_role("button", name="Record opt-out").click()

    expect(page.get_by_text("Opt-out recorded (SMS)")).to_be_visible()
    assert OptOutRequest.objects.get().contact_id == ada.pk
    assert Suppression.objects.filter(contact=ada, channel="sms", lifted_at=None).exists()
