"""Twilio's voice webhook: what it says about a call, and what we answer.

Sources: Twilio, "TwiML voice: your request to your application", "Reject", "Dial"; the placeholder numbers of
withheld callers spell ANONYMOUS, BLOCKED, RESTRICTED, UNAVAILABLE and UNKNOWN on a keypad.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from xml.sax.saxutils import escape

_WITHHELD_NUMBERS = frozenset({"+266696687", "+2562533", "+7378742833", "+86282452253", "+8656696"})
_WITHHELD_WORDS = frozenset({"", "anonymous", "blocked", "private", "restricted", "unavailable", "unknown"})
_NUMBER = re.compile(r"\+?[0-9][0-9 ().\-]*")
_SHORT_CODE = re.compile(r"[0-9]{3,6}")
_COMING_IN = frozenset({"queued", "ringing", "in-progress"})
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

_HEAD = '<?xml version="1.0" encoding="UTF-8"?>'
EMPTY_TWIML = f"{_HEAD}<Response/>"
REJECT_TWIML = f'{_HEAD}<Response><Reject reason="rejected"/></Response>'


@dataclass(frozen=True, slots=True)
class VoiceCall:
    """One request about a call. `caller` is empty where the number was withheld or is none."""

    call_sid: str
    status: str
    is_inbound: bool
    caller: str
    sent_to: str

    @property
    def event_id(self) -> str:
        """The identity of the request: Twilio has no id of its own for it."""
        return f"{self.call_sid}:{self.status}" if self.call_sid else ""

    @property
    def is_coming_in(self) -> bool:
        """Whether somebody waits for our answer; otherwise the request only tells how a call ended."""
        return self.is_inbound and self.status in _COMING_IN


def parse(pairs: Iterable[tuple[str, str]]) -> VoiceCall:
    """Return what a request says about a call. Raises: nothing; what is missing is empty.

    A request without a status is one for instructions: the caller waits.
    """
    form: dict[str, str] = {}
    for name, value in pairs:
        if value.strip():
            form.setdefault(name, value.strip())
    caller = form.get("From", "")
    return VoiceCall(
        call_sid=form.get("CallSid", ""),
        status=form.get("CallStatus", "ringing").lower(),
        is_inbound=form.get("Direction", "inbound").lower() in {"inbound", "trunking-terminating"},
        caller="" if _is_nobody(caller) else caller,
        sent_to=form.get("To", ""),
    )


def _is_nobody(caller: str) -> bool:
    """Return whether the caller is withheld, a short code, or no number (SIP addresses, browser clients)."""
    if caller.lower() in _WITHHELD_WORDS or caller in _WITHHELD_NUMBERS:
        return True
    return _SHORT_CODE.fullmatch(caller) is not None or _NUMBER.fullmatch(caller) is None


def dial(number: str) -> str:
    """Return the TwiML that puts a caller through."""
    return f'{_HEAD}<Response><Dial answerOnBridge="true">{escape(number)}</Dial></Response>'


def announce(business: str) -> str:
    """Return the TwiML that says who was called, politely, and ends."""
    name = escape(_NOT_XML.sub("", business))
    words = f"Thank you for calling {name}. Nobody can take your call here. Goodbye."
    return f"{_HEAD}<Response><Say>{words}</Say><Hangup/></Response>"
