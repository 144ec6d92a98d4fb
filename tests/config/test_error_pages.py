"""Where staff may not go, and where nothing is, a page says why and leads back."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("address", "status", "why"),
    [("/admin/auth/user/", 403, "Your role may not open this"), ("/admin/nowhere/", 404, "Nothing is at this address")],
)
def test_staff_read_why_and_find_back(client: Client, agent: User, address: str, status: int, why: str) -> None:
    client.force_login(agent)

    answer = client.get(address)

    page = answer.content.decode()
    assert answer.status_code == status
    assert why in page
    assert 'href="/admin/">To the Desk</a>' in page


@pytest.mark.parametrize("address", ["/nowhere/", "/hooks/nowhere/"])
def test_a_stranger_is_told_nothing_of_the_staff_site(client: Client, address: str) -> None:
    answer = client.get(address)

    assert answer.status_code == 404
    assert "To the Desk" not in answer.content.decode()
