"""SparkPost (Bird): a batch of events, each wrapped in its class.

Sources: SparkPost, "Webhooks", "Event types", "Bounce classification codes".
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
from consent.providers.email.raw import codes, entries, first_text, identity, load, moment, reach, text, word

EVENTS: Mapping[str, Meaning] = {
    "delivery": DELIVERED,
    "delay": soft("SparkPost tries again"),
    "spam_complaint": complaint("The recipient marked the message as spam"),
    "list_unsubscribe": unsubscribe("The recipient used the unsubscribe header"),
    "link_unsubscribe": unsubscribe("The recipient followed the unsubscribe link"),
    "generation_failure": ours("The message could not be made"),
    "generation_rejection": ours("SparkPost refused the message"),
    "injection": nothing("SparkPost has taken the message"),
    "sms_status": nothing("It is about a text message"),
    "open": nothing("Opened"),
    "initial_open": nothing("Opened"),
    "amp_open": nothing("Opened"),
    "amp_initial_open": nothing("Opened"),
    "click": nothing("A link was followed"),
    "amp_click": nothing("A link was followed"),
    "ab_test_completed": nothing("It is about a test"),
    "ab_test_cancelled": nothing("It is about a test"),
    "ingest_success": nothing("It is about uploaded events"),
    "ingest_error": nothing("It is about uploaded events"),
    "relay_injection": nothing("It is inbound mail"),
    "relay_rejection": nothing("It is inbound mail"),
    "relay_delivery": nothing("It is inbound mail"),
    "relay_tempfail": nothing("It is inbound mail"),
    "relay_permfail": nothing("It is inbound mail"),
}

BOUNCE_CLASSES: Mapping[str, Meaning] = {
    "10": hard("Invalid recipient"),
    "30": hard("No such recipient"),
    "90": unsubscribe("A mail that asks to be unsubscribed"),
    "25": hard("Failed by SparkPost itself: the address is on its suppression list, or its domain never takes mail"),
    "26": hard("Suppressed by SparkPost as unlikely to arrive"),
    "20": soft("Soft bounce"),
    "21": soft("The receiver's domain can't be found for now"),
    "22": soft("Mailbox full"),
    "24": soft("Time ran out"),
    "40": soft("Failed for unspecified reasons"),
    "70": soft("Delayed for now"),
    "23": passing("The message is too large for the receiver"),
    "1": passing("SparkPost can't tell why"),
    "50": ours("Blocked by the receiver"),
    "51": ours("Blocked by the receiver as coming from a known source of spam"),
    "52": ours("Blocked by the receiver as spam"),
    "53": ours("Blocked by the receiver for an attachment"),
    "54": ours("The receiver does not relay for us"),
    "60": nothing("An automatic reply"),
    "80": nothing("A provider opts nobody in"),
    "100": nothing("The receiver asks the sender to prove to be human"),
}


def facts(body: bytes) -> list[EmailFact]:
    """Return what a batch says, an entry per event; SparkPost's empty pings give none. Raises: Unreadable."""
    found = []
    for wrapped in entries(load(body)):
        classes = reach(wrapped, "msys")
        for event in classes.values() if isinstance(classes, Mapping) else ():
            found.append(
                EmailFact(
                    meaning=meaning_of(event),
                    recipient=first_text(event, "raw_rcpt_to", "rcpt_to"),
                    occurred_at=moment(reach(event, "timestamp")),
                    detail=codes(word(event, "type"), text(event, "bounce_class"), text(event, "error_code")),
                    identity=identity(event),
                    list_names=tuple(filter(None, [text(event, "rcpt_meta", LIST_VARIABLE)])),
                )
            )
    return found


def meaning_of(event: object) -> Meaning:
    """Return what one event means for consent."""
    kind = word(event, "type")
    if kind in {"bounce", "out_of_band", "policy_rejection"}:
        return BOUNCE_CLASSES.get(text(event, "bounce_class"), UNKNOWN_FAILURE)
    return EVENTS.get(kind) or unknown_event(kind)
