"""Twilio's status callbacks: what became of a message we sent.

Callbacks come in any order and more than once. Sources: Twilio, "Track outbound message status"; error pages 30003 to
30006, 21610, 63014, 63050.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from consent.values import CodeEffect
from consent.vocabulary import Channel, EventKind

_PREFIXES = {"whatsapp": Channel.WHATSAPP, "messenger": Channel.FACEBOOK}


BEFORE_FAILURE = ("accepted", "scheduled", "queued", "sending", "sent", "delivered", "read")
"""What Twilio may say of a message before, or beside, an error code."""


@dataclass(frozen=True, slots=True)
class StatusCallback:
    """One callback. `code` is "" where nothing went wrong; `failed_at` is the carrier's time, if it told one."""

    message_sid: str
    status: str
    code: str
    channel: Channel | None
    recipient: str
    failed_at: datetime | None

    @property
    def event_id(self) -> str:
        """The identity of the callback: Twilio has no id of its own for it."""
        return f"{self.message_sid}:{self.status}:{self.code}" if self.message_sid else ""


_SMS = frozenset({Channel.SMS})
_PROVIDER = frozenset({Channel.SMS, Channel.WHATSAPP})

DEFAULT_EFFECTS: Mapping[str, CodeEffect] = {
    effect.code: effect
    for effect in (
        CodeEffect("30003", EventKind.HANDSET_UNREACHABLE, _SMS, "Unreachable handset: off, no service, roaming"),
        CodeEffect("30004", EventKind.CARRIER_BLOCK, _SMS, "Message blocked by carrier or recipient"),
        CodeEffect("30005", EventKind.NUMBER_UNKNOWN, _SMS, "Unknown handset: no longer in service"),
        CodeEffect("30006", EventKind.NUMBER_LANDLINE, _SMS, "Landline or unreachable carrier"),
        CodeEffect("21610", EventKind.PROVIDER_OPT_OUT, _PROVIDER, "The recipient opted out at Twilio"),
        CodeEffect(
            "63014",
            EventKind.APP_OPT_OUT,
            frozenset({Channel.FACEBOOK, Channel.WHATSAPP}),
            "The user blocks us in the app",
        ),
        CodeEffect("63050", EventKind.APP_OPT_OUT, frozenset({Channel.WHATSAPP}), "Opted out of marketing on WhatsApp"),
    )
}
"""What ships; staff may change it. A code that is not here is recorded and changes nothing."""


def parse(pairs: Iterable[tuple[str, str]]) -> StatusCallback:
    """Return what a callback says. Raises: nothing; what is missing is empty or None."""
    form: dict[str, str] = {}
    for name, value in pairs:
        if value.strip():
            form.setdefault(name, value.strip())
    channel, recipient = _recipient(form.get("To", ""))
    code = form.get("ErrorCode", "")
    return StatusCallback(
        message_sid=form.get("MessageSid") or form.get("SmsSid", ""),
        status=(form.get("MessageStatus") or form.get("SmsStatus", "")).lower(),
        code="" if code == "0" else code,
        channel=channel,
        recipient=recipient,
        failed_at=_done_at(form.get("RawDlrDoneDate", "")),
    )


def _recipient(to: str) -> tuple[Channel | None, str]:
    prefix, colon, rest = to.partition(":")
    if not colon:
        return (Channel.SMS, to) if to else (None, "")
    return _PREFIXES.get(prefix.lower()), rest


def _done_at(raw: str) -> datetime | None:
    """Return the end of the minute that the carrier named (YYMMDDhhmm, UTC): on a tie the opt-out wins."""
    try:
        return datetime.strptime(raw, "%y%m%d%H%M").replace(tzinfo=UTC) + timedelta(seconds=59, microseconds=999_999)
    except ValueError:
        return None


def effect_of(callback: StatusCallback, effects: Mapping[str, CodeEffect]) -> EventKind:
    """Return what kind of event a callback is. A code that means nothing on its channel is STATUS_OTHER."""
    effect = effects.get(callback.code)
    if effect is None or (effect.channels and callback.channel not in effect.channels):
        return EventKind.STATUS_OTHER
    return effect.event_kind
