"""A small language for phrases, so that staff can read and write them, and matching stays linear.

    stop|quit texting      one of several words, then a word
    please? stop           a word that may be missing
    wrong _                any one word (`_?`: or none)
    take .. off            up to three words of any kind
    # pm                   a word that begins with a digit
    ^ enough $             at the beginning and the end of a clause, filler words aside

There are no regular expressions over what people send: every pattern looks at a bounded number of
words from where it begins, so no message, however long or strange, takes more than linear time.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

GAP = 3
MASKED = ""  # stands where a word was taken out of consideration; no slot takes it
_NUMBER = "#"

Label = TypeVar("Label")


class MalformedPattern(ValueError):
    """The text is not a phrase that can be looked for; the message says why."""


@dataclass(frozen=True, slots=True)
class Clause:
    """The words of one clause. `lead` and `tail` enclose what is left without filler at both ends."""

    words: tuple[str, ...]
    lead: int
    tail: int

    @classmethod
    def of(cls, words: Sequence[str], filler: frozenset[str]) -> Clause:
        lead, tail = 0, len(words)
        while lead < tail and words[lead] in filler:
            lead += 1
        while tail > lead and words[tail - 1] in filler:
            tail -= 1
        return cls(tuple(words), lead, tail)


@dataclass(frozen=True, slots=True)
class Slot:
    """One place in a pattern. No `words` means that any word will do."""

    words: frozenset[str]
    least: int = 1
    most: int = 1

    def takes(self, word: str) -> bool:
        if word == MASKED:
            return False
        return not self.words or word in self.words or (_NUMBER in self.words and word[0].isdigit())


@dataclass(frozen=True, slots=True)
class Pattern:
    text: str
    slots: tuple[Slot, ...]
    at_start: bool
    at_end: bool

    def first_words(self) -> frozenset[str]:
        """Return every word the pattern can begin with."""
        return frozenset().union(*(slot.words for slot in _opening(self.slots)))

    def second_words(self) -> frozenset[str] | None:
        """Return every word that can come second; None where any word can, or none need to."""
        if self.slots[0].least == 0:
            return None
        found: set[str] = set()
        for slot in self.slots[1:]:
            if not slot.words or _NUMBER in slot.words:
                return None
            found |= slot.words
            if slot.least:
                return frozenset(found)
        return None

    def end(self, clause: Clause, at: int) -> int:
        """Return where the longest match from `at` ends, or -1."""
        if self.at_start and at > clause.lead:
            return -1
        return self._end(clause, at, 0)

    def _end(self, clause: Clause, at: int, slot_number: int) -> int:
        if slot_number == len(self.slots):
            return at if not self.at_end or at >= clause.tail else -1
        slot = self.slots[slot_number]
        best = self._end(clause, at, slot_number + 1) if slot.least == 0 else -1
        for position in range(at, min(at + slot.most, len(clause.words))):
            if not slot.takes(clause.words[position]):
                break
            best = max(best, self._end(clause, position + 1, slot_number + 1))
        return best


def parse(text: str) -> Pattern:
    """Return the pattern that a line of text stands for.

    Raises: MalformedPattern when it is empty, may begin with any word, or has an anchor inside.
    """
    parts = text.split()
    at_start, at_end = parts[:1] == ["^"], parts[-1:] == ["$"]
    slots = tuple(_slot(part) for part in parts[at_start : len(parts) - at_end])
    if not slots or all(slot.least == 0 for slot in slots):
        raise MalformedPattern(f"“{text}” contains no word that must be there.")
    if any(not slot.words or _NUMBER in slot.words for slot in _opening(slots)):
        raise MalformedPattern(f"“{text}” must begin with a word, so that it can be found quickly.")
    return Pattern(text, slots, at_start, at_end)


def _opening(slots: Sequence[Slot]) -> Sequence[Slot]:
    """Return the slots up to the first that must be there: one of them takes the first word."""
    certain = next(number for number, slot in enumerate(slots) if slot.least)
    return slots[: certain + 1]


def _slot(part: str) -> Slot:
    if part in {"^", "$"}:
        raise MalformedPattern("^ belongs at the very beginning of a phrase and $ at its very end.")
    if part == "..":
        return Slot(frozenset(), least=0, most=GAP)
    if part in {"_", "_?"}:
        return Slot(frozenset(), least=0 if part == "_?" else 1)
    optional = part.endswith("?")
    words = frozenset(part.removesuffix("?").split("|"))
    if not all(word == _NUMBER or word.isalnum() for word in words):
        raise MalformedPattern(f"“{part}” may hold only letters, digits and | between words.")
    return Slot(words, least=0 if optional else 1)


@dataclass(frozen=True, slots=True)
class Hit(Generic[Label]):
    """Where a pattern was found: the words `start` to `end` of clause number `clause`."""

    label: Label
    clause: int
    start: int
    end: int
    words: tuple[str, ...]

    @property
    def text(self) -> str:
        return " ".join(self.words)


class PatternSet(Generic[Label]):
    """Patterns with a label each, found by their first word and, where it is certain, their second."""

    def __init__(self, rows: Iterable[tuple[Label, str]]) -> None:
        self._by_word: dict[str, list[tuple[Label, Pattern, frozenset[str] | None]]] = {}
        for label, text in rows:
            pattern = parse(text)
            entry = (label, pattern, pattern.second_words())
            for word in pattern.first_words():
                self._by_word.setdefault(word, []).append(entry)

    def longest_at(self, clause: Clause, at: int, number: int = 0) -> Hit[Label] | None:
        """Return the longest match that begins at this word; on a tie the pattern listed first."""
        best: Hit[Label] | None = None
        following = clause.words[at + 1] if at + 1 < len(clause.words) else MASKED
        for label, pattern, second in self._by_word.get(clause.words[at], ()):
            if second is not None and following not in second:
                continue
            end = pattern.end(clause, at)
            if end > (best.end if best else at):
                best = Hit(label, number, at, end, clause.words[at:end])
        return best

    def hits(self, clauses: Sequence[Clause]) -> list[Hit[Label]]:
        """Return the longest match at every word where one begins, in the order of the text."""
        found = []
        for number, clause in enumerate(clauses):
            for at in range(len(clause.words)):
                hit = self.longest_at(clause, at, number)
                if hit:
                    found.append(hit)
        return found
