"""docs/providers/ says what the doors do."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from consent.providers.email import TITLES
from consent.urls import urlpatterns
from consent.views.email_doors import DOORS
from tests.consent.email_knocks import ESPS

ROOT = Path(__file__).resolve().parents[2]
PAGES = ROOT / "docs" / "providers"


def page(esp: str) -> str:
    return (PAGES / f"{'ses' if esp == 'amazon_ses' else esp}.md").read_text()


@pytest.mark.parametrize("esp", ESPS)
def test_every_door_has_a_page_with_its_address_its_secret_and_a_way_to_try_it(esp: str) -> None:
    settings = (ROOT / "config" / "settings.py").read_text()
    told = page(esp)

    assert TITLES[esp] in told.splitlines()[0]
    assert f"/hooks/email/{esp}/" in told
    named = re.search(rf'^    "{esp}": (?:{{[^}}]*)', settings, re.MULTILINE)
    secrets = re.findall(r'env\.list\("(\w+)"', named[0]) if named else ["MAILGUN_WEBHOOK_SIGNING_KEY"]
    assert secrets
    assert all(secret in told for secret in secrets)
    for heading in ("## There", "## What an event means", "## Try it"):
        assert heading in told


@pytest.mark.parametrize(
    ("name", "secrets"),
    [("twilio", ["TWILIO_AUTH_TOKEN"]), ("meta", ["META_APP_SECRET", "META_VERIFY_TOKEN"])],
)
def test_every_other_door_is_on_its_providers_page_too(name: str, secrets: list[str]) -> None:
    told = (PAGES / f"{name}.md").read_text()
    addresses = [f"/{each.pattern}" for each in urlpatterns if f"hooks/{name}/" in str(each.pattern)]

    assert addresses
    assert all(each in told for each in [*addresses, *secrets])
    for heading in ("## What to configure there", "## Secrets", "## Try it"):
        assert heading in told


def test_every_door_has_a_provider_with_a_page() -> None:
    providers = {str(each.pattern).split("/")[1] for each in urlpatterns if str(each.pattern).startswith("hooks/")}

    assert providers == {"email", "meta", "twilio"}


def test_the_table_of_answers_is_what_the_doors_answer() -> None:
    rows = re.findall(r"^\| \[[^|]*\| `(\w+)` \|" + r" (\d{3}) \|" * 5, (PAGES / "README.md").read_text(), re.MULTILINE)

    assert {esp: tuple(map(int, statuses)) for esp, *statuses in rows} == {
        esp: (200, door.unproven, door.malformed, door.conflict, door.later) for esp, door in DOORS.items()
    }


def test_the_pages_name_every_setting_of_the_e_mail_doors() -> None:
    told = "".join(path.read_text() for path in [*PAGES.glob("*.md"), PAGES.parent / "deployment.md"])

    for name in (
        "EMAIL_LISTS",
        "MAILGUN_SIGNATURE_MAX_AGE_HOURS",
        "MAILGUN_STRICT_GENERIC",
        "SOFT_BOUNCE_LIMIT",
        "SOFT_BOUNCE_SPREAD_DAYS",
        "SOFT_BOUNCE_WINDOW_WEEKS",
    ):
        assert f"{name}" in told
