"""What Meta's events have in common, and safe ways to take values out of JSON that may be anything."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from consent.vocabulary import Channel

_YEAR_2010 = 1_262_304_000
_YEAR_2100 = 4_102_444_800


class Told(StrEnum):
    """What a fact is about."""

    MESSAGE = "message"
    STOP = "stop"
    RESUME = "resume"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class AppFact:
    """One thing that a person did, or that became of a message to them.

    Shape: `who` is a phone number with + or a page-scoped id, as told. `words` is what the person wrote or Meta's own
    sentence about the act; `button` the text and payload of a pressed button, a line each; `code` an error's.
    `identity` is equal in every repeat of this event, whatever batch brings it.
    """

    told: Told
    channel: Channel
    who: str
    identity: str
    occurred_at: datetime | None
    sent_to: str = ""
    words: str = ""
    button: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True)
class Ignored:
    """An event that is about nobody's wish. `why` is a sentence for staff."""

    why: str


def identity(*parts: object) -> str:
    """Return the SHA-256 of what makes an event itself."""
    return hashlib.sha256(json.dumps([str(part) for part in parts]).encode()).hexdigest()


def mapping(value: object) -> Mapping[str, Any]:
    """Return a JSON object, or an empty one for anything else."""
    return value if isinstance(value, dict) else {}


def items(value: object) -> Sequence[Any]:
    """Return a JSON list, or an empty one for anything else."""
    return value if isinstance(value, list) else []


def text(value: object) -> str:
    """Return a string or number as text, "" for anything else."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    try:
        return str(value)
    except ValueError:
        return ""


def moment(value: object, *, per_second: int = 1) -> datetime | None:
    """Return a Unix time, given as number or text, as an aware datetime; None where it is none or absurd."""
    try:
        seconds = int(text(value)) / per_second
    except (ValueError, OverflowError):
        return None
    return datetime.fromtimestamp(seconds, tz=UTC) if _YEAR_2010 <= seconds <= _YEAR_2100 else None
