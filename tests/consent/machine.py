"""What every random history shares: a register under the rules, the model beside it, and the gate asked of both."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from consent.values import ActiveSuppression, ConsentEvent
from consent.vocabulary import Channel, Effect, EventKind, Purpose, Reason, Source
from contacts.vocabulary import AddressKind
from tests.consent.model import PHONE_CHANNELS, Model
from tests.consent.register import Register

PEOPLE = (1, 2, 3)
PHONES = (11, 12, 13)
MAILBOXES = (21, 22)
KINDS = dict.fromkeys(PHONES, AddressKind.PHONE) | dict.fromkeys(MAILBOXES, AddressKind.EMAIL)


class ConsentMachine(RuleBasedStateMachine):
    """A step is a minute; what is late happened some steps ago. `asked` are the channels the gate is asked about."""

    asked: tuple[Channel, ...] = (*PHONE_CHANNELS, Channel.EMAIL)

    def __init__(self) -> None:
        super().__init__()
        self.now = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
        self.register = Register(KINDS)
        self.model = Model()
        self.latest: tuple[ConsentEvent, int | None, int | None] | None = None

    @initialize()
    def two_people_hold_a_number_and_a_mailbox_each(self) -> None:
        for person, address in ((1, 11), (1, 21), (2, 12), (2, 22)):
            self._join(person, address)

    def _tick(self) -> datetime:
        self.now += timedelta(minutes=1)
        return self.now

    def _record(self, event: ConsentEvent, *, person: int | None = None, address: int | None = None) -> bool:
        change = self.register.record(event, contact=person, address=address, at=self.now)
        self.latest = (event, person, address)
        return not change.refusals

    def _event(
        self, kind: EventKind, *channels: Channel, said_at: datetime | None = None, **more: object
    ) -> ConsentEvent:
        return ConsentEvent(kind, channels, said_at or self.now, Source.CONTACT, **more)  # type: ignore[arg-type]

    def _said_at(self, address: int, delay: int) -> datetime:
        """Return when it was said; now where a yes from elsewhere would have to be weighed against it."""
        now = self._tick()
        holders = frozenset(self.model.people_at(address))
        plain = all(
            yes.senders == holders if yes.address == address else not yes.senders & holders for yes in self.model.yeses
        )
        return now - timedelta(minutes=delay) if plain else now

    def _reviewable(self) -> list[ActiveSuppression]:
        judged = {Reason.REVIEW_HOLD, Reason.WRONG_NUMBER, Reason.DECEASED, Reason.HOSTILE}
        return [row for row in self.register.rows.values() if row.reason in judged]

    def _join_or_leave(self, person: int, address: int) -> None:
        if (person, address) in self.register.held:
            self.register.held.remove((person, address))
            self.model.leaves(person, address)
            self.latest = None
        else:
            self._join(person, address)

    def _join(self, person: int, address: int) -> None:
        self.register.held.add((person, address))
        self._record(self._event(EventKind.ADDRESS_JOINED, Channel.ALL), person=person, address=address)
        self.model.joins(person, address, PHONE_CHANNELS if address in PHONES else (Channel.EMAIL,))

    # The same again

    @precondition(lambda self: self.latest is not None)
    @rule()
    def the_same_event_comes_twice(self) -> None:
        assert self.latest is not None
        event, person, address = self.latest
        before = dict(self.register.rows)

        change = self.register.record(event, contact=person, address=address, at=self.now)

        assert self.register.rows == before
        assert not {Effect.SET, Effect.STRENGTHENED, Effect.LIFTED} & {each.effect for each in change.outcomes}

    @invariant()
    def the_gate_answers_as_the_model_does(self) -> None:
        for channel in self.asked:
            for address in MAILBOXES if channel is Channel.EMAIL else PHONES:
                for person in (*PEOPLE, None):
                    self._compare(channel, person, address)

    def _compare(self, channel: Channel, person: int | None, address: int) -> None:
        for purpose in (Purpose.MARKETING, Purpose.TRANSACTIONAL):
            wanted = self.model.allows(channel, purpose, person=person, address=address)
            answer = self.register.ask(channel, purpose, contact=person, address=address)
            if wanted and not answer.allowed and self._is_stricter_after_a_late_word(channel, purpose, person, address):
                continue
            assert answer.allowed == wanted, (channel, purpose, person, address, answer.reasons, self.model.noes)

    def _is_stricter_after_a_late_word(
        self, channel: Channel, purpose: Purpose, person: int | None, address: int
    ) -> bool:
        """Return whether this is the one case in which the rules are known to be stricter than the law asks.

        A STOP and a later marketing stop on WhatsApp stand in one row, which covers everything. A START between the
        two that arrives last can't tell them apart, so transactional messages stay refused with the marketing.
        """
        return (
            channel is Channel.WHATSAPP
            and purpose is Purpose.TRANSACTIONAL
            and not self.model.allows(channel, Purpose.MARKETING, person=person, address=address)
        )
