"""Read what Meta's webhook delivers: WhatsApp and Messenger events, many to a body.

Parsers depend on no order and on no optional field. What is unknown becomes an event that names why nothing is done.
Sources: WhatsApp Cloud API webhooks (messages, user_preferences, statuses); Messenger Platform webhook events.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from consent.providers.meta import messenger, whatsapp
from consent.providers.meta.events import AppFact, Ignored, items, mapping, text


class Unreadable(ValueError):
    """The body is none of Meta's; the message tells why."""


_OBJECTS: dict[str, Callable[[Mapping[str, Any]], Iterator[AppFact | Ignored]]] = {
    "whatsapp_business_account": whatsapp.read_entry,
    "page": messenger.read_entry,
}


def parse(body: bytes) -> list[AppFact | Ignored]:
    """Return the events of a body in the order they stand there. What we have no use for comes as Ignored.

    Raises: Unreadable where the body is no JSON object.
    """
    try:
        told = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"The body is no JSON: {type(error).__name__}.") from error
    if not isinstance(told, dict):
        raise Unreadable("The body is no JSON object.")
    name = text(told.get("object"))
    read_entry = _OBJECTS.get(name)
    if read_entry is None:
        return [Ignored(f"Object “{name[:40]}” is neither WhatsApp nor Messenger.")]
    return [event for entry in items(told.get("entry")) for event in read_entry(mapping(entry))]
