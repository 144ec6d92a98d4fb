"""Twilio Consent Management: the body of a bulk request, and what its answer says. Pure.

Source: Twilio's OpenAPI description of the accounts API, POST /v1/Consents/Bulk.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

PATH = "/v1/Consents/Bulk"


@dataclass(frozen=True, slots=True)
class Reconsent:
    """That a number consented again to one sender. `sender_id` is a number or a messaging service (MG…)."""

    number: str
    sender_id: str
    correlation_id: str
    given_at: datetime
    source: str


def form(items: Sequence[Reconsent]) -> list[tuple[str, str]]:
    """Return the form fields of a request: one `Items` field, a JSON object, for each consent."""
    return [("Items", json.dumps(_item(item), separators=(",", ":"))) for item in items]


def _item(item: Reconsent) -> dict[str, str]:
    return {
        "contact_id": item.number,
        "correlation_id": item.correlation_id,
        "sender_id": item.sender_id,
        "status": "opt-in",
        "source": item.source,
        "date_of_consent": item.given_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
    }


def read_answer(status: int, body: bytes, correlation_id: str) -> str:
    """Return the error code for one item of an answer; "" where Twilio accepted it.

    Anything that is not a plain yes is an error: what can't be read was not accepted.
    """
    if status != 201:
        return f"http_{status}"
    try:
        answer = json.loads(body)
        items = answer["items"]
        told = [item["error_code"] for item in items if item.get("correlation_id", correlation_id) == correlation_id]
    except (ValueError, TypeError, KeyError, AttributeError):
        return "unreadable"
    if not told:
        return "not_answered"
    failed = [code for code in told if code not in {0, "0"}]
    return str(failed[0])[:40] if failed else ""
