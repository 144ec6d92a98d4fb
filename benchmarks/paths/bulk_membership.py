"""Bulk membership over HTTP: up to 10,000 contacts of a list put on it, blocked, unblocked, opted out, taken off it.

Each call goes to gunicorn as in production, with a key, and changes all of its contacts; each turn has a list of its
own. It locks, decides, writes, keeps history and ledger, and answers with an outcome for each. Opting out silences
every address of a contact too, so it writes three rows where the others write one. The floors are rows that are ready,
sent as arrays and written by one statement into the same tables with their indexes and keys, without any trigger. The
rivals are what Django projects do, without HTTP: rows and their history by simple-history, which neither locks, decides
nor keeps a ledger, and our own verbs member by member. Floors and rivals are rolled back.

The goals are ours: a bulk call is there to be quicker than so many single ones, and whoever wrote the rows by hand with
a history must not have been quicker than we are with locks, rules and ledger besides.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime

from django.db import connection, transaction
from simple_history.utils import bulk_create_with_history, bulk_update_with_history

from benchmarks.harness import Comparison, Goal, Measured, Way
from benchmarks.scale import Scale
from benchmarks.serving import Server, served
from config.api.services.keys import create_key
from config.api.vocabulary import Scope
from consent.vocabulary import Source
from contacts.models import Contact, ContactAddress
from contacts.selectors import id_array
from contacts.values import SYSTEM
from lists import services as verbs
from lists.models import ContactList, ListMembership

NAME = "bulk_membership"
MOST = 10_000
ONE_BY_ONE = 200
"""So many contacts stand for the ways that take one at a time."""
AT = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)

ACTS = ("subscribe", "block", "unblock", "opt_out", "remove")
"""In the order in which one list goes through them: each changes everybody."""
FLOOR = "bare rows"
FLOOR_OUT = "bare rows, and those of two addresses each"
USUAL, USUAL_CHANGE = "bulk_create_with_history", "bulk_update_with_history"
BULK = {act: f"{act}, in bulk" for act in ACTS}
SINGLE = {act: f"{act}, member by member" for act in ACTS}
GOAL = (
    *(Goal(BULK[act], SINGLE[act], at_least=10) for act in ACTS),
    Goal(BULK["subscribe"], USUAL, at_least=1),
    *(Goal(BULK[act], USUAL_CHANGE, at_least=1) for act in ("block", "unblock", "remove")),
)
BARE = """
    INSERT INTO lists_listmembership
        (list_id, contact_id, added_at, consent_how, consent_text, source, changed_by, note, updated_at)
    SELECT %s, contact_id, %s, '', '', 'api', 'integration:Benchmark', '', %s FROM unnest(%s::bigint[]) contact_id
"""
BARE_OUT = """
    INSERT INTO lists_listaddressoptout
        (list_id, address_id, opted_out_at, unheld, consent_how, consent_text, source, changed_by, note, updated_at)
    SELECT %s, id, %s, false, '', '', 'api', 'integration:Benchmark', '', %s FROM unnest(%s::bigint[]) id
