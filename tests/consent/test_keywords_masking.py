"""What is kept of a message for good: words of the lists and keywords, and nothing of the writer's own."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consent.keywords import DEFAULT_WORDS, read
from consent.keywords.additions import with_additions
from consent.vocabulary import MessageClass

KEYWORDS = {"nospring": "spring-offers", "no autumn": "autumn", "zebulon": "the-zebulon-club"}
OURS = with_additions(
    DEFAULT_WORDS, version="test", strong=["basta"], phrases=["leave .. in peace"], near_misses=["no gracias"]
)


@pytest.mark.parametrize(
    ("body", "slug", "matched"),
    [
        ("NoSpring!", "spring-offers", "nospring"),
        ("no  AUTUMN", "autumn", "no autumn"),
        ("Zebulon", "the-zebulon-club", "zebulon"),
    ],
)
def test_a_lists_keyword_is_kept_as_staff_wrote_it(body: str, slug: str, matched: str) -> None:
    reading = read(body, words=OURS, list_keywords=KEYWORDS)

    assert (reading.message_class, reading.list_slug, reading.matched) == (MessageClass.LIST_KEYWORD, slug, matched)


@pytest.mark.parametrize(
    ("body", "message_class", "matched"),
    [
        ("basta", MessageClass.OPT_OUT, "basta"),
        ("leave Zebulon Quill in peace", MessageClass.OPT_OUT, "leave … … in peace"),
        ("stop texting Zebulon my friend", MessageClass.OPT_OUT, "stop texting"),
    ],
)
def test_words_that_staff_added_are_kept_and_a_name_between_them_is_not(
    body: str, message_class: MessageClass, matched: str
) -> None:
    reading = read(body, words=OURS, list_keywords=KEYWORDS)

    assert (reading.message_class, reading.matched) == (message_class, matched)


PIECES = (
    "stop",
    "texting",
    "me",
    "nospring",
    "no autumn",
    "zebulon",
    "basta",
    "leave",
    "in peace",
    "wrong number",
    "+1503",
)
bodies = st.lists(st.sampled_from(PIECES) | st.text(max_size=12), max_size=8).map(" ".join)


@given(body=bodies, button=st.sampled_from(["", "Stop promotions", "Zebulon"]), pending=st.booleans())
def test_no_word_is_kept_that_neither_a_list_of_words_nor_a_keyword_has(body: str, button: str, pending: bool) -> None:
    reading = read(body, words=OURS, list_keywords=KEYWORDS, button=button, opt_in_pending=pending)

    if reading.message_class is MessageClass.LIST_KEYWORD:
        assert reading.matched in KEYWORDS
    else:
        assert set(reading.matched.split()) <= {*OURS.vocabulary, "…"}
