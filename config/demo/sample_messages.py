"""Messages as Twilio delivers them: every parameter that it sends, and its signature over them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlencode

from django.conf import settings

from consent.vocabulary import Channel

INBOUND_PATH = "/hooks/twilio/inbound/"
STATUS_PATH = "/hooks/twilio/status/"
FORM = "application/x-www-form-urlencoded; charset=UTF-8"
SAMPLE_ACCOUNT = "AC7a0e1c9b5d4f4e6f8a2b3c4d5e6f7081"
MESSAGING_SERVICE = "MG1f2e3d4c5b6a798897a6b5c4d3e2f101"
SHOP_NUMBER = "+15035550100"
SHOP_PAGE = "108200000000123"
PREFIXES = {Channel.SMS: "", Channel.WHATSAPP: "whatsapp:", Channel.FACEBOOK: "messenger:"}


@dataclass(frozen=True, slots=True)
class SampleMessage:
    """A message that somebody sends. `sender` is an E.164 number, or a page-scoped id on Messenger.

    `opt_out_type` is what Twilio's Advanced Opt-Out says it was (STOP, START, HELP); empty where that is off.
    """

    channel: Channel
    sender: str
    body: str
    message_sid: str
    opt_out_type: str = ""
    name: str = ""
    country: str = "US"


def form_of(message: SampleMessage) -> dict[str, str]:
    """Return the parameters of Twilio's request, in its order."""
    shop = SHOP_PAGE if message.channel is Channel.FACEBOOK else SHOP_NUMBER
    prefix = PREFIXES[message.channel]
    sid = message.message_sid
    common = {
        "SmsMessageSid": sid,
        "NumMedia": "0",
        "SmsSid": sid,
        "SmsStatus": "received",
        "Body": message.body,
        "To": prefix + shop,
        "NumSegments": str(1 + len(message.body) // 153),
        "MessageSid": sid,
        "AccountSid": settings.TWILIO_ACCOUNT_SID or SAMPLE_ACCOUNT,
        "From": prefix + message.sender,
        "ApiVersion": "2010-04-01",
    }
    if message.channel is Channel.SMS:
        return _places(message) | common | _service(message)
    if message.channel is Channel.WHATSAPP:
        return _whatsapp(message) | common
    return common


def _places(message: SampleMessage) -> dict[str, str]:
    known = message.country == "US"
    return {
        "ToCountry": "US",
        "ToState": "OR",
        "ToCity": "PORTLAND",
        "ToZip": "97201",
        "FromCountry": message.country,
        "FromState": "OR" if known else "",
        "FromCity": "SALEM" if known else "",
        "FromZip": "97301" if known else "",
    }


def _service(message: SampleMessage) -> dict[str, str]:
    if not message.opt_out_type:
        return {}
    return {"OptOutType": message.opt_out_type, "MessagingServiceSid": MESSAGING_SERVICE}


def _whatsapp(message: SampleMessage) -> dict[str, str]:
    digits = message.sender.removeprefix("+")
    context = {"ProfileName": message.name, "WaId": digits}
    return {
        "ProfileName": message.name,
        "MessageType": "text",
        "WaId": digits,
        "ReferralNumMedia": "0",
        "ChannelMetadata": json.dumps({"type": "whatsapp", "data": {"context": context}}, separators=(",", ":")),
    }


def failure_form(
    channel: Channel, recipient: str, message_sid: str, error_code: str, *, at: datetime
) -> dict[str, str]:
    """Return the parameters of a status callback for a message of ours that did not arrive."""
    prefix = PREFIXES[channel]
    return {
        "ErrorCode": error_code,
        "ApiVersion": "2010-04-01",
        "MessageStatus": "undelivered",
        "RawDlrDoneDate": f"{at.astimezone(UTC):%y%m%d%H%M}",
        "SmsSid": message_sid,
        "SmsStatus": "undelivered",
        "To": prefix + recipient,
        "From": prefix + (SHOP_PAGE if channel is Channel.FACEBOOK else SHOP_NUMBER),
        "MessagingServiceSid": MESSAGING_SERVICE,
        "MessageSid": message_sid,
        "AccountSid": settings.TWILIO_ACCOUNT_SID or SAMPLE_ACCOUNT,
    }


def encode(params: Mapping[str, str]) -> bytes:
    """Return the request's body."""
    return urlencode(params).encode("ascii")


def sign(*, url: str, params: Mapping[str, str], auth_token: str) -> str:
    """Return the X-Twilio-Signature of a form posted to `url`.

    Source: Twilio, Webhooks security: URL, then each name and value in the order of the names; HMAC-SHA1, base64.
    """
    told = url + "".join(name + params[name] for name in sorted(params))
    return base64.b64encode(hmac.new(auth_token.encode(), told.encode(), hashlib.sha1).digest()).decode()


def signed_base(base: str) -> str:
    """Return the scheme and host that Twilio signs: PUBLIC_BASE_URL's if that is set, else `base`."""
    return settings.PUBLIC_BASE_URL or base.rstrip("/")
