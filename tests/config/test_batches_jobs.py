"""Batches against other processes: killed workers, two workers at once, and people who write meanwhile."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection, transaction
from django.utils import timezone

from config.batches import jobs, services
from config.batches.models import Batch, BatchItem
from config.batches.vocabulary import Action, Status
from consent.models import LedgerEntry, Suppression
from consent.selectors import addresses_by_channel
from consent.services import dnd
from consent.services.recording import record_event
from consent.values import ConsentEvent
from consent.vocabulary import Channel, EventKind, Source
from contacts.models import Contact
from contacts.services import lock_for_contact
from contacts.values import SYSTEM, Actor
from tests.factories.lists import make_crowd

pytestmark = pytest.mark.django_db(transaction=True)

CHECKOUT = Path(__file__).resolve().parents[2]
PATIENCE = 60

WORKER = """
import json, sys
from django.conf import settings
how = json.loads(sys.argv[1])
from config import settings as ours
ours.DATABASES["default"].update(how["database"])
import django
django.setup()
from config.batches.jobs import run_batch
run_batch(batch_id=how["batch_id"], size=how["size"])
"""


def started(action: Action, contacts: list[int], by: Actor, at: datetime, **parameters: object) -> Batch:
    draft = services.make_draft(action=action, contact_ids=contacts, by=by, at=at)
    services.fill_in(batch_id=draft.pk, parameters=parameters, note="Storm", at=at)
    return services.start(batch_id=draft.pk, at=at)


def worker(batch: Batch, *, size: int) -> subprocess.Popen[bytes]:
    """Start a process that runs a batch in this test's database."""
    names = ("NAME", "USER", "PASSWORD", "HOST", "PORT")
    how = {
        "database": {name: connection.settings_dict[name] for name in names},
        "batch_id": str(batch.pk),
        "size": size,
    }
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "SECRET_KEY": "a worker's own",
        "DATABASE_URL": "postgres:///replaced-below",  # or settings would start a server
    }
    return subprocess.Popen([sys.executable, "-c", WORKER, json.dumps(how)], cwd=CHECKOUT, env=environment)


def wait_until(true: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.05)


@pytest.fixture
def processes() -> Iterator[list[subprocess.Popen[bytes]]]:
    running: list[subprocess.Popen[bytes]] = []
    yield running
    for process in running:
        process.kill()
        process.wait()


def at_once(*acts: Callable[[], object]) -> list[object]:
    """Run every act in a thread and connection of its own, all let go at one moment; return results or errors."""
    barrier = threading.Barrier(len(acts))

    def run(act: Callable[[], object]) -> object:
        try:
            barrier.wait(timeout=10)
            return act()
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def test_a_killed_worker_leaves_whole_chunks_and_another_does_the_rest_once(
    by: Actor, at: datetime, processes: list[subprocess.Popen[bytes]]
) -> None:
    crowd = make_crowd(30)
    batch = started(Action.SET_DND, crowd, by, at, channels=["sms"])

    with transaction.atomic():
        # Somebody who is at work on the 15th contact keeps the worker in the middle of its second chunk.
        lock_for_contact(contact_id=crowd[14])
        processes.append(worker(batch, size=10))
        wait_until(lambda: Batch.objects.get(pk=batch.pk).done == 10)
        wait_until(_waits_for_a_lock)
        processes[0].kill()
        processes[0].wait()

    wait_until(lambda: _is_free(batch))
    interrupted = Batch.objects.get(pk=batch.pk)
    assert (interrupted.status, interrupted.done) == (Status.RUNNING, 10)
    assert Suppression.objects.count() == LedgerEntry.objects.count() == BatchItem.objects.count() == 10

    jobs.run_batch(batch_id=str(batch.pk), size=10)

    done = Batch.objects.get(pk=batch.pk)
    assert (done.status, done.done, done.outcomes) == (Status.DONE, 30, {"changed": 30})
    once = Counter(crowd)
    assert Counter(Suppression.objects.values_list("contact_id", flat=True)) == once
    assert Counter(LedgerEntry.objects.values_list("contact_id", flat=True)) == once
    assert Counter(BatchItem.objects.values_list("contact_id", flat=True)) == once


