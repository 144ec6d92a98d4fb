"""MailerSend: activity webhooks of both versions, one event each.

Source: MailerSend, "Webhooks" (events, payloads, versions, security).
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
    soft,
    unknown_event,
    unsubscribe,
)
from consent.providers.email.raw import codes, identity, load, moment, reach, text, word

EVENTS: Mapping[str, Meaning] = {
    "delivered": DELIVERED,
    "soft_bounced": soft("Mailbox full, or the receiver is down"),
    "deferred": soft("MailerSend tries again"),
    "hard_bounced": hard("The receiver refused the message for good"),
    "suppressed": hard("The address is on MailerSend's suppression list"),
    "spam_complaint": complaint("The recipient marked the message as spam"),
    "unsubscribed": unsubscribe("The recipient followed the unsubscribe link"),
    "sent": nothing("MailerSend has sent the message"),
    "queued": nothing("MailerSend has taken the message"),
    "opened": nothing("Opened"),
    "opened_unique": nothing("Opened"),
    "clicked": nothing("A link was followed"),
    "clicked_unique": nothing("A link was followed"),
    "survey_opened": nothing("A survey was opened"),
    "survey_submitted": nothing("A survey was answered"),
}


def facts(body: bytes) -> list[EmailFact]:
    """Return what a webhook says; what is not about a message gives nothing to record. Raises: Unreadable."""
    event = load(body)
    return [
        EmailFact(
            meaning=meaning_of(event),
            recipient=_recipient(event),
            occurred_at=moment(reach(event, "data", "created_at")) or moment(reach(event, "created_at")),
            detail=codes(_activity(event)),
            identity=identity(event),
        )
    ]


def meaning_of(event: object) -> Meaning:
    """Return what one event means for consent."""
    if not _is_about_a_message(event):
        return nothing(f"“{word(event, 'type')[:60]}” is not about a message")
    activity = _activity(event)
    return EVENTS.get(activity) or unknown_event(activity)


def _is_about_a_message(event: object) -> bool:
    told = word(event, "type")
    return not told or told.startswith("activity.")


def _recipient(event: object) -> str:
    if not _is_about_a_message(event):
        return ""
    # The first version of the webhooks nests the address; the second, alone from December 2026 on, does not.
    places = (("email", "recipient", "email"), ("recipient", "email"), ("recipient",), ("email",))
    return next(filter(None, (text(event, "data", *place) for place in places)), "")


def _activity(event: object) -> str:
    return word(event, "data", "type") or word(event, "type").removeprefix("activity.")
