"""What the demo business is made of: its people, their words, and the order of things."""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, datetime

import pytest

from config.demo import texts
from config.demo.cast import PRIYAS_NEW_NUMBER
from config.demo.crowd import STRANGERS
from config.demo.loader import the_story
from config.demo.people import Person, read_people
from config.demo.sample_messages import SHOP_NUMBER
from consent import keywords
from consent.keywords import DEFAULT_WORDS
from consent.vocabulary import (
    MessageClass,
    Signal,
)
from contacts.normalize import normalize
from contacts.vocabulary import AddressKind

NOW = datetime(2026, 11, 21, 18, 30, tzinfo=UTC)

FICTITIOUS = re.compile(
    r"\+1\d{3}55501\d\d"  # North America: 555-0100 to 555-0199
    r"|\+447700900\d{3}"  # Ofcom, mobile
    r"|\+6149157\d{4}"  # ACMA, mobile
    r"|\+493023125\d{3}|\+498999998\d{3}|\+494066969\d{3}|\+4917139200\d\d"  # Bundesnetzagentur
    r"|\+3363998\d{4}"  # ARCEP, mobile
)
"""Numbers that the authorities keep free for stories."""


@pytest.fixture(scope="module")
def people() -> list[Person]:
    return read_people()


def test_five_hundred_people_are_in_the_address_book(people):
    assert len(people) == 500
    assert len({person.key for person in people}) == 500


def test_every_number_and_address_is_reserved_for_stories(people):
    numbers = {
        normalize(AddressKind.PHONE, phone, region=person.region).value for person in people for phone in person.phones
    }
    domains = {person.email.strip().rpartition("@")[2].lower() for person in people if person.email}

    made_up = [
        number for number in {*numbers, *STRANGERS, PRIYAS_NEW_NUMBER, SHOP_NUMBER} if not FICTITIOUS.fullmatch(number)
    ]
    assert made_up == []
    assert domains <= {"example.com", "example.org", "example.net"}
    assert not numbers & {*STRANGERS, PRIYAS_NEW_NUMBER, SHOP_NUMBER}


def test_it_is_as_untidy_as_an_address_book_is(people):
    spellings = {phone for person in people for phone in person.phones}
    held = Counter(
        normalize(AddressKind.PHONE, phone, region=person.region).value for person in people for phone in person.phones
    )

    assert {person.region for person in people} == {"US", "CA", "GB", "AU", "DE", "FR"}
    assert sum(count > 1 for count in held.values()) >= 15
    assert {"+", "(", "0", "t"} <= {phone[0] for phone in spellings}
    assert sum(not person.phones for person in people) > 5
    assert sum(bool(person.messenger) for person in people) > 40


@pytest.mark.parametrize(
    ("sentences", "expected"),
    [
        (texts.ORDINARY, {MessageClass.NONE}),
        *((sentences, {MessageClass.NONE}) for sentences in texts.ORDINARY_IN.values()),
        (texts.OPT_OUT_WORDS, {MessageClass.OPT_OUT}),
        (texts.OPT_OUT_PHRASES, {MessageClass.OPT_OUT}),
        (texts.OPT_IN_WORDS, {MessageClass.OPT_IN}),
        (texts.OPT_IN_WORDS_OF_OURS, {MessageClass.OPT_IN}),
        (texts.HELP, {MessageClass.HELP}),
        (texts.SOFT, {MessageClass.SOFT}),
        (texts.AMBIGUOUS, {MessageClass.REVIEW_HOLD}),
    ],
)
def test_each_sentence_is_read_as_what_the_story_means_by_it(sentences, expected):
    read = {sentence: keywords.read(sentence, words=DEFAULT_WORDS).message_class for sentence in sentences}

    assert {sentence: found for sentence, found in read.items() if found not in expected} == {}


@pytest.mark.parametrize(
    ("sentences", "signal"), [(texts.WRONG_NUMBER, Signal.WRONG_NUMBER), (texts.HOSTILE, Signal.HOSTILE)]
)
def test_each_signal_is_read_as_what_the_story_means_by_it(sentences, signal):
    assert {keywords.read(sentence, words=DEFAULT_WORDS).signal for sentence in sentences} == {signal}


def test_the_same_day_tells_the_same_story():
    once, again = the_story(now=NOW), the_story(now=NOW)

    assert [act.at for act in once] == [act.at for act in again]
    assert len(once) > 2000


@pytest.mark.parametrize("hours", [0, 5, 11, 17, 23])
def test_nothing_in_the_story_lies_in_the_future_at_any_hour(hours):
    now = NOW.replace(hour=hours)

    assert max(act.at for act in the_story(now=now)) < now
