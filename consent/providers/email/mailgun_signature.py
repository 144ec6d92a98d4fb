"""Whether a webhook is Mailgun's: HMAC-SHA256 over timestamp and token. The rest of the body is not signed.

So a signature proves one delivery and no more: its token is good for one body, and for half a day.
Source: Mailgun, "Securing Webhooks", "Automatic Retries" (six tries within about eight hours).
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from consent.providers.email.raw import reach

MAX_AGE = timedelta(hours=12)
MAX_SKEW = timedelta(minutes=5)

_SECONDS = re.compile(r"[0-9]{1,18}")
_TOKEN = re.compile(r"[\x21-\x7e]{1,200}")


class Verdict(StrEnum):
    """What a signature block is worth."""

    BELIEVED = "believed"
    WRONG = "wrong"
    STALE = "stale"


@dataclass(frozen=True, slots=True)
class SignatureBlock:
    """The three fields; empty where one is missing or of another shape."""

    timestamp: str
    token: str
    signature: str

    @classmethod
    def of(cls, payload: object) -> SignatureBlock:
        stated = reach(payload, "signature", "timestamp")
        timestamp = str(stated) if isinstance(stated, int) and not isinstance(stated, bool) else stated
        token, signature = reach(payload, "signature", "token"), reach(payload, "signature", "signature")
        return cls(
            timestamp if isinstance(timestamp, str) and _SECONDS.fullmatch(timestamp) else "",
            token if isinstance(token, str) and _TOKEN.fullmatch(token) else "",
            signature if isinstance(signature, str) else "",
        )


def judge(block: SignatureBlock, *, keys: Iterable[str], at: datetime, max_age: timedelta = MAX_AGE) -> Verdict:
    """Return whether the block was made with one of the keys, and lately."""
    if not (block.timestamp and block.token and block.signature):
        return Verdict.WRONG
    message = f"{block.timestamp}{block.token}".encode("ascii")
    given = block.signature.encode("utf-8", "surrogatepass")
    expected = [hmac.new(key.encode(), message, hashlib.sha256).hexdigest().encode() for key in keys if key]
    if not any(hmac.compare_digest(given, each) for each in expected):
        return Verdict.WRONG
    # Timestamp and token are signed as one string; a digit moved between them moves the time by centuries.
    age = int(at.timestamp()) - int(block.timestamp)
    lately = -MAX_SKEW.total_seconds() <= age <= max_age.total_seconds()
    return Verdict.BELIEVED if lately else Verdict.STALE
