"""Knocking at the doors as providers do: real parameter sets, real signatures."""

from __future__ import annotations

import base64
import hashlib
import hmac
import uuid
from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpResponse
from django.test import Client

INBOUND = "/hooks/twilio/inbound/"
STATUS = "/hooks/twilio/status/"
FORM = "application/x-www-form-urlencoded"

Pairs = Sequence[tuple[str, str]]


def sid(prefix: str = "SM") -> str:
    return f"{prefix}{uuid.uuid4().hex}"


def sms(sender: str, body: str, **more: str) -> dict[str, str]:
    """Return the parameters that Twilio sends with a text message."""
    message = more.pop("MessageSid", sid())
    return {
        "ToCountry": "US",
        "ToState": "OR",
        "SmsMessageSid": message,
        "NumMedia": "0",
        "ToCity": "",
        "FromZip": "97301",
        "SmsSid": message,
        "FromState": "OR",
        "SmsStatus": "received",
        "FromCity": "SALEM",
        "Body": body,
        "FromCountry": "US",
        "To": "+15035550100",
        "ToZip": "97201",
        "NumSegments": "1",
        "MessageSid": message,
        "AccountSid": "AC" + "5d" * 16,
        "From": sender,
        "ApiVersion": "2010-04-01",
        **more,
    }


def callback(recipient: str, code: str, *, status: str = "undelivered", **more: str) -> dict[str, str]:
    """Return the parameters of a status callback."""
    message = more.pop("MessageSid", sid())
    errors = {"ErrorCode": code} if code else {}
    return {
        "ApiVersion": "2010-04-01",
        "MessageStatus": status,
        "SmsSid": message,
        "SmsStatus": status,
        "To": recipient,
        "From": "+15035550100",
        "MessageSid": message,
        "AccountSid": "AC" + "5d" * 16,
        **errors,
        **more,
    }


def twilio_signature(path: str, pairs: Pairs, *, token: str | None = None) -> str:
    """Sign as Twilio's documentation tells, written apart from the product's own check."""
    text = f"http://testserver{path}" + "".join(name + value for name, value in sorted(set(pairs)))
    key = (settings.TWILIO_AUTH_TOKEN if token is None else token).encode()
    return base64.b64encode(hmac.new(key, text.encode("utf-8", "surrogateescape"), hashlib.sha1).digest()).decode()


def encoded(form: Mapping[str, str] | Pairs) -> str:
    """Return a form as its body."""
    return urlencode(list(form.items()) if isinstance(form, Mapping) else form, errors="surrogateescape")


def knock(
    path: str,
    form: Mapping[str, str] | Pairs,
    *,
    token: str | None = None,
    signature: str | None = None,
    client: Client | None = None,
) -> HttpResponse:
    """Post a signed form to a door and return the answer."""
    pairs = list(form.items()) if isinstance(form, Mapping) else list(form)
    given = twilio_signature(path, pairs, token=token) if signature is None else signature
    return (client or Client()).post(
        path,
        data=encoded(pairs),
        content_type=FORM,
        headers={"X-Twilio-Signature": given} if given else {},
    )
