"""Near misses: typing errors, letters that only look right, words run together, signs.

What is found here never opts anybody out by itself. It holds the contact for a reviewer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from string import ascii_lowercase

from consent.keywords.text import normalise
from consent.keywords.wordlists import WordLists

STOP_SIGNS = ("\N{OCTAGONAL SIGN}", "\N{NO ENTRY}", "\N{NO ENTRY SIGN}")
_SIGNS_ALONE = (
    *STOP_SIGNS,
    "\N{FACE WITH NO GOOD GESTURE}",
    "\N{REVERSED HAND WITH MIDDLE FINGER EXTENDED}",
    "\N{BELL WITH CANCELLATION STROKE}",
    "\N{NO MOBILE PHONES}",
)
_FEW_WORDS = 4

_TARGETS = ("stop", "stopall", "unsubscribe", "unsub", "optout", "revoke", "cancel")
_SHORT_TARGETS = ("end", "quit")  # one wrong letter makes another word of them; only "quiiit" counts
_DRAWN_OUT = 2  # letters too many
_FEW_LETTERS = 30  # no run of words that asks to stop is longer
_LONG = 8  # from this length on, a word of any language can be told from its neighbours
_OTHER_WORDS = frozenset(
    {"shop", "step", "slop", "top", "stow", "strop", "stomp", "stops", "sop", "swop", "estop", "atop", "stopped"}
    | {"unsubscribed", "unsubscribes", "cancer", "cancels", "revoked", "revokes", "evoke"}
)
_REPEATED = re.compile(r"(.)\1+")

# Cyrillic, Greek and digits that pass for Latin letters, after folding.
_LOOKALIKES = str.maketrans(
    "\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0442\u043a\u043c\u043d\u0432\u0456\u0455\u0458"
    "\u043f"
    "\u03c4\u03bf\u03c1\u03c5\u03bd\u03b1\u03b5\u03b9\u03ba"
    "013574",
    "aeopcyxtkmhbisjptopuvaeikolesta",
)


def shows_a_sign(body: str, word_count: int) -> bool:
    """Return whether the message is a stop sign, alone or beside a few words."""
    if word_count == 0:
        return any(sign in body for sign in _SIGNS_ALONE)
    return word_count <= _FEW_WORDS and any(sign in body for sign in STOP_SIGNS)


def respelt(original: Sequence[Sequence[str]], words: WordLists) -> list[tuple[str, ...]]:
    """Return the clauses with errors put right, in the spelling of the phrases; empty if there were none."""
    typos = _typos(words.strong | words.everyday)
    known = words.filler | words.strong | words.everyday | words.reserved
    corrected = [tuple(w if w in known else _correct(w, typos) for w in clause) for clause in original]
    return [] if corrected == list(original) else words.spell(corrected)


def runs_together(body: str, tokens: Sequence[str], words: WordLists) -> list[tuple[str, ...]]:
    """Return what a message may have meant that runs words together or tears one apart.

    Shape: one candidate a tuple, "stoptexting" → stop texting, "st op" → stop, "$top" → stop.
    """
    if "$" in body:
        body = body.replace("$", "s")
        return [tuple(normalise(body).split())] if len(tokens) <= _FEW_WORDS else []
    if len(tokens) == 1:
        return list(_parts(tokens[0], words))
    joined = "".join(tokens) if len(tokens) <= _FEW_WORDS else ""
    starred = not any(character.isspace() for character in body.strip())  # "st*p"
    if joined in words.opt_out or (starred and joined in _typos(frozenset())):
        return [("stop",)]
    return []


def _parts(token: str, words: WordLists) -> Iterator[tuple[str, ...]]:
    for target in (*_TARGETS, *_SHORT_TARGETS):
        rest = token.removeprefix(target)
        if rest != token and rest:
            yield (target,) if rest[0].isdigit() and target in _TARGETS else (target, rest)
            if len(rest) <= _FEW_LETTERS:
                yield from ((target, rest[:at], rest[at:]) for at in range(1, len(rest)))
        rest = token.removesuffix(target)
        if rest != token and rest in words.filler | words.strong:
            yield (rest, target)


def _correct(word: str, typos: dict[str, str]) -> str:
    if word in typos:
        return typos[word]
    if not word.isdigit() and word.translate(_LOOKALIKES) != word:
        latin = word.translate(_LOOKALIKES)
        return latin if latin in typos.values() or latin in _SHORT_TARGETS else typos.get(latin, word)
    short = _REPEATED.sub(r"\1", word)
    return _drawn_out().get(short, word) if len(word) - len(short) >= _DRAWN_OUT else word


@lru_cache(maxsize=1)
def _drawn_out() -> dict[str, str]:
    return {_REPEATED.sub(r"\1", target): target for target in (*_TARGETS, *_SHORT_TARGETS)}


@lru_cache(maxsize=8)
def _typos(listed: frozenset[str]) -> dict[str, str]:
    """Return every word one slip away from an opt-out word: a letter lost, added, changed or swapped."""
    targets = {*_TARGETS, *(word for word in listed if len(word) >= _LONG and word.isascii())}
    found: dict[str, str] = {}
    for target in sorted(targets):
        for slip in _slips(target):
            if slip not in targets and slip not in _OTHER_WORDS:
                found.setdefault(slip, target)
    return found


def _slips(word: str) -> Iterator[str]:
    for at in range(len(word) + 1):
        head, tail = word[:at], word[at:]
        yield from (head + letter + tail for letter in ascii_lowercase)
        if tail:
            yield head + tail[1:]
            yield from (head + letter + tail[1:] for letter in ascii_lowercase)
        if len(tail) > 1:
            yield head + tail[1] + tail[0] + tail[2:]
