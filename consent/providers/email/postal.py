"""Postal: webhooks of a mail server that one runs oneself.

Source: Postal, "Webhooks" (events and payloads).
"""

from __future__ import annotations

from collections.abc import Mapping

from consent.providers.email.facts import (
    DELIVERED,
    EmailFact,
    Meaning,
    hard,
    nothing,
    ours,
    soft,
    unknown_event,
)
from consent.providers.email.raw import codes, identity, load, moment, reach, text, word

EVENTS: Mapping[str, Meaning] = {
    "messagesent": DELIVERED,
    "messagedelayed": soft("Postal tries again"),
    "messagedeliveryfailed": hard("The receiver refused the message for good"),
    "messagebounced": hard("The message came back after it was accepted"),
    "messageheld": ours("Postal holds the message back"),
    "messageloaded": nothing("Opened"),
    "messagelinkclicked": nothing("A link was followed"),
    "domaindnserror": nothing("It is about a domain of ours"),
    "sendlimitapproaching": nothing("It is about our own sending limit"),
    "sendlimitexceeded": nothing("It is about our own sending limit"),
}

STATUSES: Mapping[str, str] = {
    "sent": "messagesent",
    "softfail": "messagedelayed",
    "hardfail": "messagedeliveryfailed",
    "held": "messageheld",
}
"""For payloads that came without their event's name."""

_SUPPRESSED = hard("The address is on Postal's suppression list")


def facts(body: bytes) -> list[EmailFact]:
    """Return what a webhook says. Raises: Unreadable."""
    event = load(body)
    message = reach(event, "payload", "message") or reach(event, "payload", "original_message")
    return [
        EmailFact(
            meaning=meaning_of(event),
            recipient=text(message, "to"),
            occurred_at=moment(reach(event, "timestamp")),
            detail=codes(text(event, "event"), text(event, "payload", "status")),
            identity=identity(event),
        )
    ]


def meaning_of(event: object) -> Meaning:
    """Return what one event means for consent."""
    payload = reach(event, "payload")
    # A bounce is told by what it holds: some versions send it under another event's name.
    kind = "messagebounced" if reach(payload, "bounce") else word(event, "event")
    kind = kind or STATUSES.get(word(payload, "status"), "")
    message = reach(payload, "message") or reach(payload, "original_message")
    if word(message, "direction") == "incoming":
        return nothing("It is about inbound mail")
    if kind == "messageheld" and "suppression list" in word(payload, "details"):
        return _SUPPRESSED
    return EVENTS.get(kind) or unknown_event(kind)
