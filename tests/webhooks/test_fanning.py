"""From the ledger to the receiver: nothing missed, filtered, replayed, and held back when too much waits."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, connections
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from config.api.services.keys import change_key, create_key
from config.api.vocabulary import Scope
from config.webhooks import jobs
from config.webhooks.models import WebhookEndpoint, WebhookNotice
from config.webhooks.services import endpoints, fanning, sending
from consent.selectors import feed
from consent.vocabulary import Channel, EventKind
from contacts.values import SYSTEM
from tests.webhooks.conftest import NOW, Receiver, record

pytestmark = pytest.mark.django_db(transaction=True)


def fan(endpoint: WebhookEndpoint) -> None:
    while fanning.fan_out(endpoint_id=endpoint.pk, at=NOW):
        pass


def send_all(endpoint: WebhookEndpoint, at: Any = NOW) -> None:
    while sending.send_due(endpoint_id=endpoint.pk, at=at).delivered:
        pass


def lanes(endpoint: WebhookEndpoint) -> list[str]:
    return list(endpoint.notices.order_by("id").values_list("lane", flat=True))


def test_an_endpoint_is_told_of_what_comes_after_it_once(receiver: Receiver) -> None:
    record("before", contact_id=1)
    endpoint = endpoints.create_endpoint(url=receiver.url, key=None, by=SYSTEM, at=NOW).endpoint
    for number in range(3):
        record(str(number), contact_id=1)
    record("unheld", address_id=7)
    record("of nobody")

    fan(endpoint)
    fan(endpoint)
    send_all(endpoint)

    assert lanes(endpoint) == ["contact:1"] * 3 + ["address:7", "none"]
    assert [each for each in receiver.details if each.isdigit()] == ["0", "1", "2"]
    assert sorted(receiver.details) == ["0", "1", "2", "of nobody", "unheld"]


def test_filters_by_kind_and_channel(endpoint: WebhookEndpoint, receiver: Receiver) -> None:
    endpoints.change_endpoint(
        endpoint_id=endpoint.pk, kinds=[EventKind.DND_ON], channels=[Channel.EMAIL], by=SYSTEM, at=NOW
    )
    record("other kind", channel=Channel.EMAIL)
    record("other channel", kind=EventKind.DND_ON)
    record("wanted", kind=EventKind.DND_ON, channel=Channel.EMAIL)

    fan(endpoint)
    send_all(endpoint)

    assert receiver.details == ["wanted"]


def test_a_replay_sends_everything_since_a_time_in_order_with_the_same_ids(
    endpoint: WebhookEndpoint, receiver: Receiver
) -> None:
    for hour in range(4):
        record(str(hour), contact_id=1, at=NOW + timedelta(hours=hour))
    fan(endpoint)
    send_all(endpoint)
    first = {post.id for post in receiver.posts}
    receiver.posts.clear()

    endpoints.replay_since(endpoint_id=endpoint.pk, since=NOW + timedelta(hours=2), by=SYSTEM, at=NOW)
    fan(endpoint)
    send_all(endpoint)

    assert receiver.details == ["2", "3"]
    assert {post.id for post in receiver.posts} < first
    assert endpoint.history.latest().history_change_reason == "replayed since 2026-11-21 14:00:00 UTC by system"


def test_a_replay_does_not_double_what_waits_and_lets_go_first_what_is_being_tried(
    endpoint: WebhookEndpoint, receiver: Receiver
) -> None:
    for number in range(3):
        record(str(number), contact_id=1)
    fan(endpoint)
    (tried,) = sending._claim(endpoint.pk, NOW)

    endpoints.replay_since(endpoint_id=endpoint.pk, since=NOW - timedelta(days=1), by=SYSTEM, at=NOW)
    fan(endpoint)
    send_all(endpoint)
    assert receiver.details == []

    sending._mark(tried, sending.Outcome(200), NOW)
    send_all(endpoint)
    assert receiver.details == ["0", "1", "2"]


def test_a_replay_from_the_future_waits_for_what_comes(endpoint: WebhookEndpoint, receiver: Receiver) -> None:
    record("old")
    fan(endpoint)
    send_all(endpoint)
    receiver.posts.clear()

    endpoints.replay_since(endpoint_id=endpoint.pk, since=NOW + timedelta(days=1), by=SYSTEM, at=NOW)
    record("new")
    fan(endpoint)
    send_all(endpoint)

    assert receiver.details == ["new"]


def test_a_replay_leaves_nothing_out_that_was_not_told_before(endpoint: WebhookEndpoint, receiver: Receiver) -> None:
    record("waits", contact_id=1)
    fan(endpoint)
    record("not turned into a notice", contact_id=1)

    endpoints.replay_since(endpoint_id=endpoint.pk, since=NOW + timedelta(days=1), by=SYSTEM, at=NOW)
    fan(endpoint)
    send_all(endpoint)

    assert receiver.details == ["waits", "not turned into a notice"]


def test_a_replay_waits_for_who_began_before_and_is_still_writing(
    endpoint: WebhookEndpoint, receiver: Receiver
) -> None:
    slow = connections["default"].copy()
    try:
        with slow.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute("SELECT pg_current_xact_id()")
            record("fast")
            endpoints.replay_since(endpoint_id=endpoint.pk, since=NOW, by=SYSTEM, at=NOW)
            cursor.execute(
                "INSERT INTO consent_ledgerentry (public_id, event_id, kind, effect, rule, code, channel, direction,"
                " reason, suppression_kind, route, source, actor, detail, occurred_at, recorded_at)"
                " SELECT gen_random_uuid(), gen_random_uuid(), kind, effect, rule, code, channel, direction, reason,"
                " suppression_kind, route, source, actor, 'slow', occurred_at, recorded_at FROM consent_ledgerentry"
            )
            cursor.execute("COMMIT")
    finally:
        slow.close()
    fan(endpoint)
    send_all(endpoint)

    assert receiver.details == ["slow", "fast"]


def test_the_time_to_replay_from_is_found_by_an_index(endpoint: WebhookEndpoint) -> None:
    record("STOP")
    with connection.cursor() as cursor:
        cursor.execute("SET enable_seqscan = off")
        try:
            cursor.execute(f"EXPLAIN {feed._FIRST_SINCE}", [NOW])
            plan = str(cursor.fetchall())
        finally:
            cursor.execute("RESET enable_seqscan")

    assert "ledger_by_time" in plan


def test_a_stopped_endpoint_keeps_its_place(endpoint: WebhookEndpoint, receiver: Receiver) -> None:
    endpoints.change_endpoint(endpoint_id=endpoint.pk, enabled=False, by=SYSTEM, at=NOW)
    record("meanwhile")
    fan(endpoint)
    assert endpoint.notices.count() == 0

    endpoints.change_endpoint(endpoint_id=endpoint.pk, enabled=True, by=SYSTEM, at=NOW)
    fan(endpoint)
    send_all(endpoint)

    assert receiver.details == ["meanwhile"]


def test_an_endpoint_keeps_its_place_while_its_key_may_not_read_the_ledger(receiver: Receiver) -> None:
    key = create_key(name="Shop", scopes={Scope.EVENTS_READ}, by=SYSTEM, at=NOW).key
    endpoint = endpoints.create_endpoint(url=receiver.url, key=key, by=SYSTEM, at=NOW).endpoint
    terms: dict[str, Any] = {"expires_at": None, "calls_per_minute": 60, "owner_id": None, "by": SYSTEM, "at": NOW}
    change_key(key_id=key.pk, scopes={Scope.DND_READ}, **terms)
    record("meanwhile")
    fan(endpoint)
    assert endpoint.notices.count() == 0

    change_key(key_id=key.pk, scopes={Scope.EVENTS_READ}, **terms)
    fan(endpoint)
    send_all(endpoint)

    assert receiver.details == ["meanwhile"]


def test_where_too_much_waits_the_rest_stays_in_the_ledger(
    endpoint: WebhookEndpoint, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fanning, "CHUNK", 2)
    monkeypatch.setattr(fanning, "MOST_WAITING", 4)
    for number in range(9):
        record(str(number), contact_id=number)

    fan(endpoint)
    assert endpoint.notices.count() == 4
    for _ in range(4):
        send_all(endpoint)
        fan(endpoint)

    assert sorted(receiver.details) == [str(number) for number in range(9)]


def test_the_job_hands_each_endpoint_with_something_due_to_a_job_of_its_own(
    endpoint: WebhookEndpoint, receiver: Receiver
) -> None:
    record("STOP")
    for _ in range(2):
        jobs.tell_webhooks(timestamp=0)

    (job,) = ProcrastinateJob.objects.filter(task_name="send_webhooks")
    jobs.send_webhooks(**job.args)

    assert receiver.details == ["STOP"]


def test_an_endpoint_that_can_not_be_told_leaves_the_others_their_turn(receiver: Receiver) -> None:
    endpoints.create_endpoint(url=receiver.url, key=None, by=SYSTEM, at=NOW)
    endpoints.create_endpoint(url=receiver.url, key=None, by=SYSTEM, at=NOW)
    first, second = WebhookEndpoint.objects.order_by("pk")
    WebhookEndpoint.objects.filter(pk=first.pk).update(kinds=["of_a_version_that_is_gone"])
    record("STOP")

    with pytest.raises(ExceptionGroup, match="1 failed"):
        jobs.tell_webhooks(timestamp=0)

    assert (first.notices.count(), second.notices.count()) == (0, 1)
    assert ProcrastinateJob.objects.filter(task_name="send_webhooks", args={"endpoint_id": second.pk}).exists()


def test_settled_notices_are_forgotten_after_a_while(endpoint: WebhookEndpoint) -> None:
    now = timezone.now()
    for state, days in (("delivered", 6), ("delivered", 8), ("dead", 8), ("dead", 91), ("waiting", None)):
        WebhookNotice.objects.create(
            endpoint=endpoint,
            message_id="00000000-0000-0000-0000-000000000000",
            lane="none",
            state=state,
            due_at=now,
            created_at=now,
            settled_at=now - timedelta(days=days) if days is not None else None,
        )

    assert fanning.forget_settled(at=now) == 2
    assert sorted(WebhookNotice.objects.values_list("state", flat=True)) == ["dead", "delivered", "waiting"]


def test_the_next_to_try_are_found_by_an_index(endpoint: WebhookEndpoint) -> None:
    record("STOP", contact_id=1)
    fan(endpoint)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        plan = endpoint.notices.filter(state="waiting", lane="contact:1", pk__lt=5).explain()

    assert "webhook_notice_lanes" in plan or "webhook_notice_due" in plan
