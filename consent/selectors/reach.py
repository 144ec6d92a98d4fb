"""The stored reach of contacts: where it differs from what the tables say, and how a statement asks it.

Nothing here decides about one message: the gate does, from the suppressions themselves.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from consent.models.reach import CHANNEL_BITS, REASON_BITS
from consent.selectors.consents import needs_consent
from consent.vocabulary import ADDRESS_KIND_OF, Channel, Covers, Purpose, Reason
from contacts.normalize import ERASED_PREFIX
from contacts.selectors import id_array
from contacts.statements import fetch
from contacts.vocabulary import AddressKind

PAGE = 20_000
"""Contact ids looked at in one statement."""

_COLUMN_OF: dict[AddressKind, str] = {
    AddressKind.PHONE: "phone_id",
    AddressKind.EMAIL: "email_id",
    AddressKind.MESSENGER: "messenger_id",
    AddressKind.GMB: "gmb_id",
}

_TELLS = (
    "({0}.phone_id, {0}.email_id, {0}.messenger_id, {0}.gmb_id, {0}.refused, {0}.barred, {0}.temporary,"
    " {0}.permanent, {0}.reasons, {0}.blocked, {0}.gone)"
    " IS DISTINCT FROM (NULL::bigint, NULL::bigint, NULL::bigint, NULL::bigint, 0, 0, 0, 0, 0, false, false)"
)
"""Whether a row says more than no row would."""

_DRIFT = f"""
    WITH told AS (
        SELECT f.* FROM consent_reach_of(
            ARRAY(SELECT id FROM contacts_contact WHERE id BETWEEN %(first)s AND %(last)s)
        ) f WHERE {_TELLS.format("f")}
    ),
    kept AS (
        SELECT r.* FROM consent_reach r WHERE r.contact_id BETWEEN %(first)s AND %(last)s AND {_TELLS.format("r")}
    )
    SELECT coalesce(kept.contact_id, told.contact_id)
    FROM kept FULL JOIN told ON told.contact_id = kept.contact_id
    WHERE (kept.*) IS DISTINCT FROM (told.*)
    ORDER BY 1
"""  # noqa: S608  fixed pieces of our own


_REASONS = """
    SELECT found.reason, count(*)
    FROM (
        SELECT s.contact_id, s.reason
        FROM consent_suppression s
        WHERE s.contact_id = ANY ((SELECT %(contacts)s::bigint[])::bigint[])
          AND s.lifted_at IS NULL AND s.direction = 'outbound' AND s.channel = ANY (%(channels)s::text[])
          AND s.covers = ANY (%(covers)s::text[])
        UNION
        SELECT asked.contact_id, s.reason
        FROM unnest(%(contacts)s::bigint[], %(addresses)s::bigint[]) AS asked(contact_id, address_id)
        JOIN consent_suppression s ON s.address_id = asked.address_id
        WHERE s.lifted_at IS NULL AND s.direction = 'outbound' AND s.channel = ANY (%(channels)s::text[])
          AND s.covers = ANY (%(covers)s::text[])
    ) found
    GROUP BY found.reason
"""

# As `consent_facts` asks it of one contact at one address.
_AGREED = """EXISTS (
    SELECT FROM consent_consentrecord agreed
    WHERE agreed.address_id = {0} AND (agreed.contact_id IS NULL OR agreed.contact_id = r.contact_id)
      AND agreed.channel = '{1}' AND agreed.purpose = 'marketing' AND agreed.list_slug IN ('', %(slug)s)
      AND agreed.recorded_at <= %(now)s AND agreed.ended_at IS NULL
      AND (agreed.expires_at IS NULL OR agreed.expires_at > %(now)s)
)"""

# Whoever holds it now: its owner asked to be forgotten. They are few, so the list of them is made once.
_ERASED = """coalesce({0} IN (
    SELECT gone.id FROM contacts_address gone WHERE gone.kind = '{1}' AND gone.value ^@ '{2}'
), false)"""

_REASON_OF_BIT = {bit: reason for reason, bit in REASON_BITS.items()}


@dataclass(frozen=True, slots=True)
class FurtherRefusal:
    """A reason beside suppressions why a channel refuses: the gate's code, and the condition on `r` as SQL."""

    code: str
    condition: str


