"""Everybody else: ordinary life, drawn by lot, and the same for the same seed.

The lot draws what people do. What that does to their consent is left to the product.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, time, timedelta
from functools import partial
from random import Random

from config.demo import sample_mail, texts
from config.demo.acts import Act
from config.demo.business import SHOP_ZONE
from config.demo.desk import Desk
from config.demo.people import Person
from consent.vocabulary import Channel

CAMPAIGN_EVERY = 11
"""Days between two offers; each brings replies, and opt-outs, within hours."""
MINUTE = timedelta(minutes=1)
MAILING_EVERY = 15
"""Days between two e-mails to everybody."""
REVIEW_DAYS = 3
"""Within so many days a reviewer has read what was held; the younger messages wait."""

STRANGERS = [f"+1458555{line:04d}" for line in range(100, 150)]
"""Numbers that no contact holds."""

KINDS = {
    "ordinary": 800,
    "opt_out_word": 78,
    "opt_out_phrase": 26,
    "soft": 48,
    "help": 36,
    "stranger": 22,
    "list_keyword": 0,
    "unasked_start": 6,
    "wrong_number": 4,
    "unclear": 16,
    "hostile": 2,
}
AFTER_CAMPAIGN = KINDS | {"opt_out_word": 210, "opt_out_phrase": 50, "soft": 110, "list_keyword": 90}


FAILURES = ("30003", "30003", "30003", "30004", "30005", "30006", "30007", "21610")
"""What may go wrong with one offer, as Twilio's codes say it."""


MAIL_EVENTS = (
    *(sample_mail.DELIVERED,) * 5,
    *(sample_mail.BOUNCE,) * 3,
    *(sample_mail.MAILBOX_FULL,) * 2,
    *(sample_mail.UNSUBSCRIBED,) * 4,
    sample_mail.COMPLAINED,
)


