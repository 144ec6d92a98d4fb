"""What the staff do all day: switch DND on, clear it, note what was said on the phone, and now and then meet a lock."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from random import Random

from config.demo import texts
from config.demo.acts import Act
from config.demo.business import CONSENT_WORDING, SHOP_ZONE
from config.demo.people import Person
from consent.vocabulary import CHANNELS, Channel, Direction, Reason
from lists.values import LaterConsent

AGENTS = ("agent", "nina", "tom")
OFTEN_CHOSEN = (Channel.SMS, Channel.SMS, Channel.CALL, Channel.CALL, Channel.EMAIL, Channel.WHATSAPP)


class Shift:
    """Draws the staff's acts, each on somebody who has been in no act before: two would have to agree."""

    def __init__(self, people: Sequence[Person], *, rng: Random, now: datetime, days: int) -> None:
        self._rng = rng
        self._now = now
        self._days = days
        self._untouched = rng.sample(list(people), len(people))
        self._kinds: dict[Callable[[datetime, Person, str], Iterator[Act]], int] = {
            self._pause: 40,
            self._snooze: 18,
            self._spoken_opt_out: 11,
            self._refuse_calls: 6,
            self._kill_switch: 7,
            self._block: 4,
            self._meet_a_lock: 7,
            self._off_a_list: 26,
        }

    def acts(self) -> Iterator[Act]:
        """Yield the staff's acts in no particular order, nothing of it later than now."""
        for day in range(self._days):
            morning = (self._now - timedelta(days=self._days - day)).astimezone(SHOP_ZONE).replace(hour=9, minute=0)
            if morning.weekday() == 6:
                continue
            for _ in range(self._rng.randint(1, 4)):
                at = morning + timedelta(minutes=self._rng.uniform(0, 9 * 60))
                person = self._untouched.pop()
                kind = self._rng.choices(list(self._kinds), list(self._kinds.values()))[0]
                by = person.owner or self._rng.choice(AGENTS)
                yield from (act for act in kind(at, person, by) if act.at < self._now)

    def _later(self, at: datetime, low: float, high: float) -> datetime:
        """Return a moment some days later, in the same hours."""
        return at + timedelta(days=self._rng.randint(int(low), int(high)), minutes=self._rng.uniform(-60, 60))

    def _pause(self, at: datetime, person: Person, by: str) -> Iterator[Act]:
        channels = CHANNELS if self._rng.random() < 0.12 else (self._rng.choice(OFTEN_CHOSEN),)
        note = self._rng.choice(texts.SWITCHED_ON)
        yield Act(at, lambda desk, at: desk.switch_on(person, channels, by=by, at=at, note=note))
        if self._rng.random() < 0.6:
            yield self._cleared(person, channels, by, self._later(at, 2, 25))

    def _cleared(self, person: Person, channels: Sequence[Channel], by: str, at: datetime) -> Act:
        note = self._rng.choice(texts.CLEARED)
        return Act(at, lambda desk, at: desk.clear(person, channels, by=by, at=at, note=note, reasons=[Reason.MANUAL]))

    def _snooze(self, at: datetime, person: Person, by: str) -> Iterator[Act]:
        channels = (self._rng.choice(OFTEN_CHOSEN),)
        until = at + timedelta(days=self._rng.choice([3, 7, 14, 30]))
        note = self._rng.choice(texts.SWITCHED_ON)
        yield Act(at, lambda desk, at: desk.switch_on(person, channels, by=by, at=at, note=note, until=until))
        yield Act(until + timedelta(seconds=20), lambda desk, at: desk.let_time_pass(at=at))

    def _spoken_opt_out(self, at: datetime, person: Person, by: str) -> Iterator[Act]:
        how, note = self._rng.choice(texts.SPOKEN_OPT_OUTS)
        channel = self._rng.choice(OFTEN_CHOSEN)
        yield Act(at, lambda desk, at: desk.record_opt_out(person, [channel], by=by, at=at, note=note, how=how))
        has_address = bool(person.email) if channel is Channel.EMAIL else bool(person.phones)
        if has_address and self._rng.random() < 0.3:
            yield from self._evidence(person, channel, by, self._later(at, 6, 30))

    def _evidence(self, person: Person, channel: Channel, by: str, at: datetime) -> Iterator[Act]:
        """The contact changed its mind, and somebody else judges the proof on the next day."""
        yield Act(at, lambda desk, at: desk.file_evidence(person, channel, by=by, at=at, note="Signed the form."))
        approved = self._rng.random() < 0.7
        reason = "Signature and date are clear." if approved else "The form names another number."
        yield Act(
            at + timedelta(hours=20),
            lambda desk, at: desk.judge_evidence(person, approved=approved, by="support", at=at, reason=reason),
        )

    def _refuse_calls(self, at: datetime, person: Person, by: str) -> Iterator[Act]:
        yield Act(
            at,
            lambda desk, at: desk.switch_on(
                person, [Channel.CALL], by=by, at=at, note="Robot calls.", direction=Direction.INBOUND
            ),
        )

    def _kill_switch(self, at: datetime, person: Person, by: str) -> Iterator[Act]:
        yield Act(at, lambda desk, at: desk.do_not_contact(person, on=True, by=by, at=at, note="Asked for silence."))
        if self._rng.random() < 0.3:
            back = self._later(at, 5, 30)
            yield Act(back, lambda desk, at: desk.do_not_contact(person, on=False, by=by, at=at, note="Came back."))

    def _block(self, at: datetime, person: Person, by: str) -> Iterator[Act]:
        note = self._rng.choice(texts.BLOCKED)
        yield Act(at, lambda desk, at: desk.block(person, on=True, by=by, at=at, note=note))
        if self._rng.random() < 0.4:
            back = self._later(at, 7, 30)
            yield Act(back, lambda desk, at: desk.block(person, on=False, by=by, at=at, note="Apologised."))

    def _off_a_list(self, at: datetime, person: Person, by: str) -> Iterator[Act]:
        """Removed by staff, opted out at the contact's word, or blocked; a few come back with their later consent."""
        if not person.lists:
            return
        slug, note = self._rng.choice(person.lists), self._rng.choice(texts.OFF_A_LIST)
        how = self._rng.choices(["removed", "left", "blocked"], [4, 5, 1])[0]
        if how == "removed":
            yield Act(at, lambda desk, at: desk.remove_from_list(slug, person, by=by, at=at, note=note))
        elif how == "blocked":
            yield Act(at, lambda desk, at: desk.block_on_list(slug, person, by=by, at=at, note=note))
        else:
            yield Act(at, lambda desk, at: desk.leave_list(slug, person, by=by, at=at, note=note))
            if self._rng.random() < 0.4:
                back = self._later(at, 6, 30)
                consent = LaterConsent(back - timedelta(hours=2), "form at the counter", CONSENT_WORDING)
                yield Act(back, lambda desk, at: desk.bring_back(slug, person, consent, by=by, at=at))

    def _meet_a_lock(self, at: datetime, person: Person, by: str) -> Iterator[Act]:
        """The contact asked by voice, and days later a colleague tries to clear it: refused, and in the ledger."""
        yield from self._spoken_opt_out(at, person, by)
        colleague = self._rng.choice(AGENTS)
        again = self._later(at, 1, 12)
        yield Act(again, lambda desk, at: desk.clear(person, CHANNELS, by=colleague, at=at, note="Has a new order."))
