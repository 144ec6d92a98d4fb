"""The language that phrases are written in."""

from __future__ import annotations

import pytest

from consent.keywords.patterns import MASKED, Clause, MalformedPattern, PatternSet, parse

FILLER = frozenset({"please", "now"})


def found(pattern: str, sentence: str) -> str:
    """Return the words of the first match, or an empty string."""
    words = [MASKED if word == "*" else word for word in sentence.split()]
    hits = PatternSet([("", pattern)]).hits([Clause.of(words, FILLER)])
    return hits[0].text if hits else ""


@pytest.mark.parametrize(
    ("pattern", "sentence", "match"),
    [
        ("stop texting", "please stop texting me", "stop texting"),
        ("stop texting", "stop calling", ""),
        ("stop|quit texting", "quit texting", "quit texting"),
        ("stop the? texts", "stop the texts", "stop the texts"),
        ("stop the? texts", "stop texts", "stop texts"),
        ("please? stop it", "stop it", "stop it"),
        ("wrong _", "the wrong dentist", "wrong dentist"),
        ("wrong _", "that is wrong", ""),
        ("not _? phone", "not danas phone", "not danas phone"),
        ("take .. off", "take me and her off", "take me and her off"),
        ("take .. off", "take one two three four off", ""),
        ("at # pm", "at 3 pm", "at 3 pm"),
        ("at #", "at noon", ""),
        ("^ enough $", "please enough now", "enough"),
        ("^ enough $", "good enough", ""),
        ("^ enough $", "enough time", ""),
        ("^ stop", "please stop asking", "stop"),
        ("^ stop", "bus stop", ""),
        ("stop $", "i said stop now", "stop"),
        ("stop the _", "stop the *", ""),
        ("take .. off", "take * off", ""),
    ],
)
def test_a_pattern_matches_what_it_describes(pattern: str, sentence: str, match: str) -> None:
    assert found(pattern, sentence) == match


def test_the_longest_of_several_matches_wins() -> None:
    patterns = PatternSet([("short", "stop texting"), ("long", "stop texting me")])

    (hit,) = patterns.hits([Clause.of(["stop", "texting", "me"], FILLER)])

    assert (hit.label, hit.clause, hit.start, hit.end) == ("long", 0, 0, 3)


@pytest.mark.parametrize(
    "text", ["", "^ $", "maybe?", ".. off", "_ stop", "please? .. stop", "# texts", "stop ^ it", "stop $ it", "a-b c"]
)
def test_a_phrase_that_cannot_be_looked_for_is_refused_with_a_reason(text: str) -> None:
    with pytest.raises(MalformedPattern) as refused:
        parse(text)

    assert str(refused.value)