class Crowd:
    """Draws the acts of people who are in no one's story."""

    def __init__(
        self, people: Sequence[Person], *, joined_at: Mapping[str, datetime], rng: Random, now: datetime, days: int
    ) -> None:
        self._joined_at = joined_at
        self._rng = rng
        self._now = now
        self._days = days
        self._first_day = now.astimezone(SHOP_ZONE).date() - timedelta(days=days - 1)
        self._on = {
            Channel.SMS: [person for person in people if person.phones],
            Channel.WHATSAPP: [person for person in people if person.phones and person.region != "US"],
            Channel.FACEBOOK: [person for person in people if person.messenger],
        }
        self._readers = [person for person in people if person.email]
        self._quiet: set[tuple[str, Channel]] = set()

    def acts(self) -> Iterator[Act]:
        """Yield what the crowd writes, in no particular order, nothing of it later than now."""
        for day in range(self._days):
            is_campaign = day % CAMPAIGN_EVERY == CAMPAIGN_EVERY - 2
            is_weekend = (self._first_day + timedelta(days=day)).weekday() >= 5
            for _ in range(self._rng.randint(6, 11) if is_weekend else self._rng.randint(11, 18)):
                yield from self._message(self._moment(day), KINDS)
            if day % MAILING_EVERY == MAILING_EVERY - 6:
                yield from self._mailing(day)
            if is_campaign:
                for _ in range(self._rng.randint(24, 36)):
                    yield from self._message(self._moment(day, earliest=10.2, latest=15), AFTER_CAMPAIGN)
                for code in FAILURES:
                    yield from self._failure(self._moment(day, earliest=10, latest=10.4), code)
            if self._rng.random() < 0.16 or day == self._days - 1:
                yield self._forgery(self._moment(day))
        for _ in range(5):
            yield from self._message(self._now - timedelta(days=self._rng.uniform(0.1, REVIEW_DAYS)), {"unclear": 1})
        known = next(person for person in self._on[Channel.SMS] if person.key not in self._joined_at)
        yield self._said(known, Channel.SMS, texts.WRONG_NUMBER[0], self._moment(self._days // 2))

    def _moment(self, day: int, *, earliest: float = 7.5, latest: float = 21.5) -> datetime:
        """Return a moment of that day, around its middle rather than at its ends."""
        hour = self._rng.triangular(earliest, latest)
        midnight = datetime.combine(self._first_day + timedelta(days=day), time(), SHOP_ZONE)
        return midnight + timedelta(hours=hour, microseconds=self._rng.randrange(1_000_000))

    def _message(self, at: datetime, kinds: dict[str, int]) -> Iterator[Act]:
        if at >= self._now:
            return
        kind = self._rng.choices(list(kinds), list(kinds.values()))[0]
        if kind == "stranger":
            number, body = self._rng.choice(STRANGERS), self._rng.choice(texts.FROM_STRANGERS)
            yield Act(at, lambda desk, at: desk.door.text(number, body, at=at))
            return
        channel = self._rng.choices([Channel.SMS, Channel.WHATSAPP, Channel.FACEBOOK], [64, 22, 14])[0]
        if kind == "list_keyword":
            channel = Channel.SMS
        person = self._rng.choice(self._on[channel])
        if at <= self._joined_at.get(person.key, at - MINUTE):
            return
        if (person.key, channel) in self._quiet and (kind != "ordinary" or self._rng.random() < 0.7):
            return
        yield self._said(person, channel, self._words(kind, person), at)
        if kind == "unclear" and at < self._now - timedelta(days=REVIEW_DAYS):
            yield self._judged(person, channel, at + timedelta(hours=self._rng.uniform(2, 24 * REVIEW_DAYS)))
        if kind in {"opt_out_word", "opt_out_phrase"}:
            self._quiet.add((person.key, channel))
            yield from self._comes_back(person, channel, at)

    def _words(self, kind: str, person: Person) -> str:
        own_language = texts.ORDINARY_IN.get(person.language[:2])
        if kind == "ordinary" and own_language and self._rng.random() < 0.7:
            return self._rng.choice(own_language)
        return self._rng.choice(_WORDS[kind])

    def _comes_back(self, person: Person, channel: Channel, since: datetime) -> Iterator[Act]:
        """A third of those who opted out opt in again, after hours or weeks."""
        at = since + timedelta(days=self._rng.expovariate(1 / 9) + 0.1)
        if self._rng.random() < 0.38 and at < self._now:
            words = texts.OPT_IN_WORDS if self._rng.random() < 0.9 else texts.OPT_IN_WORDS_OF_OURS
            yield self._said(person, channel, self._rng.choice(words), at)
            # Whoever came back is left alone by the lot: one more opt-out would only blur the story.

    def _said(self, person: Person, channel: Channel, body: str, at: datetime) -> Act:
        sender = person.messenger if channel is Channel.FACEBOOK else person.number
        by_service = channel is Channel.SMS and self._rng.random() < 0.6
        times = 2 if self._rng.random() < 0.03 else 1
        return Act(
            at,
            lambda desk, at: desk.door.text(
                sender,
                body,
                at=at,
                channel=channel,
                opt_out_type=_opt_out_type(body) if by_service else "",
                name=person.name,
                country=person.region,
                times=times,
            ),
        )

    def _judged(self, person: Person, channel: Channel, at: datetime) -> Act:
        is_opt_out = self._rng.random() < 0.4
        return Act(at, lambda desk, at: desk.judge_hold(person, channel, is_opt_out=is_opt_out, by="support", at=at))

    def _mailing(self, day: int) -> Iterator[Act]:
        """What comes back from one mailing: receipts, bounces, and readers who have had enough."""
        for kind in MAIL_EVENTS:
            person, at = self._rng.choice(self._readers), self._moment(day, earliest=9, latest=20)
            if self._joined_at.get(person.key, at - MINUTE) < at < self._now:
                yield Act(at, partial(_mail, kind, person.email.strip()))

    def _failure(self, at: datetime, code: str) -> Iterator[Act]:
        """One of the offers did not arrive."""
        if at < self._now:
            number = self._rng.choice(self._on[Channel.SMS]).number
            yield Act(at, lambda desk, at: desk.door.failure(number, code, at=at))

    def _forgery(self, at: datetime) -> Act:
        at = min(at, self._now - MINUTE)
        number = self._rng.choice(self._on[Channel.SMS]).number
        return Act(at, lambda desk, at: desk.door.forged_message(number, "START", at=at))


def _mail(kind: str, recipient: str, desk: Desk, at: datetime) -> None:
    desk.door.mail(kind, recipient, subject="Trail Notes", at=at)


_WORDS = {
    "ordinary": texts.ORDINARY,
    "opt_out_word": texts.OPT_OUT_WORDS,
    "opt_out_phrase": texts.OPT_OUT_PHRASES,
    "soft": texts.SOFT,
    "help": texts.HELP,
    "unasked_start": texts.OPT_IN_WORDS,
    "wrong_number": texts.WRONG_NUMBER,
    "hostile": texts.HOSTILE,
    "unclear": texts.AMBIGUOUS,
    "list_keyword": texts.LIST_KEYWORD,
}

_KEYWORDS = {
    "STOP": {"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT"},
    "START": {"START", "UNSTOP"},
    "HELP": {"HELP", "INFO"},
}


def _opt_out_type(body: str) -> str:
    """Return what Advanced Opt-Out says of a message: the whole body has to be one of its keywords."""
    return next((kind for kind, words in _KEYWORDS.items() if body.upper() in words), "")
