"""The API's page, as a stranger opens it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True, serialized_rollback=True)]


def test_the_page_of_the_api_loads_from_this_machine_alone_and_shows_operations(
    sized: Page, live_server: LiveServer
) -> None:
    wrong: list[str] = []
    sized.on("pageerror", lambda error: wrong.append(f"script: {error}"))
    sized.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
    sized.on(
        "request",
        lambda asked: wrong.append(asked.url) if not asked.url.startswith((live_server.url, "data:")) else None,
    )

    sized.goto(f"{live_server.url}/api/v1/docs/")

    decide = sized.locator("#operations-decisions-decide")
    expect(decide).to_be_visible()
    decide.get_by_role("button").first.click()
    expect(decide.get_by_text("Answers for 1 to 10,000 contacts")).to_be_visible()
    assert wrong == []
