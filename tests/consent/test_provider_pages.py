"""What the pages of docs/providers say to try by hand, run as it is printed, against a desk that really listens."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from pytest_django.live_server_helper import LiveServer

from consent.models import Suppression
from consent.providers.catalogue import PROVIDERS
from tests.consent.email_knocks import HMAC_SECRET, MAILGUN_KEY, PASSWORD, SVIX_SECRET
from tests.consent.meta_door import SECRET

ROOT = Path(__file__).resolve().parents[2]
PAGES = {path.stem: path.read_text() for path in (ROOT / "docs" / "providers").glob("*.md") if path.stem != "README"}
PAGE_OF = {"amazon_ses": "ses"}
ONLY_THEY_CAN_SIGN = {"ses", "postal"}
PRINTED = {
    "user:password": f"'{PASSWORD}'",
    "the-signing-key": MAILGUN_KEY,
    "whsec_the-signing-secret": SVIX_SECRET,
    "the-signing-secret": HMAC_SECRET,
    "the-webhook-key": HMAC_SECRET,
    "the-api-key": HMAC_SECRET,
    "the-app-secret": f'"{SECRET}"',
}


def by_hand(page: str) -> str:
    """Return what a page says to run, or nothing."""
    return "".join(re.findall(r"^```bash\n(.*?)^```$", PAGES[page], re.MULTILINE | re.DOTALL))


def test_every_provider_has_a_page_with_address_secret_and_a_way_to_try_it() -> None:
    assert {PAGE_OF.get(code, code) for code in PROVIDERS} == set(PAGES)
    for code, provider in PROVIDERS.items():
        page = PAGES[PAGE_OF.get(code, code)]
        assert all(door.path in page for door in provider.doors), code
        assert all(secret.variable in page for secret in provider.secrets), code
        assert "## Try it" in page, code
    assert {page for page in PAGES if not by_hand(page)} == ONLY_THEY_CAN_SIGN


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("connected", "doors")
@pytest.mark.parametrize("page", sorted(set(PAGES) - ONLY_THEY_CAN_SIGN - {"twilio"}))
def test_what_a_page_says_to_try_silences_as_it_says(page: str, live_server: LiveServer, settings: Any) -> None:
    settings.META_APP_SECRET = SECRET
    settings.EMAIL_WEBHOOKS["sendgrid"] = {"verification_key": [], "basic_auth": [PASSWORD]}
    command = by_hand(page).replace("https://desk.example.com", live_server.url)
    for placeholder, secret in PRINTED.items():
        command = command.replace(placeholder, secret)

    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", command],
        capture_output=True,
        text=True,
        env=dict(os.environ),
        timeout=60,
        check=False,
    )

    assert "HTTP/1.1 200" in done.stdout, done.stdout + done.stderr
    expected = ("+15035550199", "whatsapp", "opt_out") if page == "meta" else ("nobody@example.com", "email", "bounce")
    assert set(Suppression.objects.values_list("address__value", "channel", "reason")) == {expected}
