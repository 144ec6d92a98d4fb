"""Postmark: bounces, spam complaints, deliveries and changes of subscription.

Sources: Postmark, "Webhooks overview", "Bounce API" (types), "Subscription change webhook".
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
from consent.providers.email.raw import codes, entries, first_text, identity, load, moment, reach, text

BOUNCE_TYPES: Mapping[str, Meaning] = {
    "HardBounce": hard("Unknown user, or mailbox not found"),
    "BadEmailAddress": hard("No valid address"),
    "SoftBounce": soft("Mailbox full, or the like; Postmark has given up"),
    "Transient": soft("Postmark tries again"),
    "DnsError": soft("The receiver's domain can't be found for now"),
    "Undeliverable": soft("The receiver could not be reached"),
    "Unsubscribe": unsubscribe("Asked by mail to be unsubscribed"),
    "SpamNotification": ours("The receiver took the message for spam: our content or reputation"),
    "SpamComplaint": complaint("The recipient marked the message as spam"),
    "Blocked": ours("The receiver blocks our sending address or content"),
    "DMARCPolicy": ours("Refused under our own DMARC policy"),
    "VirusNotification": ours("The receiver found a virus in the message"),
    "SMTPApiError": ours("Sent in a way that Postmark refuses"),
    "TemplateRenderingFailed": ours("The template could not be filled in"),
    "ManuallyDeactivated": hard("Deactivated by hand at Postmark"),
    "Unconfirmed": passing("The recipient has not confirmed at Postmark"),
    "OpenRelayTest": passing("The receiver tests whether Postmark is an open relay"),
    "Unknown": passing("Postmark can't tell why"),
    "AutoResponder": nothing("An automatic reply"),
    "AddressChange": nothing("The recipient announces another address"),
    "ChallengeVerification": nothing("The receiver asks the sender to prove to be human"),
    "Subscribe": nothing("A provider opts nobody in"),
    "InboundError": nothing("It is about inbound mail"),
}

SUPPRESSION_REASONS: Mapping[str, Meaning] = {
    "HardBounce": BOUNCE_TYPES["HardBounce"],
    "SpamComplaint": BOUNCE_TYPES["SpamComplaint"],
    "ManualSuppression": unsubscribe("Unsubscribed, or suppressed by hand at Postmark"),
}

RECORDS: Mapping[str, Meaning] = {
    "Delivery": DELIVERED,
    "Open": nothing("Opened"),
    "Click": nothing("A link was followed"),
    "Inbound": nothing("It is inbound mail; set its own webhook"),
}


def facts(body: bytes) -> list[EmailFact]:
    """Return what a webhook says. Raises: Unreadable."""
    return [
        EmailFact(
            meaning=meaning_of(event),
            recipient=first_text(event, "Email", "Recipient"),
            occurred_at=next(
                filter(None, (moment(reach(event, name)) for name in ("BouncedAt", "DeliveredAt", "ChangedAt"))), None
            ),
            detail=codes(text(event, "RecordType"), text(event, "Type"), text(event, "SuppressionReason")),
            identity=identity(event),
            list_names=tuple(filter(None, [text(event, "Metadata", LIST_VARIABLE), text(event, "MessageStream")])),
        )
        for event in entries(load(body))
    ]


def meaning_of(event: object) -> Meaning:
    """Return what one record means for consent."""
    record = text(event, "RecordType")
    if record in {"Bounce", "SpamComplaint"}:
        return BOUNCE_TYPES.get(text(event, "Type") or record, UNKNOWN_FAILURE)
    if record == "SubscriptionChange":
        if reach(event, "SuppressSending") is False:
            return nothing("Active again at Postmark; a provider opts nobody in")
        # Whatever the reason, Postmark sends nothing more: an unknown one is read as the person's wish.
        return SUPPRESSION_REASONS.get(text(event, "SuppressionReason"), SUPPRESSION_REASONS["ManualSuppression"])
    return RECORDS.get(record) or unknown_event(record)
