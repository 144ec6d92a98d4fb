"""Unisender Go: a batch of events per user, or (an option there) one event.

Sources: Unisender Go, "Callback format", "Email statuses".
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
from consent.vocabulary import EventKind

STATUSES: Mapping[str, Meaning] = {
    "delivered": DELIVERED,
    "hard_bounced": hard("The receiver refused the message for good"),
    "soft_bounced": soft("The receiver refused the message for now"),
    "spam": complaint("The recipient marked the message as spam"),
    "unsubscribed": unsubscribe("The recipient followed the unsubscribe link"),
    "subscribed": nothing("A provider opts nobody in"),
    "sent": nothing("Unisender Go has taken the message"),
    "opened": nothing("Opened"),
    "clicked": nothing("A link was followed"),
}

DELIVERY_STATUSES: Mapping[str, Meaning] = {
    "err_user_unknown": hard("Unknown user"),
    "err_user_inactive": hard("The mailbox is inactive"),
    "err_mailbox_discarded": hard("The mailbox was closed"),
    "err_domain_inactive": hard("The domain takes no mail"),
    "err_unsubscribed": unsubscribe("The address has unsubscribed at Unisender Go"),
    "err_spam_skipped": ours("Taken for spam by Unisender Go"),
    "err_spam_rejected": ours("Taken for spam by the receiver"),
    "err_spam_folder": ours("Put into the spam folder by the receiver"),
    "err_blacklisted": ours("The receiver blocks our sending address"),
    "err_too_large": ours("The message is too large for the receiver"),
    "err_mailbox_full": soft("Mailbox full"),
    "err_will_retry": soft("Unisender Go tries again"),
    "err_unreachable": soft("The receiver can't be reached"),
    "err_destination_misconfigured": soft("The receiver's server is misconfigured"),
    "err_delivery_failed": soft("Failed for unspecified reasons"),
    "err_skip_letter": hard("Not sent: the address failed before, or is on a suppression list"),
    "err_lost": ours("Lost at Unisender Go"),
}
"""The cause of a bounce. A mailbox's own trouble is as hard or as soft as the status says."""

_BOUNCES = {EventKind.EMAIL_BOUNCE, EventKind.EMAIL_SOFT_BOUNCE}


def facts(body: bytes) -> list[EmailFact]:
    """Return what a callback says, an entry per event. Raises: Unreadable."""
    return [
        EmailFact(
            meaning=meaning_of(event),
            recipient=text(event, "email"),
            occurred_at=moment(reach(event, "event_time")),  # UTC, without saying so
            detail=codes(word(event, "status"), word(event, "delivery_info", "delivery_status")),
            identity=identity({name: value for name, value in event.items() if name != "auth"}),
            list_names=tuple(filter(None, [text(event, "metadata", LIST_VARIABLE)])),
        )
        for event in _events(load(body))
    ]


def _events(callback: object) -> list[Mapping[str, object]]:
    if reach(callback, "event_name") is not None:
        told = [callback]
    else:
        named = [event for user in entries(callback, "events_by_user") for event in entries(user, "events")]
        told = [
            reach(event, "event_data") for event in named if word(event, "event_name") == "transactional_email_status"
        ]
    return [event for event in told if isinstance(event, Mapping)]


def meaning_of(event: object) -> Meaning:
    """Return what one event means for consent."""
    if word(event, "event_name") not in {"", "transactional_email_status"}:
        return nothing(f"“{word(event, 'event_name')[:60]}” is not about a message")
    status = word(event, "status")
    told = STATUSES.get(status) or unknown_event(status)
    cause = DELIVERY_STATUSES.get(word(event, "delivery_info", "delivery_status"))
    if cause is None or told.kind not in _BOUNCES:
        return told
    return Meaning(told.kind, cause.why) if cause.kind in _BOUNCES else cause
