"""What stands: active suppressions, and the acts that decide whether a late event still counts."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from consent.models import Suppression
from consent.rules.routes import OPT_IN_KINDS
from consent.values import ActiveSuppression
from consent.vocabulary import (
    ADDRESS_KIND_OF,
    Channel,
    Covers,
    Direction,
    Effect,
    EventKind,
    Kind,
    Reason,
    Source,
)
from contacts.models import ContactAddress
from contacts.selectors import id_array
from contacts.statements import fetch

SUPPRESSION_COLUMNS = (
    "id",
    "address_id",
    "contact_id",
    "channel",
    "direction",
    "reason",
    "kind",
    "covers",
    "rule",
    "since",
    "reaffirmed_at",
    "expires_at",
    "set_kind",
    "source",
    "detail",
)


_STANDING = " UNION ALL ".join(
    f"SELECT {', '.join(SUPPRESSION_COLUMNS)} FROM consent_suppression"  # noqa: S608
    f" WHERE lifted_at IS NULL AND {by} = ANY ((SELECT %s::bigint[])::bigint[])"
    for by in ("contact_id", "address_id")
)
_STANDING_ON = f"SELECT * FROM ({_STANDING}) found WHERE channel = ANY (%s::text[])"  # noqa: S608
_OPT_INS = f"""
    SELECT address_id, channel, kind, max(occurred_at) FROM consent_ledgerentry
    WHERE address_id = ANY (%s::bigint[]) AND channel = ANY (%s::text[]) AND effect <> '{Effect.REFUSED}'
      AND kind IN ({", ".join(f"'{kind}'" for kind in sorted(OPT_IN_KINDS))})
    GROUP BY address_id, channel, kind
"""  # noqa: S608  words of our own, written out so that the index on opt-ins is known to serve

_HELD = """
    SELECT contact_id, kind, array_agg(address_id ORDER BY is_primary DESC, id) FROM contacts_contactaddress
    WHERE contact_id = ANY (%s::bigint[]) GROUP BY contact_id, kind
"""
_KINDS = tuple((channel, str(kind)) for channel, kind in ADDRESS_KIND_OF.items())


def active_suppressions(
    *,
    contact_ids: Collection[int] = (),
    address_ids: Collection[int] = (),
    channels: Collection[Channel] | None = None,
) -> tuple[ActiveSuppression, ...]:
    """Return what stands now for any of these contacts or addresses, oldest first: all of it, or on these channels.

    Two index scans in one statement, one by contact and one by address; an OR of both costs several times as much.
    """
    if not contact_ids and not address_ids:
        return ()
    named: list[Any] = [id_array(contact_ids), id_array(address_ids)]
    if channels is None:
        rows = fetch(_STANDING, named)
    else:
        rows = fetch(_STANDING_ON, [*named, [channel.value for channel in channels]])
    found = {row[0]: row for row in rows}
    return tuple(sorted(map(as_value, found.values()), key=lambda row: (row.since, row.id)))


def as_values(rows: QuerySet[Suppression]) -> Iterable[ActiveSuppression]:
    """Return suppressions as the values that rules and gate take."""
    return map(as_value, rows.values_list(*SUPPRESSION_COLUMNS))


# Looking a word up is ten times as fast as calling its enumeration, and a question reads thousands of rows.
_CHANNEL = {each.value: each for each in Channel}
_DIRECTION = {each.value: each for each in Direction}
_REASON = {each.value: each for each in Reason}
_KIND = {each.value: each for each in Kind}
_COVERS = {each.value: each for each in Covers}
_EVENT_KIND = {each.value: each for each in EventKind}
_SOURCE = {each.value: each for each in Source}


def as_value(row: Sequence[Any]) -> ActiveSuppression:
    return ActiveSuppression(
        id=row[0],
        address_id=row[1],
        contact_id=row[2],
        channel=_CHANNEL[row[3]],
        direction=_DIRECTION[row[4]],
        reason=_REASON[row[5]],
        kind=_KIND[row[6]],
        covers=_COVERS[row[7]],
        rule=row[8],
        since=row[9],
        reaffirmed_at=row[10],
        expires_at=row[11],
        set_kind=_EVENT_KIND[row[12]],
        source=_SOURCE[row[13]],
        detail=row[14],
    )


def addresses_by_channel(contact_id: int) -> dict[Channel, tuple[int, ...]]:
    """Return the ids of the addresses that a contact holds, per channel, the primary one first."""
    return addresses_of_contacts([contact_id])[contact_id]


def addresses_of_contacts(contact_ids: Collection[int]) -> dict[int, dict[Channel, tuple[int, ...]]]:
    """Return the same for several contacts by id, in one query."""
    with connection.cursor() as cursor:
        cursor.execute(_HELD, [id_array(contact_ids)])
        held = {(contact_id, kind): tuple(found) for contact_id, kind, found in cursor.fetchall()}
    return {
        contact_id: {channel: held.get((contact_id, kind), ()) for channel, kind in _KINDS}
        for contact_id in contact_ids
    }


def holder_ids(address_id: int) -> tuple[int, ...]:
    """Return the contacts who hold an address, in the order of their ids."""
    holders = ContactAddress.objects.filter(address_id=address_id).order_by("contact_id")
    return tuple(holders.values_list("contact_id", flat=True))


def newest_opt_ins(
    *, address_ids: Sequence[int], channels: Sequence[Channel]
) -> Mapping[tuple[Channel, EventKind], datetime]:
    """Return when the newest opt-in that counted came from these addresses, per channel and kind of opt-in."""
    newest: dict[tuple[Channel, EventKind], datetime] = {}
    for opted_in in newest_opt_ins_by_address(address_ids=address_ids, channels=channels).values():
        for way, occurred_at in opted_in.items():
            newest[way] = max(occurred_at, newest.get(way, occurred_at))
    return newest


def newest_opt_ins_by_address(
    *, address_ids: Collection[int], channels: Collection[Channel]
) -> Mapping[int, Mapping[tuple[Channel, EventKind], datetime]]:
    """Return the same for each address by id, in one query. An address without any is absent."""
    if not address_ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_OPT_INS, [id_array(address_ids), list(channels)])
        rows = cursor.fetchall()
    found: dict[int, dict[tuple[Channel, EventKind], datetime]] = {}
    for address_id, channel, kind, newest in rows:
        found.setdefault(address_id, {})[Channel(channel), EventKind(kind)] = newest
    return found
