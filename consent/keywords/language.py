"""One language's share of the word lists, and the building of lists from languages."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from consent.keywords.wordlists import (
    CONFIRMING,
    RESERVED_HELP,
    RESERVED_OPT_IN,
    RESERVED_OPT_OUT,
    WordLists,
)
from consent.vocabulary import Disposition, Signal

_CONTINUED = re.compile(r"\|\n\s*")
_GROUP = re.compile(r"<(\w+)>")

Label = TypeVar("Label")


def lines(text: str) -> tuple[str, ...]:
    """Return the lines of a block of text, without blank ones; one that ends in | goes on in the next."""
    return tuple(line.strip() for line in _CONTINUED.sub("|", text).splitlines() if line.strip())


@dataclass(frozen=True)
class Language:
    """What one language adds. Phrases may name a group of words: `<stop> texting`."""

    code: str
    groups: Mapping[str, str] = field(default_factory=dict)
    opt_out: str = ""
    strong: str = ""
    everyday: str = ""
    help: str = ""
    filler: str = ""
    buttons: tuple[str, ...] = ()
    spellings: Mapping[str, str] = field(default_factory=dict)
    phrases: tuple[str, ...] = ()
    limits: tuple[str, ...] = ()
    instead: tuple[str, ...] = ()
    homonyms: tuple[str, ...] = ()
    negations: tuple[str, ...] = ()
    signals: Mapping[Signal, tuple[str, ...]] = field(default_factory=dict)
    soft: Mapping[Disposition, tuple[str, ...]] = field(default_factory=dict)
    near_misses: tuple[str, ...] = ()

    def expand(self, rows: Iterable[str]) -> tuple[str, ...]:
        """Return the phrases with each group's words in the place of its name."""
        return tuple(_GROUP.sub(lambda name: "|".join(self.groups[name[1]].split()), row) for row in rows)

    def expand_labelled(self, rows: Mapping[Label, tuple[str, ...]]) -> tuple[tuple[Label, str], ...]:
        return tuple((label, text) for label, phrases in rows.items() for text in self.expand(phrases))


def build(*languages: Language, version: str) -> WordLists:
    """Return the word lists of these languages together, reserved words included."""
    strong = _words(language.strong for language in languages)
    everyday = _words(language.everyday for language in languages)
    return WordLists(
        version=version,
        languages=tuple(language.code for language in languages),
        opt_out=RESERVED_OPT_OUT | _comma_separated(language.opt_out for language in languages),
        opt_in=RESERVED_OPT_IN,
        confirming=CONFIRMING,
        help=RESERVED_HELP | _words(language.help for language in languages),
        buttons=frozenset(button for language in languages for button in language.buttons),
        strong=strong,
        everyday=everyday,
        filler=_words(language.filler for language in languages),
        spellings=tuple(pair for language in languages for pair in language.spellings.items()),
        phrases=tuple(row for language in languages for row in language.expand(language.phrases)),
        limits=tuple(row for language in languages for row in language.expand(language.limits)),
        instead=tuple(row for language in languages for row in language.expand(language.instead)),
        homonyms=tuple(row for language in languages for row in language.expand(language.homonyms)),
        negations=tuple(row for language in languages for row in language.expand(language.negations)),
        signals=tuple(row for language in languages for row in language.expand_labelled(language.signals)),
        soft=tuple(row for language in languages for row in language.expand_labelled(language.soft)),
        near_misses=tuple(row for language in languages for row in language.expand(language.near_misses)),
    )


def _words(blocks: Iterable[str]) -> frozenset[str]:
    return frozenset(word for block in blocks for word in block.split())


def _comma_separated(blocks: Iterable[str]) -> frozenset[str]:
    return frozenset(" ".join(entry.split()) for block in blocks for entry in block.split(",") if entry.strip())
