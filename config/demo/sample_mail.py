"""E-mail events as Mailgun delivers them: its JSON, and its signature."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

MAILGUN_PATH = "/hooks/email/mailgun/"
SHOP_DOMAIN = "mg.tamarack.example"

DELIVERED = "delivered"
BOUNCE = "bounce"
MAILBOX_FULL = "mailbox full"
UNSUBSCRIBED = "unsubscribed"
COMPLAINED = "complained"

_FAILURES: Mapping[str, Mapping[str, Any]] = {
    BOUNCE: {
        "severity": "permanent",
        "reason": "bounce",
        "log-level": "error",
        "delivery-status": {
            "attempt-no": 1,
            "code": 550,
            "enhanced-code": "5.1.1",
            "message": "5.1.1 Recipient address rejected: User unknown",
            "bounce-type": "hard",
            "tls": True,
        },
    },
    MAILBOX_FULL: {
        "severity": "temporary",
        "reason": "generic",
        "log-level": "warn",
        "delivery-status": {
            "attempt-no": 1,
            "code": 452,
            "enhanced-code": "4.2.2",
            "message": "4.2.2 The mailbox is over quota",
            "bounce-type": "soft",
            "retry-seconds": 600,
            "tls": True,
        },
    },
}
_CLICK = {
    "ip": "203.0.113.77",
    "geolocation": {"country": "US", "region": "OR", "city": "Salem"},
    "client-info": {"client-type": "browser", "client-os": "iOS", "device-type": "mobile", "client-name": "Safari"},
}


def mail_event(kind: str, recipient: str, *, event_id: str, subject: str, at: datetime) -> dict[str, Any]:
    """Return the `event-data` of one event."""
    return {
        "id": event_id,
        "event": "failed" if kind in _FAILURES else kind,
        "timestamp": at.timestamp(),
        "log-level": "info",
        "recipient": recipient,
        "recipient-domain": recipient.rpartition("@")[2],
        "flags": {"is-routed": False, "is-authenticated": True, "is-system-test": False, "is-test-mode": False},
        "message": {
            "headers": {
                "to": recipient,
                "from": f"Tamarack Outfitters <hello@{SHOP_DOMAIN}>",
                "subject": subject,
                "message-id": f"{event_id}@{SHOP_DOMAIN}",
            },
            "attachments": [],
            "size": 4212,
        },
        "tags": [],
        "campaigns": [],
        "user-variables": {},
        **_FAILURES.get(kind, _CLICK if kind == UNSUBSCRIBED else {}),
    }


def signed(event: Mapping[str, Any], *, token: str, signing_key: str, at: datetime) -> bytes:
    """Return the body of the webhook.

    Source: Mailgun, “Securing Webhooks”: HMAC-SHA256 over timestamp and token, as hexadecimal digits.
    """
    timestamp = str(int(at.timestamp()))
    signature = hmac.new(signing_key.encode(), f"{timestamp}{token}".encode(), hashlib.sha256).hexdigest()
    proof = {"timestamp": timestamp, "token": token, "signature": signature}
    return json.dumps({"signature": proof, "event-data": event}).encode()
