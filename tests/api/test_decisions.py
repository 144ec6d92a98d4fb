"""Decisions over HTTP: whom, in which order, why not, and what is kept of the answer."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from consent.models import DecisionRecord
from consent.services.dnd import record_verbal_opt_out
from consent.vocabulary import Channel, Source
from contacts.models import Contact
from contacts.services import delete_contact
from contacts.values import Actor
from lists.services import add, opt_out
from tests.api.conftest import Caller, problem
from tests.factories.contacts import make_contact
from tests.factories.lists import make_list

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("connected")]

SMS = {"channel": "sms", "purpose": "marketing"}


def codes(told: dict[str, Any]) -> list[list[str]]:
    return [[reason["code"] for reason in each["reasons"]] for each in told["results"]]


@pytest.fixture
def silent(ada: Contact, by: Actor) -> Contact:
    record_verbal_opt_out(contact_id=ada.pk, channels=[Channel.SMS], by=by, at=timezone.now(), note="Asked")
    return ada


def test_answers_come_in_the_order_asked_with_every_reason(shop: Caller, silent: Contact, bo: Contact) -> None:
    unknown = str(uuid4())
    people = [unknown, str(bo.public_id), str(silent.public_id), str(bo.public_id)]
    addresses = ["+1 500 555 0006", "(503) 555-0101", "not a number", "503-555-0102"]

    told = shop.post("decisions/", {**SMS, "list": None, "contacts": people, "addresses": addresses, "at": None}).json()

    assert (told["channel"], told["purpose"], told["list"]) == ("sms", "marketing", None)
    assert told["checked_at"].endswith("Z")
    assert [(each["contact"], each["address"], each["allowed"]) for each in told["results"]] == [
        (unknown, None, False),
        (people[1], "+15035550102", True),
        (people[2], "+15035550101", False),
        (people[3], "+15035550102", True),
        (None, "+15005550006", True),
        (None, "+15035550101", False),
        (None, "not a number", False),
        (None, "+15035550102", True),
    ]
    assert codes(told) == [["unknown_contact"], [], ["opt_out"], [], [], ["opt_out"], ["invalid_address"], []]
    reason = told["results"][2]["reasons"][0]
    assert (reason["kind"], reason["channel"], reason["rule"]) == ("permanent", "sms", "R14")
    assert reason["lifted_by"] == ["contact_opt_in", "approved_evidence"]


def test_a_list_has_its_own_reasons(
    shop: Caller, ada: Contact, bo: Contact, carla: Contact, by: Actor, at: Any
) -> None:
    offers = make_list("offers")
    add(list_id=offers.pk, contact_ids=[ada.pk, bo.pk], by=by, at=at)
    opt_out(list_id=offers.pk, contact_ids=[bo.pk], by=by, at=at, source=Source.STAFF)
    people = [str(each.public_id) for each in (ada, bo, carla)]

    asked = {**SMS, "list": "offers", "contacts": people, "addresses": ["+15005550006"]}
    assert codes(shop.post("decisions/", asked).json()) == [[], ["list_opted_out"], ["not_a_member"], ["not_a_member"]]
    assert codes(shop.post("decisions/", {**asked, "list": "none"}).json()) == [["unknown_list"]] * 4


def test_who_was_deleted_is_unknown(shop: Caller, ada: Contact, by: Actor, at: Any) -> None:
    delete_contact(contact_id=ada.pk, by=by, at=at)

    told = shop.post("decisions/", {**SMS, "contacts": [str(ada.public_id)]}).json()

    assert (codes(told), told["results"][0]["allowed"]) == ([["unknown_contact"]], False)


def test_an_id_is_read_however_it_is_written_and_two_in_one_are_none(
    shop: Caller, silent: Contact, bo: Contact
) -> None:
    first, second = str(silent.public_id), str(bo.public_id)

    told = shop.post("decisions/", {**SMS, "contacts": [first.upper(), second.replace("-", "")]}).json()

    assert [each["contact"] for each in told["results"]] == [first, second]
    assert codes(told) == [["opt_out"], []]
    refused = problem(shop.post("decisions/", {**SMS, "contacts": [f"{first},{second}", first]}), 422, "invalid")
    assert [each["field"] for each in refused["errors"]] == ["contacts[0]"]


def test_what_was_answered_is_kept(shop: Caller, silent: Contact) -> None:
    shop.post("decisions/", {**SMS, "contacts": [str(silent.public_id)], "addresses": ["+15005550006"]})

    kept = DecisionRecord.objects.get()
    assert (kept.actor, kept.source, kept.subject_count, kept.refused_count) == ("integration:Shop", "api", 2, 1)
    assert kept.reason_codes == ["opt_out"]


def test_a_past_moment_is_answered_as_it_was_then(shop: Caller, ada: Contact) -> None:
    ask = {**SMS, "contacts": [str(ada.public_id)]}
    path = f"contacts/{ada.public_id}/dnd/sms/"
    moments = []
    for body in ({"dnd": True}, {"dnd": False}):
        shop.put(path, body)
        moments.append(timezone.now().isoformat())

    asked = [shop.post("decisions/", {**ask, "at": at}).json() for at in (*moments, None)]

    assert [codes(told) for told in asked] == [[["manual"]], [[]], [[]]]
    assert [told["results"][0]["allowed"] for told in asked] == [False, True, True]


def test_each_no_of_a_contact_and_of_a_list_has_its_code(shop: Caller, ada: Contact, bo: Contact) -> None:
    make_list("offers")
    carla, dan, mute = (make_contact(name, phone=f"+1503555019{n}") for n, name in enumerate(("Carla", "Dan", "Mute")))
    nobody = make_contact("Nobody")
    for contact, flag in ((bo, "opted_out"), (carla, "blocked"), (dan, "subscribed")):
        shop.put(f"lists/offers/members/{contact.public_id}/", {"subscribed": True})
        shop.put(f"lists/offers/members/{contact.public_id}/", {flag: flag != "subscribed"})
    shop.put(f"contacts/{mute.public_id}/block/", {"on": True, "note": "Threats"})
    people = [str(each.public_id) for each in (ada, bo, carla, dan, mute, nobody)]

    on_list = codes(shop.post("decisions/", {**SMS, "list": "offers", "contacts": people}).json())
    retired = codes(shop.post("decisions/", {**SMS, "channel": "gmb", "contacts": people[:1]}).json())

    assert on_list == [
        ["not_a_member"],
        ["list_opted_out"],
        ["list_blocked"],
        ["list_removed"],
        ["blocked_contact", "manual", "not_a_member"],
        ["no_address", "not_a_member"],
    ]
    assert retired == [["no_address", "channel_disconnected"]]


def test_a_moment_to_come_is_not_answered(shop: Caller, ada: Contact) -> None:
    ask = {**SMS, "contacts": [str(ada.public_id)]}

    told = problem(
        shop.post("decisions/", {**ask, "at": (timezone.now() + timedelta(days=1)).isoformat()}), 422, "invalid"
    )

    assert [(each["field"], each["code"]) for each in told["errors"]] == [("at", "in_the_future")]
    assert DecisionRecord.objects.count() == 0


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"channel": "fax"}, "channel"),
        ({"channel": "all"}, "channel"),
        ({"purpose": None}, "purpose"),
        ({"list": 5}, "list"),
        ({"list": ""}, "list"),
        ({"contacts": ["5f0c"]}, "contacts[0]"),
        ({"contacts": [7]}, "contacts[0]"),
        ({"contacts": "all"}, "contacts"),
        ({"contacts": None}, "contacts"),
        ({"addresses": [None]}, "addresses[0]"),
        ({"addresses": ["x" * 401]}, "addresses[0]"),
        ({"at": "yesterday"}, "at"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_question_that_makes_no_sense_is_an_error_and_never_a_yes(
    shop: Caller, wrong: dict[str, Any], field: str
) -> None:
    told = problem(shop.post("decisions/", {**SMS, "addresses": ["+15005550006"], **wrong}), 422, "invalid")

    assert [each["field"] for each in told["errors"]] == [field]


def test_ten_thousand_are_answered_and_one_more_is_too_many(shop: Caller, django_assert_max_num_queries: Any) -> None:
    numbers = [f"+1503{number:07}" for number in range(2_000_000, 2_010_000)]

    with django_assert_max_num_queries(20):
        told = shop.post("decisions/", {**SMS, "addresses": numbers}).json()

    assert [each["address"] for each in told["results"]] == numbers
    problem(shop.post("decisions/", {**SMS, "addresses": [*numbers, "x"]}), 413, "too_many_subjects")


def test_an_address_that_nobody_could_have_is_refused(shop: Caller) -> None:
    told = shop.post("decisions/", {**SMS, "addresses": ["\x00", "", "erased:abc", "٠", "😀"]}).json()

    assert codes(told) == [["invalid_address"]] * 5
