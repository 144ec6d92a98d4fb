"""The business's own words and phrases, beside those that ship: what each is, and why one is refused."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from consent.keywords.additions import with_additions
from consent.keywords.text import normalise
from consent.keywords.wordlists import RESERVED_HELP, RESERVED_OPT_IN, RESERVED_OPT_OUT, WordLists, WordRefused
from consent.vocabulary import Disposition, Signal
from contacts.vocabulary import Word

RESERVED = RESERVED_OPT_OUT | RESERVED_OPT_IN | RESERVED_HELP
"""Words of carriers and regulators, which nobody removes."""


class EntryKind(Word):
    """What an own word or phrase does. The label says so to staff."""

    STRONG = "strong", "Opt-out word, also with “please” and the like around it"
    OPT_OUT = "opt_out", "Opt-out word, as the whole message only"
    EVERYDAY = "everyday", "Opt-out word of everyday speech: with words around it, held for review"
    PHRASE = "phrase", "Request to stop, in words"
    NEAR_MISS = "near_miss", "May be an opt-out: held for review"
    OPT_IN = "opt_in", "Opt-in word, as the whole message only"
    CONFIRMING = "confirming", "Yes: opts in while a question is open, and only then"
    HELP = "help", "Word that asks for help"
    HOMONYM = "homonym", "Harmless: an opt-out word that means something else here"
    NEGATION = "negation", "Harmless: says that we should not stop"
    SIGNAL = "signal", "Signal"
    SOFT = "soft", "No interest: closes the lead, silences nobody"


_ARGUMENT = {
    EntryKind.STRONG: "strong",
    EntryKind.OPT_OUT: "opt_out",
    EntryKind.EVERYDAY: "everyday",
    EntryKind.PHRASE: "phrases",
    EntryKind.NEAR_MISS: "near_misses",
    EntryKind.OPT_IN: "opt_in",
    EntryKind.CONFIRMING: "confirming",
    EntryKind.HELP: "help",
    EntryKind.HOMONYM: "homonyms",
    EntryKind.NEGATION: "negations",
}
"""By which argument `with_additions` takes the kinds without a label."""
LABELS: Mapping[EntryKind, type[Signal] | type[Disposition]] = {
    EntryKind.SIGNAL: Signal,
    EntryKind.SOFT: Disposition,
}
WHOLE_MESSAGE = frozenset(
    {EntryKind.STRONG, EntryKind.OPT_OUT, EntryKind.EVERYDAY, EntryKind.OPT_IN, EntryKind.CONFIRMING, EntryKind.HELP}
)
"""Kinds that are read as a whole message, so that no list can have them as its keyword."""


@dataclass(frozen=True, slots=True)
class OwnEntry:
    """One word or phrase of the business's own, as somebody typed it.

    `label` is the signal or disposition of the two kinds that have one, else empty; `language` a code such as "fr".
    """

    kind: EntryKind
    text: str
    language: str = ""
    label: str = ""

    @property
    def means(self) -> str:
        """Return what it does, for staff."""
        labels = LABELS.get(self.kind)
        return f"{self.kind.label}: {labels(self.label).label}" if labels else self.kind.label


@dataclass(frozen=True, slots=True)
class RefusedEntry:
    """Why the entry at this position can't join. `code` is stable."""

    position: int
    code: str
    sentence: str


def with_entries(words: WordLists, entries: Sequence[OwnEntry], *, version: str) -> WordLists:
    """Return the lists with these entries in them.

    Raises: WordRefused, as `with_additions`.
    """
    plain: dict[str, list[str]] = defaultdict(list)
    signals: dict[Signal, list[str]] = defaultdict(list)
    soft: dict[Disposition, list[str]] = defaultdict(list)
    for entry in entries:
        if entry.kind is EntryKind.SIGNAL:
            signals[Signal(entry.label)].append(entry.text)
        elif entry.kind is EntryKind.SOFT:
            soft[Disposition(entry.label)].append(entry.text)
        else:
            plain[_ARGUMENT[entry.kind]].append(entry.text)
    languages = dict.fromkeys(entry.language for entry in entries if entry.language)
    return with_additions(words, version=version, languages=languages, signals=signals, soft=soft, **plain)


def fitting(words: WordLists, entries: Sequence[OwnEntry], *, version: str) -> tuple[WordLists, tuple[OwnEntry, ...]]:
    """Return the lists with every entry that fits, and those that don't: reading goes on whatever was stored.

    An entry that was fine when it was saved can clash with what a later release ships.
    """
    left = list(entries)
    refused: list[OwnEntry] = []
    while True:
        try:
            return with_entries(words, left, version=version), tuple(refused)
        except WordRefused as error:
            named = [entry for entry in left if error.entry in {entry.text, normalise(entry.text)}] or left[:]
            refused += named
            left = [entry for entry in left if entry not in named]


def refusals(
    words: WordLists, entries: Sequence[OwnEntry], *, beside: Iterable[OwnEntry] = ()
) -> tuple[RefusedEntry, ...]:
    """Return why these entries can't join the lists and the entries `beside` them, by their position.

    Shape: empty where all can.
    """
    found = [_refusal(words, position, entry) for position, entry in enumerate(entries)]
    present = list(beside)
    for position, entry in enumerate(entries):
        if found[position] is None and entry in present:
            found[position] = RefusedEntry(position, "already_listed", f"“{entry.text}” is on the list already.")
        elif found[position] is None:
            found[position] = _clash(words, present, position, entry)
            present.append(entry)
    return tuple(refused for refused in found if refused is not None)


def _refusal(words: WordLists, position: int, entry: OwnEntry) -> RefusedEntry | None:
    """Return what is wrong with an entry by itself."""
    text = normalise(entry.text)
    if entry.kind is EntryKind.OPT_IN and (text in words.filler or text in words.confirming):
        sentence = f"“{text}” is said for many reasons. An opt-in word has to mean nothing else."
        return RefusedEntry(position, "everyday_word", sentence)
    try:
        added = with_entries(words, [replace(entry, language="")], version=f"{words.version}+")
    except WordRefused as error:
        return RefusedEntry(position, error.code, str(error))
    if replace(added, version=words.version) == words:
        return RefusedEntry(position, "already_listed", f"“{entry.text}” is on the list already.")
    return None


def _clash(words: WordLists, present: list[OwnEntry], position: int, entry: OwnEntry) -> RefusedEntry | None:
    """Return what is wrong with an entry beside the others."""
    try:
        with_entries(fitting(words, present, version=f"{words.version}+")[0], [entry], version=f"{words.version}++")
    except WordRefused as error:
        return RefusedEntry(position, error.code, str(error))
    return None
