"""The words and phrases a message is read by: data, versioned, and only ever added to.

The reserved words come from carriers and regulators. A list without one of them, or with one of
them on the other side, cannot be built.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from consent.keywords.patterns import Clause, PatternSet
from consent.keywords.spelling import Spellings
from consent.vocabulary import Disposition, Signal

# Twilio's and the FCC's opt-outs (47 CFR 64.1200(a)(10)), and those of Canadian short codes.
RESERVED_OPT_OUT = frozenset(
    {"stop", "stopall", "stop all", "unsubscribe", "unsub", "cancel", "end", "quit", "revoke"}
    | {"optout", "opt out", "arret", "arrete", "arrett"}
)
# UNSTOP is an opt-in to every carrier and provider, whatever some help pages say.
CARRIER_OPT_IN_WORDS = ("start", "unstop")
"""The only words that also end a block at the provider (Twilio; toll-free carriers)."""

RESERVED_OPT_IN = frozenset({*CARRIER_OPT_IN_WORDS, "resubscribe"})
RESERVED_HELP = frozenset({"help", "info", "aide"})
CONFIRMING = frozenset({"yes"})


class WordRefused(ValueError):
    """A word or phrase may not join the lists. `code` is stable; the text says what to do instead."""

    def __init__(self, code: str, entry: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.entry = entry


_LETTERS = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True)
class WordLists:
    """What `read` looks for. Words are normalised; phrases are patterns (see patterns.py).

    `strong` and `everyday` are the opt-out words that, with filler around them, still mean it or
    only may mean it. `homonyms` and `negations` take words out of consideration; `limits` turn a
    request into a partial one ("so many", "before 9"); `instead` names texting as the better road.
    """

    version: str
    languages: tuple[str, ...]
    opt_out: frozenset[str]
    opt_in: frozenset[str]
    confirming: frozenset[str]
    help: frozenset[str]
    buttons: frozenset[str]
    strong: frozenset[str]
    everyday: frozenset[str]
    filler: frozenset[str]
    spellings: tuple[tuple[str, str], ...]
    phrases: tuple[str, ...]
    limits: tuple[str, ...]
    instead: tuple[str, ...]
    homonyms: tuple[str, ...]
    negations: tuple[str, ...]
    signals: tuple[tuple[Signal, str], ...]
    soft: tuple[tuple[Disposition, str], ...]
    near_misses: tuple[str, ...]

    def __post_init__(self) -> None:
        for reserved, present in (
            (RESERVED_OPT_OUT, self.opt_out),
            (RESERVED_OPT_IN, self.opt_in),
            (RESERVED_HELP, self.help),
        ):
            for word in sorted(reserved - present):
                raise WordRefused("reserved_missing", word, f"“{word}” is reserved and cannot be removed.")
        stopping, opening = self.opt_out | self.strong | self.everyday, self.opt_in | self.confirming
        for word in sorted((stopping & opening) | (stopping & self.help) | (opening & self.help)):
            raise WordRefused("other_class", word, f"“{word}” cannot mean two things: keep it on one list.")
        for word in sorted(self.filler & (stopping | self.opt_in | self.help)):
            raise WordRefused("other_class", word, f"“{word}” has a meaning of its own and cannot be filler.")

    @property
    def reserved(self) -> frozenset[str]:
        """Return every whole-message word of steps 1 to 3: none can be a list's keyword."""
        return self.opt_out | self.opt_in | self.confirming | self.help

    def masked(self, text: str) -> str:
        """Return a text with "…" for each word that stands on none of these lists: names and numbers among them."""
        return " ".join(word if word in self.vocabulary else "…" for word in text.split())

    @cached_property
    def vocabulary(self) -> frozenset[str]:
        """Return every word of every list and phrase."""
        labelled = [text for _, text in (*self.signals, *self.soft)]
        phrases = (*self.phrases, *self.limits, *self.instead, *self.homonyms, *self.negations, *self.near_misses)
        whole = (*self.reserved, *self.strong, *self.everyday, *self.filler, *self.buttons)
        spelt = (text for pair in self.spellings for text in pair)
        found = " ".join((*phrases, *labelled, *whole, *spelt))
        return frozenset(_LETTERS.findall(found)) | {"stop", "sign"}

    def spell(self, clauses: Iterable[Sequence[str]]) -> list[tuple[str, ...]]:
        """Return the clauses in the one spelling that phrases are written in, without empty ones."""
        return [spelt for clause in clauses if (spelt := self.spelling.apply(clause))]

    def clause(self, words: Sequence[str]) -> Clause:
        """Return the clause that these words make, with the filler at its ends marked."""
        return Clause.of(words, self.filler)

    @cached_property
    def spelling(self) -> Spellings:
        return Spellings(self.spellings)

    @cached_property
    def requests(self) -> PatternSet[str]:
        return _unlabelled(self.phrases)

    @cached_property
    def limited(self) -> PatternSet[str]:
        return _unlabelled(self.limits)

    @cached_property
    def other_road(self) -> PatternSet[str]:
        return _unlabelled(self.instead)

    @cached_property
    def harmless(self) -> PatternSet[str]:
        return _unlabelled((*self.homonyms, *self.negations))

    @cached_property
    def signalled(self) -> PatternSet[Signal]:
        return PatternSet(self.signals)

    @cached_property
    def softened(self) -> PatternSet[Disposition]:
        return PatternSet(self.soft)

    @cached_property
    def doubtful(self) -> PatternSet[str]:
        return _unlabelled(self.near_misses)

    @cached_property
    def telling(self) -> PatternSet[str]:
        """Return every phrase that decides something: nothing is harmless inside one."""
        labelled = [text for _, text in (*self.signals, *self.soft)]
        return _unlabelled((*self.phrases, *self.near_misses, *labelled))


def _unlabelled(rows: Sequence[str]) -> PatternSet[str]:
    return PatternSet([("", text) for text in rows])
