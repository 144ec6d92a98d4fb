"""Reading foreign JSON without trusting its shape: what is absent or of another type is empty."""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime

from consent.providers.email.facts import Unreadable

EARLIEST = datetime(2005, 1, 1, tzinfo=UTC)
"""No provider of today sent anything before: an earlier time is a default value, not a time."""

_ENHANCED = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?!\.?\d)")


def load(body: bytes | str) -> object:
    """Return the JSON of a body. Raises: Unreadable."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Unreadable("The body is not JSON.") from error


def embedded(written: str) -> object:
    """Return JSON that came as text inside of JSON, or None where it is none."""
    try:
        return load(written)
    except Unreadable:
        return None


def reach(value: object, *path: str) -> object:
    """Return what is at the end of a path of names, or None where the path breaks off."""
    for name in path:
        if not isinstance(value, Mapping):
            return None
        value = value.get(name)
    return value


def text(value: object, *path: str) -> str:
    """Return a string or number as trimmed text; "" for anything else."""
    found = reach(value, *path)
    if isinstance(found, str):
        return found.strip()
    if isinstance(found, int | float) and not isinstance(found, bool):
        return str(found)
    return ""


def word(value: object, *path: str) -> str:
    """Return a word of the provider's vocabulary, in lower case."""
    return text(value, *path).lower()


def number(value: object, *path: str) -> int | None:
    """Return a whole number given as such or as text."""
    found = text(value, *path)
    return int(found) if re.fullmatch(r"-?[0-9]{1,18}", found) else None


def entries(value: object, *path: str) -> list[object]:
    """Return a list; a single value stands for a list of one, nothing for an empty one."""
    found = reach(value, *path)
    if isinstance(found, list):
        return found
    return [] if found is None else [found]


def first_text(value: object, *names: str) -> str:
    """Return the first of several fields that says anything."""
    return next((found for found in (text(value, name) for name in names) if found), "")


def enhanced_code(*texts: str) -> str:
    """Return the first enhanced status code (RFC 3463) in these texts, such as 5.1.1."""
    return next((found[1] for found in map(_ENHANCED.search, texts) if found), "")


def moment(value: object) -> datetime | None:
    """Return a time given as seconds or milliseconds since 1970, or in ISO 8601. Without a zone it is UTC."""
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        try:
            return _epoch(float(value))
        except ValueError:
            return _iso(value)
    return _epoch(value) if isinstance(value, int | float) else None


def _epoch(told: float) -> datetime | None:
    try:
        seconds = float(told)
    except OverflowError:  # a whole number of hundreds of digits
        return None
    if not math.isfinite(seconds):
        return None
    while seconds > 1e11:  # the year 5138 in seconds: these are milliseconds
        seconds /= 1000
    return _plausible(datetime.fromtimestamp(seconds, tz=UTC)) if seconds > 0 else None


def _iso(written: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(written.strip())
        return _plausible(at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC))
    except (ValueError, OverflowError):
        return None


def _plausible(at: datetime) -> datetime | None:
    return at if at >= EARLIEST else None


def identity(event: object, recipient: str = "") -> str:
    """Return what tells this event from every other: a hash of all that the provider says about it."""
    return hashlib.sha256(canonical([event, recipient.lower()])).hexdigest()


def canonical(value: object) -> bytes:
    """Return one spelling for equal JSON, whatever the order of its names. Raises: Unreadable."""
    try:
        return json.dumps(value, sort_keys=True, separators=(",", ":")).encode("ascii")
    except RecursionError as error:
        raise Unreadable("The body is nested too deeply.") from error


def codes(*parts: str) -> str:
    """Return a ledger detail made of the words and codes that told us, without the empty ones."""
    return " ".join(part for part in parts if part)[:80]
