"""The business's own words: what they do, and which are refused with a reason."""

from __future__ import annotations

import pytest

from consent.keywords import DEFAULT_WORDS, read
from consent.keywords.entries import EntryKind, OwnEntry, fitting, refusals, with_entries
from consent.vocabulary import Disposition, MessageClass, Signal


@pytest.mark.parametrize(
    ("entry", "sentence", "read_as"),
    [
        (OwnEntry(EntryKind.STRONG, "STOPPA", "sv"), "stoppa please", MessageClass.OPT_OUT),
        (OwnEntry(EntryKind.OPT_OUT, "sluta", "sv"), "Sluta!", MessageClass.OPT_OUT),
        (OwnEntry(EntryKind.EVERYDAY, "avsluta", "sv"), "avsluta please", MessageClass.REVIEW_HOLD),
        (OwnEntry(EntryKind.PHRASE, "pack it in now"), "would you pack it in now", MessageClass.OPT_OUT),
        (OwnEntry(EntryKind.NEAR_MISS, "fed up"), "I am so fed up", MessageClass.REVIEW_HOLD),
        (OwnEntry(EntryKind.OPT_IN, "tillbaka", "sv"), "Tillbaka", MessageClass.OPT_IN),
        (OwnEntry(EntryKind.HELP, "hjälp", "sv"), "HJÄLP", MessageClass.HELP),
        (OwnEntry(EntryKind.HOMONYM, "stop sign"), "turn at the stop sign", MessageClass.NONE),
        (OwnEntry(EntryKind.SIGNAL, "who is dave", "", Signal.WRONG_NUMBER), "who is dave", MessageClass.OPT_OUT),
        (OwnEntry(EntryKind.SOFT, "bought one", "", Disposition.CHOSE_OTHER), "we bought one", MessageClass.SOFT),
    ],
)
def test_an_own_word_is_read_as_its_kind_says(entry: OwnEntry, sentence: str, read_as: MessageClass) -> None:
    assert refusals(DEFAULT_WORDS, [entry]) == ()

    reading = read(sentence, words=with_entries(DEFAULT_WORDS, [entry], version="1"))

    assert (reading.message_class, reading.word_list) == (read_as, "1")


def test_yes_in_another_language_opts_in_only_while_somebody_was_asked() -> None:
    words = with_entries(DEFAULT_WORDS, [OwnEntry(EntryKind.CONFIRMING, "ja", "sv")], version="1")

    assert read("Ja", words=words).message_class is MessageClass.NONE
    assert read("Ja", words=words, opt_in_pending=True).message_class is MessageClass.OPT_IN


@pytest.mark.parametrize(
    ("entry", "code"),
    [
        (OwnEntry(EntryKind.OPT_OUT, "STOP"), "already_listed"),
        (OwnEntry(EntryKind.OPT_OUT, "start"), "other_class"),
        (OwnEntry(EntryKind.OPT_OUT, "!!!"), "empty"),
        (OwnEntry(EntryKind.OPT_OUT, "x" * 121), "too_long"),
        (OwnEntry(EntryKind.OPT_IN, "quit"), "other_class"),
        (OwnEntry(EntryKind.OPT_IN, "ok"), "everyday_word"),
        (OwnEntry(EntryKind.OPT_IN, "yes"), "everyday_word"),
        (OwnEntry(EntryKind.PHRASE, "enough"), "too_short"),
        (OwnEntry(EntryKind.HOMONYM, "stop texting me"), "hides_request"),
    ],
)
def test_a_word_that_would_do_harm_is_refused_with_its_code(entry: OwnEntry, code: str) -> None:
    [refused] = refusals(DEFAULT_WORDS, [entry])

    assert (refused.position, refused.code) == (0, code)
    assert entry.text[:20].casefold().strip("!") in refused.sentence.casefold() or code in {"empty", "too_long"}


def test_words_are_refused_beside_each_other_too() -> None:
    basta = OwnEntry(EntryKind.OPT_OUT, "genug", "de")
    help_word = OwnEntry(EntryKind.HELP, "genug", "de")

    assert [(each.position, each.code) for each in refusals(DEFAULT_WORDS, [basta, help_word])] == [(1, "other_class")]
    assert [each.code for each in refusals(DEFAULT_WORDS, [basta], beside=[basta])] == ["already_listed"]


def test_reading_goes_on_when_a_stored_word_no_longer_fits() -> None:
    """A later release may ship a word on the other side."""
    entries = [OwnEntry(EntryKind.OPT_OUT, "start"), OwnEntry(EntryKind.PHRASE, "pack it in now")]

    words, left_out = fitting(DEFAULT_WORDS, entries, version="7")

    assert left_out == (entries[0],)
    assert read("pack it in now", words=words).message_class is MessageClass.OPT_OUT
    assert read("start", words=words).message_class is MessageClass.OPT_IN
