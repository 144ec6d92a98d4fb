"""Check that Meta sent a request: the webhook's set-up handshake, and the signature over each body.

Source: Meta, Graph API webhooks, "Verification requests" and "Validating payloads".
"""

from __future__ import annotations

import hashlib
import hmac


def is_valid(*, body: bytes, signature: str, app_secret: str) -> bool:
    """Return whether the signature ("sha256=…") was made for this raw body by somebody who holds the app secret.

    Raises: nothing; without a secret nothing is valid.
    """
    if not app_secret:
        return False
    expected = "sha256=" + hmac.new(app_secret.encode(), body, hashlib.sha256).hexdigest()
    return _same(expected, signature)


def is_handshake(*, mode: str, given_token: str, verify_token: str) -> bool:
    """Return whether a GET is Meta's check that the address is ours. Without a token of our own none is."""
    return bool(verify_token) and _same(verify_token, given_token) and mode == "subscribe"


def _same(expected: str, given: str) -> bool:
    return hmac.compare_digest(expected.encode("utf-8", "surrogatepass"), given.encode("utf-8", "surrogatepass"))
