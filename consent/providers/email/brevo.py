"""Brevo, formerly Sendinblue: transactional and marketing webhooks.

Sources: Brevo, "Transactional webhooks", "Marketing webhooks", "Retry mechanism".
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
from consent.providers.email.raw import codes, embedded, entries, identity, load, moment, reach, text

EVENTS: Mapping[str, Meaning] = {
    "delivered": DELIVERED,
    "hard_bounce": hard("The receiver refused the message for good"),
    "invalid_email": hard("No valid address"),
    "soft_bounce": soft("Mailbox full, or the receiver is down"),
    "deferred": soft("Brevo tries again"),
    "spam": complaint("The recipient marked the message as spam"),
    "complaint": complaint("The recipient marked the message as spam"),
    "unsubscribe": unsubscribe("The recipient followed the unsubscribe link"),
    "unsubscribed": unsubscribe("The recipient followed the unsubscribe link"),
    # After an earlier bounce, unsubscribe or complaint, or by hand. Nothing is sent until the entry is removed there.
    "blocked": hard("The address is on Brevo's list of blocked contacts"),
    "error": ours("Brevo could not send the message"),
    "request": nothing("Brevo has taken the message"),
    "sent": nothing("Brevo has taken the message"),
    "opened": nothing("Opened"),
    "unique_opened": nothing("Opened"),
    "proxy_open": nothing("Opened by a mail provider on the reader's behalf"),
    "unique_proxy_open": nothing("Opened by a mail provider on the reader's behalf"),
    "loaded_by_proxy": nothing("Opened by a mail provider on the reader's behalf"),
    "click": nothing("A link was followed"),
    "list_addition": nothing("A provider opts nobody in"),
    "contact_updated": nothing("Changed in Brevo's own address book"),
    "contact_deleted": nothing("Deleted from Brevo's own address book"),
}


def facts(body: bytes) -> list[EmailFact]:
    """Return what a webhook says. Raises: Unreadable."""
    return [
        EmailFact(
            meaning=meaning_of(event),
            recipient=text(event, "email"),
            # `ts`, `ts_event` and `date` follow the account's time zone; only `ts_epoch` is UTC.
            occurred_at=moment(reach(event, "ts_epoch")),
            detail=codes(_event(event)),
            identity=identity(event),
            list_names=_list_names(event),
        )
        for event in entries(load(body))
    ]


def meaning_of(event: object) -> Meaning:
    """Return what one event means for consent."""
    kind = _event(event)
    return EVENTS.get(kind) or unknown_event(kind)


def _event(event: object) -> str:
    # Marketing webhooks spell some of the same words otherwise: hardBounce, listAddition.
    told = text(event, "event")
    return "".join(f"_{char.lower()}" if char.isupper() else char for char in told).lstrip("_").replace("__", "_")


def _list_names(event: object) -> tuple[str, ...]:
    named = text(embedded(text(event, "X-Mailin-custom")), LIST_VARIABLE)
    lists = entries(event, "list_id")
    only = text(lists[0]) if len(lists) == 1 else ""
    return tuple(filter(None, [named, only]))
