"""Mailtrap Email Sending: a batch of events.

Sources: Mailtrap, "Webhooks", "Statuses and events".
"""

from __future__ import annotations

from collections.abc import Mapping

from consent.providers.email.facts import (
    DELIVERED,
    EmailFact,
    Meaning,
    complaint,
    hard,
    nothing,
    ours,
    soft,
    unknown_event,
    unsubscribe,
)
from consent.providers.email.lists import LIST_VARIABLE
from consent.providers.email.raw import codes, entries, identity, load, moment, reach, text, word

EVENTS: Mapping[str, Meaning] = {
    "delivery": DELIVERED,
    "bounce": hard("The receiver refused the message for good"),
    "soft bounce": soft("The receiver refused the message for now"),
    "spam": complaint("The recipient marked the message as spam"),
    "unsubscribe": unsubscribe("The recipient followed the unsubscribe link"),
    "suspension": ours("Mailtrap holds the message back: the account or its sending is suspended"),
    "open": nothing("Opened"),
    "click": nothing("A link was followed"),
}

REJECT_REASONS: tuple[tuple[str, Meaning], ...] = (
    ("unsubscri", unsubscribe("The address is on Mailtrap's suppression list for an unsubscribe")),
    ("complain", complaint("The address is on Mailtrap's suppression list for a spam report")),
    ("bounce", hard("The address is on Mailtrap's suppression list for a bounce")),
    ("suppress", hard("The address is on Mailtrap's suppression list")),
    ("", ours("Mailtrap refused to send the message")),
)
"""By what the reason of a rejected message contains; the first that fits counts."""


def facts(body: bytes) -> list[EmailFact]:
    """Return what a batch says, an entry per event. Raises: Unreadable."""
    return [
        EmailFact(
            meaning=meaning_of(event),
            recipient=text(event, "email"),
            occurred_at=moment(reach(event, "timestamp")),
            detail=codes(word(event, "event"), text(event, "response_code"), word(event, "bounce_category")),
            identity=identity(event),
            list_names=tuple(filter(None, [text(event, "custom_variables", LIST_VARIABLE)])),
        )
        for event in entries(load(body), "events")
    ]


def meaning_of(event: object) -> Meaning:
    """Return what one event means for consent."""
    kind = word(event, "event").replace("_", " ")
    if kind == "reject":
        reason = word(event, "reason")
        return next(meaning for part, meaning in REJECT_REASONS if part in reason)
    if kind.startswith("inbound"):
        return nothing("It is inbound mail")
    return EVENTS.get(kind) or unknown_event(kind)
