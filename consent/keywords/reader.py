"""Read one text message: what does it say about consent?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from consent.keywords.message import Message, understand
from consent.keywords.steps import STEPS, Step
from consent.keywords.wordlists import WordLists
from consent.values import Reading

_NO_LISTS: Mapping[str, str] = MappingProxyType({})


def read(
    body: str,
    *,
    words: WordLists,
    opt_out_type: str | None = None,
    opt_in_pending: bool = False,
    list_keywords: Mapping[str, str] = _NO_LISTS,
    button: str = "",
) -> Reading:
    """Return how a message is understood, by the first step that finds something in it.

    Shape: `list_keywords` maps normalised keywords to list slugs (OPTOUT only where the campaign
    answered to offered it); `button` is the text or payload of a pressed button, or both on two
    lines. `matched` is the word or phrase that decided, "…" for words of the writer's own; for an opt-in it tells start from
    resubscribe and yes.
    Units: `opt_out_type` as the provider sent it, any case; a value we do not know is ignored.
    Raises: nothing, for any text; the time taken grows linearly with its length.
    Source: rules § 5.
    """
    message = understand(
        body,
        words=words,
        opt_out_type=opt_out_type,
        opt_in_pending=opt_in_pending,
        list_keywords=list_keywords,
        button=button,
    )
    return next(reading for step in STEPS if (reading := _found(step, message)))


def _found(step: Step, message: Message) -> Reading | None:
    """Return what a step finds, under its code and the version of the lists."""
    reading = step.find(message)
    if reading is None:
        return None
    # What is kept of a message for good holds words of the lists only, and no name that stood between them.
    is_whole = reading.matched_by in {"provider", "list"}
    matched = reading.matched if is_whole else message.words.masked(reading.matched)
    return replace(reading, rule=reading.rule or step.code, word_list=message.words.version, matched=matched)
