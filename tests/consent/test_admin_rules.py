"""The Rules page: the table as the running code has it."""

from __future__ import annotations

import html
import re

import pytest
from django.contrib.auth.models import User
from django.test import Client

from consent.rules import RULES

pytestmark = pytest.mark.django_db


@pytest.fixture
def rules_page(client: Client, agent: User) -> str:
    client.force_login(agent)
    return html.unescape(client.get("/admin/rules/").content.decode())


def test_every_row_of_the_table_is_on_the_page(rules_page: str) -> None:
    assert [rule.code for rule in RULES if rule.trigger not in rules_page or rule.why not in rules_page] == []


def test_every_code_is_an_anchor_once_and_in_the_index(rules_page: str) -> None:
    anchors = re.findall(r'<article[^>]+id="([^"]+)"', rules_page)

    assert sorted(anchors) == sorted({rule.code for rule in RULES})
    assert re.findall(r'class="sd-code" href="#([^"]+)"', rules_page) == anchors