@dataclass(frozen=True, slots=True)
class ReachTerms:
    """How a statement asks one channel and purpose of the stored reach, `table`, there called `r`.

    Shape: `address_id` is the column of the address to use, `refused` a condition; neither knows whether the channel is
    connected, nor of lists. `shared` are the addresses that several contacts hold, by `shared.address_id`.
    """

    address_id: str
    refused: str
    further: tuple[FurtherRefusal, ...]
    table: str = "consent_reach r"
    shared: str = "consent_sharedaddress shared"

    @property
    def may_go(self) -> str:
        """The condition that nothing refuses."""
        against = [self.refused, *(each.condition for each in self.further)]
        return " AND ".join([f"{self.address_id} IS NOT NULL", *(f"NOT ({condition})" for condition in against)])


def reach_terms(channel: Channel, purpose: Purpose) -> ReachTerms:
    """Return the pieces of SQL that ask whom a channel reaches for a purpose, by the policies as they are now.

    Parameters: those of `further_refusals`.
    Raises: ValueError for a channel that no message can use.
    """
    if channel is Channel.ALL:
        raise ValueError("A message goes out on one channel; 'all' is none.")
    mask = "r.barred" if purpose is Purpose.TRANSACTIONAL else "r.refused"
    return ReachTerms(
        address_id=f"r.{_COLUMN_OF[ADDRESS_KIND_OF[channel]]}",
        # `<> 0` alone says most of it, and the planner has statistics for that.
        refused=f"{mask} <> 0 AND {mask} & {CHANNEL_BITS[channel]} <> 0",
        further=further_refusals(channel, purpose),
    )


def further_refusals(channel: Channel, purpose: Purpose) -> tuple[FurtherRefusal, ...]:
    """Return what else the gate asks for this channel and purpose. Audiences, streams and counts all follow it.

    Parameters: `now`, and `slug`, that of the list.
    """
    kind = ADDRESS_KIND_OF[channel]
    address_id = f"r.{_COLUMN_OF[kind]}"
    erased = FurtherRefusal("erased", _ERASED.format(address_id, kind, ERASED_PREFIX))
    if purpose is not Purpose.MARKETING or not needs_consent(channel):
        return (erased,)
    agreed = _AGREED.format(address_id, channel)
    return erased, FurtherRefusal("no_consent", f"{address_id} IS NOT NULL AND NOT {agreed}")


def code_of(reasons: int) -> str:
    """Return the gate's code of a mask that holds one reason."""
    return _code(_REASON_OF_BIT[reasons])


def count_refusals(
    contacts: Sequence[int], addresses: Sequence[int | None], channel: Channel, purpose: Purpose
) -> dict[str, int]:
    """Return how many of these contacts are refused at these addresses for which reason, by the gate's code.

    Shape: the address of each contact beside it, or None.
    """
    covers = [Covers.EVERYTHING] if purpose is Purpose.TRANSACTIONAL else list(Covers)
    params: dict[str, Any] = {
        "contacts": id_array(contacts),
        "addresses": id_array(addresses),
        "channels": [channel.value, Channel.ALL.value],
        "covers": [each.value for each in covers],
    }
    return {_code(Reason(reason)): count for reason, count in fetch(_REASONS, params)}


def _code(reason: Reason) -> str:
    return "blocked_contact" if reason is Reason.BLOCKED else reason.value


def contact_pages() -> Iterator[tuple[int, int]]:
    """Yield ranges of contact ids that together hold every contact and every row of reach."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT greatest((SELECT max(id) FROM contacts_contact), (SELECT max(contact_id) FROM consent_reach), 0)"
        )
        last = cursor.fetchone()[0]
    for first in range(1, last + 1, PAGE):
        yield first, min(first + PAGE - 1, last)


_SHARED_DRIFT = """
    SELECT address_id FROM (
        SELECT address_id FROM contacts_contactaddress GROUP BY address_id HAVING count(*) > 1
    ) told FULL JOIN consent_sharedaddress kept USING (address_id)
    WHERE told.address_id IS NULL OR kept.address_id IS NULL
"""


def shared_drift() -> list[int]:
    """Return the addresses that are wrongly kept as shared, or wrongly not."""
    with connection.cursor() as cursor:
        cursor.execute(_SHARED_DRIFT)
        return [row[0] for row in cursor.fetchall()]


def drift(first: int, last: int) -> list[int]:
    """Return the contacts of a range whose stored reach is not what the tables say, in ascending id."""
    with connection.cursor() as cursor:
        cursor.execute(_DRIFT, {"first": first, "last": last})
        return [row[0] for row in cursor.fetchall()]
