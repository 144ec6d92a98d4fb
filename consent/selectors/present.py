"""What the gate may know of its subjects now, for one or thousands in a fixed number of statements.

Nothing is kept from one question to the next. What was known at a past moment is read in `consent.selectors.past`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from consent.registry import ListSubject
from consent.selectors.channels import policy_of
from consent.selectors.consents import ConsentSubject
from consent.selectors.standing import active_suppressions
from consent.values import ActiveSuppression, GateRequest
from consent.vocabulary import ADDRESS_KIND_OF, Channel
from contacts.models import Address
from contacts.normalize import ERASED_PREFIX
from contacts.selectors import erased_spellings, id_array
from contacts.statements import fetch
from contacts.vocabulary import AddressKind

if TYPE_CHECKING:
    from consent.selectors.decisions import Subject

_PEOPLE = """
    SELECT c.id, c.public_id::text, c.deleted_at IS NOT NULL, c.erased_at IS NOT NULL, h.address_id, a.value,
           h.is_primary, -h.id
    FROM contacts_contact c
    LEFT JOIN contacts_contactaddress h ON h.contact_id = c.id AND h.kind = %s
    LEFT JOIN contacts_address a ON a.id = h.address_id
    WHERE c.{0} = ANY ((SELECT %s::{1}[])::{1}[])
"""
_BY_ID, _BY_PUBLIC_ID = _PEOPLE.format("id", "bigint"), _PEOPLE.format("public_id", "uuid")

_ADDRESSES = """
    SELECT a.value, a.id, h.contact_id
    FROM contacts_address a
    LEFT JOIN contacts_contactaddress h ON h.address_id = a.id
    WHERE a.kind = %s AND a.value = ANY ((SELECT %s::text[])::text[])
"""
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


NOBODY = 0
"""The number of no contact."""


class Present:
    """Everything the database knows about the subjects of one question, in four statements, however many they are."""

    def __init__(self, request: GateRequest, subjects: Sequence[Subject]) -> None:
        kind = ADDRESS_KIND_OF[request.channel]
        self.policy = policy_of(request.channel)
        self.people = _people(subjects, kind)
        self.address_ids: dict[str, int] = {}
        self.erased_ids: set[int] = set()
        self.holders: dict[int, list[int]] = defaultdict(list)
        if values := {subject.address_value for subject in subjects if subject.address_value}:
            self._find_addresses(values, kind)
        self.by_contact: dict[int, list[ActiveSuppression]] = defaultdict(list)
        self.by_address: dict[int, list[ActiveSuppression]] = defaultdict(list)
        everyone = {person[0] for person in self.people.values()}
        everyone.update(holder for holders in self.holders.values() for holder in holders)
        addresses = {person[4] for person in self.people.values()}
        addresses.update(self.address_ids.values())
        addresses.discard(None)
        for row in active_suppressions(
            contact_ids=everyone, address_ids=addresses, channels=(request.channel, Channel.ALL)
        ):
            if row.contact_id is not None:
                self.by_contact[row.contact_id].append(row)
            if row.address_id is not None:
                self.by_address[row.address_id].append(row)

    def _find_addresses(self, values: set[str], kind: AddressKind) -> None:
        """Find the addresses asked about and who holds them; by hash where the owner asked to be forgotten."""
        for value, address_id, holder in fetch(_ADDRESSES, [kind.value, list(values)]):
            self.address_ids[value] = address_id
            if holder is not None:
                self.holders[address_id].append(holder)
        erased = erased_spellings((kind.value, value) for value in values - self.address_ids.keys())
        if not erased:
            return
        spelled = [value for _, value in erased]
        for address_id, value in Address.objects.filter(kind=kind, value__in=spelled).values_list("id", "value"):
            self.address_ids[erased[kind.value, value][1]] = address_id
            self.erased_ids.add(address_id)
        for address_id, holder in fetch(_HOLDERS, [id_array(self.erased_ids)]) if self.erased_ids else ():
            self.holders[address_id].append(holder)

    def of(self, subject: Subject) -> Found:
        """Return what is known of a subject."""
        value = subject.address_value or None
        address_id = self.address_ids.get(value) if value else None
        contact_id, is_known, erased = None, None, address_id in self.erased_ids
        people: Sequence[int] = ()
        if subject.contact_id is not None or subject.public_id is not None:
            person = self.people.get(subject.public_id or subject.contact_id)
            if person is None:
                contact_id, is_known = subject.contact_id or NOBODY, False
            else:
                contact_id, is_known = person[0], not person[2]
                erased = erased or person[3]
                if value is None:
                    address_id, value = person[4], person[5]
            people = (contact_id,)
        elif address_id is not None:
            people = self.holders.get(address_id, ())
        rows = self.by_address.get(address_id) if address_id is not None else None
        for one in people:
            if more := self.by_contact.get(one):
                rows = [*more, *rows] if rows else more
        return Found(
            contact_id=contact_id,
            contact_known=is_known,
            erased=erased or (value is not None and value.startswith(ERASED_PREFIX)),
            address_id=address_id,
            address_value=value,
            people=people,
            active=tuple({row.id: row for row in rows}.values()) if rows else (),
        )


def _people(subjects: Sequence[Subject], kind: AddressKind) -> dict[Any, tuple[Any, ...]]:
    """Return each contact that there is, or was, by what it was asked by, with the address that a message would go to.

    Shape: rows of `_PEOPLE`. Of several addresses it is the primary one, else the first.
    """
    asked_by_public_id = {subject.public_id for subject in subjects if subject.public_id is not None}
    asked_by_id = {subject.contact_id for subject in subjects if subject.contact_id is not None}
    people: dict[Any, tuple[Any, ...]] = {}
    if asked_by_public_id:
        array = "{" + ",".join(asked_by_public_id) + "}"
        _take(fetch(_BY_PUBLIC_ID, [kind.value, array]), 1, people)
    if asked_by_id:
        _take(fetch(_BY_ID, [kind.value, id_array(asked_by_id)]), 0, people)
    return people


def _take(rows: Collection[tuple[Any, ...]], place: int, people: dict[Any, tuple[Any, ...]]) -> None:
    for row in rows:
        before = people.get(row[place])
        if before is None or row[6:] > before[6:]:
            people[row[place]] = row
