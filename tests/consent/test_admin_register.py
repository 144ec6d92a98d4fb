"""The register: finding who is silenced, and taking the list home."""

from __future__ import annotations

import csv
import io
from datetime import datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from consent.admin import csv_export
from consent.models import LedgerEntry, Suppression
from consent.services import dnd
from consent.vocabulary import Channel
from contacts.models import Contact
from contacts.values import Actor
from tests.factories.contacts import make_contact
from tests.factories.staff_site import text

pytestmark = pytest.mark.django_db

REGISTER = "/admin/consent/suppression/"


@pytest.fixture
def desk(client: Client, support: User) -> Client:
    client.force_login(support)
    return client


def rows(desk: Client, query: str) -> set[int]:
    return {row.pk for row in desk.get(f"{REGISTER}?{query}").context["cl"].result_list}


@pytest.mark.parametrize("term", ["ada", "Lovelace", "(503) 555-0101", "5550101", "+1 503 555 0101", "ADA@example.com"])
def test_a_person_is_found_by_name_by_any_spelling_of_the_phone_and_by_email(
    desk: Client, ada: Contact, bo: Contact, by: Actor, at: datetime, term: str
) -> None:
    dnd.switch_on(contact_id=ada.pk, channels=[Channel.EMAIL], by=by, at=at)
    dnd.switch_on(contact_id=bo.pk, channels=[Channel.EMAIL], by=by, at=at)

    assert rows(desk, f"q={term}".replace("+", "%2B")) == {Suppression.objects.get(contact=ada).pk}


def test_a_number_that_nobody_holds_is_found_too(desk: Client, at: datetime) -> None:
    text("SM9", "STOP", sender="+442079460000", at=at)

    assert rows(desk, "q=0044 20 7946 0000") == set(Suppression.objects.values_list("pk", flat=True))


def test_the_filters_narrow_what_is_shown(desk: Client, ada: Contact, by: Actor, at: datetime) -> None:
    dnd.switch_on(contact_id=ada.pk, channels=[Channel.SMS], by=by, at=at - timedelta(days=3))
    dnd.lift(contact_id=ada.pk, channels=[Channel.SMS], by=by, at=at)
    dnd.do_not_contact(contact_id=ada.pk, on=True, by=by, at=at)
    lifted, standing = Suppression.objects.order_by("pk").values_list("pk", flat=True)

    assert rows(desk, "state=lifted") == {lifted}
    assert rows(desk, "state=active") == {standing}
    assert rows(desk, "channel=email") == {standing}, "a suppression on all channels silences each of them"
    assert rows(desk, "channel=sms") == {lifted, standing}
    assert rows(desk, "rule=R17") == {standing}
    assert rows(desk, "kind__exact=permanent") == set()
    assert rows(desk, "since_from=2026-11-21&since_to=2026-11-21") == {standing}
    assert rows(desk, "since_to=2026-11-20") == {lifted}


@pytest.mark.parametrize("day", ["yesterday", "2026-02-31", "9999-12-31", "0"])
def test_a_day_that_is_none_is_no_error(desk: Client, day: str) -> None:
    assert desk.get(f"{REGISTER}?since_from={day}&since_to={day}").status_code == 200


def test_each_row_says_why_in_a_sentence(desk: Client, ada: Contact, at: datetime) -> None:
    text("SM9", "stop", sender="+15035550101", at=at)

    page = desk.get(REGISTER).content.decode()

    assert "Texted STOP on 21 Nov 2026" in page
    assert "Permanent" in page


def test_the_export_holds_the_filtered_rows_and_no_formula(desk: Client, by: Actor, at: datetime) -> None:
    evil = make_contact("=HYPERLINK(1)", "+cmd", phone="+15035550104")
    dnd.switch_on(contact_id=evil.pk, channels=[Channel.SMS], by=by, at=at, note="@SUM(1)")
    text("SM9", "STOP", sender="+15035550104", at=at)

    answer = desk.get(f"{REGISTER}export/?kind__exact=temporary")

    head, only = csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig")))
    told = dict(zip(head, only, strict=True))
    assert told["contact"] == "'=HYPERLINK(1) +cmd"
    assert told["note"] == "'@SUM(1)"
    assert told["since"] == "2026-11-21T12:00:00+00:00"


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("=1+1", "'=1+1"),
        ("+1", "'+1"),
        ("-2", "'-2"),
        ("@x", "'@x"),
        ("\tx", "'\tx"),
        ("\rx", "'\rx"),
        ("+15035550101", "+15035550101"),
        ("Ada", "Ada"),
        ("", ""),
    ],
)
def test_text_that_a_spreadsheet_would_run_is_made_text(typed: str, written: str) -> None:
    assert csv_export.text(typed) == written


def test_reading_and_exporting_leave_no_trace_in_the_ledger(
    desk: Client, ada: Contact, by: Actor, at: datetime
) -> None:
    dnd.switch_on(contact_id=ada.pk, channels=[Channel.SMS], by=by, at=at)
    before = LedgerEntry.objects.count()

    desk.get(REGISTER)
    b"".join(desk.get(f"{REGISTER}export/").streaming_content)

    assert LedgerEntry.objects.count() == before


def test_a_page_of_the_register_asks_the_same_number_of_questions_whatever_it_shows(
    desk: Client,
    ada: Contact,
    bo: Contact,
    by: Actor,
    at: datetime,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    for contact in (ada, bo):
        dnd.switch_on(contact_id=contact.pk, channels=[Channel.ALL], by=by, at=at)

    with django_assert_max_num_queries(12):
        desk.get(REGISTER)
