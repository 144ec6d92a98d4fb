"""Mandrill (Mailchimp Transactional): a form with one field that holds a batch of events.

Sources: Mailchimp Transactional, "Webhooks", "Track and respond to email activity with webhooks".
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qs

from consent.providers.email.facts import (
    DELIVERED,
    EmailFact,
    Meaning,
    Unreadable,
    complaint,
    hard,
    nothing,
    ours,
    soft,
    unknown_event,
    unsubscribe,
)
from consent.providers.email.lists import LIST_VARIABLE
from consent.providers.email.raw import codes, entries, first_text, identity, load, moment, reach, text, word

FIELD = "mandrill_events"

EVENTS: Mapping[str, Meaning] = {
    "delivered": DELIVERED,
    "hard_bounce": hard("The receiver refused the message for good"),
    "soft_bounce": soft("Mandrill has given up for now"),
    "deferral": soft("Mandrill tries again"),
    "spam": complaint("The recipient marked the message as spam"),
    "unsub": unsubscribe("The recipient followed the unsubscribe link"),
    "send": nothing("Mandrill has sent the message; delivery is told apart"),
    "open": nothing("Opened"),
    "click": nothing("A link was followed"),
    "inbound": nothing("It is inbound mail"),
    "whitelist": nothing("A change of Mandrill's own allow-list"),
    "allowlist": nothing("A change of Mandrill's own allow-list"),
}

REJECT_REASONS: Mapping[str, Meaning] = {
    "hard-bounce": hard("The address is on Mandrill's denylist for a bounce"),
    "soft-bounce": soft("The address is on Mandrill's denylist for soft bounces"),
    "spam": complaint("The address is on Mandrill's denylist for a spam report"),
    "unsub": unsubscribe("The address is on Mandrill's denylist for an unsubscribe"),
    "custom": hard("The address was put on Mandrill's denylist by hand"),
    "invalid": hard("No valid address"),
}
"""Why Mandrill refuses to send to an address: on a rejected message, and where its denylist changes."""

_REJECTED = ours("Mandrill refused to send the message")


def facts(body: bytes) -> list[EmailFact]:
    """Return what a batch says, an entry per event. Raises: Unreadable."""
    return [
        EmailFact(
            meaning=meaning_of(event),
            recipient=text(event, "msg", "email") or text(event, "reject", "email"),
            occurred_at=moment(reach(event, "ts")),
            detail=codes(_event(event), text(event, "msg", "bounce_description").lower(), _reason(event)),
            identity=identity(event),
            list_names=tuple(filter(None, [text(event, "msg", "metadata", LIST_VARIABLE)])),
        )
        for event in entries(_events(body))
    ]


def _events(body: bytes) -> object:
    try:
        form = parse_qs(body.decode("utf-8"), max_num_fields=100)
    except ValueError as error:
        raise Unreadable("The body is no form.") from error
    if FIELD not in form:
        raise Unreadable(f"The form has no {FIELD}.")
    return load(form[FIELD][-1])


def meaning_of(event: object) -> Meaning:
    """Return what one event means for consent."""
    kind = _event(event)
    if kind == "reject":
        return REJECT_REASONS.get(_reason(event), _REJECTED)
    if kind in {"blacklist", "denylist"}:
        if word(event, "action") == "remove":
            return nothing("Removed from Mandrill's denylist; a provider opts nobody in")
        return REJECT_REASONS.get(_reason(event), _REJECTED)
    return EVENTS.get(kind) or unknown_event(kind)


def _event(event: object) -> str:
    return first_text(event, "event", "type").lower()


def _reason(event: object) -> str:
    return word(event, "reject", "reason") or word(event, "msg", "reject", "reason")
