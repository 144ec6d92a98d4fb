"""WhatsApp Cloud API events, out of an entry of Meta's webhook.

Source: WhatsApp Cloud API, webhooks: messages, statuses, user_preferences.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from consent.providers.meta.events import AppFact, Ignored, Told, identity, items, mapping, moment, text
from consent.vocabulary import Channel

_DIGITS = re.compile(r"\+?[0-9]{5,20}")
_CAPTIONED = ("image", "video", "document", "audio", "sticker")
_PREFERENCES = {"stop": Told.STOP, "resume": Told.RESUME}


def read_entry(entry: Mapping[str, Any]) -> Iterator[AppFact | Ignored]:
    """Yield the events of one entry."""
    for change in items(entry.get("changes")):
        value = mapping(mapping(change).get("value"))
        kind = text(mapping(change).get("field"))
        sent_to = text(mapping(value.get("metadata")).get("display_phone_number"))
        known = False
        # What a change holds counts, whatever its field is called: a "no" is never lost to a new name.
        for name, read in (("user_preferences", _preference), ("messages", _message), ("statuses", _status)):
            for each in items(value.get(name)):
                known = True
                yield read(mapping(each), sent_to)
        if not known:
            yield Ignored(f"WhatsApp field “{kind[:40]}” says nothing about anybody's wish.")


def _number(wa_id: object) -> str:
    """Return a WhatsApp id as a number with +, or as it is where it is none."""
    told = text(wa_id).strip()
    return f"+{told.removeprefix('+')}" if _DIGITS.fullmatch(told) else told


def _preference(told: Mapping[str, Any], sent_to: str) -> AppFact | Ignored:
    wish = _PREFERENCES.get(text(told.get("value")).strip().lower())
    category = text(told.get("category")).strip().lower()
    if wish is None or category not in {"marketing_messages", ""}:
        return Ignored(f"WhatsApp preference “{category[:40]}” is none that we know.")
    who = _number(told.get("wa_id"))
    return AppFact(
        told=wish,
        channel=Channel.WHATSAPP,
        who=who,
        identity=identity("preference", who, sent_to, wish, text(told.get("timestamp"))),
        occurred_at=moment(told.get("timestamp")),
        sent_to=sent_to,
        words=text(told.get("detail")),
    )


def _message(told: Mapping[str, Any], sent_to: str) -> AppFact | Ignored:
    kind = text(told.get("type"))
    if kind == "system":
        return Ignored("WhatsApp itself wrote this, not the person.")
    who = _number(told.get("from"))
    words, button = _words(told, kind)
    wamid = text(told.get("id"))
    stamp = text(told.get("timestamp"))
    return AppFact(
        told=Told.MESSAGE,
        channel=Channel.WHATSAPP,
        who=who,
        identity=identity("message", wamid) if wamid else identity("message", who, sent_to, stamp, words, button),
        occurred_at=moment(told.get("timestamp")),
        sent_to=sent_to,
        words=words,
        button=button,
    )


def _words(told: Mapping[str, Any], kind: str) -> tuple[str, str]:
    """Return what the person wrote, and the text and payload of the button they pressed."""
    button = mapping(told.get("button"))
    interactive = mapping(told.get("interactive"))
    reply = mapping(interactive.get("button_reply")) or mapping(interactive.get("list_reply"))
    pressed = [text(button.get("text")), text(button.get("payload")), text(reply.get("title")), text(reply.get("id"))]
    lines = "\n".join(dict.fromkeys(line for line in pressed if line))
    words = text(mapping(told.get("text")).get("body")) or text(button.get("text")) or text(reply.get("title"))
    if not words:
        words = next((text(mapping(told.get(each)).get("caption")) for each in _CAPTIONED if told.get(each)), "")
    return words or text(mapping(told.get("reaction")).get("emoji")), lines


def _status(told: Mapping[str, Any], sent_to: str) -> AppFact | Ignored:
    status = text(told.get("status"))
    codes = [text(mapping(error).get("code")) for error in items(told.get("errors"))]
    code = next((each for each in codes if each), "")
    if not code:
        return Ignored(f"Status {status[:40] or 'unknown'}: it says nothing about anybody's wish.")
    who = _number(told.get("recipient_id"))
    stamp = text(told.get("timestamp"))
    return AppFact(
        told=Told.FAILED,
        channel=Channel.WHATSAPP,
        who=who,
        identity=identity("status", text(told.get("id")) or (who, stamp), status, code),
        occurred_at=moment(told.get("timestamp")),
        sent_to=sent_to,
        code=code,
    )
