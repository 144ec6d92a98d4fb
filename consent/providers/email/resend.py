"""Resend: e-mail events and changes of its own contacts.

Source: Resend, "Webhooks: event types", "email.bounced", "email.suppressed", "contact.updated".
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
    passing,
    soft,
    unknown_event,
    unsubscribe,
)
from consent.providers.email.lists import LIST_VARIABLE
from consent.providers.email.raw import codes, entries, identity, load, moment, reach, text, word

EVENTS: Mapping[str, Meaning] = {
    "email.delivered": DELIVERED,
    "email.delivery_delayed": soft("Resend tries again"),
    "email.complained": complaint("The recipient marked the message as spam"),
    "email.suppressed": hard("The address is on Resend's suppression list"),
    "email.failed": ours("Resend could not send the message"),
    "email.sent": nothing("Resend has taken the message"),
    "email.scheduled": nothing("Resend has taken the message"),
    "email.opened": nothing("Opened"),
    "email.clicked": nothing("A link was followed"),
    "email.received": nothing("It is inbound mail"),
    "contact.created": nothing("A provider opts nobody in"),
    "contact.deleted": nothing("Deleted from Resend's own address book"),
    "domain.created": nothing("It is about a domain of ours"),
    "domain.updated": nothing("It is about a domain of ours"),
    "domain.deleted": nothing("It is about a domain of ours"),
}

BOUNCES: Mapping[tuple[str, str], Meaning] = {
    ("permanent", ""): hard("The receiver refused the message for good"),
    ("transient", "messagetoolarge"): passing("The message is too large for the receiver"),
    ("transient", "contentrejected"): ours("The receiver refuses the content"),
    ("transient", "attachmentrejected"): ours("The receiver refuses an attachment"),
    ("transient", ""): soft("Mailbox full, or the receiver is down"),
    ("undetermined", ""): passing("Resend can't tell why"),
    ("", ""): hard("The receiver refused the message for good"),
}
"""By type and sub-type; "" as sub-type is any. Older events state no type: Resend reported hard bounces only."""


def facts(body: bytes) -> list[EmailFact]:
    """Return what a webhook says.

    A message to several people makes one event for each, and none of them says for whom: then the recipient is empty.
    Raises: Unreadable.
    """
    event = load(body)
    return [
        EmailFact(
            meaning=meaning_of(event),
            recipient=_recipient(event),
            # Not data.created_at, which is the message's time.
            occurred_at=moment(reach(event, "created_at")),
            detail=codes(
                word(event, "type"), word(event, "data", "bounce", "type"), word(event, "data", "bounce", "subType")
            ),
            identity=identity(event),
            list_names=_list_names(event),
        )
    ]


def meaning_of(event: object) -> Meaning:
    """Return what one event means for consent."""
    kind = word(event, "type")
    if kind == "email.bounced":
        bounce = (word(event, "data", "bounce", "type"), word(event, "data", "bounce", "subType"))
        return BOUNCES.get(bounce) or BOUNCES.get((bounce[0], "")) or BOUNCES["undetermined", ""]
    if kind in {"contact.updated", "contact.created"} and reach(event, "data", "unsubscribed") is True:
        return unsubscribe("Marked as unsubscribed in Resend's own address book")
    if kind == "contact.updated":
        return nothing("Changed in Resend's own address book")
    return EVENTS.get(kind) or unknown_event(kind)


def _recipient(event: object) -> str:
    to = entries(event, "data", "to")
    if len(to) == 1 and not entries(event, "data", "cc") and not entries(event, "data", "bcc"):
        return text(to[0])
    return "" if to else text(event, "data", "email")


def _list_names(event: object) -> tuple[str, ...]:
    names = [text(event, "data", "tags", LIST_VARIABLE)]
    segments = entries(event, "data", "segment_ids")
    names += [text(event, "data", "audience_id"), text(segments[0]) if len(segments) == 1 else ""]
    return tuple(filter(None, names))
