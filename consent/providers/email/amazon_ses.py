"""Amazon SES: notifications and published events, inside of an SNS message.

Sources: Amazon SES Developer Guide, "Amazon SNS notification contents", "Event data SES publishes to Amazon SNS".
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
from consent.providers.email.raw import codes, embedded, entries, identity, load, moment, reach, text, word

BOUNCES: Mapping[tuple[str, str], Meaning] = {
    ("permanent", "unsubscribedrecipient"): unsubscribe("The recipient left by SES's own subscription management"),
    ("permanent", "suppressed"): hard("The address is on Amazon's suppression list"),
    ("permanent", "onaccountsuppressionlist"): hard("The address is on the account's suppression list"),
    ("permanent", ""): hard("The receiver refused the message for good"),
    ("transient", "messagetoolarge"): passing("The message is too large for the receiver"),
    ("transient", "contentrejected"): ours("The receiver refuses the content"),
    ("transient", "attachmentrejected"): ours("The receiver refuses an attachment"),
    ("transient", "customtimeoutexceeded"): passing("Not delivered within the time that we set"),
    ("transient", ""): soft("Mailbox full, away, or the receiver is down"),
    ("undetermined", ""): passing("SES can't tell why"),
    ("", ""): passing("SES can't tell why"),
}
"""By bounceType and bounceSubType; "" as sub-type is any."""

COMPLAINTS: Mapping[str, Meaning] = {
    "not-spam": nothing("The recipient says that the message is no spam"),
    "auth-failure": ours("A report that our messages fail authentication"),
}
"""By complaintFeedbackType; any other, and none, is a complaint."""

DELAYS: Mapping[str, Meaning] = {
    "internalfailure": ours("SES's own trouble"),
    "spamdetected": ours("The receiver takes many of our messages for spam"),
    "ipfailure": ours("The receiver blocks the sending address"),
    "byoiphostnamelookupunavailable": ours("Our own sending address has no name"),
    "sendingdeferral": ours("SES puts our sending off"),
}

EVENTS: Mapping[str, Meaning] = {
    "delivery": DELIVERED,
    "reject": ours("SES refused the message for a virus"),
    "rendering failure": ours("The template could not be filled in"),
    "renderingfailure": ours("The template could not be filled in"),
    "send": nothing("SES has taken the message"),
    "open": nothing("Opened"),
    "click": nothing("A link was followed"),
    "received": nothing("It is inbound mail"),
}

TEST_MESSAGE = "Successfully validated SNS topic for Amazon SES event publishing."


def facts(body: bytes) -> list[EmailFact]:
    """Return what an SNS message says, an entry per recipient concerned. Raises: Unreadable."""
    envelope = load(body)
    if text(envelope, "Type") != "Notification":
        return []
    written = text(envelope, "Message")
    if written == TEST_MESSAGE:
        return []
    event = load(written)
    kind = word(event, "eventType") or word(event, "notificationType")
    meaning = meaning_of(event)
    details = reach(event, kind) or reach(event, "deliveryDelay")
    told = moment(reach(details, "timestamp")) or moment(reach(envelope, "Timestamp"))
    return [
        EmailFact(
            meaning=each,
            recipient=recipient,
            occurred_at=told,
            detail=_detail(event, kind),
            identity=identity([event, names], recipient),
            list_names=names,
        )
        for each, recipient, names in _concerned(event, kind, meaning)
    ]


def meaning_of(event: object) -> Meaning:
    """Return what one event means for consent, apart from who left which topic."""
    kind = word(event, "eventType") or word(event, "notificationType")
    match kind:
        case "bounce":
            bounce = (word(event, "bounce", "bounceType"), word(event, "bounce", "bounceSubType"))
            return BOUNCES.get(bounce) or BOUNCES.get((bounce[0], "")) or BOUNCES["undetermined", ""]
        case "complaint":
            feedback = word(event, "complaint", "complaintFeedbackType")
            return COMPLAINTS.get(feedback) or complaint("The recipient marked the message as spam")
        case "deliverydelay":
            return DELAYS.get(word(event, "deliveryDelay", "delayType")) or soft("SES tries again")
        case "subscription":
            return unsubscribe("The recipient left by SES's own subscription management")
    return EVENTS.get(kind) or unknown_event(kind)


def _concerned(event: object, kind: str, meaning: Meaning) -> list[tuple[Meaning, str, tuple[str, ...]]]:
    """Return (meaning, recipient, list names) for everyone whom the event concerns."""
    everyone = [text(each) for each in entries(event, "mail", "destination")]
    match kind:
        case "subscription":
            return [(leaving, who, names) for who in everyone for leaving, names in _left(event, meaning)]
        case "bounce":
            named = entries(event, "bounce", "bouncedRecipients")
        case "complaint":
            # Receivers hide who complained: SES then names everyone at their domain. All of them are silenced.
            named = entries(event, "complaint", "complainedRecipients")
        case "delivery":
            named = entries(event, "delivery", "recipients")
        case "deliverydelay":
            named = entries(event, "deliveryDelay", "delayedRecipients")
        case _:
            return [(meaning, who, ()) for who in everyone or [""]]
    lists = _list_names(event)
    return [(meaning, text(each) or text(each, "emailAddress"), lists) for each in named] or [(meaning, "", ())]


def _left(event: object, meaning: Meaning) -> list[tuple[Meaning, tuple[str, ...]]]:
    """Return what a recipient left: everything, or topics that were on before."""
    if reach(event, "subscription", "newTopicPreferences", "unsubscribeAll") is True:
        return [(meaning, ())]
    before, now = (
        {
            text(topic, "topicName"): word(topic, "subscriptionStatus")
            for topic in entries(event, "subscription", preferences, "topicSubscriptionStatus")
        }
        for preferences in ("oldTopicPreferences", "newTopicPreferences")
    )
    left = [topic for topic, status in now.items() if status == "optout" and before.get(topic) != "optout"]
    return [(meaning, (topic,)) for topic in left] or [(nothing("A provider opts nobody in"), ())]


def _detail(event: object, kind: str) -> str:
    return codes(
        kind,
        word(event, "bounce", "bounceType"),
        word(event, "bounce", "bounceSubType"),
        word(event, "complaint", "complaintFeedbackType"),
        word(event, "complaint", "complaintSubType"),
        word(event, "deliveryDelay", "delayType"),
    )


def _list_names(event: object) -> tuple[str, ...]:
    tags = [text(each) for each in entries(event, "mail", "tags", LIST_VARIABLE)]
    for header in entries(event, "mail", "headers"):
        if word(header, "name") == "x-metadata":
            tags.append(text(embedded(text(header, "value")), LIST_VARIABLE))
    return tuple(filter(None, tags))
