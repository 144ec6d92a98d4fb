"""Answers as JSON, without a renderer between: plain values, one dump."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from typing import Any, overload

from django.http import HttpResponse


def answer(content: Any, *, status: int = 200, **headers: str) -> HttpResponse:
    """Return an answer. Shape: a header `Content_Language` becomes Content-Language."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return HttpResponse(dump(content), status=status, content_type="application/json", headers=named)


def answer_written(text: str) -> HttpResponse:
    """Return an answer that is JSON already: thousands of results are written faster than they are built and dumped."""
    return HttpResponse(text, content_type="application/json")


def etag(content: Any) -> str:
    """Return the entity tag of what an answer says."""
    return f'"{hashlib.sha256(dump(content).encode()).hexdigest()[:32]}"'


quoted = json.encoder.encode_basestring_ascii
"""Return a string as JSON has it, as `dump` does."""

_ENCODER = json.JSONEncoder(default=str, separators=(",", ":"))


def dump(content: Any) -> str:
    """Return plain values as JSON, without spaces."""
    return _ENCODER.encode(content)


@overload
def iso(moment: datetime) -> str: ...
@overload
def iso(moment: None) -> None: ...
def iso(moment: datetime | None) -> str | None:
    """Return a time as the API writes it: 2026-10-02T14:11:09Z."""
    if moment is None:
        return None
    told = moment.isoformat()
    return f"{told[:-6] if told.endswith('+00:00') else moment.astimezone(UTC).isoformat()[:-6]}Z"
