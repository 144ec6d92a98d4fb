"""Folding: many spellings of one thing become one."""

from __future__ import annotations

import pytest

from consent.keywords import normalise
from consent.keywords.text import clauses, fold, is_reaction


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("", ""),
        (" \t\n ", ""),
        ("😀 👍", ""),
        ("  Stop\u00a0 please\u2003now ", "stop please now"),
        ("ＳＴＯＰ", "stop"),
        ("Ⓢⓣⓞⓟ", "stop"),
        ("ARRÊT", "arret"),
        ("arre\u0302t", "arret"),
        ("Straße", "strasse"),
        ("İptal", "iptal"),
        ("st\u200bo\u00adp", "stop"),
        ("\u202estop\u202c", "stop"),
        ("ST\x00OP\x07", "stop"),
        ("stop\u3164", "stop"),
        ("&quot;STOP&quot;", "stop"),
        ("&amp;quot;STOP&amp;quot;", "stop"),
        ("stop&#33;", "stop"),
        ("<p>STOP</p>", "stop"),
        ("<STOP>", "stop"),
        ("don't", "dont"),
        ("don’t", "dont"),
        ("don`t", "dont"),
        ("donâ€™t", "dont"),
        ("don?t text", "dont text"),
        ("I don t", "i dont"),
        ("'stop'", "stop"),
        ("opt-out", "opt out"),
        ("opt_out", "opt out"),
        ("S T O P", "stop"),
        ("S.T.O.P. now", "stop now"),
        ("I'm A B", "im a b"),
        ("wrong #", "wrong number"),
        ("#1", "1"),
        ("3:30pm", "3 30pm"),
        ("\ud83d stop", "stop"),
    ],
)
def test_a_body_is_folded_to_its_words(body: str, words: str) -> None:
    assert normalise(body) == words


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("Not interested. Stop.", [("not", "interested"), ("stop",)]),
        ("no, stop", [("no",), ("stop",)]),
        ("stop (sent from a phone)", [("stop",), ("sent", "from", "a", "phone")]),
        ("one - two", [("one",), ("two",)]),
        ("please.stop.texting", [("please", "stop", "texting")]),
        ("please do not\ncontact me", [("please", "do", "not", "contact", "me")]),
        ("STOP\nDana", [("stop",), ("dana",)]),
        ("!?", []),
    ],
)
def test_punctuation_parts_clauses_and_wrapped_lines_do_not(body: str, expected: list[tuple[str, ...]]) -> None:
    assert list(clauses(fold(body))) == expected


def test_a_number_too_long_for_html_is_folded_without_complaint() -> None:
    assert normalise("stop &#" + "9" * 5000 + ";") == "stop"
    assert normalise("stop &amp;#" + "9" * 5000 + ";") == "stop"


@pytest.mark.parametrize(
    "body",
    ["Liked “See you. Reply STOP to opt out”", 'Disliked "STOP"', "👍 to “Text STOP to end”", "A aimé « STOP »"],
)
def test_a_reaction_only_quotes_us(body: str) -> None:
    assert is_reaction(fold(body))


@pytest.mark.parametrize("body", ["Liked it, but stop", 'Liked "it" but stop texting', "I said “STOP”", ""])
def test_a_quotation_inside_a_message_is_no_reaction(body: str) -> None:
    assert not is_reaction(fold(body))
