"""Records of fact on the staff site: shown, and nothing else, to anybody."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.contrib.auth.models import User
from django.test import Client

from consent.models import Delivery, LedgerEntry, Suppression
from contacts.values import Actor
from tests.factories.staff_site import Business, make_business

pytestmark = pytest.mark.django_db


@pytest.fixture
def business(agent: User, by: Actor, at: datetime, connected: None) -> Business:
    return make_business(owner_id=agent.pk, by=by, at=at)


@pytest.fixture
def root(client: Client, superuser: User) -> Client:
    client.force_login(superuser)
    return client


FORGED = {
    "lifted_at_0": "2026-11-20",
    "lifted_at_1": "12:00:00",
    "lift_route": "staff",
    "kind": "temporary",
    "_save": "1",
}


def test_a_superusers_forged_form_changes_no_suppression(root: Client, business: Business) -> None:
    before = Suppression.objects.values().get(pk=business.permanent.pk)

    answer = root.post(f"/admin/consent/suppression/{business.permanent.pk}/change/", FORGED)

    assert answer.status_code == 403
    assert Suppression.objects.values().get(pk=business.permanent.pk) == before


@pytest.mark.parametrize("action", ["delete_selected", "lift", ""])
def test_no_bulk_action_is_offered_or_taken_on_records(root: Client, business: Business, action: str) -> None:
    chosen = {"action": action, "_selected_action": [business.permanent.pk], "post": "yes"}

    answer = root.post("/admin/consent/suppression/", chosen)

    assert answer.status_code == 403
    assert Suppression.objects.filter(pk=business.permanent.pk, lifted_at=None).exists()
    assert b"_selected_action" not in root.get("/admin/consent/suppression/").content


def test_the_page_of_a_record_has_no_field_and_no_button_that_saves(root: Client, business: Business) -> None:
    for address in (
        f"/admin/consent/suppression/{business.permanent.pk}/change/",
        f"/admin/consent/ledgerentry/{business.entry.pk}/change/",
        f"/admin/consent/delivery/{business.stop.pk}/change/",
    ):
        page = root.get(address).content.decode()

        assert 'name="_save"' not in page
        assert "/history/" not in page
        assert "/delete/" not in page


def test_nothing_that_a_superuser_tries_touches_the_ledger_or_the_inbox(root: Client, business: Business) -> None:
    before = (list(LedgerEntry.objects.values()), list(Delivery.objects.values("pk", "status", "reason")))

    for table, pk in (("ledgerentry", business.entry.pk), ("delivery", business.stop.pk)):
        for verb in ("change", "delete", "history"):
            assert root.post(f"/admin/consent/{table}/{pk}/{verb}/", {"post": "yes"}).status_code == 403

    assert (list(LedgerEntry.objects.values()), list(Delivery.objects.values("pk", "status", "reason"))) == before


def test_a_page_beyond_the_last_is_the_last_and_counting_stops_early(root: Client, business: Business) -> None:
    answer = root.get("/admin/consent/ledgerentry/?p=999999")

    assert answer.status_code in {200, 302}
