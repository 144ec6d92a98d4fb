"""Bring the many ways to write one thing to the one that phrases use: "do not", "dnt" → "dont"."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


class Spellings:
    """Replacements of one or more words by others, or by nothing; the longest one wins."""

    def __init__(self, rows: Iterable[tuple[str, str]]) -> None:
        self._by_word: dict[str, list[tuple[tuple[str, ...], tuple[str, ...]]]] = {}
        for written, meant in rows:
            words = tuple(written.split())
            self._by_word.setdefault(words[0], []).append((words, tuple(meant.split())))
        for candidates in self._by_word.values():
            candidates.sort(key=lambda row: -len(row[0]))

    def apply(self, words: Sequence[str]) -> tuple[str, ...]:
        """Return the words respelt, in one pass from left to right."""
        found: list[str] = []
        at = 0
        while at < len(words):
            for written, meant in self._by_word.get(words[at], ()):
                if tuple(words[at : at + len(written)]) == written:
                    found += meant
                    at += len(written)
                    break
            else:
                found.append(words[at])
                at += 1
        return tuple(found)
