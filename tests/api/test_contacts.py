"""Contacts over HTTP: found, made, upserted and changed, with nothing that a caller may not write."""

from __future__ import annotations

import json
from datetime import datetime
from threading import Barrier, Thread
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.contrib.auth.models import User
from django.db import connections
from django.test import Client
from django.utils import timezone

from config.api.vocabulary import Scope
from consent.services.dnd import block, record_verbal_opt_out, switch_on
from consent.vocabulary import Channel
from contacts.models import Contact
from contacts.services import delete_contact
from contacts.values import Actor
from lists.services import add
from tests.api.conftest import Caller, MakeKey, ledger, problem
from tests.factories.contacts import make_contact
from tests.factories.lists import make_list

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("connected")]

GRACE: dict[str, Any] = {
    "first_name": "Grace",
    "last_name": "Hopper",
    "company": "Navy",
    "notes": "Likes bugs",
    "language": "en",
    "time_zone": "Europe/London",
    "addresses": [
        {"kind": "phone", "value": "(503) 555-0188", "primary": True},
        {"kind": "email", "value": "Grace@Example.COM"},
    ],
}


def one(contact: Contact, more: str = "") -> str:
    return f"contacts/{contact.public_id}/{more}"


def ids(response: Any) -> list[str]:
    assert response.status_code == 200, response.content
    return [each["id"] for each in response.json()["results"]]


def test_a_contact_is_made_and_read_again(shop: Caller, agent: User) -> None:
    made = shop.post("contacts/", {**GRACE, "owner": "alex"})

    told = made.json()
    assert made.status_code == 201
    assert made.headers["Location"] == f"/api/v1/contacts/{told['id']}/"
    assert [(each["kind"], each["value"], each["primary"]) for each in told["addresses"]] == [
        ("email", "grace@example.com", True),
        ("phone", "+15035550188", True),
    ]
    assert (told["owner"], told["dnd_status"], told["blocked"]) == ("alex", "off", False)
    read = shop.get(f"contacts/{told['id']}/")
    assert read.json() == told
    assert read.headers["ETag"] == made.headers["ETag"]
    history = Contact.history.get()
    assert history.history_change_reason == "created by integration:Shop"


def test_a_contact_with_a_silenced_address_is_silenced_from_its_first_second(shop: Caller, ada: Contact) -> None:
    shop.put(one(ada, "dnd/sms/"), {"dnd": True, "contact_asked": True, "note": "Asked"})

    made = shop.post("contacts/", {"addresses": [{"kind": "phone", "value": "503-555-0101"}]}).json()

    assert made["dnd_status"] == "partial"
    mine = Contact.objects.get(public_id=made["id"])
    assert [row[:3] for row in ledger(contact_id=mine.pk)] == [("address_joined", "set", "sms")]


