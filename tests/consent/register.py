"""The suppressions as plain lists: gathers, asks the rules and applies the answer as the recording service does.

It keeps what the database would refuse: two active rows of one identity, a row that names nobody, a permanent one
made weaker or given an end, a row dated back, a lift by a route that is not open.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

from consent import gate, rules
from consent.rules.folding import identity
from consent.rules.routes import OPT_IN_KINDS
from consent.values import ActiveSuppression, Change, ConsentEvent, Decision, Facts, GateRequest, Outcome, Situation
from consent.vocabulary import (
    ADDRESS_KIND_OF,
    Channel,
    Covers,
    Direction,
    Effect,
    EventKind,
    Kind,
    Purpose,
    Reason,
    Source,
)
from contacts.vocabulary import AddressKind

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
STRENGTH = [Kind.TEMPORARY, Kind.PERMANENT, Covers.NON_TRANSACTIONAL, Covers.EVERYTHING]


def standing(reason: Reason = Reason.OPT_OUT, **fields: Any) -> ActiveSuppression:
    """Return an active suppression of contact 1 at address 11, set by SMS an hour before noon."""
    defaults: dict[str, Any] = {
        "id": 1,
        "address_id": 11,
        "contact_id": 1,
        "channel": Channel.SMS,
        "direction": Direction.OUTBOUND,
        "reason": reason,
        "kind": Kind.PERMANENT if (reason, Kind.PERMANENT) in rules.LIFT_ROUTES else Kind.TEMPORARY,
        "covers": Covers.EVERYTHING,
        "rule": "R01",
        "since": NOON - timedelta(hours=1),
    }
    values = defaults | fields
    return ActiveSuppression(**{"reaffirmed_at": values["since"]} | values)


def happens(kind: EventKind, *channels: Channel, at: datetime = NOON, **fields: Any) -> ConsentEvent:
    """Return an event of that kind at noon; on SMS where no channel is named."""
    return ConsentEvent(kind, channels or (Channel.SMS,), at, fields.pop("source", Source.CONTACT), **fields)


def after(event: ConsentEvent, *active: ActiveSuppression, **fields: Any) -> list[Outcome]:
    """Return what the event does, about Ada (1) who alone holds number 11 and mailbox 21."""
    own = {channel: (21,) if channel is Channel.EMAIL else (11,) for channel in ADDRESS_KIND_OF}
    values: dict[str, Any] = {"at": NOON, "address_id": 11, "holders": (1,), "contact_id": 1, "own_addresses": own}
    return list(rules.decide(event, Situation(active=active, **values | fields)).outcomes)


def answer(event: ConsentEvent, row: ActiveSuppression, **fields: Any) -> str:
    """Return "lifted", or the code of what stood in the way, or the effect that is left."""
    (outcome,) = after(event, row, **fields)
    assert outcome.effect is not Effect.LIFTED or outcome.suppression_id == row.id
    return outcome.code or outcome.effect.value


@dataclass
class Register:
    """Contacts, the addresses they hold, and what stands for them. Ids are small numbers."""

    kinds: dict[int, AddressKind]
    held: set[tuple[int, int]] = field(default_factory=set)
    rows: dict[int, ActiveSuppression] = field(default_factory=dict)
    opt_ins: list[tuple[int | None, Channel, EventKind, datetime]] = field(default_factory=list)
    newest_id: int = 0

    def holders(self, address: int) -> tuple[int, ...]:
        return tuple(sorted(contact for contact, held in self.held if held == address))

    def own(self, contact: int, channel: Channel) -> tuple[int, ...]:
        kind = ADDRESS_KIND_OF[channel]
        return tuple(sorted(address for who, address in self.held if who == contact and self.kinds[address] is kind))

    def gather(self, event: ConsentEvent, *, contact: int | None, address: int | None, at: datetime) -> Situation:
        holders = () if address is None else self.holders(address)
        own = {} if contact is None else {channel: self.own(contact, channel) for channel in ADDRESS_KIND_OF}
        contacts = {*holders, contact} - {None}
        addresses = {address, *(each for channel in own.values() for each in channel)} - {None}
        about = set(addresses) if address is None else {address}
        active = self._matching(contacts, addresses)
        # What is left of a row stands beside what its other half already has: that must be seen too.
        contacts |= {row.contact_id for row in active} - {None}
        addresses |= {row.address_id for row in active} - {None}
        return Situation(
            at=at,
            address_id=address,
            holders=holders,
            contact_id=contact,
            own_addresses=own,
            active=self._matching(contacts, addresses),
            opted_in_at=self._newest_opt_ins(about, event),
        )

    def _matching(self, contacts: set[int], addresses: set[int]) -> tuple[ActiveSuppression, ...]:
        found = (row for row in self.rows.values() if row.contact_id in contacts or row.address_id in addresses)
        return tuple(sorted(found, key=lambda row: (row.since, row.id)))

    def _newest_opt_ins(self, addresses: set[int], event: ConsentEvent) -> dict[tuple[Channel, EventKind], datetime]:
        newest: dict[tuple[Channel, EventKind], datetime] = {}
        for address, channel, kind, occurred_at in self.opt_ins:
            if address in addresses and (channel in event.channels or Channel.ALL in event.channels):
                newest[channel, kind] = max(occurred_at, newest.get((channel, kind), occurred_at))
        return newest

    def record(
        self, event: ConsentEvent, *, contact: int | None = None, address: int | None = None, at: datetime | None = None
    ) -> Change:
        """Do what `record_event` does and return what the rules decided."""
        situation = self.gather(event, contact=contact, address=address, at=at or event.occurred_at)
        change = rules.decide(event, situation)
        self.apply(change.outcomes, event, situation)
        return change

    def apply(self, outcomes: Iterable[Outcome], event: ConsentEvent, situation: Situation) -> None:
        fresh = []
        for outcome in outcomes:
            assert outcome.code or outcome.effect not in {Effect.REFUSED, Effect.KEPT}
            if outcome.effect is Effect.SET:
                fresh.append(outcome)
            elif outcome.effect is Effect.LIFTED:
                row = self.rows.pop(outcome.suppression_id or 0)
                assert outcome.route in rules.lift_routes(row)
            elif outcome.effect is Effect.STRENGTHENED:
                self._strengthen(outcome, event, situation)
            elif outcome.effect is Effect.UNCHANGED:
                row = self.rows[outcome.suppression_id or 0]
                self.rows[row.id] = replace(row, reaffirmed_at=max(row.reaffirmed_at, outcome.since or row.since))
        for outcome in fresh:
            self._insert(outcome, event, situation)
        if event.kind in OPT_IN_KINDS:
            self.opt_ins += [
                (situation.address_id, channel, event.kind, event.occurred_at)
                for channel in event.channels
                if not any(outcome.effect is Effect.REFUSED for outcome in outcomes)
            ]

    def _strengthen(self, outcome: Outcome, event: ConsentEvent, situation: Situation) -> None:
        row = self.rows[outcome.suppression_id or 0]
        assert outcome.kind
        assert outcome.covers
        assert outcome.since
        assert STRENGTH.index(outcome.kind) >= STRENGTH.index(row.kind)
        assert STRENGTH.index(outcome.covers) >= STRENGTH.index(row.covers)
        assert outcome.since >= row.reaffirmed_at
        assert outcome.kind is Kind.TEMPORARY or outcome.expires_at is None
        origin = next((each for each in situation.active if each.id == outcome.copied_from), None)
        self.rows[row.id] = replace(
            row,
            kind=outcome.kind,
            covers=outcome.covers,
            expires_at=outcome.expires_at,
            reaffirmed_at=outcome.since,
            rule=outcome.rule,
            set_kind=origin.set_kind if origin else event.kind,
        )

    def _insert(self, outcome: Outcome, event: ConsentEvent, situation: Situation) -> None:
        assert outcome.reason
        assert outcome.kind
        assert outcome.covers
        assert outcome.since
        assert outcome.address_id is not None or outcome.contact_id is not None
        assert (outcome.reason, outcome.kind) in rules.LIFT_ROUTES
        assert outcome.kind is Kind.TEMPORARY or outcome.expires_at is None
        assert identity(outcome) not in {identity(row) for row in self.rows.values()}
        self.newest_id += 1
        origin = next((row for row in situation.active if row.id == outcome.copied_from), None)
        self.rows[self.newest_id] = ActiveSuppression(
            id=self.newest_id,
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
            set_kind=origin.set_kind if origin else event.kind,
            source=origin.source if origin else event.source,
            detail=origin.detail if origin else event.detail,
        )

    def ask(
        self, channel: Channel, purpose: Purpose, *, contact: int | None, address: int | None, tz: tzinfo = UTC
    ) -> Decision:
        """Return the gate's answer for a contact at an address, or for an address and whoever holds it."""
        people = self.holders(address or 0) if contact is None else (contact,)
        active = tuple(
            row
            for row in self.rows.values()
            if row.contact_id in people or (row.address_id is not None and row.address_id == address)
        )
        known = None if contact is None else True
        facts = Facts(contact_known=known, address_value=f"address {address}", active=active)
        return gate.decide(GateRequest(channel, purpose), facts, tz=tz)
