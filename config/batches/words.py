"""Outcomes of batches as staff read them: a few words for each count, and a sentence that explains it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from config.batches.vocabulary import CHANGED, GONE, PARTLY, Action
from consent import sentences as consent_sentences
from consent.vocabulary import Effect
from lists import sentences as list_sentences


@dataclass(frozen=True, slots=True)
class Count:
    """How many contacts ended like this. `changes` says whether anything was done to them."""

    outcome: str
    number: int
    words: str
    sentence: str
    changes: bool


_DONE: dict[Action, str] = {
    Action.SET_DND: "set",
    Action.LIFT_DND: "lifted",
    Action.ADD_TO_LIST: "added",
    Action.REMOVE_FROM_LIST: "removed",
    Action.BLOCK: "blocked",
    Action.UNDO: "undone",
}

_ALREADY: dict[Action, str] = {
    Action.SET_DND: "already",
    Action.ADD_TO_LIST: "on it already",
    Action.REMOVE_FROM_LIST: "removed before",
    Action.BLOCK: "blocked already",
    Action.UNDO: "stand again already",
}

_OTHERS: dict[str, str] = {
    PARTLY: "in part",
    GONE: "deleted since",
    "permanent_dnd": "permanent: unchanged",
    "blocked_contact": "blocked: unchanged",
    "review_pending": "held for review: unchanged",
    "note_required": "opted out with a block: unchanged",
    "attestation_required": "bounced: unchanged",
    "later_consent_required": "unsubscribed: unchanged",
    "list_opted_out": "opted out: unchanged",
    "list_blocked": "blocked there: unchanged",
    "list_archived": "list archived: unchanged",
    "not_a_member": "not on it",
    "said_again": "said again since: unchanged",
    "changed_since": "changed since: unchanged",
    "came_back": "opted in since: unchanged",
    "ran_out": "would have run out",
    "unknown_contact": "deleted since",
    Effect.SUPERSEDED.value: "older than a newer act",
}

_SENTENCES: dict[str, str] = {
    PARTLY: "Some of it was done, and some stays; the contact's timeline tells what and why.",
    GONE: "The contact was deleted after these contacts were chosen.",
    "changed_since": "Somebody has changed this since, so it stays as it is.",
}


def counts(action: Action, outcomes: Mapping[str, int]) -> list[Count]:
    """Return the counts in the order in which they are told: what changes first, then by number."""
    told = [
        Count(outcome, number, words(action, outcome), sentence(outcome), outcome in {CHANGED, PARTLY})
        for outcome, number in outcomes.items()
    ]
    return sorted(told, key=lambda count: (not count.changes, -count.number, count.words))


def summary(action: Action, outcomes: Mapping[str, int]) -> str:
    """Return the counts as one line: "212 set, 14 already, 3 permanent: unchanged"."""
    return ", ".join(f"{count.number:,} {count.words}" for count in counts(action, outcomes))


def words(action: Action, outcome: str) -> str:
    """Return the few words for one outcome."""
    if outcome == CHANGED:
        return _DONE[action]
    if outcome == Effect.UNCHANGED:
        return _ALREADY.get(action, "already so")
    if outcome == Effect.NOTHING:
        return "changed since: unchanged" if action is Action.UNDO else "nothing to lift"
    return _OTHERS.get(outcome, outcome.replace("_", " "))


def sentence(outcome: str) -> str:
    """Return what explains an outcome, and what would help; "" where the words say it all."""
    if outcome in _SENTENCES:
        return _SENTENCES[outcome]
    if outcome in consent_sentences.REFUSALS:
        return consent_sentences.refusal(outcome)
    return list_sentences.REFUSALS.get(outcome, "")
