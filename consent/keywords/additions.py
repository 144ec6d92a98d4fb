"""What staff may add to the word lists. Nothing is ever taken away, and no "no" can be made harmless."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TypeVar

from consent.keywords.patterns import MalformedPattern, parse
from consent.keywords.reader import read
from consent.keywords.text import clauses, fold, joined, normalise
from consent.keywords.wordlists import WordLists, WordRefused
from consent.vocabulary import Disposition, MessageClass, Signal

LONGEST_ENTRY = 120  # characters of one word or phrase
_SYNTAX = frozenset({"|", "^", "$", "..", "_"})

Entry = TypeVar("Entry")


def with_additions(
    words: WordLists,
    *,
    version: str,
    languages: Iterable[str] = (),
    opt_out: Iterable[str] = (),
    opt_in: Iterable[str] = (),
    confirming: Iterable[str] = (),
    help: Iterable[str] = (),
    strong: Iterable[str] = (),
    everyday: Iterable[str] = (),
    filler: Iterable[str] = (),
    phrases: Iterable[str] = (),
    homonyms: Iterable[str] = (),
    negations: Iterable[str] = (),
    signals: Mapping[Signal, Iterable[str]] | None = None,
    soft: Mapping[Disposition, Iterable[str]] | None = None,
    near_misses: Iterable[str] = (),
) -> WordLists:
    """Return the lists with more words and phrases in them, under a version of their own.

    Shape: words and phrases as people type them; a phrase may also be a pattern (see patterns.py). A
    strong or everyday word becomes an opt-out word too.
    Once: an entry that is listed already changes nothing.
    Raises: WordRefused with code version_missing, empty, too_long, too_short, bad_pattern,
    other_class or hides_request.
    """
    if not version or version == words.version:
        raise WordRefused("version_missing", version, "Changed word lists need a version of their own.")
    opening = _words(opt_in), _words(confirming)
    for word in sorted(opening[0] | opening[1]):
        _refuse_a_no(word, words)
    stopping = _words(strong), _words(everyday)
    return replace(
        words,
        version=version,
        languages=_joined(words.languages, languages),
        opt_out=words.opt_out | _words(opt_out) | stopping[0] | stopping[1],
        opt_in=words.opt_in | opening[0],
        confirming=words.confirming | opening[1],
        help=words.help | _words(help),
        strong=words.strong | stopping[0],
        everyday=words.everyday | stopping[1],
        filler=words.filler | _words(filler),
        phrases=_joined(words.phrases, [_phrase(entry, words) for entry in phrases]),
        homonyms=_joined(words.homonyms, [_exception(entry, words) for entry in homonyms]),
        negations=_joined(words.negations, [_exception(entry, words) for entry in negations]),
        signals=_joined(words.signals, _labelled(signals or {}, words)),
        soft=_joined(words.soft, _labelled(soft or {}, words)),
        near_misses=_joined(words.near_misses, [_phrase(entry, words) for entry in near_misses]),
    )


def check_list_keyword(keyword: str, *, words: WordLists, optout_offered: bool = False) -> str:
    """Return the normalised keyword of a list.

    `optout_offered` permits OPTOUT, for a list whose campaigns offer that word in their text.
    Raises: WordRefused with code empty, too_long or reserved.
    Source: rules § 5, step 4.
    """
    word = _word(keyword)
    if word in words.reserved and not (optout_offered and word == "optout"):
        sentence = f"“{word}” is reserved: choose a word of the list's own, like NOPROMO."
        raise WordRefused("reserved", keyword, sentence)
    return word


def _words(entries: Iterable[str]) -> frozenset[str]:
    return frozenset(map(_word, entries))


def _word(entry: str) -> str:
    _refuse_long(entry)
    word = normalise(entry)
    if not word:
        raise WordRefused("empty", entry, "A word needs at least one letter or digit.")
    return word


def _phrase(entry: str, words: WordLists) -> str:
    _refuse_long(entry)
    text = entry.strip() if _is_pattern(entry) else _spelt(entry, words)
    if not text:
        raise WordRefused("empty", entry, "A phrase needs words.")
    try:
        pattern = parse(text)
    except MalformedPattern as error:
        raise WordRefused("bad_pattern", entry, str(error)) from error
    certain = [slot for slot in pattern.slots if slot.least and slot.words]
    if len(certain) < 2 and not (pattern.at_start and pattern.at_end):
        sentence = f"“{entry}” would catch ordinary messages: add words, or write ^ and $ around it."
        raise WordRefused("too_short", entry, sentence)
    return pattern.text


def _exception(entry: str, words: WordLists) -> str:
    """Return a phrase that takes its words out of consideration, if those are not a request themselves."""
    _refuse_long(entry)
    text = _spelt(entry, words)
    if len(text.split()) < 2:
        sentence = f"“{entry}” is too short: an exception needs the words around the opt-out word."
        raise WordRefused("too_short", entry, sentence)
    if read(text, words=words).message_class is MessageClass.OPT_OUT:
        raise WordRefused("hides_request", entry, f"“{entry}” is itself a request to stop and cannot be excepted.")
    return text


def _refuse_a_no(word: str, words: WordLists) -> None:
    if read(word, words=words).message_class in {MessageClass.OPT_OUT, MessageClass.REVIEW_HOLD, MessageClass.SOFT}:
        raise WordRefused("other_class", word, f"“{word}” reads as a no and cannot be an opt-in word.")


def _labelled(rows: Mapping[Entry, Iterable[str]], words: WordLists) -> list[tuple[Entry, str]]:
    return [(label, _phrase(entry, words)) for label, entries in rows.items() for entry in entries]


def _is_pattern(entry: str) -> bool:
    return "|" in entry or not _SYNTAX.isdisjoint(entry.split())


def _spelt(entry: str, words: WordLists) -> str:
    return joined(words.spell(clauses(fold(entry))))


def _refuse_long(entry: str) -> None:
    if len(entry) > LONGEST_ENTRY:
        raise WordRefused("too_long", entry, f"Keep it within {LONGEST_ENTRY} characters.")


def _joined(present: tuple[Entry, ...], new: Iterable[Entry]) -> tuple[Entry, ...]:
    return tuple(dict.fromkeys([*present, *new]))
