"""Mailgun: its events, read from the raw `event-data`.

Sources: Mailgun, "Events" and "Webhooks"; mailgun-go, events/enums.go. A library's normalised reason is no use here:
it folds complaints, unsubscribes and blocks into one "other".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from consent.providers.email.facts import (
    DELIVERED,
    UNKNOWN_FAILURE,
    EmailFact,
    Meaning,
    Unreadable,
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
from consent.providers.email.raw import codes, enhanced_code, identity, load, moment, number, reach, text, word


@dataclass(frozen=True, slots=True)
class Failure:
    """One row about failed messages. None matches anything; `status` is how the enhanced code begins."""

    severity: str | None
    reason: str | None
    meaning: Meaning
    code: int | None = None
    status: str = ""


_MARKED_SPAM = complaint("Mailgun no longer delivers to who marked us as spam")
_LEFT = unsubscribe("Mailgun no longer delivers to who unsubscribed")
_DEAD = hard("The mailbox does not take mail")
_GREYLISTED = passing("The receiver asks to try again later, as it does with every new sender")

FAILURES: tuple[Failure, ...] = (
    Failure("permanent", None, _MARKED_SPAM, code=607),
    Failure("permanent", "suppress-complaint", _MARKED_SPAM),
    Failure("permanent", "suppress-unsubscribe", _LEFT),
    Failure("permanent", "suppress-bounce", hard("The address is on Mailgun's list of bounces")),
    Failure("permanent", "bounce", _DEAD),
    Failure("permanent", "hardfail", _LEFT, code=606),
    Failure("permanent", "hardfail", _DEAD),
    Failure("permanent", "generic", ours("Refused by the receiver's policy on senders or content"), status="5.7."),
    Failure("permanent", "generic", hard("Refused for good, also after it was accepted first")),
    Failure("permanent", "old", soft("Given up after hours of tries: full, or down")),
    Failure("permanent", "espblock", ours("The receiver blocks our sending address or provider")),
    Failure("permanent", "blacklisted", ours("Our sending address is on a blocklist")),
    Failure("permanent", "greylisted", _GREYLISTED),
    Failure("permanent", None, hard("Previously bounced"), code=605),
    Failure("permanent", None, _LEFT, code=606),
    Failure("permanent", None, soft("Given up after hours of tries: full, or down"), code=602),
    Failure("temporary", "espblock", ours("The receiver blocks our sending address or provider")),
    Failure("temporary", "blacklisted", ours("Our sending address is on a blocklist")),
    Failure("temporary", "greylisted", _GREYLISTED),
    Failure("temporary", None, soft("Mailgun tries again")),
    Failure(None, None, UNKNOWN_FAILURE),
)
"""The first row that matches counts. The codes above 600 are Mailgun's own."""

EVENTS: Mapping[str, Meaning] = {
    "complained": complaint("The recipient marked the message as spam"),
    "unsubscribed": unsubscribe("The recipient followed the unsubscribe link"),
    "delivered": DELIVERED,
    "accepted": nothing("Mailgun has taken the message"),
    "opened": nothing("Opened"),
    "clicked": nothing("A link was followed"),
    "stored": nothing("Stored"),
    "rejected": Meaning(None, "Mailgun itself refused to send the message", alert=True),  # it names no recipient
}


def facts(body: bytes, *, strict_generic: bool = False) -> list[EmailFact]:
    """Return the one event of a webhook, or none for a message sent in test mode.

    Shape: `strict_generic` reads a permanent `generic` failure as a bounce, whatever its status code.
    Raises: Unreadable.
    """
    event = reach(load(body), "event-data")
    if not isinstance(event, Mapping):
        raise Unreadable("The body has no event-data. Mailgun's older form-encoded webhooks are not supported.")
    if reach(event, "flags", "is-test-mode") is True:
        return []
    recipient = text(event, "recipient")  # never the headers: they name everyone in To and Cc
    meaning = meaning_of(event, strict_generic=strict_generic)
    return [
        EmailFact(
            meaning=meaning,
            recipient=recipient,
            occurred_at=moment(reach(event, "timestamp")),
            detail=_detail(event),
            identity=identity(event),
            list_names=_list_names(event),
        )
    ]


def meaning_of(event: Mapping[str, object], *, strict_generic: bool = False) -> Meaning:
    """Return what `event-data` means for consent."""
    kind = word(event, "event")
    if kind != "failed":
        return EVENTS.get(kind) or unknown_event(kind)
    status = "" if strict_generic else _status(event)
    code = number(event, "delivery-status", "code")
    for row in FAILURES:
        if (
            row.severity in {None, word(event, "severity")}
            and row.reason in {None, word(event, "reason")}
            and row.code in {None, code}
            and status.startswith(row.status)
        ):
            return row.meaning
    return UNKNOWN_FAILURE


def _status(event: object) -> str:
    at = ("delivery-status",)
    return enhanced_code(*(text(event, *at, name) for name in ("enhanced-code", "bounce-code", "message")))


def _detail(event: object) -> str:
    if word(event, "event") != "failed":
        return codes(word(event, "event"))
    return codes(word(event, "severity"), word(event, "reason"), text(event, "delivery-status", "code"), _status(event))


def _list_names(event: object) -> tuple[str, ...]:
    # `tags` are the message's tags and no proof that the person left only what they name.
    address = text(event, "mailing-list", "address")
    names = (
        text(event, "user-variables", LIST_VARIABLE),  # the variables can be one string: "Could not load …"
        text(event, "mailing-list", "list-id"),
        address,
        address.partition("@")[0],
    )
    return tuple(dict.fromkeys(name for name in names if name))
