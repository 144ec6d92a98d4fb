"""Texts that we hand out or keep and nobody else can read: cursors, kept answers."""

from __future__ import annotations

import base64
import hashlib
import json
from functools import cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings


class Unreadable(ValueError):
    """Not a text of ours, or one of another purpose."""


def wrap(content: bytes, *, purpose: str) -> str:
    """Return an opaque, URL-safe text. A cursor shows no row numbers, a kept answer no names."""
    return _fernet(settings.SECRET_KEY, purpose).encrypt(content).decode().rstrip("=")


def unwrap(text: str, *, purpose: str) -> bytes:
    """Return what was wrapped. Raises: Unreadable."""
    try:
        return _fernet(settings.SECRET_KEY, purpose).decrypt(f"{text}{'=' * (-len(text) % 4)}".encode())
    except (InvalidToken, UnicodeEncodeError) as no:
        raise Unreadable from no


def wrap_values(values: list[Any], *, purpose: str) -> str:
    """Return some JSON values as one opaque text."""
    return wrap(json.dumps(values).encode(), purpose=purpose)


def unwrap_values(text: str, *, purpose: str) -> list[Any]:
    """Return what `wrap_values` was given. Raises: Unreadable."""
    values: list[Any] = json.loads(unwrap(text, purpose=purpose))
    return values


@cache
def _fernet(secret: str, purpose: str) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(hashlib.sha256(f"{purpose}:{secret}".encode()).digest()))
