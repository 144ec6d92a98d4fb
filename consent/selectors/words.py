"""The word lists in force."""

from __future__ import annotations

from consent.keywords import DEFAULT_WORDS, WordLists


def word_lists() -> WordLists:
    """Return the lists that messages are read with."""
    return DEFAULT_WORDS
