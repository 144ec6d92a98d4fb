"""Lists and their members over HTTP: a contact's "no" to a list ends only with its later consent."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from contacts.models import Address, Contact
from contacts.services import delete_contact
from contacts.values import SYSTEM
from lists.models import ContactList, ListAddressOptOut, ListMembership
from tests.api.conftest import Caller, ledger, problem
from tests.factories.contacts import make_contact
from tests.factories.lists import make_crowd, make_list

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("connected")]

SHOP = "integration:Shop"


@pytest.fixture
def offers(db: None) -> ContactList:
    return make_list("Spring offers", keyword="nospring")


def member(contact: Contact) -> str:
    return f"lists/spring-offers/members/{contact.public_id}/"


def consent(**more: Any) -> dict[str, Any]:
    now = (timezone.now() - timedelta(seconds=1)).isoformat()
    return {"consent_given_at": now, "consent_how": "web form", "consent_text": "Yes, again.", **more}


def test_a_list_is_created_read_changed_and_archived(shop: Caller, offers: ContactList) -> None:
    made = shop.post("lists/", {"slug": "news", "name": "News", "keyword": "NoNews", "opt_out_list": "spring-offers"})
    assert (made.status_code, made.headers["Location"]) == (201, "/api/v1/lists/news/")
    told = made.json()
    assert (told["keyword"], told["opt_out_list"], told["archived"]) == ("nonews", "spring-offers", False)

    changed = shop.patch("lists/news/", {"name": "All news", "opt_out_list": None, "archived": True}).json()

    assert (changed["name"], changed["keyword"], changed["opt_out_list"]) == ("All news", "nonews", None)
    assert changed["archived"] is shop.get("lists/news/").json()["archived"] is True
    assert shop.patch("lists/news/", {"archived": False}).json()["archived"] is False
    assert [each["slug"] for each in shop.get("lists/").json()["results"]] == ["spring-offers", "news"]
    history = ContactList.history.filter(slug="news").order_by("history_id")
    assert list(history.values_list("history_change_reason", flat=True))[:2] == [
        "created by integration:Shop",
        "updated by integration:Shop",
    ]


def test_what_a_list_can_not_be_is_named_by_field(shop: Caller, offers: ContactList) -> None:
    good = {"slug": "news", "name": "News"}
    for body, field in [
        ({**good, "slug": "spring-offers"}, "slug"),
        ({**good, "slug": "no spaces"}, "slug"),
        ({**good, "keyword": "stop"}, "keyword"),
        ({**good, "keyword": "nospring"}, "keyword"),
        ({**good, "purpose": "spam"}, "purpose"),
        ({**good, "opt_out_list": "nowhere"}, "opt_out_list"),
        ({**good, "id": 1}, "id"),
        ({"name": "News"}, "slug"),
    ]:
        told = problem(shop.post("lists/", body), 422, "invalid")
        assert [each["field"] for each in told["errors"]] == [field], body
    problem(shop.patch("lists/spring-offers/", {"slug": "other"}), 422, "invalid")
    problem(shop.patch("lists/nowhere/", {"name": "x"}), 404, "not_found")
    assert ContactList.objects.count() == 1


def test_a_contact_is_put_on_a_list_and_taken_off(shop: Caller, offers: ContactList, ada: Contact) -> None:
    problem(shop.get(member(ada)), 404, "not_found")

    put = shop.put(member(ada), {"subscribed": True, "note": "Bought a ticket"}).json()
    again = shop.put(member(ada), {"subscribed": True}).json()
    off = shop.put(member(ada), {"subscribed": False}).json()

    assert (put["subscribed"], put["changed"], put["note"]) == (True, True, "Bought a ticket")
    assert (again["changed"], off["subscribed"], bool(off["removed_at"])) == (False, False, True)
    assert [row[:2] for row in ledger()] == [
        ("list_added", "lifted"),
        ("list_added", "unchanged"),
        ("list_removed", "set"),
    ]
    assert {row[4] for row in ledger()} == {SHOP}


def test_subscribing_never_ends_an_opt_out(shop: Caller, offers: ContactList, ada: Contact) -> None:
    shop.put(member(ada), {"subscribed": True})
    shop.put(member(ada), {"opted_out": True})

    told = problem(shop.put(member(ada), {"subscribed": True}), 409, "list_opted_out")

    assert "later consent" in told["detail"]
    assert shop.get(member(ada)).json()["opted_out"] is True
    assert [row[1:4] for row in ledger(kind="list_added")][-1] == ("kept", "all", "list_opted_out")


def test_an_opt_out_ends_with_the_later_consent_and_nothing_less(
    shop: Caller, offers: ContactList, ada: Contact
) -> None:
    shop.put(member(ada), {"opted_out": True})
    before = timezone.now() - timedelta(days=1)
    later = timezone.now() + timedelta(days=1)

    for attest in (
        None,
        consent(consent_given_at=before.isoformat()),
        consent(consent_given_at=later.isoformat()),
        consent(consent_how=" "),
        consent(consent_text=""),
    ):
        body = {"opted_out": False, "subscribed": True, "attest": attest}
        told = problem(shop.put(member(ada), body), 409, "later_consent_required")
        assert told["errors"][0]["field"] == "attest"
        assert "consent_given_at, consent_how, consent_text" in told["detail"]
    assert ListMembership.objects.get().opted_out_at is not None

    back = shop.put(member(ada), {"opted_out": False, "attest": consent(consent_given_at=timezone.now().isoformat())})

    assert (back.json()["subscribed"], back.json()["opted_out"]) == (True, False)
    assert [row[1] for row in ledger(kind="list_brought_back", contact_id=ada.pk)] == ["refused"] * 5 + ["lifted"]


def test_a_consent_does_not_outweigh_what_others_at_the_address_said(
    shop: Caller, offers: ContactList, ada: Contact
) -> None:
    """Ada has not left herself: the list is silent at her number because her twin left it."""
    twin = make_contact("Twin", phone="+15035550101")
    before = consent()
    shop.put(member(ada), {"subscribed": True})
    shop.put(member(twin), {"opted_out": True})

    told = problem(shop.put(member(ada), {"opted_out": False, "attest": consent()}), 409, "shared_address")
    delete_contact(contact_id=twin.pk, by=SYSTEM, at=timezone.now())
    older = problem(shop.put(member(ada), {"opted_out": False, "attest": before}), 409, "newer_opt_out")

    assert told["detail"].startswith("Nothing was changed. ")
    assert older["errors"][0]["code"] == "newer_opt_out"
    assert ListAddressOptOut.objects.get().opted_out_at is not None
    asked = {"channel": "sms", "purpose": "marketing", "list": "spring-offers", "contacts": [str(ada.public_id)]}
    reasons = shop.post("decisions/", asked).json()["results"][0]["reasons"]
    assert [each["code"] for each in reasons] == ["list_opted_out"]
    kept = [row[1:4] for row in ledger(kind="list_brought_back", contact_id=ada.pk)]
    assert kept == [("kept", "all", "shared_address"), ("kept", "all", "newer_opt_out")]


def test_who_is_blocked_comes_back_only_after_the_unblock(shop: Caller, offers: ContactList, ada: Contact) -> None:
    shop.put(member(ada), {"opted_out": True, "blocked": True})

    now = timezone.now().isoformat()
    body = {"opted_out": False, "attest": consent(consent_given_at=now)}
    problem(shop.put(member(ada), body), 409, "list_blocked")
    problem(shop.put(member(ada), {"subscribed": True}), 409, "list_blocked")

    assert shop.put(member(ada), {"blocked": False}).json()["opted_out"] is True
    assert shop.put(member(ada), body).json()["subscribed"] is True


def test_what_is_refused_undoes_what_was_asked_with_it(shop: Caller, offers: ContactList, ada: Contact) -> None:
    shop.put(member(ada), {"opted_out": True, "blocked": True})

    problem(shop.put(member(ada), {"blocked": False, "subscribed": True}), 409, "list_blocked")

    assert shop.get(member(ada)).json()["blocked"] is True
    assert ledger(kind="list_unblocked") == []
    assert [row[1] for row in ledger(kind="list_added")] == ["kept"]


def test_an_archived_list_takes_nobody_and_lets_everybody_leave(
    shop: Caller, offers: ContactList, ada: Contact
) -> None:
    shop.patch("lists/spring-offers/", {"archived": True})

    problem(shop.put(member(ada), {"subscribed": True}), 409, "list_archived")
    assert shop.put(member(ada), {"opted_out": True}).json()["opted_out"] is True


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"note": "x"},
        {"subscribed": "yes"},
        {"subscribed": True, "opted_out": True},
        {"subscribed": True, "blocked": True},
        {"opted_out": False, "blocked": True},
        {"opted_out": True, "attest": {"consent_how": "x"}},
        {"subscribed": True, "added_at": "2026-01-01T00:00:00Z"},
        {"opted_out": False, "attest": {"consent": "x"}},
    ],
    ids=str,
)
def test_a_membership_that_says_two_things_is_refused(
    shop: Caller, offers: ContactList, ada: Contact, body: dict[str, Any]
) -> None:
    problem(shop.put(member(ada), body), 422, "invalid")
    assert ledger() == []


def test_nobody_unknown_or_deleted_is_put_on_a_list(shop: Caller, offers: ContactList, ada: Contact) -> None:
    delete_contact(contact_id=ada.pk, by=SYSTEM, at=timezone.now())

    problem(shop.put(member(ada), {"subscribed": True}), 404, "not_found")
    problem(shop.put(f"lists/spring-offers/members/{uuid4()}/", {"subscribed": True}), 404, "not_found")
    problem(shop.put(f"lists/nowhere/members/{ada.public_id}/", {"subscribed": True}), 404, "not_found")
    assert ListMembership.objects.count() == 0


def test_members_are_paged_without_loss_while_others_join(shop: Caller, offers: ContactList) -> None:
    first = make_crowd(5)
    ids = [
        str(each) for each in Contact.objects.filter(pk__in=first).order_by("pk").values_list("public_id", flat=True)
    ]
    shop.post("lists/spring-offers/members/bulk/", {"act": "subscribe", "contacts": ids})

    page = shop.get("lists/spring-offers/members/?page_size=2").json()
    seen = [each["contact"] for each in page["results"]]
    late = make_contact("Late", phone="+15035559999")
    shop.put(member(late), {"subscribed": True})
    while page["next"]:
        page = shop.get(page["next"].partition("/api/v1/")[2]).json()
        seen += [each["contact"] for each in page["results"]]

    assert seen == [*ids, str(late.public_id)]


def test_members_are_found_by_their_standing(shop: Caller, offers: ContactList, ada: Contact, bo: Contact) -> None:
    shop.put(member(ada), {"subscribed": True})
    shop.put(member(bo), {"subscribed": True})
    shop.put(member(bo), {"opted_out": True})

    def found(standing: str) -> list[str]:
        return [
            each["contact"] for each in shop.get(f"lists/spring-offers/members/?standing={standing}").json()["results"]
        ]

    assert found("subscribed") == [str(ada.public_id)]
    assert found("opted_out") == [str(bo.public_id)]
    assert found("on") == [str(ada.public_id), str(bo.public_id)]
    problem(shop.get("lists/spring-offers/members/?standing=odd"), 422, "invalid")
    problem(shop.get("lists/spring-offers/members/?stading=on"), 422, "invalid")


def bulk(shop: Caller, act: str, **more: Any) -> Any:
    return shop.post("lists/spring-offers/members/bulk/", {"act": act, **more})


def test_each_row_of_a_bulk_call_has_its_outcome(
    shop: Caller, offers: ContactList, ada: Contact, bo: Contact, carla: Contact
) -> None:
    shop.put(member(bo), {"opted_out": True})
    twin = make_contact("Twin", phone="+15035550101")
    stranger = uuid4()

    told = bulk(
        shop,
        "subscribe",
        contacts=[str(bo.public_id), str(carla.public_id), str(stranger)],
        addresses=["(503) 555-0101", "ADA@example.com", "nobody@example.com", "odd"],
    ).json()

    assert [(each["effect"], each["code"]) for each in told["results"]] == [
        ("kept", "list_opted_out"),
        ("lifted", ""),
        ("refused", "unknown_contact"),
        ("refused", "ambiguous_address"),
        ("lifted", ""),
        ("refused", "unknown_address"),
        ("refused", "invalid_address"),
    ]
    assert (told["results"][4]["contact"], told["results"][4]["address"]) == (str(ada.public_id), "ada@example.com")
    assert (told["changed"], told["effects"]) == (2, {"kept": 1, "lifted": 2, "refused": 4})
    assert all(each["text"] for each in told["results"] if each["code"])
    assert not ListMembership.objects.filter(contact=twin).exists()
    assert sorted(row[1] for row in ledger(kind="list_added")) == ["kept", "lifted", "lifted"]


def test_addresses_opt_out_for_all_who_hold_them_and_for_who_will(
    shop: Caller, offers: ContactList, ada: Contact
) -> None:
    twin = make_contact("Twin", phone="+15035550101")

    told = bulk(shop, "opt_out", addresses=["503 555 0101", "new@example.com"]).json()

    assert [(each["effect"], each["contact"]) for each in told["results"]] == [("set", None), ("set", None)]
    left = set(ListMembership.objects.exclude(opted_out_at=None).values_list("contact_id", flat=True))
    assert left == {ada.pk, twin.pk}
    unheld = ListAddressOptOut.objects.get(unheld=True)
    assert unheld.address.value == "new@example.com"
    newcomer = make_contact("New", email="new@example.com")
    problem(shop.put(member(newcomer), {"subscribed": True}), 409, "list_opted_out")
    assert [each["effect"] for each in bulk(shop, "opt_out", addresses=["+15035550101"]).json()["results"]] == [
        "unchanged"
    ]
    assert {row[4] for row in ledger(kind="list_opted_out")} == {SHOP, "system"}


def test_bulk_removes_blocks_and_unblocks(shop: Caller, offers: ContactList, ada: Contact, bo: Contact) -> None:
    make_list("Left")
    ids = [str(ada.public_id), str(bo.public_id)]
    bulk(shop, "subscribe", contacts=ids)
    problem(bulk(shop, "remove", contacts=ids, also_add_to_paired=True), 409, "no_paired_list")
    shop.patch("lists/spring-offers/", {"opt_out_list": "left"})

    assert bulk(shop, "remove", contacts=ids, also_add_to_paired=True).json()["changed"] == 2
    assert bulk(shop, "block", contacts=ids).json()["effects"] == {"set": 2}
    assert [each["code"] for each in bulk(shop, "subscribe", contacts=ids).json()["results"]] == ["list_blocked"] * 2
    assert bulk(shop, "unblock", addresses=["ada@example.com"]).json()["results"][0]["effect"] == "lifted"
    assert shop.get("lists/left/members/?standing=subscribed").json()["results"][1]["contact"] == ids[1]


def test_what_is_no_bulk_call_changes_nothing(shop: Caller, offers: ContactList, ada: Contact) -> None:
    for body in (
        {"contacts": [str(ada.public_id)]},
        {"act": "bring_back", "contacts": [str(ada.public_id)]},
        {"act": "subscribe"},
        {"act": "subscribe", "contacts": [ada.pk]},
        {"act": "subscribe", "contacts": "all"},
        {"act": "subscribe", "addresses": [5]},
        {"act": "subscribe", "contacts": [str(ada.public_id)], "opted_out": False},
    ):
        problem(shop.post("lists/spring-offers/members/bulk/", body), 422, "invalid")
    problem(bulk(shop, "subscribe", contacts=[str(ada.public_id)] * 10_001), 413, "too_many_subjects")
    assert ledger() == []


def test_thousands_join_in_few_statements(
    shop: Caller, offers: ContactList, django_assert_max_num_queries: Any
) -> None:
    crowd = make_crowd(3_000)
    ids = [str(each) for each in Contact.objects.filter(pk__in=crowd).values_list("public_id", flat=True)]
    numbers = list(Address.objects.filter(kind="phone").values_list("value", flat=True))[:1500]

    with django_assert_max_num_queries(40):
        told = bulk(shop, "subscribe", contacts=ids).json()
    with django_assert_max_num_queries(40):
        left = bulk(shop, "opt_out", addresses=[*numbers, "x@example.com"]).json()

    assert (told["changed"], left["changed"]) == (3_000, 1501)


@pytest.mark.parametrize("method", ["POST", "PATCH", "PUT", "BULK"])
def test_a_write_that_is_sent_twice_is_done_once(shop: Caller, offers: ContactList, ada: Contact, method: str) -> None:
    path, body = {
        "POST": ("lists/", {"slug": "news", "name": "News"}),
        "PATCH": ("lists/spring-offers/", {"name": "Offers"}),
        "PUT": (member(ada), {"opted_out": True}),
        "BULK": ("lists/spring-offers/members/bulk/", {"act": "opt_out", "contacts": [str(ada.public_id)]}),
    }[method]
    send = "POST" if method == "BULK" else method

    first, again = (shop(send, path, body, Idempotency_Key="a") for _ in range(2))

    assert first.status_code in {200, 201}
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert len(ledger(contact_id=ada.pk)) == (1 if method in {"PUT", "BULK"} else 0)


def test_people_do_what_their_role_may(agent: User, marketing: User, offers: ContactList, ada: Contact) -> None:
    client = Client()
    client.force_login(agent)
    made = client.post("/api/v1/lists/", {"slug": "a", "name": "A"}, content_type="application/json")
    put = client.put(f"/api/v1/{member(ada)}", {"subscribed": True}, content_type="application/json")
    client.force_login(marketing)
    created = client.post("/api/v1/lists/", {"slug": "a", "name": "A"}, content_type="application/json")

    problem(made, 403, "missing_permission")
    assert (put.status_code, created.status_code) == (200, 201)
    assert [row[4] for row in ledger()] == [f"user:{agent.pk}"]
