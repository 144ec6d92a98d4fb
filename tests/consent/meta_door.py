"""Knocking at Meta's door: bodies as Meta sends them, signed apart from the product's own check."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django.http import HttpResponse
from django.test import Client

META = "/hooks/meta/"
SECRET = "an app secret of Meta's"
NOON = int(datetime(2026, 3, 2, 12, 0, tzinfo=UTC).timestamp())
"""Provider times in tests are seconds after this."""


def signature(body: bytes, *, secret: str = SECRET) -> str:
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def encoded(payload: Mapping[str, Any]) -> bytes:
    return json.dumps(payload).encode()


def deliver(
    payload: Mapping[str, Any] | bytes,
    *,
    secret: str = SECRET,
    given: str | None = None,
    content_type: str = "application/json",
    client: Client | None = None,
) -> HttpResponse:
    """Post a signed body to Meta's door and return the answer."""
    body = payload if isinstance(payload, bytes) else encoded(payload)
    signed = signature(body, secret=secret) if given is None else given
    return (client or Client()).generic(
        "POST", META, body, content_type=content_type, headers={"X-Hub-Signature-256": signed} if signed else {}
    )


def whatsapp(*changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return a WhatsApp batch of changes, in one entry each."""
    entries = [{"id": "102290000000001", "changes": [change]} for change in changes]
    return {"object": "whatsapp_business_account", "entry": entries}


def change(field: str, **value: Any) -> dict[str, Any]:
    metadata = {"display_phone_number": "15035550100", "phone_number_id": "106540000000002"}
    return {"field": field, "value": {"messaging_product": "whatsapp", "metadata": metadata, **value}}


def preference(wa_id: str, value: str, *, after: int = 0) -> dict[str, Any]:
    return change(
        "user_preferences",
        contacts=[{"profile": {"name": "Dana Q"}, "wa_id": wa_id}],
        user_preferences=[
            {
                "wa_id": wa_id,
                "detail": f"User requested to {value} marketing messages",
                "category": "marketing_messages",
                "value": value,
                "timestamp": NOON + after,
            }
        ],
    )


def text(wa_id: str, body: str, *, after: int = 0, wamid: str = "") -> dict[str, Any]:
    return message(wa_id, after=after, wamid=wamid, type="text", text={"body": body})


def message(wa_id: str, *, after: int = 0, wamid: str = "", **content: Any) -> dict[str, Any]:
    told = {"from": wa_id, "id": wamid or f"wamid.{wa_id}.{after}", "timestamp": str(NOON + after), **content}
    return change("messages", contacts=[{"profile": {"name": "Dana Q"}, "wa_id": wa_id}], messages=[told])


def status(
    wa_id: str, state: str, *, code: int | None = None, after: int = 0, wamid: str = "wamid.out"
) -> dict[str, Any]:
    told: dict[str, Any] = {"id": wamid, "status": state, "timestamp": str(NOON + after), "recipient_id": wa_id}
    if code is not None:
        told["errors"] = [{"code": code, "title": "Unable to deliver the message", "message": "…"}]
    return change("messages", statuses=[told])


def page(*events: Mapping[str, Any], kind: str = "messaging") -> dict[str, Any]:
    """Return a Messenger batch, in one entry."""
    return {"object": "page", "entry": [{"id": "108200000000123", "time": NOON * 1000, kind: list(events)}]}


def messenger(psid: str, *, after: int = 0, **content: Any) -> dict[str, Any]:
    return {
        "sender": {"id": psid},
        "recipient": {"id": "108200000000123"},
        "timestamp": (NOON + after) * 1000,
        **content,
    }


def optin(psid: str, wish: str, *, after: int = 0) -> dict[str, Any]:
    return messenger(
        psid,
        after=after,
        optin={
            "type": "notification_messages",
            "payload": "promos",
            "notification_messages_token": "4401234567890123",
            "notification_messages_timezone": "Europe/London",
            "token_expiry_timestamp": 1826793600000,
            "notification_messages_status": wish,
            "title": "Monthly offers",
        },
    )
