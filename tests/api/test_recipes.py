"""The recipes of docs/recipes, run as they are printed, against a live server."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django.live_server_helper import LiveServer

from tests.api.conftest import Caller

PAGES = Path(__file__).resolve().parents[2] / "docs" / "recipes"
RECIPES = sorted(path.stem for path in PAGES.glob("*.md") if path.stem != "README")
RUNNERS = {"bash": ["bash", "-euo", "pipefail", "-c"], "python": [sys.executable, "-c"]}


def runs(page: str) -> Iterator[tuple[str, str, list[str]]]:
    """Yield (language, program, lines that it prints) as a page has them."""
    blocks = re.findall(r"^```(\w+)\n(.*?)^```$", (PAGES / f"{page}.md").read_text(), re.MULTILINE | re.DOTALL)
    for (language, program), (after, printed) in zip(blocks[::2], blocks[1::2], strict=True):
        assert (language in RUNNERS, after) == (True, "text"), page
        yield language, program, printed.splitlines()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("page", RECIPES)
def test_a_recipe_does_what_its_page_says(page: str, live_server: LiveServer, shop: Caller, connected: None) -> None:
    environment = {**os.environ, "DESK": live_server.url, "KEY": shop.text}

    for language, program, printed in runs(page):
        done = subprocess.run(
            [*RUNNERS[language], program], capture_output=True, text=True, env=environment, timeout=60, check=False
        )

        assert done.returncode == 0, done.stderr + done.stdout
        missing = [line for line in printed if line not in done.stdout]
        assert missing == [], done.stdout


def test_every_recipe_is_in_the_table_and_has_curl_and_python() -> None:
    table = (PAGES / "README.md").read_text()

    for page in RECIPES:
        assert f"({page}.md)" in table
        assert {language for language, _, _ in runs(page)} == {"bash", "python"}
