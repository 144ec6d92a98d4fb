"""Whom a list send reaches, over HTTP: line by line, or how many; never silently short."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import OperationalError, connection

from consent.services.dnd import switch_on
from consent.vocabulary import Channel
from contacts.models import Contact
from contacts.values import Actor
from lists import services
from lists.models import ContactList
from lists.selectors import recipients
from tests.api.conftest import Caller, problem
from tests.factories.contacts import make_contact
from tests.factories.lists import make_crowd, make_list

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("connected")]

PATH = "lists/spring-offers/audience/?channel=sms&purpose=marketing"


@pytest.fixture
def offers(ada: Contact, bo: Contact, carla: Contact, by: Actor, at: Any) -> ContactList:
    made = make_list("Spring offers")
    twin = make_contact("Twin", phone="+15035550101")
    services.add(list_id=made.pk, contact_ids=[ada.pk, bo.pk, carla.pk, twin.pk], by=by, at=at)
    services.block(list_id=made.pk, contact_ids=[bo.pk], by=by, at=at)
    switch_on(contact_id=carla.pk, channels=[Channel.SMS], by=by, at=at)
    return made


def lines(response: Any) -> list[dict[str, Any]]:
    assert response.headers["Content-Type"] == "application/x-ndjson"
    return [json.loads(line) for line in b"".join(response.streaming_content).splitlines()]


def test_only_who_may_be_contacted_is_streamed_each_address_once(
    shop: Caller, offers: ContactList, ada: Contact
) -> None:
    for accept in ("*/*", "application/x-ndjson", "application/json"):
        assert lines(shop.get(PATH, Accept=accept)) == [{"contact": str(ada.public_id), "address": "+15035550101"}]


def test_they_are_counted_with_the_reasons_why_not(shop: Caller, offers: ContactList) -> None:
    assert shop.get(f"{PATH}&count=1").json() == {
        "members": 4,
        "reachable": 1,
        "same_address": 1,
        "refused": {"list_blocked": 1, "manual": 1},
    }


def test_an_archived_list_and_a_disconnected_channel_reach_nobody_and_say_why(
    shop: Caller, offers: ContactList
) -> None:
    assert lines(shop.get(PATH.replace("sms", "gmb"))) == []
    assert "channel_disconnected" in shop.get(f"{PATH.replace('sms', 'gmb')}&count=1").json()["refused"]
    shop.patch("lists/spring-offers/", {"archived": True})
    assert lines(shop.get(PATH)) == []
    assert shop.get(f"{PATH}&count=1").json()["refused"]["unknown_list"] == 4


def test_a_question_that_can_not_be_answered_is_an_error(shop: Caller, offers: ContactList) -> None:
    problem(shop.get(PATH.replace("spring-offers", "nowhere")), 404, "not_found")
    for wrong in ("?channel=all&purpose=marketing", "?channel=sms", "?purpose=marketing&channel=fax"):
        problem(shop.get(f"lists/spring-offers/audience/{wrong}"), 422, "invalid")
    problem(shop.get(f"{PATH}&count=yes"), 422, "invalid")
    problem(shop.get(f"{PATH}&chanel=sms"), 422, "invalid")


def test_a_database_that_fails_midway_ends_the_stream_with_an_error(
    shop: Caller, offers: ContactList, by: Actor, at: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recipients, "PAGE", 2)
    services.add(list_id=offers.pk, contact_ids=make_crowd(6), by=by, at=at)
    response = shop.get(PATH)
    got: list[bytes] = []

    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE lists_listmembership RENAME TO gone")
    with pytest.raises(Exception, match="lists_listmembership"):
        got.extend(response.streaming_content)

    told = [json.loads(line) for line in b"".join(got).splitlines()]
    assert len(told) > 1
    assert told[-1]["error"]["status"] >= 500


def test_a_database_that_is_down_from_the_start_is_an_error_and_no_empty_list(
    shop: Caller, offers: ContactList, monkeypatch: pytest.MonkeyPatch
) -> None:
    def down(*args: Any, **more: Any) -> Any:
        raise OperationalError("the server closed the connection")

    monkeypatch.setattr(recipients, "fetch", down)

    problem(shop.get(PATH), 503, "database_unavailable")
    problem(shop.get(f"{PATH}&count=1"), 503, "database_unavailable")


def test_a_page_is_read_only_when_it_is_asked_for(
    shop: Caller, offers: ContactList, by: Actor, at: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recipients, "PAGE", 2)
    services.add(list_id=offers.pk, contact_ids=make_crowd(6), by=by, at=at)
    stream = iter(shop.get(PATH).streaming_content)
    next(stream)
    services.block(list_id=offers.pk, contact_ids=make_crowd(0) or [Contact.objects.latest("pk").pk], by=by, at=at)

    rest = b"".join(stream).splitlines()

    assert len(rest) == 5
