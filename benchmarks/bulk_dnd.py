"""Bulk DND against the usual way: `bulk_create_with_history`, which neither locks, decides nor keeps a ledger.

Run: python -m benchmarks.bulk_dnd [contacts] [repeats]. Everything happens in transactions that are rolled back.
"""

from __future__ import annotations

import os
import statistics
import sys
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.db import connection, transaction  # noqa: E402  (models exist only once Django is set up)
from simple_history.utils import bulk_create_with_history  # noqa: E402

from consent.models import LedgerEntry, Suppression  # noqa: E402
from consent.services import bulk, dnd  # noqa: E402
from consent.vocabulary import Channel  # noqa: E402
from contacts.values import Actor  # noqa: E402
from contacts.vocabulary import ActorKind  # noqa: E402

BY = Actor(ActorKind.USER, "1")
AT = datetime.now(UTC)
OURS = "bulk.switch_on_many: lock, decide, write, ledger, history"
ONE_BY_ONE = 500
"""So many contacts stand for the ways that take one at a time."""


def main(contacts: int = 10_000, repeats: int = 3) -> None:
    """Print each way's median and range in microseconds a contact, and how much longer than ours it takes."""
    taken: dict[str, list[float]] = {}
    for _ in range(repeats):
        for name, (way, count) in _ways(contacts).items():
            with _crowd(count) as ids:
                started = time.perf_counter()
                way(ids)
                with connection.cursor() as cursor:
                    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # foreign keys are checked at commit otherwise
                taken.setdefault(name, []).append((time.perf_counter() - started) / count * 1e6)
    ours = statistics.median(taken[OURS])
    print(f"{contacts:,} contacts, {repeats} repeats")
    for name, times in taken.items():
        median = statistics.median(times)
        print(f"{name:58} {median:7.0f} µs ({min(times):.0f}-{max(times):.0f})  x {median / ours:.2f}")


def _ways(contacts: int) -> dict[str, tuple[Callable[[Sequence[int]], object], int]]:
    few = min(contacts, ONE_BY_ONE)
    return {
        OURS: (lambda ids: bulk.switch_on_many(contact_ids=ids, channels=[Channel.SMS], by=BY, at=AT), contacts),
        "the preview of the same": (
            lambda ids: bulk.foresee_for_many(
                event=dnd.switching_on(channels=[Channel.SMS], at=AT), contact_ids=ids, at=AT
            ),
            contacts,
        ),
        "bulk_create_with_history": (_usual, contacts),
        "bulk_create_with_history, and a ledger by bulk_create": (_usual_with_ledger, contacts),
        "dnd.switch_on, contact by contact": (_one_by_one, few),
    }


def _usual(ids: Sequence[int]) -> None:
    """What Django projects do: rows by bulk_create, history by simple-history instead of our trigger."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE consent_suppression DISABLE TRIGGER USER")
    bulk_create_with_history([_row(contact_id) for contact_id in ids], Suppression, batch_size=1000)


def _usual_with_ledger(ids: Sequence[int]) -> None:
    _usual(ids)
    LedgerEntry.objects.bulk_create(
        (
            LedgerEntry(
                event_id=uuid.uuid4(),
                kind="dnd_on",
                effect="set",
                rule="R15",
                channel="sms",
                reason="manual",
                suppression_kind="temporary",
                contact_id=contact_id,
                source="staff",
                actor=BY.ref,
                occurred_at=AT,
                recorded_at=AT,
            )
            for contact_id in ids
        ),
        batch_size=1000,
    )


def _one_by_one(ids: Sequence[int]) -> None:
    for contact_id in ids:
        dnd.switch_on(contact_id=contact_id, channels=[Channel.SMS], by=BY, at=AT)


def _row(contact_id: int) -> Suppression:
    return Suppression(
        contact_id=contact_id,
        channel="sms",
        reason="manual",
        kind="temporary",
        rule="R15",
        set_kind="dnd_on",
        source="staff",
        set_by=BY.ref,
        set_event_id=uuid.uuid4(),
        since=AT,
        reaffirmed_at=AT,
        recorded_at=AT,
    )


class _Done(Exception):
    pass


@contextmanager
def _crowd(count: int) -> Iterator[list[int]]:
    """Give the ids of new contacts, each with a phone number and an e-mail, and take everything back."""
    try:
        with transaction.atomic():
            yield _new_contacts(count)
            raise _Done
    except _Done:
        return


def _new_contacts(count: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO contacts_contact (public_id, first_name, last_name, company, notes, language, time_zone,
                                          created_at, updated_at, version)
            SELECT gen_random_uuid(), 'Kim', n::text, '', '', '', '', now(), now(), 1
            FROM generate_series(1, %s) AS n RETURNING id
            """,
            [count],
        )
        ids = [row[0] for row in cursor.fetchall()]
        for kind, value in (("phone", "'+1999' || lpad(n::text, 9, '0')"), ("email", "n || '@bench.example'")):
            cursor.execute(
                f"""
                INSERT INTO contacts_address (public_id, kind, value, shown, created_at)
                SELECT gen_random_uuid(), %s, {value}, {value}, now() FROM unnest(%s::bigint[]) AS n RETURNING id
                """,  # noqa: S608  literals of our own
                [kind, ids],
            )
            addresses = [row[0] for row in cursor.fetchall()]
            cursor.execute(
                """
                INSERT INTO contacts_contactaddress (contact_id, address_id, kind, is_primary, joined_at)
                SELECT contact_id, address_id, %s, true, now()
                FROM unnest(%s::bigint[], %s::bigint[]) AS held(contact_id, address_id)
                """,
                [kind, ids, addresses],
            )
        cursor.execute("ANALYZE contacts_contact, contacts_address, contacts_contactaddress")
    return ids


if __name__ == "__main__":
    main(*(int(word) for word in sys.argv[1:]))