@pytest.mark.parametrize(
    ("body", "field", "code"),
    [
        ({"id": str(uuid4())}, "id", "unknown_field"),
        ({"dnd_status": "off"}, "dnd_status", "unknown_field"),
        ({"version": 7}, "version", "unknown_field"),
        ({"deleted_at": None}, "deleted_at", "unknown_field"),
        ({"owner_id": 1}, "owner_id", "unknown_field"),
        ({"owner": "nobody at all"}, "owner", "unknown_owner"),
        ({"first_name": 5}, "first_name", "not_a_string"),
        ({"first_name": "x" * 151}, "first_name", "max_length"),
        ({"language": "English"}, "language", "language_unknown"),
        ({"time_zone": "Mars/Olympus"}, "time_zone", "time_zone_unknown"),
        ({"addresses": [{"kind": "phone", "value": "12"}]}, "addresses[0].value", "phone_too_short"),
        ({"addresses": [{"kind": "fax", "value": "12"}]}, "addresses[0].kind", "invalid_choice"),
        ({"addresses": [{"kind": "email", "value": "a@b.co", "id": 1}]}, "addresses[0].id", "unknown_field"),
        ({"addresses": "a@b.co"}, "addresses", "not_a_list"),
        (
            {"addresses": [{"kind": "email", "value": f"{each}@b.co", "primary": True} for each in "ab"]},
            "addresses",
            "two_primaries",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_can_not_be_written_is_named(shop: Caller, ada: Contact, body: Any, field: str, code: str) -> None:
    before = shop.get(one(ada)).json()

    for told in (shop.post("contacts/", body), shop.patch(one(ada), body)):
        assert [(each["field"], each["code"]) for each in problem(told, 422, "invalid")["errors"]] == [(field, code)]

    assert Contact.objects.count() == 1
    assert shop.get(one(ada)).json() == before


def test_a_change_is_made_only_to_what_was_seen(shop: Caller, ada: Contact) -> None:
    seen = shop.get(one(ada)).headers["ETag"]
    first = shop.patch(one(ada), {"company": "Engines"}, If_Match=seen)
    second = shop.patch(one(ada), {"company": "Looms"}, If_Match=seen)

    problem(second, 412, "precondition_failed")
    assert first.json()["company"] == shop.get(one(ada)).json()["company"] == "Engines"
    assert shop.patch(one(ada), {"company": "Looms"}, If_Match=first.headers["ETag"]).status_code == 200


def test_addresses_are_replaced_and_free_nobody(shop: Caller, ada: Contact) -> None:
    shop.put(one(ada, "dnd/sms/"), {"dnd": True, "contact_asked": True, "note": "Asked"})

    changed = shop.patch(
        one(ada), {"last_name": "King", "addresses": [{"kind": "phone", "value": "+15035550111"}]}
    ).json()

    assert ([each["value"] for each in changed["addresses"]], changed["last_name"]) == (["+15035550111"], "King")
    assert changed["dnd_status"] == "partial"
    ask = {"channel": "sms", "purpose": "marketing", "contacts": [changed["id"]], "addresses": ["+15035550101"]}
    assert [each["allowed"] for each in shop.post("decisions/", ask).json()["results"]] == [False, False]


def test_an_upsert_updates_the_one_who_holds_the_address(shop: Caller, ada: Contact) -> None:
    found = shop.post(
        "contacts/?upsert=address",
        {
            "company": "Engines",
            "addresses": [
                {"kind": "phone", "value": "(503) 555-0101"},
                {"kind": "email", "value": "ada@engines.example"},
            ],
        },
    )

    told = found.json()
    assert (found.status_code, told["id"], told["company"]) == (200, str(ada.public_id), "Engines")
    assert told["first_name"] == "Ada"
    assert {each["value"] for each in told["addresses"]} == {"+15035550101", "ada@example.com", "ada@engines.example"}
    assert Contact.objects.count() == 1


def test_an_upsert_makes_who_is_not_there(shop: Caller, ada: Contact, by: Actor, at: datetime) -> None:
    delete_contact(contact_id=ada.pk, by=by, at=at)

    made = shop.post("contacts/?upsert=address", {"addresses": [{"kind": "phone", "value": "+15035550101"}]})

    assert made.status_code == 201
    assert made.json()["id"] != str(ada.public_id)


def test_an_upsert_does_not_guess(shop: Caller, ada: Contact, bo: Contact) -> None:
    both = [{"kind": "phone", "value": "+15035550101"}, {"kind": "phone", "value": "+15035550102"}]

    told = problem(shop.post("contacts/?upsert=address", {"addresses": both}), 409, "ambiguous_address")

    assert told["contacts"] == [str(ada.public_id), str(bo.public_id)]
    problem(shop.post("contacts/?upsert=address", {"first_name": "A"}), 422, "invalid")
    problem(shop.post("contacts/?upsert=name", GRACE), 422, "invalid")


@pytest.mark.django_db(transaction=True)
def test_upserts_of_one_address_at_once_make_one_contact(shop: Caller) -> None:
    barrier, codes = Barrier(8), []

    def upsert() -> None:
        barrier.wait()
        body = {"addresses": [{"kind": "phone", "value": "+15035550188"}, {"kind": "email", "value": "g@example.com"}]}
        codes.append(Caller(shop.text).post("contacts/?upsert=address", body).status_code)
        connections.close_all()

    threads = [Thread(target=upsert) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(codes) == [200] * 7 + [201]
    assert Contact.objects.count() == 1


def test_addresses_that_never_stand_still_are_to_be_tried_again(
    shop: Caller, ada: Contact, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = [{"kind": "phone", "value": "+15035550101"}]
    with monkeypatch.context() as patch:
        patch.setattr("config.api.upserting.MOST_TRIES", 0)
        patch.setattr("contacts.services.locks.MAX_TRIES", 0)
        for refused in (
            shop.post("contacts/?upsert=address", {"addresses": held, "company": "x"}, Idempotency_Key="a"),
            shop.patch(one(ada), {"company": "x"}, Idempotency_Key="b"),
        ):
            problem(refused, 503, "database_unavailable")
            assert refused.headers["Retry-After"] == "1"

    again = shop.patch(one(ada), {"company": "x"}, Idempotency_Key="b")
    assert (again.status_code, again.json()["company"]) == (200, "x")


def test_every_filter_finds_whom_it_names(
    shop: Caller, ada: Contact, bo: Contact, carla: Contact, by: Actor, at: datetime
) -> None:
    switch_on(contact_id=ada.pk, channels=[Channel.SMS], by=by, at=at)
    record_verbal_opt_out(contact_id=ada.pk, channels=[Channel.EMAIL], by=by, at=at, note="Asked")
    switch_on(contact_id=bo.pk, channels=[Channel.ALL], by=by, at=at)
    block(contact_id=bo.pk, on=True, by=by, at=at)
    offers = make_list("offers")
    add(list_id=offers.pk, contact_ids=[carla.pk], by=by, at=at)
    shop.patch(one(carla), {"company": "Watt"})
    a, b, c = (str(each.public_id) for each in (ada, bo, carla))

    for query, found in {
        "": [a, b, c],
        "q=lovelace": [a],
        "q=503 555 0102": [b],
        "phone=(503) 555-0103": [c],
        "email=ADA@example.com": [a],
        "dnd_status=on": [b],
        "dnd_status=partial": [a],
        "dnd_status=off": [c],
        "dnd_channel=sms": [a, b],
        "dnd_kind=permanent": [a],
        "dnd_channel=email&dnd_kind=permanent": [a],
        "dnd_channel=sms&dnd_kind=permanent": [],
        "list=offers": [c],
        "blocked=true": [b],
        "blocked=false": [a, c],
        f"updated_after={at.isoformat().replace('+', '%2B')}": [c],
        "dnd_channel=sms&blocked=false": [a],
    }.items():
        assert ids(shop.get(f"contacts/?{query}")) == found, query


@pytest.mark.parametrize(
    "query",
    [
        "dnd_status=maybe",
        "dnd_channel=all",
        "dnd_kind=eternal",
        "blocked=1",
        "phone=12",
        "email=ada",
        "list=nowhere",
        "updated_after=yesterday",
        "updated_after=2026-01-01",
        "page_size=0",
        "page_size=1001",
        "page_size=ten",
        "cursor=abc",
        "cursor=%C3%A9",
        "status=on",
        "q=%00",
    ],
)
def test_a_filter_that_means_nothing_finds_nobody(shop: Caller, ada: Contact, query: str) -> None:
    told = problem(shop.get(f"contacts/?{query}"), 422, "invalid")

    assert [each["field"] for each in told["errors"]] == [query.partition("=")[0]]


def test_pages_follow_each_other_there_and_back_while_contacts_come_and_go(shop: Caller, by: Actor) -> None:
    all_ids = [str(make_contact(f"P{number}").public_id) for number in range(7)]
    first = shop.get("contacts/?page_size=3").json()
    assert ([each["id"] for each in first["results"]], first["previous"]) == (all_ids[:3], None)

    gone = Contact.objects.get(public_id=UUID(all_ids[1]))
    delete_contact(contact_id=gone.pk, by=by, at=timezone.now())
    second = shop.get(first["next"].partition("/api/v1/")[2]).json()
    third = shop.get(second["next"].partition("/api/v1/")[2]).json()
    back = shop.get(third["previous"].partition("/api/v1/")[2]).json()

    assert [each["id"] for each in second["results"]] == all_ids[3:6]
    assert ([each["id"] for each in third["results"]], third["next"]) == (all_ids[6:], None)
    assert back["results"] == second["results"]
    start = shop.get(back["previous"].partition("/api/v1/")[2]).json()
    assert ([each["id"] for each in start["results"]], start["previous"]) == ([all_ids[0], all_ids[2]], None)
    assert "page_size=3" in second["next"]


def test_a_page_of_many_asks_as_often_as_a_page_of_one(
    shop: Caller, ada: Contact, bo: Contact, django_assert_max_num_queries: Any
) -> None:
    for number in range(20):
        make_contact(f"P{number}", phone=f"+150355502{number:02}")

    with django_assert_max_num_queries(12):
        assert len(ids(shop.get("contacts/"))) == 22


def test_who_was_deleted_is_not_there(shop: Caller, ada: Contact, by: Actor, at: datetime) -> None:
    delete_contact(contact_id=ada.pk, by=by, at=at)

    assert ids(shop.get("contacts/")) == []
    for path in (one(ada), f"contacts/{ada.pk}/", f"contacts/{uuid4()}/"):
        problem(shop.get(path), 404, "not_found")
    problem(shop.patch(one(ada), {"company": "x"}), 404, "not_found")


def test_no_answer_shows_a_number_of_a_row(shop: Caller, ada: Contact) -> None:
    told = shop.get(one(ada)).json()

    assert all(not isinstance(value, int) or isinstance(value, bool) for value in told.values())
    assert all(UUID(each["id"]) for each in told["addresses"])


def test_the_timeline_tells_what_was_done_and_refused(shop: Caller, ada: Contact) -> None:
    shop.put(one(ada, "dnd/sms/"), {"dnd": True, "contact_asked": True, "note": "Asked"})
    shop.put(one(ada, "dnd/sms/"), {"dnd": False})

    first = shop.get(f"{one(ada, 'timeline/')}?page_size=1").json()
    rest = shop.get(first["next"].partition("/api/v1/")[2]).json()

    newest = first["results"][0]
    assert (newest["kind"], newest["effect"], newest["code"]) == ("staff_lift", "refused", "permanent_dnd")
    assert (newest["actor"], newest["source"], newest["contact"]) == ("integration:Shop", "api", str(ada.public_id))
    assert {each["kind"] for each in rest["results"]} <= {"staff_lift", "staff_opt_out"}
    assert len(shop.get(one(ada, "timeline/")).json()["results"]) == len(ledger())


def test_a_person_reads_the_timeline_of_their_own_contacts(agent: User, marketing: User, support: User) -> None:
    mine, theirs = make_contact("Mine", owner_id=agent.pk), make_contact("Theirs", owner_id=support.pk)
    client = Client()

    def status(user: User, contact: Contact) -> int:
        client.force_login(user)
        return client.get(f"/api/v1/{one(contact, 'timeline/')}").status_code

    assert [status(agent, mine), status(agent, theirs), status(marketing, theirs)] == [200, 403, 200]


READS = ["contacts/", "{ada}", "{ada}dnd/", "{ada}timeline/"]
WRITES = [
    ("POST", "contacts/", {"first_name": "X"}),
    ("PATCH", "{ada}", {"company": "X"}),
    ("PUT", "{ada}dnd/sms/", {"dnd": True}),
    ("PUT", "{ada}do-not-contact/", {"on": True}),
    ("PUT", "{ada}block/", {"on": True}),
    ("POST", "decisions/", {"channel": "sms", "purpose": "marketing", "addresses": ["+15035550101"]}),
]
CALLS = [*(("GET", path, None) for path in READS), *WRITES]
NEEDS = {
    ("GET", "contacts/"): Scope.CONTACTS_READ,
    ("GET", "{ada}"): Scope.CONTACTS_READ,
    ("GET", "{ada}dnd/"): Scope.DND_READ,
    ("GET", "{ada}timeline/"): Scope.EVENTS_READ,
    ("POST", "contacts/"): Scope.CONTACTS_WRITE,
    ("PATCH", "{ada}"): Scope.CONTACTS_WRITE,
    ("PUT", "{ada}dnd/sms/"): Scope.DND_WRITE,
    ("PUT", "{ada}do-not-contact/"): Scope.DND_WRITE,
    ("PUT", "{ada}block/"): Scope.DND_WRITE,
    ("POST", "decisions/"): Scope.DECISIONS,
}


@pytest.mark.parametrize(("method", "path", "body"), CALLS, ids=[f"{call[0]} {call[1]}" for call in CALLS])
def test_each_call_is_for_its_scope_alone(
    with_scopes: MakeKey, nobody: Caller, ada: Contact, method: str, path: str, body: Any
) -> None:
    where = path.format(ada=one(ada))

    granted = {scope for scope in Scope if with_scopes(scope)(method, where, body).status_code < 300}

    assert granted == {NEEDS[method, path]}
    problem(nobody(method, where, body), 401, "not_authenticated")


PEOPLE = {
    ("GET", "contacts/"): "agent marketing support compliance",
    ("GET", "{ada}"): "agent marketing support compliance",
    ("GET", "{ada}dnd/"): "agent marketing support compliance",
    ("GET", "{ada}timeline/"): "agent marketing support compliance",
    ("POST", "contacts/"): "agent marketing support compliance",
    ("PATCH", "{ada}"): "agent marketing support compliance",
    ("PUT", "{ada}dnd/sms/"): "agent support compliance",
    ("PUT", "{ada}do-not-contact/"): "agent support compliance",
    ("PUT", "{ada}block/"): "agent support compliance",
    ("POST", "decisions/"): "agent marketing support compliance",
}


@pytest.mark.parametrize(("method", "path", "body"), CALLS, ids=[f"{call[0]} {call[1]}" for call in CALLS])
def test_each_call_is_for_the_people_of_its_roles(
    agent: User, marketing: User, support: User, compliance: User, ada: Contact, method: str, path: str, body: Any
) -> None:
    people = {"agent": agent, "marketing": marketing, "support": support, "compliance": compliance}
    people["none"] = User.objects.create_user("none", is_staff=True)
    granted = set()
    for name, user in people.items():
        client = Client()
        client.force_login(user)
        where = f"/api/v1/{path.format(ada=one(ada))}"
        answer = client.generic(method, where, "" if body is None else json.dumps(body), "application/json")
        assert answer.status_code in {200, 201, 403}
        granted |= {name} if answer.status_code < 300 else set()

    assert granted == set(PEOPLE[method, path].split())
