"""What the gate may know of its subjects now, for one or thousands in one statement.

Nothing is kept from one question to the next. What was known at a past moment is read in `consent.selectors.past`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from consent.registry import ListSubject
from consent.selectors.consents import ConsentSubject
from consent.selectors.standing import SUPPRESSION_COLUMNS, active_suppressions, as_value
from consent.values import ActiveSuppression, GateRequest
from consent.vocabulary import ADDRESS_KIND_OF, CHANNELS, Channel
from contacts.models import Address
from contacts.normalize import ERASED_PREFIX
from contacts.selectors import erased_spellings, id_array
from contacts.statements import UuidArray, fetch

if TYPE_CHECKING:
    from consent.selectors.decisions import Subject

_WORDS = ("channel", "direction", "reason", "kind", "covers", "rule", "set_kind", "source", "detail")
_TIMES = ("since", "reaffirmed_at", "expires_at")
_PERSON = """
        SELECT c.id AS contact_id, a.id AS address_id, c.public_id::text, a.value, c.deleted_at IS NOT NULL AS deleted,
               c.erased_at IS NOT NULL AS erased
        FROM contacts_contact c
        LEFT JOIN contacts_contactaddress h ON h.contact_id = c.id AND h.kind = %(kind)s AND h.is_primary
        LEFT JOIN contacts_address a ON a.id = coalesce(h.address_id, (
            SELECT f.address_id FROM contacts_contactaddress f
            WHERE f.contact_id = c.id AND f.kind = %(kind)s
            ORDER BY f.id LIMIT 1
        ))
        WHERE """
_BY_PUBLIC_ID = _PERSON + "c.public_id = ANY ((SELECT %(public_ids)s::uuid[])::uuid[])"
_BY_ID = _PERSON + "c.id = ANY ((SELECT %(ids)s::bigint[])::bigint[])"
_BY_VALUE = """
        SELECT h.contact_id, a.id AS address_id, NULL AS public_id, a.value, NULL::boolean AS deleted,
               NULL::boolean AS erased
        FROM contacts_address a
        LEFT JOIN contacts_contactaddress h ON h.address_id = a.id
        WHERE a.kind = %(kind)s AND a.value = ANY ((SELECT %(values)s::text[])::text[])"""
_FACTS = f"""
    WITH asked AS MATERIALIZED ({{asked}}
    ),
    standing AS (
        SELECT * FROM consent_suppression
        WHERE lifted_at IS NULL AND contact_id = ANY (ARRAY(SELECT contact_id FROM asked))
        UNION ALL
        SELECT * FROM consent_suppression
        WHERE lifted_at IS NULL AND address_id = ANY (ARRAY(SELECT address_id FROM asked))
    )
    SELECT NULL::bigint, asked.*, NULL::text[], NULL::timestamptz[] FROM asked
    UNION ALL
    SELECT s.id, s.contact_id, s.address_id, NULL, NULL, NULL, NULL,
           ARRAY[{", ".join(f"s.{column}" for column in _WORDS)}]::text[],
           ARRAY[{", ".join(f"s.{column}" for column in _TIMES)}]
    FROM standing s WHERE s.channel IN (%(channel)s, 'all')
    UNION ALL
    SELECT NULL, NULL, NULL, NULL, NULL, p.connected, p.needs_consent, NULL, NULL
    FROM consent_channelstate p WHERE p.channel = %(channel)s
"""  # noqa: S608  fixed pieces of our own
"""People, addresses, suppressions and the policy in rows of one width. Every column more costs each of thousands."""
_BEFORE_TIMES = SUPPRESSION_COLUMNS.index(_TIMES[0]) - len(("id", "address_id", "contact_id"))
"""How many words of a suppression come before its times, where its columns are in their usual order."""
_HOLDERS = """
    SELECT address_id, contact_id FROM contacts_contactaddress
    WHERE address_id = ANY ((SELECT %s::bigint[])::bigint[])
