"""What must hold for every message there can be."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consent.keywords import DEFAULT_WORDS, normalise, read
from consent.keywords.wordlists import RESERVED_HELP, RESERVED_OPT_IN, RESERVED_OPT_OUT
from consent.vocabulary import MessageClass

RESERVED = {
    **dict.fromkeys(RESERVED_OPT_OUT, MessageClass.OPT_OUT),
    **dict.fromkeys(RESERVED_OPT_IN, MessageClass.OPT_IN),
    **dict.fromkeys(RESERVED_HELP, MessageClass.HELP),
}
INVISIBLE = ["", "\u200b", "\u200d", "\u2060", "\ufeff", "\u00ad", "\u202e", "\u200f", "\ufe0f", "\x00", "\u0336"]
SPACES = [" ", "  ", "\t", "\n", "\u00a0", "\u2003", "\u3000", "-", "_", ".\n", " … "]
AROUND = [
    "",
    " ",
    "!",
    "?",
    ".",
    '"',
    "“",
    "”",
    "'",
    "(",
    ")",
    "*",
    "…",
    "\n",
    "😡",
    "🙏🏽",
    "~",
    "&quot;",
    "&nbsp;",
    "¡",
]

texts = st.text(st.characters(codec=None), max_size=200)
VOCABULARY = [
    *["stop", "start", "unstop", "resubscribe", "yes", "help", "cancel", "unsubscribe", "opt", "out", "please"],
    *["don't", "never", "not", "no", "more", "texting", "me", "send", "messages", "by", "of", "the", "3pm"],
    *["wrong", "number", "he", "died", "interested", "dentist", ".", ",", "!", "\n", "🛑"],
]
clauses = st.lists(st.sampled_from(VOCABULARY), max_size=12).map(" ".join)


@st.composite
def spellings(draw: st.DrawFn, word: str) -> str:
    """Draw a word in any case, with characters that nobody sees, any space, and marks around it."""
    letters = []
    for letter in word:
        cased = draw(st.sampled_from([letter, letter.upper(), chr(ord(letter) + 0xFEE0)])) if letter != " " else ""
        letters.append(cased + draw(st.sampled_from(INVISIBLE)) if cased else draw(st.sampled_from(SPACES)))
    before, after = (
        draw(st.lists(st.sampled_from(AROUND), max_size=3)),
        draw(st.lists(st.sampled_from(AROUND), max_size=3)),
    )
    return "".join([*before, *letters, *after])


@given(st.data(), st.sampled_from(sorted(RESERVED)))
def test_no_spelling_of_a_reserved_word_changes_its_class(data: st.DataObject, word: str) -> None:
    body = data.draw(spellings(word))

    assert read(body, words=DEFAULT_WORDS).message_class is RESERVED[word]


@given(texts | clauses, st.text(max_size=8), st.booleans(), st.text(max_size=20))
def test_reading_never_raises_and_says_the_same_twice(body: str, told: str, pending: bool, button: str) -> None:
    once, again = (
        read(body, words=DEFAULT_WORDS, opt_out_type=told, opt_in_pending=pending, button=button) for _ in range(2)
    )

    assert once == again
    assert once.rule


@given(texts | clauses)
def test_normalising_twice_is_the_same_as_once(body: str) -> None:
    assert normalise(normalise(body)) == normalise(body)


@given(
    st.sampled_from([*sorted(RESERVED_OPT_OUT), "stop texting me", "please take me off your list", "wrong number"]),
    st.lists(st.sampled_from([*sorted(RESERVED_OPT_IN), "yes"]), min_size=1, max_size=3),
    st.booleans(),
    st.booleans(),
)
def test_opt_in_words_never_turn_an_opt_out_into_an_opt_in(
    asked: str, added: list[str], in_front: bool, pending: bool
) -> None:
    body = " ".join([*added, asked] if in_front else [asked, *added])

    reading = read(body, words=DEFAULT_WORDS, opt_in_pending=pending)

    assert reading.message_class in {MessageClass.OPT_OUT, MessageClass.REVIEW_HOLD}


@given(texts | clauses, st.booleans())
def test_only_an_exact_word_opts_in(body: str, pending: bool) -> None:
    reading = read(body, words=DEFAULT_WORDS, opt_in_pending=pending)

    if reading.message_class is MessageClass.OPT_IN:
        assert normalise(body) in {*RESERVED_OPT_IN, "yes"}


@given(clauses)
def test_a_stop_as_a_clause_of_its_own_always_silences(said: str) -> None:
    reading = read(f"{said.rstrip(' .,!')}. Stop.", words=DEFAULT_WORDS)

    assert reading.message_class in {MessageClass.OPT_OUT, MessageClass.REVIEW_HOLD}


@pytest.mark.parametrize(
    "piece",
    [
        "please dont stop texting me if you ",
        "dont ",
        "stop ",
        "stop by or don’t 🛑 ",
        "how do i get these texts to ",
        "i already asked you ",
        "s t o p ",
        "don ? t ",
        "a\u0301\u0316",
        "\u302e\u1b44",
        "&#9",
        "&amp;",
        "<p ",
        'liked "',
        "wrong #",
        "'",
        "\n",
        "x",
    ],
)
def test_a_hundred_kilobytes_of_anything_are_read_in_linear_time(piece: str) -> None:
    body = (piece * (100_000 // len(piece) + 1))[:100_000]

    started = time.process_time()
    read(body, words=DEFAULT_WORDS)

    # Quadratic work on this many characters takes minutes; linear work well under two seconds.
    assert time.process_time() - started < 10


@pytest.mark.parametrize("block", [(0, 0x3100), (0xD7FF, 0x10000), (0x1D000, 0x1FA00), (0xE0000, 0xE0200)])
def test_every_character_outside_the_large_scripts_folds_to_rest(block: tuple[int, int]) -> None:
    for character in map(chr, range(*block)):
        assert normalise(normalise(character)) == normalise(character)
