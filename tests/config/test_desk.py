"""The start page: every number is as many rows as its link leads to, and nothing is shown that one may not open."""

from __future__ import annotations

import html
import re
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.contrib.auth.models import User
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from consent.services import dnd, inbox
from consent.vocabulary import CHANNELS, Channel, Source
from contacts.models import Contact
from contacts.values import Actor
from lists import services as lists
from tests.factories.contacts import make_contact
from tests.factories.lists import make_list
from tests.factories.staff_site import make_business, text

pytestmark = pytest.mark.django_db

UTC_ZONE = ZoneInfo("UTC")


@pytest.fixture(autouse=True)
def _now(at: datetime) -> object:
    with time_machine.travel(at + timedelta(minutes=5), tick=False):
        yield


@pytest.fixture
def busy(agent: User, by: Actor, at: datetime, connected: None, ada: Contact, bo: Contact) -> None:
    """Something on every part of the page; Ada's number is shared, so that lines come in pairs."""
    make_contact("Twin", phone="+15035550101")
    text("SM1", "STOP", sender="+15035550101", at=at - timedelta(days=2))
    text("SM2", "START", sender="+15035550101", at=at - timedelta(days=1))
    text("SM3", "STOP", sender="+15035550102", at=at - timedelta(days=40))
    text("SM4", "enough already", sender="+15035550101", at=at - timedelta(hours=9))
    text("SM5", "wrong number", sender="+15035550177", at=at)
    text("SM6", "STOP", sender="nobody", at=at)
    dnd.record_verbal_opt_out(contact_id=bo.pk, channels=[Channel.CALL, Channel.EMAIL], by=by, at=at, note="asked")
    dnd.do_not_contact(contact_id=ada.pk, on=True, by=by, at=at)
    for body in (b"a=1", b"a=2"):
        inbox.accept(
            provider="twilio", door="twilio.inbound", event_id="SM7", body=body, content_type="text/plain", at=at
        )
    inbox.count_refused(door="twilio.inbound", cause="signature", at=at)
    inbox.count_refused(door="twilio.inbound", cause="signature", at=at)
    offers = make_list()
    lists.add(list_id=offers.pk, contact_ids=[ada.pk, bo.pk], by=by, at=at)
    lists.opt_out(list_id=offers.pk, contact_ids=[bo.pk], by=by, at=at, source=Source.STAFF)


def linked_numbers(page: str) -> dict[str, int]:
    """Return the number that stands in each link of the page."""
    found = {}
    for link, inner in re.findall(r'<a\s+class="sd-(?:link|number)"\s+href="([^"]+)"\s*>(.*?)</a>', page, re.DOTALL):
        number = re.search(r"[0-9][0-9,]*", re.sub(r"<[^>]+>", " ", inner))
        if number and "?" in link:
            found[html.unescape(link)] = int(number[0].replace(",", ""))
    return found


def rows_behind(client: Client, link: str) -> int:
    changelist = client.get(link).context["cl"]
    if "doorcounter" in link:
        return sum(row.count for row in changelist.result_list)
    if link.endswith("reason__exact=review_hold"):
        return len({row.set_event_id for row in changelist.result_list})
    return changelist.result_count


@pytest.mark.parametrize("days", [30, 90])
def test_every_number_is_as_many_rows_as_its_link_leads_to(
    client: Client, compliance: User, busy: None, days: int
) -> None:
    client.force_login(compliance)
    numbers = linked_numbers(client.get(f"/admin/?days={days}").content.decode())

    assert {link: rows_behind(client, link) for link in numbers} == numbers
    assert len(numbers) > 15


def test_every_bar_is_as_high_as_its_rows_are_many(client: Client, compliance: User, busy: None) -> None:
    client.force_login(compliance)
    charts = client.get("/admin/").context["acts"]

    bars = [bar for chart in charts for bar in chart.bars if bar.link]
    assert [rows_behind(client, bar.link) for bar in bars] == [bar.total for bar in bars]
    assert [(bar.day, bar.text) for bar in charts[0].bars if bar.link] == [
        (date(2026, 11, 19), "19 Nov 2026: SMS 1"),
        (date(2026, 11, 21), "21 Nov 2026: Calls & Voicemail 1, E-mail 1"),
    ]
    assert sum(len(chart.bars) for chart in charts) == 60


