"""Mailjet: the Event API, one event or (grouped) a batch.

Sources: Mailjet, "Event API: real-time notifications" with its error table; "Event Tracking API".
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
    passing,
    soft,
    unknown_event,
    unsubscribe,
)
from consent.providers.email.lists import LIST_VARIABLE
from consent.providers.email.raw import codes, embedded, entries, identity, load, moment, reach, text, word
from consent.vocabulary import EventKind

EVENTS: Mapping[str, Meaning] = {
    "sent": DELIVERED,  # "sent" means accepted by the receiving server
    "spam": complaint("The recipient marked the message as spam"),
    "unsub": unsubscribe("The recipient followed the unsubscribe link"),
    "open": nothing("Opened"),
    "click": nothing("A link was followed"),
}

ERRORS: Mapping[str, Meaning] = {
    "user unknown": hard("Unknown user"),
    "mailbox inactive": hard("The mailbox is inactive"),
    "invalid domain": hard("There is no such domain"),
    "no mail host": hard("The domain takes no mail"),
    "relay/access denied": ours("The receiver does not relay for us"),
    "typofix": hard("The domain looks mistyped; Mailjet does not send"),
    "blacklisted": hard("The address is on Mailjet's list for an earlier bounce or block"),
    "spam reporter": complaint("The address is on Mailjet's list for a spam report"),
    "quota exceeded": soft("Mailbox full"),
    "connection issue": soft("The receiver can't be reached"),
    "protocol issue": soft("The receiver and Mailjet did not understand each other"),
    "greylisted": passing("The receiver asks to try again later, as it does with every new sender"),
    "sender blocked": ours("The receiver blocks our sending address"),
    "content blocked": ours("The receiver blocks the content"),
    "policy issue": ours("Refused by the receiver's policy on senders"),
    "system issue": ours("Mailjet's own trouble"),
    "preblocked": ours("Mailjet expects a bounce and does not send"),
    "spam preblocked": ours("Mailjet takes the message for spam and does not send"),
    "bad or empty template": ours("The template is empty or broken"),
    "error in template language": ours("The template could not be filled in"),
    "duplicate in campaign": passing("Mailjet sends a campaign once to each address"),
}
"""`hard_bounce` true makes a soft or unknown error a hard one, but no mailbox bad for what the sender did."""


def facts(body: bytes) -> list[EmailFact]:
    """Return what a request says, an entry per event. Raises: Unreadable."""
    return [
        EmailFact(
            meaning=meaning_of(event),
            recipient=text(event, "email"),
            occurred_at=moment(reach(event, "time")),
            detail=codes(word(event, "event"), word(event, "error_related_to"), word(event, "error")),
            identity=identity(event),
            list_names=_list_names(event),
        )
        for event in entries(load(body))
    ]


def meaning_of(event: object) -> Meaning:
    """Return what one event means for consent."""
    kind = word(event, "event")
    if kind not in {"bounce", "blocked"}:
        return EVENTS.get(kind) or unknown_event(kind)
    found = ERRORS.get(word(event, "error"))
    permanent = reach(event, "hard_bounce") is True
    if found is None:
        return hard("The receiver refused the message for good") if permanent else UNKNOWN_FAILURE
    return hard(found.why) if permanent and found.kind is EventKind.EMAIL_SOFT_BOUNCE else found


def _list_names(event: object) -> tuple[str, ...]:
    named = text(embedded(text(event, "Payload")), LIST_VARIABLE)
    list_id = text(event, "mj_list_id")
    return tuple(name for name in (named, list_id) if name not in {"", "0"})
