"""Values that pass between the layers. Frozen, without Django, I/O or a clock.

Times are aware UTC datetimes. `occurred_at` is the time of the act itself, from the provider where
it tells one; `recorded_at` is when we learnt of it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from consent.vocabulary import Disposition, MessageClass, Signal


@dataclass(frozen=True, slots=True)
class Reading:
    """How one text message was understood.

    `rule` is a stable code ("K01"); `matched` the word or phrase that decided, normalised;
    `matched_by` one of provider, keyword, keyword+filler, phrase, signal, soft, review, list or "".
    """

    message_class: MessageClass
    rule: str
    matched_by: str = ""
    matched: str = ""
    signal: Signal | None = None
    disposition: Disposition | None = None
    list_slug: str | None = None
    word_list: str = field(default="", compare=False)
