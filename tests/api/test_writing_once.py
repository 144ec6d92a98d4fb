"""A write that is sent twice is done once, whatever happens to the first; limits hold when many call at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import OperationalError, connection, connections
from django.utils import timezone

from config.api.models import KeptAnswer
from config.api.services import answers
from consent.models import ChannelState, LedgerEntry, Suppression
from contacts.models import Contact
from contacts.services import delete_contact
from contacts.values import SYSTEM
from tests.api.conftest import Caller, MakeKey, ledger, problem
from tests.factories.contacts import make_contact

MANY = 20


def sms(contact: Contact) -> str:
    return f"contacts/{contact.public_id}/dnd/sms/"


def at_once(call: Callable[[int], Any]) -> list[Any]:
    """Return what 20 threads get, each on a connection of its own, all let go together."""
    barrier = Barrier(MANY)

    def one(number: int) -> Any:
        barrier.wait()
        try:
            return call(number)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(MANY) as pool:
        return list(pool.map(one, range(MANY)))


@pytest.mark.django_db
def test_the_same_request_with_the_same_key_is_answered_the_same(shop: Caller, ada: Contact) -> None:
    first = shop.put(sms(ada), {"dnd": True}, Idempotency_Key="a")
    again = shop.put(sms(ada), {"dnd": True}, Idempotency_Key="a")

    assert (again.status_code, again.content, again.headers["ETag"]) == (200, first.content, first.headers["ETag"])
    assert again.headers["Content-Type"] == "application/json"
    assert "Idempotent-Replayed" not in first.headers
    assert again.headers["Idempotent-Replayed"] == "true"
    assert len(ledger()) == 1


@pytest.mark.django_db
def test_the_same_key_with_another_request_is_refused(shop: Caller, ada: Contact, bo: Contact) -> None:
    shop.put(sms(ada), {"dnd": True}, Idempotency_Key="a")

    for path, body in (
        (sms(ada), {"dnd": False}),
        (sms(bo), {"dnd": True}),
        (f"{sms(ada)}?direction=inbound", {"dnd": True}),
    ):
        problem(shop.put(path, body, Idempotency_Key="a"), 422, "idempotency_key_reused")
    assert len(ledger()) == 1


@pytest.mark.django_db
def test_keys_of_two_callers_are_not_the_same(shop: Caller, with_scopes: MakeKey, ada: Contact) -> None:
    shop.put(sms(ada), {"dnd": True}, Idempotency_Key="a")
    other = with_scopes(name="Mailer").put(sms(ada), {"dnd": True}, Idempotency_Key="a")

    assert other.json()["changed"] is False
    assert [row[4] for row in ledger()] == ["integration:Shop", "integration:Mailer"]


@pytest.mark.django_db
def test_what_failed_here_is_done_when_it_is_sent_again(shop: Caller, ada: Contact) -> None:
    def gone(execute: Any, sql: str, *more: Any) -> Any:
        if "consent_ledgerentry" in sql:
            raise OperationalError("the server closed the connection")
        return execute(sql, *more)

    with connection.execute_wrapper(gone):
        problem(shop.put(sms(ada), {"dnd": True}, Idempotency_Key="a"), 503, "database_unavailable")
    again = shop.put(sms(ada), {"dnd": True}, Idempotency_Key="a")

    assert again.json()["changed"] is True
    assert "Idempotent-Replayed" not in again.headers
    assert [row[1] for row in ledger()] == ["set"]


@pytest.mark.django_db
def test_a_refusal_is_kept_and_recorded_once(shop: Caller, ada: Contact) -> None:
    shop.put(sms(ada), {"dnd": True, "contact_asked": True, "note": "Asked"})

    tries = [shop.put(sms(ada), {"dnd": False}, Idempotency_Key="a") for _ in range(2)]

    assert problem(tries[0], 409, "permanent_dnd") == problem(tries[1], 409, "permanent_dnd")
    assert [row[1] for row in ledger(kind="staff_lift")] == ["refused"]


@pytest.mark.django_db
def test_what_could_not_be_used_is_answered_the_same_too(shop: Caller, ada: Contact) -> None:
    for _ in range(2):
        problem(shop.put(sms(ada), {"dnd": "x"}, Idempotency_Key="a"), 422, "invalid")
    at = timezone.now()
    gone = make_contact("Bo")
    delete_contact(contact_id=gone.pk, by=SYSTEM, at=at)
    for _ in range(2):
        problem(shop.put(sms(gone), {"dnd": True}, Idempotency_Key="b"), 404, "not_found")
    assert ledger() == []


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["", "x" * 256, "a\tb"])
def test_a_key_that_is_none_is_refused(shop: Caller, ada: Contact, key: str) -> None:
    told = problem(shop.put(sms(ada), {"dnd": True}, Idempotency_Key=key), 422, "invalid")

    assert told["errors"][0]["field"] == "Idempotency-Key"
    assert ledger() == []


@pytest.mark.django_db
def test_kept_answers_tell_nobody_of_people_and_go_after_a_day(shop: Caller, ada: Contact) -> None:
    shop.put(sms(ada), {"dnd": True, "note": "Secret of Ada"}, Idempotency_Key="a")
    kept = KeptAnswer.objects.get()
    assert str(ada.public_id) not in f"{kept.headers}{bytes(kept.content)!r}"

    assert answers.forget_old(at=kept.created_at + timedelta(hours=23, minutes=59)) == 0
    assert answers.forget_old(at=kept.created_at + timedelta(hours=24)) == 1


@pytest.mark.django_db
def test_after_a_day_the_key_is_new_again(shop: Caller, ada: Contact) -> None:
    shop.put(sms(ada), {"dnd": True}, Idempotency_Key="a")
    KeptAnswer.objects.update(created_at=timezone.now() - timedelta(hours=24))

    assert shop.put(sms(ada), {"dnd": False}, Idempotency_Key="a").json()["changed"] is True
    assert [row[1] for row in ledger()] == ["set", "lifted"]


@pytest.fixture
def eve(transactional_db: None) -> Contact:
    ChannelState.objects.update_or_create(channel="sms", defaults={"connected": True, "provider": "test"})
    return make_contact("Eve", phone="+15035550177")


@pytest.fixture
def first_worker_dies(transactional_db: None) -> Iterator[None]:
    """The first backend that writes to the ledger is ended before it can commit, as if its worker was killed."""
    with connection.cursor() as cursor:
        cursor.execute("""
            CREATE SEQUENCE first_writer;
            CREATE FUNCTION end_first_writer() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                IF nextval('first_writer') = 1 THEN PERFORM pg_terminate_backend(pg_backend_pid()); END IF;
                RETURN NULL;
            END $$;
            CREATE TRIGGER end_first_writer AFTER INSERT ON consent_ledgerentry
                FOR EACH STATEMENT EXECUTE FUNCTION end_first_writer();
        """)
    yield
    with connection.cursor() as cursor:
        cursor.execute("""
            DROP TRIGGER end_first_writer ON consent_ledgerentry;
            DROP FUNCTION end_first_writer();
            DROP SEQUENCE first_writer;
        """)


def test_twenty_at_once_make_one_change_and_twenty_equal_answers(eve: Contact, shop: Caller) -> None:
    found = at_once(lambda _: Caller(shop.text).put(sms(eve), {"dnd": True}, Idempotency_Key="once"))

    assert {(each.status_code, each.content) for each in found} == {(200, found[0].content)}
    assert found[0].json()["changed"] is True
    assert LedgerEntry.objects.count() == Suppression.objects.count() == 1


def test_twenty_at_once_make_one_change_also_when_the_first_worker_is_killed(
    eve: Contact, shop: Caller, first_worker_dies: None
) -> None:
    found = at_once(lambda _: Caller(shop.text).put(sms(eve), {"dnd": True}, Idempotency_Key="once"))

    failed = [each for each in found if each.status_code != 200]
    answered = {each.content for each in found if each.status_code == 200}
    assert [problem(each, 503, "database_unavailable")["code"] for each in failed] == ["database_unavailable"]
    assert len(answered) == 1
    assert LedgerEntry.objects.count() == Suppression.objects.count() == 1
    again = shop.put(sms(eve), {"dnd": True}, Idempotency_Key="once")
    assert {again.content} == answered


def test_twenty_without_a_key_are_twenty_acts_and_one_change(eve: Contact, shop: Caller) -> None:
    found = at_once(lambda _: Caller(shop.text).put(sms(eve), {"dnd": True}))

    assert sorted(each.json()["changed"] for each in found) == [False] * (MANY - 1) + [True]
    assert LedgerEntry.objects.count() == MANY
    assert Suppression.objects.count() == 1


def test_of_many_who_change_what_they_saw_at_once_one_is_first(eve: Contact, shop: Caller) -> None:
    for path, body in ((f"contacts/{eve.public_id}/", {"company": "Eve & Co"}), (sms(eve), {"dnd": True})):
        seen = shop.get(path.removesuffix("sms/")).headers["ETag"]

        found = at_once(
            lambda _, path=path, body=body, seen=seen: (
                Caller(shop.text)("PUT" if "dnd" in body else "PATCH", path, body, If_Match=seen).status_code
            )
        )

        assert sorted(found) == [200] + [412] * (MANY - 1), path
    assert LedgerEntry.objects.count() == 1


def test_a_limit_holds_when_many_call_at_once(eve: Contact, with_scopes: MakeKey) -> None:
    text = with_scopes(calls_per_minute=7).text

    found = at_once(lambda _: Caller(text).get(f"contacts/{eve.public_id}/dnd/").status_code)

    assert sorted(found) == [200] * 7 + [429] * (MANY - 7)
