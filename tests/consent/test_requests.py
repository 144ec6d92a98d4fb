"""Opt-out requests by a slow road: received when they were said, done when the opt-out is recorded."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse

from consent.models import OptOutRequest, Suppression
from consent.selectors import requests as selectors
from consent.services import dnd
from consent.services.request_doing import complete_request
from consent.services.request_log import RequestRefused, assign_request, close_request, log_request
from consent.vocabulary import Channel
from contacts.models import Contact
from contacts.values import SYSTEM, Actor
from tests.consent.acting import ledger, rows
from tests.factories.contacts import make_contact

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def logged(at: datetime, **fields: object) -> OptOutRequest:
    told = {"told": "A Mrs Lovelace wants no more letters or calls", "how": "letter", "received_at": at - 3 * DAY}
    return log_request(**{**told, **fields}, by=SYSTEM, at=at)


def test_a_verbal_opt_out_is_a_request_received_when_it_was_said_and_done_now(
    ada: Contact, by: Actor, at: datetime
) -> None:
    recorded = dnd.record_verbal_opt_out(
        contact_id=ada.pk,
        channels=[Channel.CALL],
        by=by,
        at=at,
        note="Letter of Monday",
        asked_at=at - 4 * DAY,
        how="letter",
    )

    row = OptOutRequest.objects.get()
    assert (row.received_at, row.done_at, row.outcome) == (at - 4 * DAY, at, "recorded")
    assert (row.contact, row.channels, row.event_id) == (ada, ["call"], recorded.event_id)


def test_a_logged_request_waits_and_silences_nobody(ada: Contact, at: datetime) -> None:
    logged(at, contact_id=ada.pk, channels=[Channel.SMS, Channel.CALL])

    assert rows(ada) == []
    assert ledger(ada) == [("opt_out_requested", "nothing", "")] * 2
    assert selectors.overdue_count(now=at) == (1, 0)


@pytest.mark.parametrize(
    ("fields", "field", "code"),
    [({"told": " "}, "told", "required"), ({"channels": [Channel.ALL]}, "channels", "not_a_channel")],
    ids=["nothing said", "no channel"],
)
def test_what_is_no_request_is_refused(at: datetime, fields: dict[str, object], field: str, code: str) -> None:
    with pytest.raises(RequestRefused) as refused:
        logged(at, **fields)

    assert (refused.value.field, refused.value.code) == (field, code)


def test_a_request_never_arrives_in_the_future(at: datetime) -> None:
    with pytest.raises(RequestRefused, match="in the future"):
        logged(at, received_at=at + timedelta(minutes=1))


def test_doing_a_request_records_the_opt_out_as_old_as_the_request(ada: Contact, by: Actor, at: datetime) -> None:
    waiting = logged(at)

    done = complete_request(
        request_id=waiting.pk, contact_id=ada.pk, channels=[Channel.SMS, Channel.EMAIL], by=by, at=at + DAY
    )

    assert rows(ada) == [("email", "opt_out", "permanent"), ("sms", "opt_out", "permanent")]
    assert set(Suppression.objects.values_list("since", flat=True)) == {at - 3 * DAY}
    assert (done.request.contact, done.request.done_at, done.request.outcome) == (ada, at + DAY, "recorded")
    assert done.request.event_id == done.recorded.event_id
    assert OptOutRequest.objects.count() == 1


def test_a_request_is_done_or_closed_once(ada: Contact, by: Actor, at: datetime) -> None:
    waiting = logged(at)
    close_request(request_id=waiting.pk, reason="Nobody of this name", by=by, at=at)

    for again in (
        lambda: complete_request(request_id=waiting.pk, contact_id=ada.pk, channels=[Channel.SMS], by=by, at=at),
        lambda: close_request(request_id=waiting.pk, reason="Again", by=by, at=at),
        lambda: assign_request(request_id=waiting.pk, to_user_id=None, by=by, at=at),
    ):
        with pytest.raises(RequestRefused) as refused:
            again()
        assert refused.value.code == "done"
    assert rows(ada) == []


def test_closing_needs_a_reason_and_is_in_the_ledger(ada: Contact, by: Actor, at: datetime) -> None:
    waiting = logged(at, contact_id=ada.pk)
    with pytest.raises(RequestRefused, match="Say why"):
        close_request(request_id=waiting.pk, reason=" ", by=by, at=at)

    close_request(request_id=waiting.pk, reason="Meant another shop", by=by, at=at)

    assert ledger(ada)[-1] == ("opt_out_request_closed", "nothing", "")


def test_only_staff_are_assigned(by: Actor, agent: User, at: datetime) -> None:
    waiting = logged(at)
    with pytest.raises(RequestRefused) as refused:
        assign_request(request_id=waiting.pk, to_user_id=User.objects.create_user("visitor").pk, by=by, at=at)

    assign_request(request_id=waiting.pk, to_user_id=agent.pk, by=by, at=at)

    assert refused.value.code == "not_staff"
    assert [each.request.pk for each in selectors.waiting(now=at, assigned_to=agent.pk)] == [waiting.pk]


def test_the_clock_skips_weekends_and_public_holidays(at: datetime) -> None:
    """From Monday before Thanksgiving 2025: nine working days until 8 December, because Thursday is a holiday."""
    monday = datetime(2025, 11, 24, 18, tzinfo=UTC)
    waiting = logged(at, received_at=monday)

    [clocked] = selectors.waiting(now=at)

    assert clocked.request == waiting
    assert clocked.due_at == datetime(2025, 12, 9, 18, tzinfo=UTC)
    assert clocked.is_late
    assert selectors.overdue_count(now=at) == (1, 1)


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM consent_optoutrequest",
        "UPDATE consent_optoutrequest SET received_at = received_at + interval '1 day'",
        "UPDATE consent_optoutrequest SET outcome = 'closed', done_at = now()",
    ],
)
def test_the_database_keeps_when_it_was_said(at: datetime, statement: str) -> None:
    logged(at)

    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_an_agent_logs_a_request_and_does_it_for_the_contact_it_was_found_to_be(
    client: Client, agent: User, ada: Contact
) -> None:
    client.force_login(agent)
    answer = client.post(
        reverse("admin:opt_out_request_log"),
        {"told": "Wants to be left alone", "how": "voicemail", "received_at": "2026-11-02T09:30", "who": ""},
    )
    waiting = OptOutRequest.objects.get()
    assert answer.headers["Location"] == reverse("admin:opt_out_request", args=[waiting.pk])

    page = client.get(reverse("admin:opt_out_requests")).content.decode()
    assert "Wants to be left alone" in page
    done = client.post(
        reverse("admin:opt_out_request", args=[waiting.pk]), {"act": "do", "who": "Ada", "channels": ["call"]}
    )

    assert done.status_code == 302
    assert rows(ada) == [("call", "opt_out", "permanent")]
    assert "Opt-out recorded" in client.get(reverse("admin:opt_out_requests"), {"done": "1"}).content.decode()


def test_a_name_that_several_have_is_asked_back_and_the_choice_counts(
    client: Client, agent: User, ada: Contact
) -> None:
    make_contact("Ada", "Byron", phone="+15035550188")
    client.force_login(agent)
    waiting = logged(datetime(2026, 11, 20, tzinfo=UTC))
    told = {"act": "do", "who": "Ada", "channels": ["sms"]}

    asked = client.post(reverse("admin:opt_out_request", args=[waiting.pk]), told).content.decode()
    client.post(reverse("admin:opt_out_request", args=[waiting.pk]), {**told, "pick": str(ada.pk)})

    assert "Which one?" in asked
    assert OptOutRequest.objects.get().contact == ada


def test_marketing_reads_requests_and_deals_with_none(client: Client, marketing: User, at: datetime) -> None:
    client.force_login(marketing)
    waiting = logged(at)

    page = client.get(reverse("admin:opt_out_request", args=[waiting.pk]))
    tried = client.post(reverse("admin:opt_out_request", args=[waiting.pk]), {"act": "close", "reason": "x"})

    assert "Record the opt-out" not in page.content.decode()
    assert tried.status_code == 403
