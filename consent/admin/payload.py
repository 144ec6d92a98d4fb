"""A provider's raw body as staff can read it. Nothing of it is trusted: templates escape every part."""

from __future__ import annotations

import json
from dataclasses import dataclass
from urllib.parse import parse_qsl

MOST_CHARACTERS = 50_000
"""More of one body is not printed; the raw row keeps it all."""
MOST_FIELDS = 500


@dataclass(frozen=True, slots=True)
class Payload:
    """A body made readable: a form's fields, or else text. `is_cleared`: retention has emptied it."""

    fields: tuple[tuple[str, str], ...] = ()
    text: str = ""
    size: int = 0
    is_cut: bool = False
    is_cleared: bool = False


def read(body: bytes, content_type: str) -> Payload:
    """Return a readable form of the body. Shape: bytes that are no text come out as \\x.. escapes. Raises: nothing."""
    if not body:
        return Payload(is_cleared=True)
    kind = content_type.partition(";")[0].strip().lower()
    if kind == "application/x-www-form-urlencoded":
        return _form(body)
    return _cut(_pretty(body) if kind == "application/json" else _decoded(body), len(body))


def _form(body: bytes) -> Payload:
    try:
        pairs = parse_qsl(
            body.decode("ascii", "backslashreplace"),
            keep_blank_values=True,
            errors="backslashreplace",
            max_num_fields=MOST_FIELDS,
        )
    except ValueError:
        return _cut(_decoded(body), len(body))
    whole = sum(len(name) + len(value) for name, value in pairs) <= MOST_CHARACTERS
    shown = pairs if whole else [(name[:200], value[: MOST_CHARACTERS // MOST_FIELDS]) for name, value in pairs]
    return Payload(fields=tuple(shown), size=len(body), is_cut=not whole)


def _pretty(body: bytes) -> str:
    try:
        return json.dumps(json.loads(body), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        return _decoded(body)


def _decoded(body: bytes) -> str:
    return body.decode("utf-8", "backslashreplace")


def _cut(text: str, size: int) -> Payload:
    return Payload(text=text[:MOST_CHARACTERS], size=size, is_cut=len(text) > MOST_CHARACTERS)
