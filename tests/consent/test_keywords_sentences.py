"""Some thousand messages and how each is read: the truth table of the word lists that ship."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from consent.keywords import DEFAULT_WORDS, read
from consent.vocabulary import Disposition, MessageClass, Signal

SENTENCES = Path(__file__).parent.parent / "samples" / "sentences"
HEADING = re.compile(rf"\[(?P<message_class>{'|'.join(MessageClass)})(?: (?P<matched_by>\S+))?\]")
ESCAPE = re.compile(r"\\u([0-9a-f]{4})")

Row = tuple[str, str, str]


def table() -> Iterator[tuple[str, list[Row]]]:
    """Yield each section of each file: its name, and rows of (message, class, matched by)."""
    for path in sorted(SENTENCES.glob("*.txt")):
        rows: list[Row] = []
        name, heading = "", None
        for line in path.read_text(encoding="utf-8").splitlines():
            found = HEADING.fullmatch(line)
            if found:
                if rows:
                    yield name, rows
                name, heading, rows = f"{path.stem} {line}", found, []
            elif line and not line.startswith("# ") and heading:
                rows.append((unescaped(line), heading["message_class"], heading["matched_by"] or ""))
        yield name, rows


def unescaped(line: str) -> str:
    return ESCAPE.sub(lambda found: chr(int(found[1], 16)), line.replace("\\n", "\n"))


TABLE = dict(table())


@pytest.mark.parametrize("section", TABLE)
def test_every_message_of_the_table_is_read_as_it_says(section: str) -> None:
    misread = {}
    for message, message_class, matched_by in TABLE[section]:
        reading = read(message, words=DEFAULT_WORDS)
        if (reading.message_class, reading.matched_by) != (message_class, matched_by):
            misread[message] = reading

    assert misread == {}


def test_the_table_names_each_message_once() -> None:
    messages = [message for rows in TABLE.values() for message, _, _ in rows]

    assert len(messages) > 2000
    assert sorted(messages) == sorted(set(messages))


def test_the_table_holds_every_class_signal_and_disposition() -> None:
    readings = [read(message, words=DEFAULT_WORDS) for rows in TABLE.values() for message, _, _ in rows]

    assert {reading.message_class for reading in readings} == set(MessageClass) - {MessageClass.LIST_KEYWORD}
    assert {reading.signal for reading in readings} == {None, *Signal}
    assert {reading.disposition for reading in readings} == {None, *Disposition}


@pytest.mark.parametrize(
    ("message", "signal"),
    [
        ("Wrong number", Signal.WRONG_NUMBER),
        ("you have the wrong person", Signal.WRONG_NUMBER),
        ("this isn't Dana's phone", Signal.WRONG_NUMBER),
        ("wrong number, asshole", Signal.WRONG_NUMBER),
        ("My father died", Signal.DECEASED),
        ("Sie ist verstorben", Signal.DECEASED),
        ("fuck off", Signal.HOSTILE),
        ("go to hell", Signal.HOSTILE),
        ("vete a la mierda", Signal.HOSTILE),
    ],
)
def test_a_signal_says_what_it_gives_away(message: str, signal: Signal) -> None:
    reading = read(message, words=DEFAULT_WORDS)

    assert (reading.message_class, reading.matched_by, reading.signal) == (MessageClass.OPT_OUT, "signal", signal)


@pytest.mark.parametrize(
    ("message", "disposition"),
    [
        ("Not interested", Disposition.NOT_INTERESTED),
        ("No thanks", Disposition.NOT_INTERESTED),
        ("Already a customer", Disposition.ALREADY_CUSTOMER),
        ("Already spoke to someone", Disposition.ALREADY_SPOKE),
        ("Chose another option", Disposition.CHOSE_OTHER),
        ("went with someone else", Disposition.CHOSE_OTHER),
        ("Did not request info", Disposition.NOT_REQUESTED),
        ("I never signed up for this", Disposition.NOT_REQUESTED),
        ("Interested for future", Disposition.FUTURE_INTEREST),
        ("maybe next year", Disposition.FUTURE_INTEREST),
        ("Location issue", Disposition.LOCATION),
        ("too far away", Disposition.LOCATION),
        ("Unqualified", Disposition.UNQUALIFIED),
        ("I don't qualify", Disposition.UNQUALIFIED),
    ],
)
def test_soft_disinterest_closes_a_lead_with_its_disposition(message: str, disposition: Disposition) -> None:
    reading = read(message, words=DEFAULT_WORDS)

    assert (reading.message_class, reading.disposition) == (MessageClass.SOFT, disposition)