def _waits_for_a_lock() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
        )
        return bool(cursor.fetchone()[0])


def _is_free(batch: Batch) -> bool:
    """Return whether the killed worker's transaction is over: the server ends it when it next hears of it."""
    with transaction.atomic():
        return Batch.objects.select_for_update(skip_locked=True).filter(pk=batch.pk).exists()


def test_two_workers_at_one_batch_do_everybody_once(by: Actor, at: datetime) -> None:
    crowd = make_crowd(60)
    batch = started(Action.SET_DND, crowd, by, at, channels=["sms", "email"])

    results = at_once(*[lambda: jobs.run_batch(batch_id=str(batch.pk), size=7)] * 3)

    assert results == [None] * 3
    done = Batch.objects.get(pk=batch.pk)
    assert (done.done, done.outcomes) == (60, {"changed": 60})
    assert Suppression.objects.count() == LedgerEntry.objects.count() == 120
    assert Counter(BatchItem.objects.values_list("contact_id", flat=True)) == Counter(crowd)


@pytest.mark.parametrize("action", [Action.LIFT_DND, Action.SET_DND, Action.BLOCK])
def test_a_stop_during_a_batch_stands_whatever_comes_first(action: Action, by: Actor, at: datetime) -> None:
    crowd = make_crowd(40)
    long_ago = timezone.now() - timedelta(days=1)
    for contact_id in crowd[::2]:
        dnd.switch_on(contact_id=contact_id, channels=[Channel.SMS], by=by, at=long_ago)
    stopping = crowd[3::4]
    batch = started(action, crowd, by, at, channels=["sms"])

    def stop(contact_id: int) -> object:
        return record_event(
            event=ConsentEvent(EventKind.TEXT_OPT_OUT, (Channel.SMS,), timezone.now(), Source.CONTACT, detail="stop"),
            address_id=addresses_by_channel(contact_id)[Channel.SMS][0],
            by=SYSTEM,
            at=timezone.now(),
        )

    results = at_once(
        lambda: jobs.run_batch(batch_id=str(batch.pk), size=8),
        lambda: [stop(contact_id) for contact_id in stopping[:5]],
        lambda: [stop(contact_id) for contact_id in reversed(stopping[5:])],
    )

    assert [result for result in results if isinstance(result, Exception)] == []
    assert Batch.objects.get(pk=batch.pk).status == Status.DONE
    silenced = Suppression.objects.filter(reason="opt_out", kind="permanent", lifted_at=None)
    assert Counter(silenced.values_list("contact_id", flat=True)) == Counter(stopping)
    assert Counter(BatchItem.objects.values_list("contact_id", flat=True)) == Counter(crowd)


def test_a_staff_member_who_sets_dnd_while_a_lift_waits_gets_no_error(by: Actor, at: datetime, ada: Contact) -> None:
    """A lift that was pressed first and comes second may end what is younger than itself."""
    pressed_at = timezone.now()
    dnd.switch_on(contact_id=ada.pk, channels=[Channel.SMS], by=by, at=pressed_at + timedelta(seconds=1))

    lifted = dnd.lift(contact_id=ada.pk, channels=[Channel.SMS], by=by, at=pressed_at)

    row = Suppression.objects.get()
    assert lifted.changed
    assert row.lifted_at == row.recorded_at == pressed_at + timedelta(seconds=1)


def test_an_error_stops_a_batch_visibly_and_it_can_go_on(by: Actor) -> None:
    crowd = make_crowd(20)
    days_ago, ends = timezone.now() - timedelta(days=2), timezone.now() - timedelta(days=1)
    batch = started(Action.SET_DND, crowd, by, days_ago, channels=["sms"], expires_at=ends.isoformat())

    # The end that was chosen has passed when a worker comes to it.
    with pytest.raises(dnd.UnableToSetDnd):
        jobs.run_batch(batch_id=str(batch.pk))

    stopped = Batch.objects.get(pk=batch.pk)

    assert (stopped.status, stopped.done) == (Status.FAILED, 0)
    assert not Suppression.objects.exists()
    assert services.resume(batch_id=batch.pk).status == Status.QUEUED
