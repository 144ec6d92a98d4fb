"""The word lists: what can be added, what never can, and that what ships can be found."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from consent.keywords import DEFAULT_WORDS, WordRefused, check_list_keyword, read, with_additions
from consent.keywords.patterns import Pattern, parse
from consent.keywords.wordlists import RESERVED_HELP, RESERVED_OPT_IN, RESERVED_OPT_OUT
from consent.vocabulary import Disposition, MessageClass, Signal


def patterns() -> Iterator[Pattern]:
    words = DEFAULT_WORDS
    labelled = [text for _, text in (*words.signals, *words.soft)]
    for text in (
        *words.phrases,
        *words.limits,
        *words.instead,
        *words.homonyms,
        *words.negations,
        *words.near_misses,
        *labelled,
    ):
        yield parse(text)


def test_every_word_of_every_phrase_is_in_the_spelling_that_messages_are_brought_to() -> None:
    respelt = {written for written, _ in DEFAULT_WORDS.spellings if " " not in written}

    unreachable = {
        (pattern.text, word) for pattern in patterns() for slot in pattern.slots for word in slot.words & respelt
    }

    assert unreachable == set()


@pytest.mark.parametrize("word", sorted(RESERVED_OPT_OUT | RESERVED_OPT_IN | RESERVED_HELP))
def test_a_reserved_word_cannot_be_removed(word: str) -> None:
    name = "opt_out" if word in RESERVED_OPT_OUT else "opt_in" if word in RESERVED_OPT_IN else "help"

    with pytest.raises(WordRefused) as refused:
        replace(DEFAULT_WORDS, **{name: getattr(DEFAULT_WORDS, name) - {word}})

    assert (refused.value.code, refused.value.entry) == ("reserved_missing", word)


@pytest.mark.parametrize(
    ("addition", "code"),
    [
        ({"opt_out": ["Start"]}, "other_class"),
        ({"opt_out": ["yes"]}, "other_class"),
        ({"opt_out": ["Help!"]}, "other_class"),
        ({"opt_in": ["STOP"]}, "other_class"),
        ({"opt_in": ["stop texting me"]}, "other_class"),
        ({"opt_in": ["please cancel"]}, "other_class"),
        ({"opt_in": ["not interested"]}, "other_class"),
        ({"opt_in": ["info"]}, "other_class"),
        ({"confirming": ["stop"]}, "other_class"),
        ({"help": ["unstop"]}, "other_class"),
        ({"strong": ["start"]}, "other_class"),
        ({"filler": ["stop"]}, "other_class"),
        ({"filler": ["start"]}, "other_class"),
        ({"opt_out": [" 🛑 "]}, "empty"),
        ({"opt_out": ["x" * 121]}, "too_long"),
        ({"phrases": ["  "]}, "empty"),
        ({"phrases": ["the"]}, "too_short"),
        ({"phrases": ["please|kindly .."]}, "too_short"),
        ({"phrases": [".. away"]}, "bad_pattern"),
        ({"phrases": ["go ^ away"]}, "bad_pattern"),
        ({"near_misses": ["a-b|c d"]}, "bad_pattern"),
        ({"signals": {Signal.HOSTILE: ["you"]}}, "too_short"),
        ({"soft": {Disposition.LOCATION: ["x" * 121]}}, "too_long"),
        ({"homonyms": ["stop"]}, "too_short"),
        ({"homonyms": ["stop texting me"]}, "hides_request"),
        ({"homonyms": ["stop please"]}, "hides_request"),
        ({"negations": ["opt out"]}, "too_short"),
        ({"negations": ["take me off"]}, "hides_request"),
    ],
)
def test_an_addition_that_would_weaken_a_no_is_refused(addition: dict[str, object], code: str) -> None:
    with pytest.raises(WordRefused) as refused:
        with_additions(DEFAULT_WORDS, version="ours-1", **addition)  # type: ignore[arg-type]

    assert refused.value.code == code
    assert str(refused.value)


@pytest.mark.parametrize("version", ["", DEFAULT_WORDS.version])
def test_changed_lists_need_a_version_of_their_own(version: str) -> None:
    with pytest.raises(WordRefused) as refused:
        with_additions(DEFAULT_WORDS, version=version, opt_out=["Basta"])

    assert refused.value.code == "version_missing"


def test_added_words_and_phrases_are_read_under_the_new_version() -> None:
    words = with_additions(
        DEFAULT_WORDS,
        version="ours-1",
        languages=["it"],
        opt_out=["Ferma"],
        strong=["Fermati"],
        everyday=["Annulla"],
        opt_in=["Riprendi"],
        confirming=["Sì"],
        help=["Aiuto"],
        filler=["grazie"],
        phrases=["Don't ring this bell", "^ ciao|addio $"],
        homonyms=["stop the clocks"],
        signals={Signal.WRONG_NUMBER: ["numero sbagliato"]},
        soft={Disposition.NOT_INTERESTED: ["non mi interessa"]},
        near_misses=["troppi messaggi"],
    )

    expected = {
        "FERMA!": (MessageClass.OPT_OUT, "K01"),
        "Fermati, grazie": (MessageClass.OPT_OUT, "K06"),
        "annulla": (MessageClass.OPT_OUT, "K01"),
        "annulla grazie": (MessageClass.REVIEW_HOLD, "K06"),
        "riprendi": (MessageClass.OPT_IN, "K02"),
        "aiuto": (MessageClass.HELP, "K03"),
        "please do not ring this bell": (MessageClass.OPT_OUT, "K07"),
        "Ciao grazie": (MessageClass.OPT_OUT, "K07"),
        "stop the clocks": (MessageClass.NONE, "K05"),
        "numero sbagliato": (MessageClass.OPT_OUT, "K08"),
        "non mi interessa": (MessageClass.SOFT, "K09"),
        "troppi messaggi": (MessageClass.REVIEW_HOLD, "K10"),
    }
    readings = {body: read(body, words=words) for body in expected}

    assert {body: (found.message_class, found.rule) for body, found in readings.items()} == expected
    assert {found.word_list for found in readings.values()} == {"ours-1"}
    assert words.languages == (*DEFAULT_WORDS.languages, "it")
    assert read("si", words=words, opt_in_pending=True).message_class is MessageClass.OPT_IN


def test_an_entry_that_is_listed_already_changes_nothing_but_the_version() -> None:
    words = with_additions(
        DEFAULT_WORDS, version="ours-1", opt_out=["Stop"], phrases=[min(DEFAULT_WORDS.phrases, key=len)]
    )

    assert words == replace(DEFAULT_WORDS, version="ours-1")


def test_the_lists_that_ship_are_left_as_they_are() -> None:
    before = DEFAULT_WORDS.opt_out

    with_additions(DEFAULT_WORDS, version="ours-1", opt_out=["Ferma"])

    assert before == DEFAULT_WORDS.opt_out
    assert read("Ferma", words=DEFAULT_WORDS).message_class is MessageClass.NONE


@pytest.mark.parametrize("keyword", ["STOP", "Opt-Out", "optout", "start", "Yes", "HELP", "Arrêt", "abmelden"])
def test_a_reserved_word_cannot_be_a_lists_keyword(keyword: str) -> None:
    with pytest.raises(WordRefused) as refused:
        check_list_keyword(keyword, words=DEFAULT_WORDS)

    assert refused.value.code == "reserved"


def test_a_lists_keyword_is_normalised() -> None:
    assert check_list_keyword(" NoPromo! ", words=DEFAULT_WORDS) == "nopromo"
    assert check_list_keyword("OPTOUT", words=DEFAULT_WORDS, optout_offered=True) == "optout"


def test_offering_optout_frees_no_other_word() -> None:
    with pytest.raises(WordRefused) as refused:
        check_list_keyword("STOP", words=DEFAULT_WORDS, optout_offered=True)

    assert refused.value.code == "reserved"


@pytest.mark.parametrize("keyword", ["", "  ", "🙂"])
def test_a_lists_keyword_needs_letters(keyword: str) -> None:
    with pytest.raises(WordRefused) as refused:
        check_list_keyword(keyword, words=DEFAULT_WORDS)

    assert refused.value.code == "empty"
