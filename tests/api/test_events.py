"""The ledger as a feed over HTTP: each entry once, in one order, whoever writes at the same time."""

from __future__ import annotations

from threading import Event, Thread
from typing import Any

import pytest
from django.db import connection, connections, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from consent.models import ChannelState, LedgerEntry
from consent.services.dnd import switch_on
from consent.vocabulary import Channel
from contacts.models import Contact
from contacts.values import SYSTEM
from tests.api.conftest import Caller, problem
from tests.factories.contacts import make_contact


def switch(contact: Contact, *channels: Channel) -> None:
    switch_on(contact_id=contact.pk, channels=channels or (Channel.SMS,), by=SYSTEM, at=timezone.now())


def path_of(address: str) -> str:
    return address.partition("/api/v1/")[2]


@pytest.fixture
def eve(transactional_db: None) -> Contact:
    ChannelState.objects.update_or_create(channel="sms", defaults={"connected": True, "provider": "test"})
    return make_contact("Eve", phone="+15035550177", email="eve@example.com")


def test_everything_comes_once_and_oldest_first(eve: Contact, shop: Caller) -> None:
    for channel in (Channel.SMS, Channel.CALL, Channel.EMAIL):
        switch(eve, channel)

    page = shop.get("events/?page_size=2").json()
    rest = shop.get(path_of(page["next"])).json()
    switch(eve, Channel.WHATSAPP)
    later = shop.get(path_of(rest["next"])).json()

    told = [*page["results"], *rest["results"], *later["results"]]
    assert [each["channel"] for each in told] == ["sms", "call", "email", "whatsapp"]
    assert (page["is_last"], rest["is_last"], later["is_last"]) == (False, True, True)
    assert (page["previous"], rest["cursor"] in rest["next"]) == (None, True)
    assert shop.get(path_of(later["next"])).json()["results"] == []
    assert told[0]["contact"] == str(eve.public_id)


def test_the_feed_is_narrowed_by_kind_channel_and_contact(eve: Contact, shop: Caller) -> None:
    other = make_contact("Other", phone="+15035550178")
    switch(eve, Channel.SMS, Channel.CALL)
    switch(other)

    def found(query: str) -> list[tuple[str, str]]:
        return [(each["contact"], each["channel"]) for each in shop.get(f"events/?{query}").json()["results"]]

    eves, others = str(eve.public_id), str(other.public_id)
    assert found("channel=call") == [(eves, "call")]
    assert found(f"contact={others}") == [(others, "sms")]
    assert found("kind=dnd_on,text_opt_out&channel=sms,email") == [(eves, "sms"), (others, "sms")]
    assert found("kind=text_opt_out") == []


def test_a_page_takes_as_many_statements_however_many_entries_it_has_and_tells_them_as_the_timeline_does(
    eve: Contact, shop: Caller
) -> None:
    switch(eve, Channel.SMS)
    shop.get("events/")  # a key's first call notes its use
    with CaptureQueriesContext(connection) as few:
        shop.get("events/")
    switch(eve, Channel.CALL, Channel.EMAIL)
    with CaptureQueriesContext(connection) as many:
        told = shop.get("events/").json()["results"]

    assert len(told) == 3
    assert len(many) == len(few)
    assert shop.get(f"contacts/{eve.public_id}/timeline/").json()["results"] == told[::-1]


def test_who_wants_only_what_is_to_come_begins_at_the_newest(eve: Contact, shop: Caller) -> None:
    switch(eve)

    page = shop.get("events/?after=newest").json()
    switch(eve, Channel.CALL)

    assert page["results"] == []
    assert [each["channel"] for each in shop.get(path_of(page["next"])).json()["results"]] == ["call"]


@pytest.mark.parametrize(
    "query",
    ["after=x", "kind=odd", "channel=fax", "contact=5", "page_size=0", "page_size=1001", "kid=dnd_on", "kind="],
)
def test_a_filter_that_is_none_is_refused(shop: Caller, query: str) -> None:
    problem(shop.get(f"events/?{query}"), 422, "invalid")


def test_the_feed_misses_and_repeats_nothing_while_others_write(eve: Contact, shop: Caller) -> None:
    slow = make_contact("Slow", phone="+15035550179")
    written, may_commit = Event(), Event()

    def late() -> None:
        try:
            with transaction.atomic():
                switch(slow)
                written.set()
                may_commit.wait(30)
        finally:
            connections.close_all()

    writer = Thread(target=late)
    writer.start()
    written.wait(30)
    switch(eve)  # begun later, committed earlier: its row has the higher number
    before = shop.get("events/").json()
    may_commit.set()
    writer.join()
    after = shop.get(path_of(before["next"])).json()

    told: list[dict[str, Any]] = [*before["results"], *after["results"]]
    ids = [each["id"] for each in told]
    assert len(ids) == len(set(ids)) == LedgerEntry.objects.count() == 2
    assert before["results"] == []
