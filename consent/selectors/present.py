"""What the gate may know of its subjects now, for one or thousands in one statement.

Nothing is kept from one question to the next. What was known at a past moment is read in `consent.selectors.past`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from consent.registry import ListSubject
from consent.selectors.consents import ConsentSubject
from consent.selectors.standing import SUPPRESSION_COLUMNS, active_suppressions, as_value
from consent.values import ActiveSuppression, GateRequest
from consent.vocabulary import ADDRESS_KIND_OF, CHANNELS, Channel
from contacts.models import Address
from contacts.normalize import ERASED_PREFIX
from contacts.selectors import erased_spellings, id_array
from contacts.statements import fetch

if TYPE_CHECKING:
    from consent.selectors.decisions import Subject

_SUPPRESSION = ", ".join(f"s.{column}" for column in SUPPRESSION_COLUMNS)
_FACTS = f"""
    WITH asked AS MATERIALIZED (
        SELECT c.id AS contact_id, c.public_id::text, c.deleted_at IS NOT NULL AS deleted,
               c.erased_at IS NOT NULL AS erased, h.address_id, a.value, h.is_primary, -h.id AS place,
               false AS by_address
        FROM contacts_contact c
        LEFT JOIN contacts_contactaddress h ON h.contact_id = c.id AND h.kind = %(kind)s
        LEFT JOIN contacts_address a ON a.id = h.address_id
        WHERE c.public_id = ANY ((SELECT %(public_ids)s::uuid[])::uuid[])
           OR c.id = ANY ((SELECT %(ids)s::bigint[])::bigint[])
        UNION ALL
        SELECT h.contact_id, NULL, NULL, NULL, a.id, a.value, NULL, NULL, true
        FROM contacts_address a
        LEFT JOIN contacts_contactaddress h ON h.address_id = a.id
        WHERE a.kind = %(kind)s AND a.value = ANY ((SELECT %(values)s::text[])::text[])
    ),
    standing AS (
        SELECT * FROM consent_suppression
        WHERE lifted_at IS NULL AND contact_id = ANY (ARRAY(SELECT contact_id FROM asked))
        UNION ALL
        SELECT * FROM consent_suppression
        WHERE lifted_at IS NULL AND address_id = ANY (ARRAY(SELECT address_id FROM asked))
    )
    SELECT asked.*, NULL::boolean, NULL::boolean, {", ".join("NULL" for _ in SUPPRESSION_COLUMNS)} FROM asked
    UNION ALL
    SELECT {", ".join(["NULL"] * 11)}, {_SUPPRESSION}
    FROM standing s WHERE s.channel IN (%(channel)s, 'all')
    UNION ALL
    SELECT {", ".join(["NULL"] * 9)}, p.connected, p.needs_consent, {", ".join("NULL" for _ in SUPPRESSION_COLUMNS)}
    FROM consent_channelstate p WHERE p.channel = %(channel)s
"""  # noqa: S608  fixed pieces of our own
_ASKED, _POLICY = 9, 11
"""Where in a row the columns of who was asked about end, and those of the channel."""
_HOLDERS = """
    SELECT address_id, contact_id FROM contacts_contactaddress
    WHERE address_id = ANY ((SELECT %s::bigint[])::bigint[])
"""


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
        self.people: dict[int | str, tuple[Any, ...]] = {}
        self.address_ids: dict[str, int] = {}
        self.erased_ids: set[int] = set()
        self.holders: dict[int, list[int]] = defaultdict(list)
        self.by_contact: dict[int, list[ActiveSuppression]] = defaultdict(list)
        self.by_address: dict[int, list[ActiveSuppression]] = defaultdict(list)
        values = {each.address_value for each in subjects if each.address_value}
        rows = fetch(
            _FACTS,
            {
                "kind": self.kind.value,
                "channel": self.channel.value,
                "public_ids": "{" + ",".join({each.public_id for each in subjects if each.public_id is not None}) + "}",
                "ids": id_array({each.contact_id for each in subjects if each.contact_id is not None}),
                "values": list(values),
            },
        )
        standing: dict[int, ActiveSuppression] = {}
        for row in rows:
            if row[8] is False:
                self._know_contact(row)
            elif row[8]:
                self._know_address(row[5], row[4], row[0])
            elif row[_POLICY] is None:
                self.policy = ChannelPolicy(row[9] and request.channel in CHANNELS, row[10])
            elif row[_POLICY] not in standing:
                standing[row[_POLICY]] = as_value(row[_POLICY:])
        self._file(standing.values())
        if unknown := values - self.address_ids.keys():
            self._find_erased(unknown)

    def _know_contact(self, row: tuple[Any, ...]) -> None:
        """Keep the address that a message would go to: of several the primary one, else the first."""
        before = self.people.get(row[0])
        if before is None or row[6:8] > before[6:8]:
            self.people[row[0]] = self.people[row[1]] = row

    def _know_address(self, value: str, address_id: int, holder: int | None) -> None:
        self.address_ids[value] = address_id
        if holder is not None:
            self.holders[address_id].append(holder)

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
        contact = subject.public_id if subject.public_id is not None else subject.contact_id
        if contact is None:
            return self._of_address(subject.address_value)
        person = self.people.get(contact)
        if person is None:
            contact_id, is_known, erased, address_id, value = subject.contact_id or NOBODY, False, False, None, None
        else:
            contact_id, is_known, erased, address_id, value = person[0], not person[2], person[3], person[4], person[5]
        if subject.address_value:
            value = subject.address_value
            address_id = self.address_ids.get(value)
            erased = erased or address_id in self.erased_ids
        erased = erased or (value is not None and value.startswith(ERASED_PREFIX))
        rows, more = self.by_contact.get(contact_id), self.by_address.get(address_id or 0)
        active = _once(rows or (), more or ()) if rows or more else ()
        return Found(contact_id, is_known, erased, address_id, value, (contact_id,), active)

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
