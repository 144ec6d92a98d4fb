"""Suppressions over HTTP: read with filters, and those of other systems taken over. Nothing is ever ended here."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from consent.models import LedgerEntry, Suppression
from consent.services.dnd import record_verbal_opt_out, switch_on
from consent.services.holds import confirm_overdue
from consent.services.profile import update_profile
from consent.services.recording import record_event
from consent.values import ConsentEvent
from consent.vocabulary import Channel, EventKind, Source
from contacts.models import Address, Contact
from contacts.values import SYSTEM, Actor
from lists.models import ListAddressOptOut, ListMembership
from tests.api.conftest import Caller, ledger, problem
from tests.factories.contacts import make_contact
from tests.factories.lists import make_crowd, make_list

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("connected")]

SHOP = "integration:Shop"


def bulk(shop: Caller, *rows: Any, **more: Any) -> Any:
    return shop.post("suppressions/bulk/", {"suppressions": list(rows), **more})


def standing() -> list[tuple[str, str, str, str]]:
    rows = Suppression.objects.filter(lifted_at=None).order_by("id")
    return list(rows.values_list("address__value", "channel", "reason", "kind"))


def test_foreign_suppressions_are_taken_over_for_known_and_unknown_addresses(shop: Caller, ada: Contact) -> None:
    told = bulk(
        shop,
        {"address": "(503) 555-0101", "channel": "sms", "since": "2025-04-01", "note": "From the old desk"},
        {"address": "New@Example.com", "channel": "email", "reason": "spam_complaint"},
        {"address": "new@example.com", "channel": "email", "reason": "unsubscribe"},
        origin="Old desk",
    ).json()

    assert [(each["address"], each["effect"], each["kind"]) for each in told["results"]] == [
        ("+15035550101", "set", "permanent"),
        ("new@example.com", "set", "permanent"),
        ("new@example.com", "set", "temporary"),
    ]
    assert (told["changed"], told["effects"]) == (3, {"set": 3})
    assert standing() == [
        ("+15035550101", "sms", "imported", "permanent"),
        ("new@example.com", "email", "spam_complaint", "permanent"),
        ("new@example.com", "email", "unsubscribe", "temporary"),
    ]
    first = Suppression.objects.earliest("id")
    assert (first.contact_id, first.since, first.note, first.detail) == (
        ada.pk,
        datetime(2025, 4, 1, tzinfo=UTC),
        "From the old desk",
        "Old desk",
    )
    assert ledger() == [("import_suppression", "set", channel, "", SHOP) for channel in ("sms", "email", "email")]
    newcomer = make_contact("New", email="new@example.com")
    asked = {"channel": "email", "purpose": "marketing", "contacts": [str(newcomer.public_id)]}
    assert shop.post("decisions/", asked).json()["results"][0]["allowed"] is False


def test_what_stands_is_never_weakened_and_a_newer_opt_in_stays(shop: Caller, ada: Contact) -> None:
    now = timezone.now()
    record_verbal_opt_out(contact_id=ada.pk, channels=[Channel.EMAIL], by=SYSTEM, at=now, note="Asked")
    address = ada.held_addresses.get(kind="phone").address_id
    for kind in (EventKind.TEXT_OPT_OUT, EventKind.TEXT_OPT_IN):
        event = ConsentEvent(kind, (Channel.SMS,), now - timedelta(days=1), Source.CONTACT, detail="x")
        if kind is EventKind.TEXT_OPT_OUT:
            record_event(event=event, address_id=address, by=SYSTEM, at=now)
    before = standing()

    told = bulk(
        shop,
        {"address": "ada@example.com", "channel": "email", "reason": "opt_out", "kind": "permanent"},
        {"address": "ada@example.com", "channel": "email", "reason": "manual", "kind": "temporary"},
        {"address": "ada@example.com", "channel": "email", "reason": "manual", "kind": "temporary"},
    ).json()

    assert [each["effect"] for each in told["results"]][1:] == ["set", "set"]
    assert set(before) <= set(standing())
    assert ("ada@example.com", "email", "opt_out", "permanent") in standing()


def test_a_row_that_is_older_than_the_contacts_own_yes_silences_nobody(shop: Caller, ada: Contact) -> None:
    now = timezone.now()
    address = ada.held_addresses.get(kind="phone").address_id
    start = ConsentEvent(
        EventKind.TEXT_OPT_IN, (Channel.SMS,), now - timedelta(days=10), Source.CONTACT, detail="start"
    )
    record_event(event=start, address_id=address, by=SYSTEM, at=now)
    row = {"address": "+15035550101", "channel": "sms", "reason": "opt_out"}
    older, newer = ((now - timedelta(days=days)).isoformat() for days in (11, 9))

    told = [bulk(shop, {**row, "since": since}).json() for since in (older, newer)]

    assert [(each["changed"], each["results"][0]["effect"]) for each in told] == [(0, "superseded"), (1, "set")]
    assert [line[:2] for line in ledger(kind="import_suppression")] == [
        ("import_suppression", "superseded"),
        ("import_suppression", "set"),
    ]
    assert standing() == [("+15035550101", "sms", "opt_out", "permanent")]


@pytest.mark.parametrize(
    ("since", "effect"), [("2025-04-01", "set"), ("2025-03-30", "superseded"), ("2025-04-01T08:59:00Z", "superseded")]
)
def test_a_no_of_which_only_the_day_is_known_counts_after_a_yes_of_that_day(
    shop: Caller, ada: Contact, since: str, effect: str
) -> None:
    address = ada.held_addresses.get(kind="phone").address_id
    nine = datetime(2025, 4, 1, 9, 0, tzinfo=UTC)
    start = ConsentEvent(EventKind.TEXT_OPT_IN, (Channel.SMS,), nine, Source.CONTACT, detail="start")
    record_event(event=start, address_id=address, by=SYSTEM, at=timezone.now())

    told = bulk(shop, {"address": "+15035550101", "channel": "sms", "reason": "opt_out", "since": since}).json()

    assert told["effects"] == {effect: 1}
    assert [line[1] for line in ledger(kind="import_suppression")] == [effect]
    assert (standing() != []) == (effect == "set")


def test_the_same_import_again_changes_nothing(shop: Caller, ada: Contact) -> None:
    row = {"address": "+15035550101", "channel": "sms", "since": "2025-04-01"}
    bulk(shop, row)

    told = bulk(shop, row).json()

    assert (told["changed"], told["effects"]) == (0, {"unchanged": 1})
    assert [line[1] for line in ledger()] == ["set", "unchanged"]


@pytest.mark.parametrize(
    ("row", "field", "code"),
    [
        ("x", "", "not_an_object"),
        ({"channel": "sms"}, "address", "required"),
        ({"address": "ada@example.com", "channel": "sms"}, "address", "invalid_address"),
        ({"address": "+15035550101"}, "channel", "required"),
        ({"address": "+15035550101", "channel": "fax"}, "channel", "invalid_choice"),
        ({"address": "+15035550101", "channel": "sms", "reason": "bored"}, "reason", "invalid_choice"),
        (
            {
                "address": "+15035550101",
                "channel": "sms",
                "reason": "review_hold",
                "kind": "temporary",
                "expires_at": "2999-01-01",
            },
            "expires_at",
            "never_runs_out",
        ),
        ({"address": "+15035550101", "channel": "sms", "kind": "soft"}, "kind", "invalid_choice"),
        ({"address": "+15035550101", "channel": "sms", "since": "1.4.2025"}, "since", "not_a_time"),
        ({"address": "+15035550101", "channel": "sms", "since": "2999-01-01"}, "since", "in_the_future"),
        (
            {"address": "+15035550101", "channel": "sms", "expires_at": "2999-01-01"},
            "expires_at",
            "permanent_never_ends",
        ),
        (
            {"address": "+15035550101", "channel": "sms", "kind": "temporary", "expires_at": "2020-01-01"},
            "expires_at",
            "has_ended",
        ),
        ({"address": "+15035550101", "channel": "sms", "lifted_at": "2020-01-01"}, "lifted_at", "unknown_field"),
        ({"address": 5, "channel": "sms"}, "address", "not_a_string"),
    ],
    ids=str,
)
def test_a_row_that_is_none_is_refused_and_stops_no_other(
    shop: Caller, ada: Contact, row: Any, field: str, code: str
) -> None:
    told = bulk(shop, row, {"address": "+15035550101", "channel": "call"}).json()["results"]

    assert (told[0]["effect"], told[0]["field"], told[0]["code"]) == ("refused", field, code)
    assert told[0]["text"]
    assert told[1]["effect"] == "set"
    entries = LedgerEntry.objects.order_by("effect").values_list("effect", "rule", "code", "detail", "address_id")
    (refused, taken) = entries
    assert refused == ("refused", "R24", code, "row 1 of 2", None)
    assert taken[:2] == ("set", "R24")


def test_the_ledger_names_every_row_that_was_refused(shop: Caller) -> None:
    row = {"address": "+15035550101", "channel": "sms"}

    bulk(shop, {**row, "channel": "fax"}, row, {**row, "address": "12"}, "x", origin="Old desk")

    refused = LedgerEntry.objects.filter(effect="refused").order_by("id")
    assert list(refused.values_list("kind", "code", "detail", "source", "actor")) == [
        ("import_suppression", "invalid_choice", "row 1 of 4: Old desk", "api", SHOP),
        ("import_suppression", "invalid_address", "row 3 of 4: Old desk", "api", SHOP),
        ("import_suppression", "not_an_object", "row 4 of 4: Old desk", "api", SHOP),
    ]
    assert refused.values("event_id").distinct().count() == 1


@pytest.mark.parametrize(
    ("said", "reason", "kind", "lifted_by"),
    [
        ({"reason": "review_hold"}, "imported", "permanent", ["approved_evidence"]),
        ({"reason": "blocked"}, "imported", "permanent", ["approved_evidence"]),
        (
            {"reason": "review_hold", "kind": "temporary"},
            "review_hold",
            "temporary",
            ["contact_opt_in", "reviewer", "confirmed"],
        ),
        ({"reason": "blocked", "kind": "temporary"}, "imported", "temporary", ["staff", "expiry"]),
    ],
    ids=["hold", "block", "temporary hold", "temporary block"],
)
def test_what_leans_on_another_register_is_never_easier_to_lift_here(
    shop: Caller, ada: Contact, said: dict[str, str], reason: str, kind: str, lifted_by: list[str]
) -> None:
    bulk(shop, {"address": "+15035550101", "channel": "sms", **said})

    one = shop.get("suppressions/").json()["results"][0]

    assert (one["reason"], one["kind"], one["lifted_by"], one["rule"]) == (reason, kind, lifted_by, "R24")
    assert one["note"].startswith("In the register it comes from: ")
    cleared = shop.put(f"contacts/{ada.public_id}/dnd/sms/", {"dnd": False, "note": "Cleared"})
    assert (cleared.status_code == 200) == ("staff" in lifted_by)


@pytest.mark.parametrize("reason", ["opt_out", "provider_opt_out", "spam_complaint", "deceased", "wrong_number"])
def test_no_register_softens_what_is_never_temporary_here(shop: Caller, ada: Contact, reason: str) -> None:
    row = {"address": "+15035550101", "channel": "sms", "reason": reason, "kind": "temporary"}

    ending = bulk(shop, {**row, "expires_at": (timezone.now() + timedelta(days=1)).isoformat()}).json()["results"][0]
    told = bulk(shop, row).json()["results"][0]

    assert (ending["effect"], ending["code"]) == ("refused", "permanent_never_ends")
    assert f"“{reason}”" in ending["text"]
    assert told["effect"] == "set"
    assert {(each[2], each[3]) for each in standing()} == {(reason, "permanent")}
    assert [line[:2] for line in ledger()[:2]] == [("import_suppression", "refused"), ("import_suppression", "set")]
    assert shop.put(f"contacts/{ada.public_id}/dnd/sms/", {"dnd": False, "note": "Cleared"}).status_code == 409


def test_a_hold_from_elsewhere_becomes_an_opt_out_by_the_same_clock(shop: Caller, ada: Contact) -> None:
    row = {"address": "+15035550101", "channel": "sms", "reason": "review_hold", "kind": "temporary"}
    bulk(shop, {**row, "since": "2025-04-01"})

    assert confirm_overdue(at=timezone.now()) == 1

    assert standing() == [("+15035550101", "sms", "opt_out", "permanent")]
    assert ledger()[-1][:2] == ("hold_confirmed", "set")


def test_numbers_without_a_country_are_read_as_everywhere_else(shop: Caller, by: Actor) -> None:
    spelled, number = "06 39 98 01 23", "+33639980123"
    update_profile(default_region="FR", by=by, at=timezone.now())
    offers = make_list()

    bulk(shop, {"address": spelled, "channel": "sms"})
    shop.post(f"lists/{offers.slug}/members/bulk/", {"act": "opt_out", "addresses": [spelled]})

    asked = {"channel": "sms", "purpose": "marketing", "addresses": [spelled]}
    told = shop.post("decisions/", asked).json()["results"][0]
    assert (told["address"], told["allowed"]) == (number, False)
    assert shop.get("suppressions/?address=06%2039%2098%2001%2023").json()["results"][0]["address"] == number
    assert ListAddressOptOut.objects.get().address.value == number
    pierre = make_contact("Pierre", phone=number)
    assert shop.get("contacts/?phone=0639980123").json()["results"][0]["id"] == str(pierre.public_id)
    assert ListMembership.objects.get(list=offers, contact=pierre).opted_out_at is not None


def test_what_is_no_list_of_rows_changes_nothing(shop: Caller) -> None:
    row = {"address": "+15035550101", "channel": "sms"}

    for body in ({}, {"suppressions": []}, {"suppressions": row}, {"suppressions": [row], "clear": True}):
        problem(shop.post("suppressions/bulk/", body), 422, "invalid")
    problem(bulk(shop, *[row] * 10_001), 413, "too_many_subjects")
    assert (ledger(), Address.objects.count()) == ([], 0)


def test_it_is_done_once_and_in_few_statements(shop: Caller, django_assert_max_num_queries: Any) -> None:
    make_crowd(400)
    numbers = list(Address.objects.values_list("value", flat=True))
    rows = [{"address": each, "channel": "sms"} for each in (*numbers, *(f"x{n}@example.com" for n in range(0)))]

    with django_assert_max_num_queries(45):
        first = shop.post("suppressions/bulk/", {"suppressions": rows}, Idempotency_Key="a")
    again = shop.post("suppressions/bulk/", {"suppressions": rows}, Idempotency_Key="a")

    assert (first.json()["changed"], again.content) == (400, first.content)
    assert len(ledger()) == 400


def test_suppressions_are_found_by_filters_that_hold_together(shop: Caller, ada: Contact, bo: Contact) -> None:
    bulk(shop, {"address": "+15035550101", "channel": "sms", "since": "2025-04-01"})
    switch_on(contact_id=bo.pk, channels=[Channel.EMAIL], by=SYSTEM, at=timezone.now())

    def found(query: str) -> list[str]:
        return [each["reason"] for each in shop.get(f"suppressions/?{query}").json()["results"]]

    assert found("") == ["imported", "manual"]
    for query in (
        "channel=sms",
        "kind=permanent",
        "reason=imported",
        f"contact={ada.public_id}",
        "address=(503)%20555-0101",
        "active=true&channel=sms",
    ):
        assert found(query) == ["imported"], query
    assert found("since=2026-01-01T00:00:00Z") == found("kind=temporary") == ["manual"]
    assert found("active=false") == found("channel=sms&kind=temporary") == []
    one = shop.get("suppressions/?channel=sms").json()["results"][0]
    assert (one["contact"], one["active"], one["lifted_by"], one["rule"]) == (
        str(ada.public_id),
        True,
        ["approved_evidence"],
        "R24",
    )


@pytest.mark.parametrize(
    "query", ["channel=fax", "active=1", "contact=5", "address=odd", "since=yesterday", "kinds=permanent", "cursor=x"]
)
def test_a_filter_that_is_none_is_refused(shop: Caller, query: str) -> None:
    problem(shop.get(f"suppressions/?{query}"), 422, "invalid")


def test_pages_lose_and_repeat_nothing_while_rows_are_added(shop: Caller) -> None:
    rows = [{"address": f"p{number}@example.com", "channel": "email"} for number in range(5)]
    bulk(shop, *rows)

    page = shop.get("suppressions/?page_size=2").json()
    seen = [each["address"] for each in page["results"]]
    bulk(shop, {"address": "late@example.com", "channel": "email"})
    while page["next"]:
        page = shop.get(page["next"].partition("/api/v1/")[2]).json()
        seen += [each["address"] for each in page["results"]]

    assert sorted(seen) == sorted([*(row["address"] for row in rows), "late@example.com"])
