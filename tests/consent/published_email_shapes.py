"""The same published payloads in other shapes: in batches, without what may be absent, with what nobody knows yet."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tests.consent.published_email import Payload

# How several events travel in one request, where the provider sends batches.
BATCHES: Mapping[str, Callable[[list[Payload]], Payload]] = {
    "brevo": list,
    "mailjet": list,
    "mailtrap": lambda each: {"events": [event for one in each for event in one["events"]]},
    "mandrill": lambda each: [event for one in each for event in one],
    "sendgrid": lambda each: [event for one in each for event in one],
    "sparkpost": lambda each: [event for one in each for event in one],
    "unisender_go": lambda each: {
        "events_by_user": [
            {"user_id": 456, "events": [event for one in each for event in one["events_by_user"][0]["events"]]}
        ]
    },
}

NEEDED: Mapping[str, frozenset[str]] = {
    "amazon_ses": frozenset(
        {"eventType", "notificationType", "mail", "destination", "emailAddress"}
        | {"bounce", "bounceType", "bounceSubType", "bouncedRecipients"}
        | {"complaint", "complaintFeedbackType", "complainedRecipients"}
        | {"delivery", "recipients", "deliveryDelay", "delayType", "delayedRecipients"}
        | {"subscription", "newTopicPreferences", "oldTopicPreferences", "unsubscribeAll"}
        | {"topicSubscriptionStatus", "topicName", "subscriptionStatus"}
    ),
    "brevo": frozenset({"event", "email"}),
    "mailersend": frozenset({"type", "data", "email", "recipient"}),
    "mailgun": frozenset({"event", "recipient", "severity", "reason", "delivery-status", "code", "enhanced-code"}),
    "mailjet": frozenset({"event", "email", "error", "hard_bounce"}),
    "mailtrap": frozenset({"events", "event", "email", "reason"}),
    "mandrill": frozenset({"event", "type", "action", "msg", "email", "reject", "reason"}),
    "postal": frozenset({"event", "payload", "message", "original_message", "bounce", "to"}),
    "postmark": frozenset({"RecordType", "Type", "Email", "Recipient", "SuppressSending", "SuppressionReason"}),
    "resend": frozenset({"type", "data", "to", "email", "unsubscribed", "bounce", "subType"}),
    "sendgrid": frozenset({"event", "email", "type", "reason"}),
    "sparkpost": frozenset({"msys", "message_event", "unsubscribe_event", "type", "raw_rcpt_to", "bounce_class"}),
    "unisender_go": frozenset(
        {"events_by_user", "events", "event_name", "event_data", "email", "status"}
        | {"delivery_info", "delivery_status"}
    ),
}
"""The fields that carry who, what and why. Any other may be absent, and the event means the same."""


def without_the_rest(esp: str, made: Payload) -> Payload:
    """Return a payload of the needed fields alone."""
    if isinstance(made, dict):
        return {name: without_the_rest(esp, value) for name, value in made.items() if name in NEEDED[esp]}
    return [without_the_rest(esp, each) for each in made] if isinstance(made, list) else made


def reordered(made: Payload) -> Payload:
    """Return an equal payload whose names stand in another order, with some that nobody has seen before."""
    if isinstance(made, dict):
        new = {"a_field_of_next_year": {"x": [1]}} if len(made) > 1 else {}
        return new | {name: reordered(made[name]) for name in reversed(made)}
    return [reordered(each) for each in made] if isinstance(made, list) else made
