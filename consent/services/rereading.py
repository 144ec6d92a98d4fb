"""Reading stored messages again with other words: what would differ. Nothing is changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from consent import keywords
from consent.keywords import WordLists, normalise
from consent.models import InboundMessage, OptInQuestion
from consent.registry import registry
from consent.values import Reading
from consent.vocabulary import MessageClass


@dataclass(frozen=True, slots=True)
class Reread:
    """A message that would be read otherwise. `was` and `now` name the class, with the signal or disposition."""

    message_id: int
    channel: str
    occurred_at: datetime
    was: str
    now: str
    matched: str
    rule: str


def reread(*, words: WordLists, since: datetime | None = None) -> Iterator[Reread | None]:
    """Yield, for each stored message from the oldest on, how it would be read otherwise; None where it would not.

    What the provider said of a message goes before any word, and the button that was pressed counts as it did. The
    keywords of lists are those of today.
    """
    messages = InboundMessage.objects.order_by("id")
    if since is not None:
        messages = messages.filter(occurred_at__gte=since)
    list_keywords = registry.list_keywords()
    for message in messages.iterator(chunk_size=2000):
        if message.matched_by == "provider":
            yield None
            continue
        reading = keywords.read(
            message.body,
            words=words,
            opt_in_pending=_was_asked(message, words),
            list_keywords=list_keywords,
            button=_button(message),
        )
        was, now = _name(message.message_class, message.signal or message.disposition), _name_of(reading)
        if was == now:
            yield None
        else:
            yield Reread(message.pk, message.channel, message.occurred_at, was, now, reading.matched, reading.rule)


def _name_of(reading: Reading) -> str:
    return _name(reading.message_class, reading.signal or reading.disposition or "")


def _name(message_class: str, label: str) -> str:
    return f"{message_class} ({label})" if label else str(message_class)


def _button(message: InboundMessage) -> str:
    """Return the button that decided, if one did: then the word that matched is not the message's own."""
    pressed = message.matched_by == "keyword" and message.message_class == MessageClass.OPT_OUT
    return message.matched if pressed and message.matched != normalise(message.body) else ""


def _was_asked(message: InboundMessage, words: WordLists) -> bool:
    """Return whether an opt-in question was open when the message came."""
    text = normalise(message.body)
    if text not in words.confirming and words.confirming.isdisjoint(text.split()):
        return False
    if message.message_class == MessageClass.OPT_IN:
        return True
    return OptInQuestion.objects.filter(
        address_id=message.address_id,
        channel=message.channel,
        asked_at__lte=message.occurred_at,
        expires_at__gt=message.occurred_at,
    ).exists()
