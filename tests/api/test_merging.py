"""Merging over HTTP: looked at first, then done, and every "no" of either stays."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.utils import timezone

from consent.models import Suppression
from consent.services.dnd import record_verbal_opt_out
from consent.vocabulary import Channel
from contacts.models import Contact
from contacts.values import SYSTEM
from tests.api.conftest import Caller, ledger, problem

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("connected")]


def test_a_preview_tells_what_a_merge_does_and_changes_nothing(shop: Caller, ada: Contact, bo: Contact) -> None:
    record_verbal_opt_out(contact_id=bo.pk, channels=[Channel.SMS], by=SYSTEM, at=timezone.now(), note="Asked")
    body = {"keep": str(ada.public_id), "absorb": str(bo.public_id)}
    before = ledger()

    foreseen = shop.post("contacts/merge/?preview=1", body).json()
    assert (ledger(), shop.get(f"contacts/{bo.public_id}/").status_code) == (before, 200)
    done, again = (shop.post("contacts/merge/", body, Idempotency_Key="a") for _ in range(2))

    assert (foreseen["preview"], done.json()["preview"]) == (True, False)
    assert foreseen["consequences"] == done.json()["consequences"] != []
    assert again.content == done.content
    assert {each["value"] for each in done.json()["contact"]["addresses"]} >= {"+15035550101", "+15035550102"}
    assert Suppression.objects.filter(contact=ada, channel="sms", lifted_at=None, kind="permanent").exists()
    assert len(ledger()) > len(before)
    problem(shop.get(f"contacts/{bo.public_id}/"), 404, "not_found")


def test_what_can_not_be_merged_stays(shop: Caller, ada: Contact) -> None:
    one = str(ada.public_id)

    problem(shop.post("contacts/merge/", {"keep": one, "absorb": one}), 409, "unable_to_merge")
    problem(shop.post("contacts/merge/", {"keep": one, "absorb": str(uuid4())}), 404, "not_found")
    problem(shop.post("contacts/merge/", {"keep": one}), 422, "invalid")
    problem(shop.post("contacts/merge/?preview=yes", {"keep": one, "absorb": one}), 422, "invalid")
    assert ledger() == []
