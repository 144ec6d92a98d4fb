"""Read the form that Twilio posts when a person sends us a message.

Parameters come in any order, new ones appear without notice, and any may be absent. Nothing here
raises: what is odd is named in `problems`, and the rest is read all the same.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

from consent.vocabulary import Channel

_CHANNELS = {"": Channel.SMS, "whatsapp": Channel.WHATSAPP, "messenger": Channel.FACEBOOK}
_PREFIXED = re.compile(r"(?P<prefix>[a-z]+):(?P<address>.*)", re.IGNORECASE | re.DOTALL)
_SHORT_CODE = re.compile(r"[0-9]{3,6}")
_PHONE = re.compile(r"\+[1-9][0-9]{6,14}")
_COUNT = re.compile(r"[0-9]{1,3}")

# What Twilio itself acts on when the whole body is one of them, on long codes and toll-free numbers.
# Source: docs messaging/tutorials/advanced-opt-out; REVOKE and OPTOUT since 2025.
DEFAULT_OPT_OUT = frozenset({"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"})
DEFAULT_OPT_IN = frozenset({"START", "YES", "UNSTOP"})


@dataclass(frozen=True, slots=True)
class InboundMessage:
    """One message, as Twilio describes it. Text that is absent is empty.

    `channel` is None for a sender of a kind that we do not know; `sender` and `sent_to` are without
    their prefix and otherwise as sent. `opt_out_type` is None unless the sender's service has Advanced
    Opt-Out. `problems` are stable codes.
    """

    message_sid: str
    account_sid: str
    messaging_service_sid: str
    channel: Channel | None
    sender: str
    sent_to: str
    body: str
    opt_out_type: str | None
    button_text: str
    button_payload: str
    profile_name: str
    num_media: int
    problems: tuple[str, ...] = ()

    @property
    def is_short_code_sender(self) -> bool:
        """Whether this came from a short code, which is nobody's number."""
        return self.channel is Channel.SMS and _SHORT_CODE.fullmatch(self.sender) is not None

    @property
    def bare_default_keyword(self) -> bool:
        """Whether Twilio itself enforces this STOP, told or not told by OptOutType."""
        return self._is_bare(DEFAULT_OPT_OUT)

    @property
    def bare_default_opt_in(self) -> bool:
        """Whether Twilio itself ends its block at this word (on toll-free numbers YES does not)."""
        return self._is_bare(DEFAULT_OPT_IN)

    def _is_bare(self, keywords: frozenset[str]) -> bool:
        word = self.body.strip()
        to_a_number = self.channel is Channel.SMS and _PHONE.fullmatch(self.sent_to) is not None
        return to_a_number and word.isascii() and word.upper() in keywords


def parse(pairs: Sequence[tuple[str, str]]) -> InboundMessage:
    """Return the message that a form describes.

    Shape: names and values in any order; of a name that repeats, the first value that is not blank.
    Raises: nothing.
    Source: Twilio docs, messaging/guides/webhook-request.
    """
    values: dict[str, str] = {}
    problems: list[str] = []
    for name, value in pairs:
        if value.strip() and values.setdefault(name, value) != value and name in _READ:
            problems.append(f"{name}_repeated")
    text = values.get
    sender_prefix, sender = _split(text("From", ""))
    _, sent_to = _split(text("To", ""))
    channel = _channel(sender_prefix, sender)
    message_sid = text("MessageSid") or text("SmsMessageSid") or text("SmsSid") or ""
    media = text("NumMedia", "0").strip()
    for is_odd, code in (
        (not message_sid, "MessageSid_missing"),
        (not text("AccountSid"), "AccountSid_missing"),
        (not sender, "From_missing"),
        (bool(sender) and channel is None, "From_unknown_kind"),
        (channel is Channel.SMS and not (_PHONE.fullmatch(sender) or _SHORT_CODE.fullmatch(sender)), "From_no_number"),
        (not sent_to, "To_missing"),
        (all(name != "Body" for name, _ in pairs), "Body_missing"),
        (not _COUNT.fullmatch(media), "NumMedia_no_number"),
    ):
        if is_odd:
            problems.append(code)
    return InboundMessage(
        message_sid=message_sid.strip(),
        account_sid=text("AccountSid", "").strip(),
        messaging_service_sid=text("MessagingServiceSid", "").strip(),
        channel=channel,
        sender=sender,
        sent_to=sent_to,
        body=text("Body", ""),
        opt_out_type=text("OptOutType", "").strip() or None,
        button_text=text("ButtonText", ""),
        button_payload=text("ButtonPayload", ""),
        profile_name=text("ProfileName", ""),
        num_media=int(media) if _COUNT.fullmatch(media) else 0,
        problems=tuple(dict.fromkeys(problems)),
    )


_READ = frozenset({"MessageSid", "AccountSid", "From", "To", "Body", "OptOutType"})


def _split(address: str) -> tuple[str, str]:
    """Return the prefix in small letters, and what it stands before: ("whatsapp", "+15035550142")."""
    found = _PREFIXED.fullmatch(address.strip())
    return (found["prefix"].casefold(), found["address"].strip()) if found else ("", address.strip())


def _channel(prefix: str, sender: str) -> Channel | None:
    """Return the channel of a sender. RCS from a phone is SMS to Twilio's opt-out, and so to ours."""
    if not sender:
        return None
    if prefix == "rcs" and _PHONE.fullmatch(sender):
        return Channel.SMS
    return _CHANNELS.get(prefix)


_NOT_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def reply(text: str) -> str:
    """Return the TwiML that answers a message with this text."""
    words = escape(_NOT_XML.sub("", text))
    return f'<?xml version="1.0" encoding="UTF-8"?><Response><Message>{words}</Message></Response>'
