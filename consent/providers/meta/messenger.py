"""Messenger events, out of an entry of Meta's webhook.

Source: Messenger Platform, webhook events: messages, messaging_postbacks, messaging_optins.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from consent.providers.meta.events import AppFact, Ignored, Told, identity, items, mapping, moment, text
from consent.vocabulary import Channel

# The documentation writes a space, what arrives has an underscore.
_WISHES = {"STOP NOTIFICATIONS": Told.STOP, "RESUME NOTIFICATIONS": Told.RESUME}


def read_entry(entry: Mapping[str, Any]) -> Iterator[AppFact | Ignored]:
    """Yield the events of one entry. Another app's share of the conversation (standby) counts too."""
    known = False
    for name in ("messaging", "standby"):
        for each in items(entry.get(name)):
            known = True
            yield _event(mapping(each))
    if not known:
        yield Ignored("The page's own changes say nothing about anybody's wish.")


def _event(told: Mapping[str, Any]) -> AppFact | Ignored:
    if told.get("optin"):
        return _optin(told, mapping(told.get("optin")))
    if told.get("message"):
        return _message(told, mapping(told.get("message")))
    if told.get("postback"):
        return _postback(told, mapping(told.get("postback")))
    kinds = sorted(set(told) - {"sender", "recipient", "timestamp"})
    return Ignored(f"Messenger event “{', '.join(kinds)[:60]}” says nothing about anybody's wish.")


def _optin(told: Mapping[str, Any], optin: Mapping[str, Any]) -> AppFact | Ignored:
    status = text(optin.get("notification_messages_status")).strip().upper().replace("_", " ")
    wish = _WISHES.get(status)
    if wish is None:
        return Ignored("A first opt-in to a topic. It is neither STOP nor RESUME, and brings nobody back.")
    return AppFact(
        told=wish,
        channel=Channel.FACEBOOK,
        who=_sender(told),
        identity=identity("optin", _sender(told), _page(told), wish, text(told.get("timestamp"))),
        occurred_at=moment(told.get("timestamp"), per_second=1000),
        sent_to=_page(told),
        words=status,
    )


def _message(told: Mapping[str, Any], message: Mapping[str, Any]) -> AppFact | Ignored:
    if message.get("is_echo"):
        return Ignored("The page itself wrote this.")
    pressed = mapping(message.get("quick_reply"))
    return _written(told, message, text(message.get("text")), text(pressed.get("payload")))


def _postback(told: Mapping[str, Any], postback: Mapping[str, Any]) -> AppFact | Ignored:
    title, payload = text(postback.get("title")), text(postback.get("payload"))
    return _written(told, postback, title, "\n".join(line for line in (title, payload) if line))


def _written(told: Mapping[str, Any], part: Mapping[str, Any], words: str, button: str) -> AppFact:
    mid = text(part.get("mid"))
    stamp = text(told.get("timestamp"))
    return AppFact(
        told=Told.MESSAGE,
        channel=Channel.FACEBOOK,
        who=_sender(told),
        identity=identity("message", mid) if mid else identity("message", _sender(told), stamp, words, button),
        occurred_at=moment(told.get("timestamp"), per_second=1000),
        sent_to=_page(told),
        words=words,
        button=button,
    )


def _sender(told: Mapping[str, Any]) -> str:
    return text(mapping(told.get("sender")).get("id"))


def _page(told: Mapping[str, Any]) -> str:
    return text(mapping(told.get("recipient")).get("id"))