"""


_Person = tuple[int, int | None, str | None, bool, bool]
"""Of a contact: its id, the address that a message would go to, and whether it is deleted, and erased."""


@cache
def _facts(*, by_public_id: bool, by_id: bool, by_value: bool) -> str:
    """Return the statement for subjects that are named in these ways."""
    asked = [(by_public_id, _BY_PUBLIC_ID), (by_id, _BY_ID), (by_value or not (by_public_id or by_id), _BY_VALUE)]
    return _FACTS.format(asked="\n        UNION ALL".join(branch for is_asked, branch in asked if is_asked))


class Found(NamedTuple):
    """What we know of one subject: what a rule may look at, and where a message would go.

    Shape: `contact_id` is None where only an address was asked about; `people` are the contacts whose word counts.
    """

    contact_id: int | None
    contact_known: bool | None
    erased: bool
    address_id: int | None
    address_value: str | None
    people: Sequence[int]
    active: tuple[ActiveSuppression, ...]

    def for_list(self) -> ListSubject:
        """Return whom a list is asked about."""
        return ListSubject(self.contact_id, self.address_id)

    def for_consent(self) -> ConsentSubject:
        """Return whose consent is asked about."""
        return ConsentSubject(self.address_id, tuple(self.people))


class ChannelPolicy(NamedTuple):
    """What the business decided about the channel of the question. Without a row it is disconnected."""

    connected: bool
    needs_consent: bool


NOBODY = 0
"""The number of no contact."""


class Present:
    """Everything the database knows about the subjects of one question, in one statement, however many they are."""

    def __init__(self, request: GateRequest, subjects: Sequence[Subject]) -> None:
        self.kind, self.channel = ADDRESS_KIND_OF[request.channel], request.channel
        self.policy = ChannelPolicy(connected=False, needs_consent=False)
        self.people: dict[int | str, _Person] = {}
        self.address_ids: dict[str, int] = {}
        self.erased_ids: set[int] = set()
        self.holders: dict[int, list[int]] = defaultdict(list)
        self.by_contact: dict[int, list[ActiveSuppression]] = defaultdict(list)
        self.by_address: dict[int, list[ActiveSuppression]] = defaultdict(list)
        public_ids = {each.public_id for each in subjects if each.public_id is not None}
        ids = {each.contact_id for each in subjects if each.contact_id is not None}
        values = {each.address_value for each in subjects if each.address_value}
        rows = fetch(
            _facts(by_public_id=bool(public_ids), by_id=bool(ids), by_value=bool(values)),
            {
                "kind": self.kind.value,
                "channel": self.channel.value,
                "public_ids": UuidArray.of(public_ids),
                "ids": id_array(ids),
                "values": list(values),
            },
        )
        self._keep(rows)
        if unknown := values - self.address_ids.keys():
            self._find_erased(unknown)

    def _keep(self, rows: Iterable[tuple[Any, ...]]) -> None:
        standing: dict[int, ActiveSuppression] = {}
        for row_id, contact_id, address_id, public_id, value, first, second, words, times in rows:
            if public_id is not None:
                person = contact_id, address_id, value, first, second
                self.people[public_id] = self.people[contact_id] = person
            elif row_id is not None:
                if row_id not in standing:
                    columns = row_id, address_id, contact_id, *words[:_BEFORE_TIMES], *times, *words[_BEFORE_TIMES:]
                    standing[row_id] = as_value(columns)
            elif value is not None:
                self.address_ids[value] = address_id
                if contact_id is not None:
                    self.holders[address_id].append(contact_id)
            else:
                self.policy = ChannelPolicy(first and self.channel in CHANNELS, second)
        self._file(standing.values())

    def _file(self, rows: Iterable[ActiveSuppression]) -> None:
        for row in rows:
            if row.contact_id is not None:
                self.by_contact[row.contact_id].append(row)
            if row.address_id is not None:
                self.by_address[row.address_id].append(row)

    def _find_erased(self, values: Collection[str]) -> None:
        """Find by their hash the addresses whose owner asked to be forgotten."""
        erased = erased_spellings((self.kind.value, value) for value in values)
        rows = Address.objects.filter(kind=self.kind, value__in=[value for _, value in erased])
        for address_id, value in rows.values_list("id", "value"):
            self.address_ids[erased[self.kind.value, value][1]] = address_id
            self.erased_ids.add(address_id)
        if not self.erased_ids:
            return
        for address_id, holder in fetch(_HOLDERS, [id_array(self.erased_ids)]):
            self.holders[address_id].append(holder)
        holders = {holder for address_id in self.erased_ids for holder in self.holders[address_id]}
        known = {row.id for rows in (*self.by_contact.values(), *self.by_address.values()) for row in rows}
        more = active_suppressions(
            contact_ids=holders, address_ids=self.erased_ids, channels=(self.channel, Channel.ALL)
        )
        self._file(row for row in more if row.id not in known)

    def of(self, subject: Subject) -> Found:
        """Return what is known of a subject."""
        contact = subject.public_id or subject.contact_id
        if contact is None:
            return self._of_address(subject.address_value)
        known = self.people.get(contact)
        contact_id, address_id, value, deleted, erased = known or (
            subject.contact_id or NOBODY,
            None,
            None,
            True,
            False,
        )
        if subject.address_value:
            value = subject.address_value
            address_id = self.address_ids.get(value)
            erased = erased or address_id in self.erased_ids
        erased = erased or (value is not None and value.startswith(ERASED_PREFIX))
        rows, more = self.by_contact.get(contact_id), self.by_address.get(address_id or 0)
        active = _once(rows or (), more or ()) if rows or more else ()
        return Found(contact_id, not deleted, erased, address_id, value, (contact_id,), active)

    def _of_address(self, value: str | None) -> Found:
        """Return what is known of whoever holds an address: one holder's "no" is everybody's."""
        address_id = self.address_ids.get(value or "")
        people = self.holders.get(address_id or 0, ())
        rows = [row for person in people for row in self.by_contact.get(person, ())]
        active = _once(rows, self.by_address.get(address_id or 0, ()))
        erased = address_id in self.erased_ids or (value or "").startswith(ERASED_PREFIX)
        return Found(None, None, erased, address_id, value or None, people, active)


def _once(*rows: Iterable[ActiveSuppression]) -> tuple[ActiveSuppression, ...]:
    """Return rows that were found by contact and by address, each once."""
    return tuple({row.id: row for found in rows for row in found}.values())
