"""What is on paper: the cards on which people agreed, and the letters and voicemails in which some asked us to stop."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from functools import partial

from config.demo.acts import Act
from config.demo.desk import Desk
from config.demo.people import Person
from consent.vocabulary import Channel

CARDS = (
    ("maya", Channel.SMS, 200),
    ("maya", Channel.EMAIL, 200),
    ("lydia", Channel.EMAIL, 712),
    ("owen", Channel.EMAIL, 745),
    ("imogen", Channel.EMAIL, 60),
)
"""Who signed a card, for which channel, and how many days ago: some run out soon, some have."""
LETTERS = (
    ("Letter from a Mrs R. Alder, no address on it: “Please stop ringing me about boots.”", "letter", 19, 18),
    ("Voicemail, a man, bad line: “take my number off your list, thank you”", "voicemail", 4, 3),
)
"""What came, how, how many days ago it was said, and how many days ago somebody logged it."""


def paperwork(people: Mapping[str, Person], *, opening_at: datetime, now: datetime) -> Iterator[Act]:
    """Yield the paper's part of the story."""
    yield Act(opening_at + timedelta(hours=1), lambda desk, at: desk.save_consent_text(by="compliance", at=at))
    for number, (key, channel, days) in enumerate(CARDS):
        given_at = now - timedelta(days=days)
        recorded_at = max(given_at + timedelta(hours=3), opening_at + timedelta(days=1, hours=2, minutes=number))
        yield Act(recorded_at, partial(_record, people[key], channel, given_at))
    for told, how, said, logged in LETTERS:
        received_at = now - timedelta(days=said)
        yield Act(now - timedelta(days=logged), partial(_log, told, how, received_at))


def _record(person: Person, channel: Channel, given_at: datetime, desk: Desk, at: datetime) -> None:
    desk.record_consent(person, channel, given_at, by="nina", at=at)


def _log(told: str, how: str, received_at: datetime, desk: Desk, at: datetime) -> None:
    desk.log_request(told, how=how, received_at=received_at, by="agent", at=at)
