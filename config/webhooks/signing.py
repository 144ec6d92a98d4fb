"""Secrets of endpoints, and signatures after the Standard Webhooks specification."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Sequence
from datetime import datetime

from standardwebhooks import Webhook

from config.api.wrapping import unwrap, wrap

_PURPOSE = "webhook-secret"


def new_secret() -> str:
    """Return a secret of 256 bits, as receivers' libraries take it."""
    return f"whsec_{base64.b64encode(secrets.token_bytes(32)).decode()}"


def locked(secret: str) -> str:
    """Return a secret as it is kept: encrypted under a key made from SECRET_KEY."""
    return wrap(secret.encode(), purpose=_PURPOSE)


def unlocked(kept: str) -> str:
    """Return a secret that is kept. Raises: wrapping.Unreadable once SECRET_KEY is another."""
    return unwrap(kept, purpose=_PURPOSE).decode()


def headers(*, message_id: str, body: bytes, secrets: Sequence[str], at: datetime) -> dict[str, str]:
    """Return the headers of a message, signed with each secret: during a rotation there are two."""
    text = body.decode()
    return {
        "Content-Type": "application/json",
        "User-Agent": "ConsentDesk-Webhooks/1",
        "webhook-id": message_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(Webhook(each).sign(message_id, at, text) for each in secrets),
    }
