"""SendGrid: the Event Webhook, a batch of events.

Sources: Twilio SendGrid, "Event Webhook Reference", "Troubleshooting the Event Webhook".
"""

from __future__ import annotations

from collections.abc import Mapping

from consent.providers.email.facts import (
    DELIVERED,
    UNKNOWN_FAILURE,
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
    "delivered": DELIVERED,
    "deferred": soft("SendGrid tries again for up to 72 hours"),
    "spamreport": complaint("The recipient marked the message as spam"),
    "unsubscribe": unsubscribe("The recipient followed the unsubscribe link"),
    "group_unsubscribe": unsubscribe("The recipient left an unsubscribe group"),
    "group_resubscribe": nothing("A provider opts nobody in"),
    "processed": nothing("SendGrid has taken the message"),
    "open": nothing("Opened"),
    "click": nothing("A link was followed"),
    "account_status_change": nothing("It is about the account"),
}

BOUNCE_TYPES: Mapping[str, Meaning] = {
    "bounce": hard("The receiver refused the message for good"),
    "": hard("The receiver refused the message for good"),
    "blocked": ours("The receiver blocks our sending address, or this message"),
    "expired": soft("Given up after 72 hours of tries"),
}

DROP_REASONS: Mapping[str, Meaning] = {
    "bounced address": hard("The address is on SendGrid's list of bounces"),
    "invalid": hard("No valid address"),
    "invalid address": hard("No valid address"),
    "unsubscribed address": unsubscribe("The address is on SendGrid's list of unsubscribes"),
    "spam reporting address": complaint("The address is on SendGrid's list of spam reports"),
    "spam content": ours("SendGrid takes the message for spam"),
    "invalid smtpapi header": ours("The message's header is wrong"),
    "recipient list over package quota": ours("Over the account's quota"),
}


def facts(body: bytes) -> list[EmailFact]:
    """Return what a batch says, an entry per event. Raises: Unreadable."""
    return [
        EmailFact(
            meaning=meaning_of(event),
            recipient=text(event, "email"),
            occurred_at=moment(reach(event, "timestamp")),
            detail=_detail(event),
            identity=identity(event),
            list_names=_list_names(event),
        )
        for event in entries(load(body))
    ]


def meaning_of(event: object) -> Meaning:
    """Return what one event means for consent."""
    kind = word(event, "event")
    if kind == "bounce":
        return BOUNCE_TYPES.get(word(event, "type"), UNKNOWN_FAILURE)
    if kind == "dropped":
        # The cause is in `reason`; some events have it in `type`.
        known = (DROP_REASONS.get(word(event, name)) for name in ("reason", "type"))
        return next(filter(None, known), UNKNOWN_FAILURE)
    return EVENTS.get(kind) or unknown_event(kind)


def _detail(event: object) -> str:
    kind = word(event, "event")
    told = (word(event, "type"), word(event, "reason"))  # on a bounce, `reason` is the receiver's own sentence
    causes = (each for each in told if each in (DROP_REASONS if kind == "dropped" else BOUNCE_TYPES))
    return codes(kind, next(causes, ""), text(event, "status"))


def _list_names(event: object) -> tuple[str, ...]:
    return tuple(filter(None, [text(event, LIST_VARIABLE), text(event, "asm_group_id")]))