def test_ninety_days_look_further_back(client: Client, compliance: User, busy: None) -> None:
    client.force_login(compliance)

    totals = {days: client.get(f"/admin/?days={days}").context["acts"][0].total for days in ("30", "90", "365", "x")}

    assert totals == {"30": 3, "90": 4, "365": 3, "x": 3}


def test_the_highest_bar_fills_the_drawing(client: Client, compliance: User, busy: None) -> None:
    client.force_login(compliance)

    heights = [sum(part.height for part in bar.segments) for bar in client.get("/admin/").context["acts"][0].bars]

    assert max(heights) == 100


def test_the_share_counts_people_once_and_on_every_channel_that_all_stands_for(
    client: Client, compliance: User, busy: None
) -> None:
    client.force_login(compliance)

    shares = {share.label: share.count for share in client.get("/admin/").context["standing"]["channels"]}

    # Ada everywhere (Do Not Contact); Bo on sms, calls and e-mail; the twin by Ada's held message.
    assert shares == {
        "SMS": 3,
        "Calls & Voicemail": 2,
        "E-mail": 2,
        "WhatsApp": 1,
        "Messenger": 1,
        "Google Business Messages": 1,
    }


def test_a_hold_is_shown_once_with_the_time_that_is_left(client: Client, agent: User, busy: None) -> None:
    client.force_login(agent)

    holds = client.get("/admin/").context["holds"]

    assert holds["count"] == 1
    assert [(line.detail, line.is_overdue) for line in holds["lines"]] == [("enough already", False)]
    assert holds["lines"][0].due.replace("\xa0", " ") == "1 week left", "the 26th is a holiday"


def test_an_agent_sees_no_numbers_of_other_peoples_ledger_and_deliveries(
    client: Client, agent: User, busy: None
) -> None:
    client.force_login(agent)
    page = client.get("/admin/")

    assert [card.title for card in page.context["cards"]] == [
        "Evidence to review",
        "Overdue opt-out requests",
        "Contradictions",
    ]
    assert page.context["acts"] == []
    assert all(client.get(link).status_code == 200 for link in linked_numbers(page.content.decode()))


def test_a_quiet_day_reads_as_one(client: Client, compliance: User) -> None:
    client.force_login(compliance)
    page = client.get("/admin/").content.decode()

    assert "No message waits for a judgement." in page
    assert "Every request was signed." in page
    assert "None in these 30 days." in page
    assert "Nobody is silenced." in page


def test_the_page_asks_a_bounded_number_of_questions(
    client: Client, superuser: User, at: datetime, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    make_business(owner_id=superuser.pk, by=Actor("user", str(superuser.pk)), at=at)
    client.force_login(superuser)

    with django_assert_max_num_queries(38):
        client.get("/admin/")


def test_a_large_site_opens_its_desk_at_once_and_counts_afterwards(
    client: Client, compliance: User, busy: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("consent.selectors.standing_counts.EXACT_UP_TO", -2)
    cache.clear()
    client.force_login(compliance)

    page = client.get("/admin/?days=90")
    counted = client.get("/admin/desk/figures/?days=90")

    assert 'hx-get="/admin/desk/figures/?days=90"' in page.content.decode()
    assert "acts" not in page.context
    assert counted.context["acts"][0].total == 4
    with CaptureQueriesContext(connection) as asked:
        client.get("/admin/desk/figures/?days=90")
    assert not any("consent_ledgerentry" in query["sql"] for query in asked), "counted once a minute"


def test_counted_figures_are_kept_apart_for_people_of_different_rights(
    client: Client, compliance: User, agent: User, busy: None
) -> None:
    cache.clear()
    client.force_login(compliance)
    client.get("/admin/desk/figures/")
    client.force_login(agent)

    assert client.get("/admin/desk/figures/").context["acts"] == []


def test_every_channel_has_a_colour() -> None:
    with open("config/static/consent_desk/staff-charts.css", encoding="utf-8") as styles:
        known = styles.read()

    assert all(f".sd-{channel}" in known for channel in (*CHANNELS, Channel.ALL))
