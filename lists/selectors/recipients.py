"""Whom a send to a list reaches, and why not the others.

The gate is asked again at the moment of sending: these are readings, and people change their minds meanwhile.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import psycopg
from django.db import connection, transaction
from django.utils import timezone

from consent.selectors.channels import connected_channels
from consent.selectors.reach import code_of, count_refusals, reach_terms
from consent.vocabulary import Channel, Purpose
from contacts.statements import fetch
from lists.models import ContactList
from lists.selectors import audience_sql as sql
from lists.values import AudiencePage, ListReach, Recipient

PAGE = 10_000

_WAY_TO_COUNT = "SELECT set_config('work_mem', '64MB', true), set_config('enable_hashjoin', 'off', true)"
"""Counting keeps a few hundred groups with their ids; with less memory the planner would sort a million members first.

Members and their reach are both indexed in the order of contacts: walked side by side, they are told in a third of the
time that PostgreSQL takes for the table of hashes which it expects to be quicker.
"""


def audience_count(list_slug: str, channel: Channel, purpose: Purpose) -> ListReach:
    """Return how many members a send would reach now, and why not the others.

    An archived or unknown list reaches nobody. The numbers are of one moment.
    Raises: ValueError for a channel that no message can use.
    """
    found = ContactList.objects.filter(slug=list_slug).values_list("pk", "archived_at").first()
    if found is None:
        return ListReach(members=0, reachable=0, same_address=0, refused=0)
    list_id, archived_at = found
    return _Count(list_id, list_slug, channel, purpose, is_open=archived_at is None).reach()


def audience(list_slug: str, channel: Channel, purpose: Purpose) -> Iterator[Recipient]:
    """Yield who may get a message of the list now, as `audience_stream` does, one by one."""
    for page in audience_stream(list_slug, channel, purpose):
        yield from map(Recipient, page.contacts, page.addresses)


def audience_stream(
    list_slug: str, channel: Channel, purpose: Purpose, *, public_ids: bool = False
) -> Iterator[AudiencePage]:
    """Yield pages of who may get a message of the list now, in ascending contact id, one for each address.

    Where several members share an address it goes to the first whom the gate allows.
    Shape: `public_ids` names contacts by UUID in place of number. No page for a list that is unknown or archived, or a
    channel that is not connected.
    Raises: ValueError for a channel that no message can use.
    """
    statement = sql.page(reach_terms(channel, purpose), public_ids=public_ids)
    list_id = _open_list(list_slug, channel)
    served: set[int] = set()
    after = 0
    while list_id is not None:
        row = fetch(statement, _params(list_id, list_slug) | {"after": after, "limit": PAGE}, prepare=False)[0]
        contacts, address_ids, ids, values, opted_out, shared, numbers, names = row
        if contacts is None:
            return
        after = contacts[-1]
        is_last = len(contacts) < PAGE
        addresses = list(map(dict(zip(ids, values, strict=True)).__getitem__, address_ids))
        if public_ids:
            contacts = list(map(dict(zip(numbers, names, strict=True)).__getitem__, contacts))
        left_out, shared = set(opted_out), set(shared)
        looked_at = left_out | shared
        over = [
            place
            for place, address_id in enumerate(address_ids)
            if address_id in looked_at and (address_id in left_out or _seen(served, address_id))
        ]
        for place in reversed(over):
            del contacts[place], addresses[place]
        yield AudiencePage(contacts, addresses)
        if is_last:
            return


def audience_export(
    list_slug: str, channel: Channel, purpose: Purpose, *, public_ids: bool = True
) -> Iterator[bytes | bytearray | memoryview]:
    """Yield the same audience as CSV lines "contact,address" in no order, as the database itself writes them.

    Raises: ValueError for a channel that no message can use.
    """
    statement = sql.everyone(reach_terms(channel, purpose), public_ids=public_ids)
    list_id = _open_list(list_slug, channel)
    if list_id is None:
        return
    connection.ensure_connection()
    params = _params(list_id, list_slug)
    copying = f"COPY ({statement}) TO STDOUT (FORMAT csv)"
    # COPY takes no parameters of the server's; this cursor writes them into the statement.
    with psycopg.ClientCursor(connection.connection) as cursor, cursor.copy(copying, params) as copy:
        yield from copy


def _open_list(list_slug: str, channel: Channel) -> int | None:
    if channel not in connected_channels():
        return None
    return ContactList.objects.filter(slug=list_slug, archived_at=None).values_list("pk", flat=True).first()


def _params(list_id: int, slug: str) -> dict[str, Any]:
    return {"list": list_id, "slug": slug, "now": timezone.now()}


def _seen(served: set[int], address_id: int) -> bool:
    if address_id in served:
        return True
    served.add(address_id)
    return False


class _Count:
    """One reading of how the members of a list stand on one channel."""

    def __init__(self, list_id: int, slug: str, channel: Channel, purpose: Purpose, *, is_open: bool) -> None:
        self.terms = reach_terms(channel, purpose)
        self.params = _params(list_id, slug)
        self.channel, self.purpose = channel, purpose
        self.is_open = is_open
        self.is_connected = channel in connected_channels()
        self.by_code: Counter[str] = Counter()

    def reach(self) -> ListReach:
        """Read how members stand in one statement, and add it up."""
        with transaction.atomic():
            fetch(_WAY_TO_COUNT)
            ways = fetch(sql.standings(self.terms), self.params, prepare=False)
        members = sum(way[1] for way in ways)
        allowed = alone = 0
        shared: set[int] = set()
        for way, count, shared_addresses, several, _ in ways:
            self.by_code["no_address"] += count if way & sql.NO_ADDRESS else 0
            self._refused_by_list(way, count)
            for place, each in enumerate(self.terms.further):
                self.by_code[each.code] += count if way & sql.further_bit(place) else 0
            if (reasons := way & sql.REASONS) and not several:
                self.by_code[code_of(reasons)] += count
            if not way:
                allowed += count
                alone += count - len(shared_addresses or ())
                shared.update(shared_addresses or ())
        self._refused_for_several(ways)
        if not (self.is_open and self.is_connected):
            self.by_code["unknown_list"] += 0 if self.is_open else members
            self.by_code["channel_disconnected"] += 0 if self.is_connected else members
            allowed = alone = 0
            shared.clear()
        reachable = alone + len(shared)
        return ListReach(
            members=members,
            reachable=reachable,
            same_address=allowed - reachable,
            refused=members - allowed,
            by_code={code: count for code, count in self.by_code.most_common() if count},
        )

    def _refused_for_several(self, ways: list[tuple[Any, ...]]) -> None:
        """Count the reasons of those who may have more than one: the stored reach knows no channel of a reason."""
        contacts = [one for way in ways for one in way[3] or ()]
        addresses = [one for way in ways for one in way[4] or ()]
        if contacts:
            self.by_code.update(count_refusals(contacts, addresses, self.channel, self.purpose))

    def _refused_by_list(self, way: int, count: int) -> None:
        if self.is_open:
            self.by_code["list_opted_out"] += count if way & sql.OPTED_OUT else 0
            self.by_code["list_blocked"] += count if way & sql.BLOCKED else 0
