"""Meta's error codes: why a WhatsApp message that we sent did not arrive.

Source: WhatsApp Cloud API, error codes.
"""

from __future__ import annotations

from collections.abc import Mapping

from consent.values import CodeEffect
from consent.vocabulary import Channel, EventKind

DEFAULT_EFFECTS: Mapping[str, CodeEffect] = {
    effect.code: effect
    for effect in (
        CodeEffect(
            "131050",
            EventKind.APP_OPT_OUT,
            frozenset({Channel.WHATSAPP}),
            "The recipient stopped our marketing messages",
        ),
    )
}
"""What ships; staff may change it. A code that is not here is recorded and changes nothing."""


def effect_of(code: str, effects: Mapping[str, CodeEffect]) -> EventKind:
    """Return what kind of event a failed WhatsApp message is. A code that means nothing there is STATUS_OTHER."""
    effect = effects.get(code)
    if effect is None or (effect.channels and Channel.WHATSAPP not in effect.channels):
        return EventKind.STATUS_OTHER
    return effect.event_kind