"""


def run(scale: Scale) -> Measured:
    """Measure on contacts spread over the whole table; in each repeat, the acts follow one another on a new list."""
    contacts = Contact.objects.filter(deleted_at=None).order_by("id").values_list("id", "public_id")
    spread = list(contacts)[:: max(1, scale.contacts // MOST)][:MOST]
    ids, public_ids = [pk for pk, _ in spread], [str(public_id) for _, public_id in spread]
    addresses = ContactAddress.objects.filter(contact_id__in=ids).values_list("address_id", flat=True)
    address_ids = sorted(set(addresses))
    key = create_key(
        name=NAME, scopes=[Scope.LISTS_WRITE], calls_per_minute=1_000_000, by=SYSTEM, at=datetime.now(UTC)
    ).text
    few, on = ids[:ONE_BY_ONE], _Current()
    with served({}) as server:
        on.renew()
        warm_up = _request(server, key, ACTS[0], public_ids[:1], on.slug)
        server.is_knocked_at([warm_up] * 16)
        ways = [
            _rolled_back(FLOOR, lambda pk: _bare(pk, ids), len(ids)),
            _rolled_back(FLOOR_OUT, lambda pk: _bare(pk, ids, address_ids), len(ids)),
            _rolled_back(USUAL, lambda pk: _usual(pk, ids), len(ids)),
            _rolled_back(USUAL_CHANGE, _usual_change, len(ids), before=lambda pk: _bare(pk, ids)),
            *(Way(BULK[act], _called(server, key, act, public_ids, on), per=len(ids)) for act in ACTS),
            *(_one_by_one(act, few) for act in ACTS),
        ]
        note = f"{len(ids):,} contacts, times are for one."
        return Comparison(FLOOR, ways, note=note).measure(repeats=scale.repeats)


class _Current:
    """The list that the calls are about: a new one whenever it begins anew."""

    slug = ""

    def renew(self) -> None:
        self.slug = _new_list().slug


def _new_list() -> ContactList:
    name = f"benchmark-{uuid.uuid4()}"
    return ContactList.objects.create(slug=name, name=name, created_at=AT, updated_at=AT)


def _called(server: Server, key: str, act: str, contacts: Sequence[str], on: _Current) -> Callable[[], float]:
    def call() -> float:
        if act == ACTS[0]:
            on.renew()
        return server.is_knocked_at([_request(server, key, act, contacts, on.slug)])

    return call


def _request(server: Server, key: str, act: str, contacts: Sequence[str], slug: str) -> bytes:
    body = json.dumps({"act": act, "contacts": contacts})
    return (
        f"POST /api/v1/lists/{slug}/members/bulk/ HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n"
        f"Content-Type: application/json\r\nAuthorization: Bearer {key}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n{body}"
    ).encode()


def _bare(list_id: int, contacts: Sequence[int], addresses: Sequence[int] = ()) -> None:
    with connection.cursor() as cursor:
        cursor.execute(BARE, [list_id, AT, AT, id_array(contacts)])
        if addresses:
            cursor.execute(BARE_OUT, [list_id, AT, AT, id_array(addresses)])


def _usual(list_id: int, contacts: Sequence[int]) -> None:
    rows = [
        ListMembership(list_id=list_id, contact_id=each, added_at=AT, source="api", changed_by="api", updated_at=AT)
        for each in contacts
    ]
    bulk_create_with_history(rows, ListMembership, batch_size=1000)


def _usual_change(list_id: int) -> None:
    rows = list(ListMembership.objects.filter(list_id=list_id))
    for each in rows:
        each.blocked_at = each.updated_at = AT
    bulk_update_with_history(rows, ListMembership, ["blocked_at", "updated_at"], batch_size=1000)


def _one_by_one(act: str, contacts: Sequence[int]) -> Way:
    """Do the act to each contact by itself, on a list that the acts before it have been done to."""

    def before(list_id: int) -> None:
        for each in ACTS[: ACTS.index(act)]:
            _do(each, list_id, contacts)

    def does(list_id: int) -> None:
        for each in contacts:
            _do(act, list_id, [each])

    return _rolled_back(SINGLE[act], does, len(contacts), before=before, with_triggers=True)


def _do(act: str, list_id: int, contacts: Sequence[int]) -> None:
    does: dict[str, Callable[..., object]] = {
        "subscribe": verbs.add,
        "block": verbs.block,
        "unblock": verbs.unblock,
        "opt_out": verbs.opt_out,
        "remove": verbs.remove,
    }
    does[act](list_id=list_id, contact_ids=contacts, by=SYSTEM, at=AT, source=Source.API)


class _Done(Exception):
    pass


def _rolled_back(
    name: str,
    does: Callable[[int], None],
    count: int,
    *,
    before: Callable[[int], None] | None = None,
    with_triggers: bool = False,
) -> Way:
    """Return a way to do something to a new list; `before` is not timed."""
    current: list[int] = []

    def whole() -> None:
        does(current[-1])
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # foreign keys are checked at commit otherwise

    @contextmanager
    def around() -> Iterator[None]:
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                if not with_triggers:
                    cursor.execute("ALTER TABLE lists_listmembership DISABLE TRIGGER USER")
                    cursor.execute("ALTER TABLE lists_listaddressoptout DISABLE TRIGGER USER")
                current.append(_new_list().pk)
                if before is not None:
                    before(current[-1])
                    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                yield
                raise _Done
        except _Done:
            return

    return Way(name, whole, per=count, around=around)
