"""A real browser against a real server: Debian's Chromium, at the width of a desk and of a phone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import User
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
WIDTHS = {"desk": 1280, "phone": 390}


@pytest.fixture(scope="session", autouse=True)
def _the_database_beside_an_event_loop() -> Iterator[None]:
    """Playwright's own event loop runs in the tests' thread, where Django would refuse to ask the database."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        yield


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    return {**browser_type_launch_args, "executable_path": "/usr/bin/chromium", "args": FLAGS}


@pytest.fixture(scope="session")
def base_url() -> str:
    """Take the place of a plugin's fixture that pytest 10 will refuse; the live server has the address."""
    return ""


@pytest.fixture(params=sorted(WIDTHS))
def sized(request: pytest.FixtureRequest, page: Page) -> Page:
    """A page at each of the two widths."""
    page.set_viewport_size({"width": WIDTHS[request.param], "height": 900})
    return page


@pytest.fixture
def browsing(sized: Page, live_server: LiveServer) -> Iterator[Callable[[User], Page]]:
    """Log somebody in and return their page. Any error of a script, or request to another host, fails the test."""
    wrong: list[str] = []
    sized.on("pageerror", lambda error: wrong.append(f"script: {error}"))
    sized.on(
        "request",
        lambda asked: (
            None if asked.url.startswith((live_server.url, "data:")) else wrong.append(f"foreign: {asked.url}")
        ),
    )

    def log_in(user: User) -> Page:
        # Leaving the page ends what it still loads: a late answer would bring back a cookie of whoever was here.
        sized.goto("about:blank")
        sized.context.clear_cookies()
        sized.goto(f"{live_server.url}/admin/login/")
        sized.get_by_label("Username").fill(user.get_username())
        sized.get_by_label("Password").fill("a long enough secret")
        sized.keyboard.press("Enter")
        sized.wait_for_url(f"{live_server.url}/admin/")
        return sized

    yield log_in
    assert wrong == []


@pytest.fixture
def accessible() -> Callable[[Page], None]:
    """Refuse what axe finds serious or critical on a page."""

    def check(page: Page) -> None:
        found = Axe().run(page).response["violations"]
        grave = [
            f"{each['id']}: {node['target']} {node['failureSummary']}"
            for each in found
            if each["impact"] in {"serious", "critical"}
            for node in each["nodes"]
        ]
        assert grave == []

    return check
