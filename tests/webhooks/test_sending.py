"""What arrives at a receiver: signed, in order for each contact, and at least once."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connections
from django.utils import timezone
from pytest_django.fixtures import Settings
from standardwebhooks import Webhook, WebhookVerificationError

from config.api.entries import entries_content
from config.webhooks import signing
from config.webhooks.models import WebhookEndpoint, WebhookNotice
from config.webhooks.services import endpoints, sending
from config.webhooks.services.endpoints import Issued
from config.webhooks.services.sending import PAUSES, pause_after
from consent.models import LedgerEntry
from contacts.values import SYSTEM
from tests.webhooks.conftest import NOW, Receiver, put

pytestmark = pytest.mark.django_db


def send(endpoint: WebhookEndpoint, at: Any = NOW) -> sending.Sent:
    return sending.send_due(endpoint_id=endpoint.pk, at=at)


def send_all(endpoint: WebhookEndpoint, at: Any = NOW) -> None:
    while send(endpoint, at).delivered:
        pass


def states(endpoint: WebhookEndpoint) -> list[tuple[str, int]]:
    return list(endpoint.notices.order_by("id").values_list("state", "attempts"))


def test_a_message_is_the_entry_of_the_ledger_and_its_signature_holds(issued: Issued, receiver: Receiver) -> None:
    notice = put(issued.endpoint, "STOP")
    now = timezone.now()

    assert send(issued.endpoint, now) == sending.Sent(1, 1)

    (post,) = receiver.posts
    told = Webhook(issued.secret).verify(post.body, post.headers)
    (entry,) = entries_content(list(LedgerEntry.objects.all()))
    assert told == {"type": "ledger.text_opt_out", "timestamp": entry["recorded_at"], "data": entry}
    assert (post.path, post.id) == ("/hook", str(notice.message_id))
    assert post.headers["content-type"] == "application/json"
    assert post.headers["host"] == receiver.url.split("/")[2]
    notice.refresh_from_db()
    assert (notice.state, notice.status, notice.settled_at, notice.claim) == ("delivered", 204, now, None)
    issued.endpoint.refresh_from_db()
    assert issued.endpoint.last_delivered_at == now


def test_a_changed_body_or_another_secret_does_not_verify(issued: Issued, receiver: Receiver) -> None:
    put(issued.endpoint, "STOP")
    send(issued.endpoint, timezone.now())
    (post,) = receiver.posts

    for secret, body in ((issued.secret, post.body + b" "), (signing.new_secret(), post.body)):
        with pytest.raises(WebhookVerificationError):
            Webhook(secret).verify(body, post.headers)


def test_a_rotation_signs_with_both_secrets_until_the_overlap_is_over(issued: Issued, receiver: Receiver) -> None:
    now = timezone.now()
    again = endpoints.rotate_secret(endpoint_id=issued.endpoint.pk, overlap=timedelta(hours=1), by=SYSTEM, at=now)
    for number, at in enumerate((now, now + timedelta(hours=2))):
        put(issued.endpoint, str(number))
        send(issued.endpoint, at)

    during, after = receiver.posts
    for secret in (issued.secret, again.secret):
        assert Webhook(secret).verify(during.body, during.headers)
    with time_machine.travel(now + timedelta(hours=2), tick=False):
        assert Webhook(again.secret).verify(after.body, after.headers)
        with pytest.raises(WebhookVerificationError):
            Webhook(issued.secret).verify(after.body, after.headers)


def test_secrets_are_kept_encrypted(issued: Issued) -> None:
    row = WebhookEndpoint.objects.get()

    assert issued.secret.startswith("whsec_")
    assert issued.secret[6:20] not in row.secret
    assert signing.unlocked(row.secret) == issued.secret
    assert issued.secret not in str([*WebhookEndpoint.history.values()]) + repr(issued)


def test_what_fails_holds_back_the_contacts_later_entries_and_nobody_elses(
    endpoint: WebhookEndpoint, receiver: Receiver
) -> None:
    broken = {"ada 1"}
    receiver.answer = lambda body: 500 if body["data"]["detail"] in broken else 200
    for detail, contact in (("ada 1", 1), ("bo 1", 2), ("ada 2", 1), ("bo 2", 2), ("ada 3", 1)):
        put(endpoint, detail, contact_id=contact)

    send_all(endpoint)
    assert sorted(receiver.details) == ["ada 1", "bo 1", "bo 2"]
    assert states(endpoint) == [("waiting", 1), ("delivered", 1), ("waiting", 0), ("delivered", 1), ("waiting", 0)]

    receiver.posts.clear()
    send_all(endpoint, NOW + timedelta(seconds=5))
    assert receiver.details == []

    broken.clear()
    send_all(endpoint, NOW + timedelta(seconds=13))
    assert receiver.details == ["ada 1", "ada 2", "ada 3"]


def test_a_worker_that_dies_after_the_post_leaves_it_to_be_sent_again(
    endpoint: WebhookEndpoint, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(endpoint, "STOP", contact_id=1)
    put(endpoint, "START", contact_id=1)

    def die(*_: object) -> None:
        raise SystemExit

    with monkeypatch.context() as killed:
        killed.setattr(sending, "_mark", die)
        with pytest.raises(SystemExit):
            send(endpoint)
    assert receiver.details == ["STOP"]

    assert send(endpoint, NOW + timedelta(seconds=119)).tried == 0
    send_all(endpoint, NOW + timedelta(seconds=121))

    assert receiver.details == ["STOP", "STOP", "START"]
    assert receiver.posts[0].id == receiver.posts[1].id


def test_a_worker_that_wakes_up_late_does_not_mark_what_another_has_taken(
    endpoint: WebhookEndpoint, receiver: Receiver
) -> None:
    notice = put(endpoint, "STOP")
    (slow,) = sending._claim(endpoint.pk, NOW)
    receiver.answer = lambda _: 500
    send(endpoint, NOW + timedelta(minutes=3))

    sending._mark(slow, sending.Outcome(200), NOW + timedelta(minutes=4))

    notice.refresh_from_db()
    assert (notice.state, notice.attempts) == ("waiting", 1)


def test_tries_back_off_over_three_days_and_then_end(endpoint: WebhookEndpoint, receiver: Receiver) -> None:
    receiver.answer = lambda _: 503
    notice = put(endpoint, "STOP", contact_id=1)
    later = put(endpoint, "START", contact_id=1)
    at, tries = NOW, 0
    while send(endpoint, at).tried:
        tries += 1
        notice.refresh_from_db()
        if notice.state != "waiting":
            break
        assert notice.due_at > at
        at = notice.due_at

    assert tries == len(PAUSES) + 1
    assert (notice.state, notice.status, notice.failure) == ("dead", 503, "status")
    assert timedelta(days=2, hours=12) < at - NOW < timedelta(days=3, hours=18)
    receiver.answer = lambda _: 200
    send_all(endpoint, at)
    later.refresh_from_db()
    assert later.state == "delivered"


def test_pauses_are_spread_by_a_fifth() -> None:
    first = {pause_after(1) for _ in range(50)}

    assert len(first) > 10
    assert all(each and timedelta(seconds=8) <= each <= timedelta(seconds=12) for each in first)
    assert pause_after(len(PAUSES) + 1) is None


def test_what_was_given_up_is_sent_again_when_asked(endpoint: WebhookEndpoint, receiver: Receiver) -> None:
    dead, other = put(endpoint, "one"), put(endpoint, "other")
    WebhookNotice.objects.update(state="dead", settled_at=NOW, attempts=14)

    assert endpoints.retry_dead(endpoint_id=endpoint.pk, notice_id=dead.pk, by=SYSTEM, at=NOW) == 1
    send_all(endpoint)
    assert receiver.details == ["one"]
    assert endpoints.retry_dead(endpoint_id=endpoint.pk, by=SYSTEM, at=NOW) == 1
    assert endpoints.retry_dead(endpoint_id=endpoint.pk, by=SYSTEM, at=NOW) == 0
    send_all(endpoint)

    assert receiver.details == ["one", "other"]
    other.refresh_from_db()
    assert (other.state, other.attempts) == ("delivered", 1)


def test_410_stops_an_endpoint_at_once_and_loses_nothing(endpoint: WebhookEndpoint, receiver: Receiver) -> None:
    receiver.answer = lambda _: 410
    put(endpoint, "STOP")
    send(endpoint)

    endpoint.refresh_from_db()
    assert (endpoint.stopped_at, endpoint.stopped_for) == (NOW, "gone")
    assert send(endpoint, NOW + timedelta(hours=1)).tried == 0
    receiver.answer = lambda _: 200
    endpoints.change_endpoint(endpoint_id=endpoint.pk, enabled=True, by=SYSTEM, at=NOW)
    send_all(endpoint)
    assert receiver.details == ["STOP", "STOP"]


def test_an_endpoint_where_nothing_arrives_for_five_days_is_stopped(
    endpoint: WebhookEndpoint, receiver: Receiver
) -> None:
    receiver.answer = lambda _: 500
    for day in (0, 4):
        put(endpoint, str(day))
        send(endpoint, NOW + timedelta(days=day))
        endpoint.refresh_from_db()
        assert (endpoint.failing_since, endpoint.stopped_at) == (NOW, None)
    WebhookNotice.objects.update(due_at=NOW)

    send(endpoint, NOW + timedelta(days=5))

    endpoint.refresh_from_db()
    assert endpoint.stopped_for == "failing"
    assert endpoint.history.latest().history_change_reason == "failing by system"


def test_one_arrival_ends_the_failing(endpoint: WebhookEndpoint, receiver: Receiver) -> None:
    WebhookEndpoint.objects.update(failing_since=NOW - timedelta(days=6))
    put(endpoint, "STOP")
    send(endpoint)

    endpoint.refresh_from_db()
    assert (endpoint.failing_since, endpoint.stopped_at) == (None, None)


def test_with_another_secret_key_nothing_goes_out_unsigned(
    endpoint: WebhookEndpoint, receiver: Receiver, settings: Settings
) -> None:
    put(endpoint, "STOP")
    settings.SECRET_KEY = "another"
    send(endpoint)

    endpoint.refresh_from_db()
    assert endpoint.stopped_for == "secret_unreadable"
    assert receiver.posts == []
    again = endpoints.rotate_secret(endpoint_id=endpoint.pk, by=SYSTEM, at=NOW)
    send(endpoint, timezone.now())
    (post,) = receiver.posts
    assert Webhook(again.secret).verify(post.body, post.headers)
    assert len(post.headers["webhook-signature"].split(" ")) == 1


def test_a_test_message_tells_of_nothing(endpoint: WebhookEndpoint, receiver: Receiver) -> None:
    endpoints.send_test(endpoint_id=endpoint.pk, at=NOW)
    send(endpoint)

    assert receiver.bodies == [{"type": "webhook.test", "timestamp": "2026-11-21T12:00:00Z", "data": {}}]


def test_a_batch_goes_out_side_by_side(endpoint: WebhookEndpoint, receiver: Receiver) -> None:
    all_here = threading.Barrier(sending.AT_ONCE)

    def wait_for_all(_: object) -> int:
        all_here.wait(10)
        return 200

    receiver.answer = wait_for_all
    for number in range(sending.AT_ONCE):
        put(endpoint, str(number), contact_id=number)

    assert send(endpoint) == sending.Sent(sending.AT_ONCE, sending.AT_ONCE)


@pytest.mark.django_db(transaction=True)
def test_four_workers_send_each_notice_once_and_in_order(endpoint: WebhookEndpoint, receiver: Receiver) -> None:
    for number in range(60):
        put(endpoint, f"{number:02}", contact_id=number % 6)

    def work(_: int) -> None:
        try:
            while endpoint.notices.filter(state="waiting").exists():
                send(endpoint)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))

    assert sorted(receiver.details) == [f"{number:02}" for number in range(60)]
    for contact in range(6):
        own = [each for each in receiver.details if int(each) % 6 == contact]
        assert own == sorted(own)
