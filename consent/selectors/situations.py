"""What the rules may look at, for one event or for a thousand, in the same few queries.

The events of one reading are decided in turn, and each sees what those before it have changed, written or not. So a
preview, a single event and a chunk of a bulk action come to the same answers.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from consent import rules
from consent.selectors.standing import (
    active_suppressions,
    addresses_of_contacts,
    newest_opt_ins_by_address,
)
from consent.values import ActiveSuppression, Change, ConsentEvent, EndedSuppression, Outcome, Situation
from consent.vocabulary import CHANNELS, Channel, Effect, EventKind, Reason

UNWRITTEN = 1 << 62
"""Suppressions that are decided and not written yet have ids from here, above all that a table will ever give."""


@dataclass(frozen=True, slots=True)
class Case:
    """One event, and who it is about: the contact whose record staff act on, the address it came from, or both.

    `ended` are the suppressions whose ending the event undoes, `merged_id` the contact that becomes one with this one.
    """

    event: ConsentEvent
    contact_id: int | None = None
    address_id: int | None = None
    ended: tuple[EndedSuppression, ...] = ()
    merged_id: int | None = None


def foresee(*, cases: Sequence[Case], at: datetime) -> list[Change]:
    """Return what these events would do, one after the other, and write nothing.

    Raises: ValueError for a case at an address: whoever holds it must be locked to be known.
    """
    situations = Situations(cases, holders={}, at=at)
    changes = []
    for case in cases:
        change = rules.decide(case.event, situations.of(case))
        situations.follow(change)
        changes.append(change)
    return changes


class Situations:
    """What is known about everybody in some cases, read at once, and kept up as the cases are decided.

    Shape: `holders` are the contacts who hold each address that a case names. `standing` is what stands for all of
    them, and `opted_in` when they opted in, where somebody has read that already.
    """

    def __init__(
        self,
        cases: Sequence[Case],
        *,
        holders: Mapping[int, tuple[int, ...]],
        at: datetime,
        standing: tuple[ActiveSuppression, ...] | None = None,
        opted_in: Mapping[int, Mapping[tuple[Channel, EventKind], datetime]] | None = None,
    ) -> None:
        self.at = at
        self.holders = holders
        about = {case.contact_id for case in cases if case.contact_id is not None}
        people = about | {case.merged_id for case in cases if case.merged_id is not None}
        self.own = addresses_of_contacts(about) if about else {}
        named = {case.address_id for case in cases if case.address_id is not None}
        held = {address for own in self.own.values() for each in own.values() for address in each}
        ended = [ended.row for case in cases for ended in case.ended]
        self._read_standing(
            contacts=people.union(*holders.values(), (row.contact_id for row in ended if row.contact_id is not None)),
            addresses=named | held | {row.address_id for row in ended if row.address_id is not None},
            known=standing,
        )
        self.opted_in = self._opt_ins(cases, named) if opted_in is None else opted_in
        self._next_id = UNWRITTEN
        self._waiting: dict[int, Change] = {}

    def _opt_ins(
        self, cases: Sequence[Case], named: set[int]
    ) -> Mapping[int, Mapping[tuple[Channel, EventKind], datetime]]:
        return newest_opt_ins_by_address(
            address_ids=named | {address for case in cases if case.address_id is None for address in self._held(case)},
            channels={each for case in cases for channel in case.event.channels for each in _meant_by(channel)},
        )

    def _read_standing(
        self, *, contacts: set[int], addresses: set[int], known: tuple[ActiveSuppression, ...] | None
    ) -> None:
        self.rows: dict[int, ActiveSuppression] = {}
        self.by_contact: dict[int, set[int]] = defaultdict(set)
        self.by_address: dict[int, set[int]] = defaultdict(set)
        for row in active_suppressions(contact_ids=contacts, address_ids=addresses) if known is None else known:
            self._stand(row)
        # What is left of a row stands beside what its other half has already, so that must be known too.
        besides = self._named_by(self.rows.values())
        for row in active_suppressions(contact_ids=besides[0] - contacts, address_ids=besides[1] - addresses):
            self._stand(row)

    @staticmethod
    def _named_by(rows: Iterable[ActiveSuppression]) -> tuple[set[int], set[int]]:
        """Return the contacts and the addresses that rows name."""
        named = [(row.contact_id, row.address_id) for row in rows]
        return (
            {contact for contact, _ in named if contact is not None},
            {address for _, address in named if address is not None},
        )

    def _held(self, case: Case) -> set[int]:
        own = self.own.get(case.contact_id, {}) if case.contact_id is not None else {}
        return {address for each in own.values() for address in each}

    def of(self, case: Case) -> Situation:
        """Return the situation of one case as it is now."""
        addresses = self._held(case)
        opted_in = {case.address_id} if case.address_id is not None else set(addresses)
        people = set(self.holders.get(case.address_id, ())) if case.address_id is not None else set()
        if case.contact_id is not None:
            people.add(case.contact_id)
        if case.merged_id is not None:
            people.add(case.merged_id)
        if case.address_id is not None:
            addresses.add(case.address_id)
        for ended in case.ended:
            people.update(() if ended.row.contact_id is None else (ended.row.contact_id,))
            addresses.update(() if ended.row.address_id is None else (ended.row.address_id,))
        return Situation(
            at=self.at,
            address_id=case.address_id,
            holders=self.holders.get(case.address_id, ()) if case.address_id is not None else (),
            contact_id=case.contact_id,
            own_addresses=self.own.get(case.contact_id, {}) if case.contact_id is not None else {},
            active=self._active(people, addresses),
            opted_in_at=self._newest(opted_in, case.event.channels),
            ended=case.ended,
            merged_id=case.merged_id,
        )

    def shape(self, case: Case, weighed: frozenset[Reason] | None) -> tuple[int, ...] | None:
        """Return what a case has in common with others that get the same answer; None where it stands by itself.

        Shape: how many addresses the contact holds on each channel. `weighed` is what `rules.weighs` says of the event.
        """
        who = case.contact_id
        if who is None or case.address_id is not None or case.merged_id is not None or case.ended:
            return None
        if who in self._waiting:
            return None
        held = self.own.get(who, {}).values()
        places = set().union(*held)
        if not self.opted_in.keys().isdisjoint(places):
            return None
        rows = self.by_contact.get(who, frozenset()).union(
            *(self.by_address[each] for each in self.by_address.keys() & places)
        )
        if rows and (weighed is None or any(self.rows[each].reason in weighed for each in rows)):
            return None
        return tuple(map(len, held))

    def _active(self, people: Iterable[int], addresses: Iterable[int]) -> tuple[ActiveSuppression, ...]:
        ids: set[int] = set()
        for person in people:
            ids.update(self._of_contact(person))
        for address in addresses:
            ids |= self.by_address.get(address, frozenset())
        if not ids:
            return ()
        contacts, places = self._named_by(self.rows[each] for each in ids)
        ids = ids.union(
            *(self._of_contact(contact) for contact in contacts),
            *(self.by_address.get(address, frozenset()) for address in places),
        )
        return tuple(sorted((self.rows[each] for each in ids), key=lambda row: (row.since, row.id)))

    def _newest(
        self, addresses: Iterable[int], channels: Sequence[Channel]
    ) -> Mapping[tuple[Channel, EventKind], datetime]:
        newest: dict[tuple[Channel, EventKind], datetime] = {}
        for address in addresses:
            for way, occurred_at in self.opted_in.get(address, {}).items():
                if way[0] in channels or Channel.ALL in channels:
                    newest[way] = max(occurred_at, newest.get(way, occurred_at))
        return newest

    def leans_on_unwritten(self, change: Change) -> bool:
        """Return whether an outcome names a suppression that has no row yet."""
        return any((outcome.suppression_id or outcome.copied_from or 0) >= UNWRITTEN for outcome in change.outcomes)

    def follow(self, change: Change) -> None:
        """Stand as if the change were written."""
        for outcome in change.outcomes:
            match outcome.effect:
                case Effect.SET:
                    self._stand(_new(self._next_id, outcome))
                    self._next_id += 1
                case Effect.LIFTED:
                    self._end(self.rows[outcome.suppression_id or 0])
                case Effect.STRENGTHENED:
                    self._stand(_stronger(self.rows[outcome.suppression_id or 0], outcome))
                case Effect.UNCHANGED if outcome.since:
                    row = self.rows[outcome.suppression_id or 0]
                    self._stand(replace(row, reaffirmed_at=max(row.reaffirmed_at, outcome.since)))

    def follow_later(self, contact_id: int, change: Change) -> None:
        """As `follow`, for a change that names one contact and no address: nobody sees it who does not ask of them."""
        self._waiting[contact_id] = change

    def _of_contact(self, contact_id: int) -> Collection[int]:
        if contact_id in self._waiting:
            self.follow(self._waiting.pop(contact_id))
        return self.by_contact.get(contact_id, frozenset())

    def _stand(self, row: ActiveSuppression) -> None:
        self.rows[row.id] = row
        if row.contact_id is not None:
            self.by_contact[row.contact_id].add(row.id)
        if row.address_id is not None:
            self.by_address[row.address_id].add(row.id)

    def _end(self, row: ActiveSuppression) -> None:
        del self.rows[row.id]
        self.by_contact[row.contact_id or 0].discard(row.id)
        self.by_address[row.address_id or 0].discard(row.id)


def _meant_by(channel: Channel) -> tuple[Channel, ...]:
    """Return the channels on which an opt-in may bear on an event: what is about all of them meets any."""
    return (*CHANNELS, Channel.ALL) if channel is Channel.ALL else (channel,)


def _new(new_id: int, outcome: Outcome) -> ActiveSuppression:
    assert outcome.reason is not None
    assert outcome.kind is not None
    assert outcome.covers is not None
    assert outcome.since is not None
    return ActiveSuppression(
        id=new_id,
        address_id=outcome.address_id,
        contact_id=outcome.contact_id,
        channel=outcome.channel,
        direction=outcome.direction,
        reason=outcome.reason,
        kind=outcome.kind,
        covers=outcome.covers,
        rule=outcome.rule,
        since=outcome.since,
        reaffirmed_at=outcome.since,
        expires_at=outcome.expires_at,
    )


def _stronger(row: ActiveSuppression, outcome: Outcome) -> ActiveSuppression:
    return replace(
        row,
        kind=outcome.kind or row.kind,
        covers=outcome.covers or row.covers,
        expires_at=outcome.expires_at,
        reaffirmed_at=outcome.since or row.reaffirmed_at,
        rule=outcome.rule,
    )
