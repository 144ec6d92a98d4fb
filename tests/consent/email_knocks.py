"""Knocking at the e-mail doors as providers do. Signatures are written from the providers' documentation, apart from
the product's own checks."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from tests.consent.amazon import TOPIC_ARN, sns_message

SAMPLES = Path(__file__).parent.parent / "samples"
ESPS = sorted(path.parent.name for path in SAMPLES.glob("*/events.json"))
JSON = "application/json"
FORM = "application/x-www-form-urlencoded"

MAILGUN_KEY = "a-mailgun-signing-key-of-the-tests"
PASSWORD = "desk:a long password"
HMAC_SECRET = "an-hmac-secret-of-the-tests"
SVIX_SECRET = "whsec_" + base64.b64encode(b"a svix secret of the tests").decode()


@cache
def postal_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@cache
def sendgrid_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def public_part(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> str:
    """Return a public key as providers print it: base64 without the PEM's frame."""
    der = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(der).decode()


def lock_doors(settings: Any) -> None:
    """Give every e-mail door the secret that these knocks fit."""
    settings.MAILGUN_WEBHOOK_SIGNING_KEY = MAILGUN_KEY
    settings.EMAIL_WEBHOOKS = {
        "amazon_ses": {"topic_arns": [TOPIC_ARN]},
        "brevo": {"basic_auth": [PASSWORD]},
        "mailersend": {"signing_secret": [HMAC_SECRET]},
        "mailjet": {"basic_auth": [PASSWORD]},
        "mailtrap": {"signing_secret": [HMAC_SECRET]},
        "mandrill": {"webhook_key": [HMAC_SECRET]},
        "postal": {"public_key": [public_part(postal_key())]},
        "postmark": {"basic_auth": [PASSWORD]},
        "resend": {"signing_secret": [SVIX_SECRET]},
        "sendgrid": {"verification_key": [public_part(sendgrid_key())], "basic_auth": []},
        "sparkpost": {"basic_auth": [PASSWORD]},
        "unisender_go": {"api_key": [HMAC_SECRET]},
    }


def close_doors(settings: Any) -> None:
    settings.MAILGUN_WEBHOOK_SIGNING_KEY = ""
    settings.EMAIL_WEBHOOKS = {esp: {name: [] for name in secrets} for esp, secrets in settings.EMAIL_WEBHOOKS.items()}


@dataclass(frozen=True)
class Knock:
    """One request at a door."""

    path: str
    body: bytes
    content_type: str = JSON
    headers: Mapping[str, str] = field(default_factory=dict)

    def send(self, client: Client | None = None) -> HttpResponse:
        return (client or Client()).generic(
            "POST", self.path, self.body, content_type=self.content_type, headers=dict(self.headers)
        )

    def request(self) -> HttpRequest:
        """Return the request itself, for calling a view without the middleware around it."""
        return RequestFactory().generic(
            "POST", self.path, self.body, content_type=self.content_type, headers=dict(self.headers)
        )

    def with_body(self, body: bytes) -> Knock:
        return replace(self, body=body)


def sample(esp: str, name: str) -> Any:
    """Return one payload as the provider sends it, without its envelope."""
    return samples(esp)[name]


def samples(esp: str) -> dict[str, Any]:
    return json.loads((SAMPLES / esp / "events.json").read_text())


def body_of(esp: str, payload: Any) -> bytes:
    """Return the unsigned body in which a payload travels."""
    match esp:
        case "mailgun":
            return json.dumps({"event-data": payload}).encode()
        case "mandrill":
            return urlencode({"mandrill_events": json.dumps(payload)}).encode()
        case "amazon_ses":
            return json.dumps(sns_message(json.dumps(payload))).encode()
    return json.dumps(payload).encode()


def knock(esp: str, payload: Any = None, *, body: bytes | None = None, key: Any = None, **how: Any) -> Knock:
    """Return an authentic request with a payload, or with any body that its provider can sign."""
    made = body_of(esp, payload) if body is None else body
    return PROVE[esp](Knock(f"/hooks/email/{esp}/", made), key, **how)


def sns(**fields: str) -> Knock:
    """Return a signed message of SNS. `text` is what it carries; a complaint unless told."""
    text = fields.pop("text", json.dumps(sample("amazon_ses", "complaint_abuse")))
    return knock("amazon_ses", body=json.dumps(sns_message(text, **fields)).encode())


def _mailgun(bare: Knock, key: Any, *, token: str = "", at: float | None = None) -> Knock:
    """Put a signature block into the body. A body that is no JSON object can't carry one and stays as it is."""
    try:
        told = json.loads(bare.body)
    except (ValueError, RecursionError):
        return bare
    if not isinstance(told, dict):
        return bare
    block = mailgun_block(key or MAILGUN_KEY, token=token, at=at)
    return bare.with_body(json.dumps({**told, "signature": block}).encode())


def mailgun_block(key: str = MAILGUN_KEY, *, token: str = "", at: float | None = None) -> dict[str, str]:
    token = token or uuid.uuid4().hex + uuid.uuid4().hex[:18]
    timestamp = str(int(time.time() if at is None else at))
    signature = hmac.new(key.encode(), f"{timestamp}{token}".encode(), hashlib.sha256).hexdigest()
    return {"timestamp": timestamp, "token": token, "signature": signature}


def _basic(bare: Knock, key: Any) -> Knock:
    pair = base64.b64encode((key or PASSWORD).encode()).decode()
    return replace(bare, headers={"Authorization": f"Basic {pair}"})


def _hmac_header(name: str) -> Callable[[Knock, Any], Knock]:
    def sign(bare: Knock, key: Any) -> Knock:
        mac = hmac.new((key or HMAC_SECRET).encode(), bare.body, hashlib.sha256).hexdigest()
        return replace(bare, headers={name: mac})

    return sign


def _mandrill(bare: Knock, key: Any) -> Knock:
    request = RequestFactory().post(bare.path, data=bare.body, content_type=FORM)
    signed = f"http://testserver{bare.path}" + "".join(
        name + value for name, value in sorted(request.POST.dict().items())
    )
    mac = hmac.new((key or HMAC_SECRET).encode(), signed.encode("utf-8", "surrogatepass"), hashlib.sha1).digest()
    return replace(bare, content_type=FORM, headers={"X-Mandrill-Signature": base64.b64encode(mac).decode()})


def _postal(bare: Knock, key: Any) -> Knock:
    signature = (key or postal_key()).sign(bare.body, padding.PKCS1v15(), hashes.SHA1())
    return replace(bare, headers={"X-Postal-Signature": base64.b64encode(signature).decode()})


def _resend(bare: Knock, key: Any, *, message_id: str = "", at: float | None = None) -> Knock:
    message_id = message_id or f"msg_{uuid.uuid4().hex}"
    timestamp = str(int(time.time() if at is None else at))
    secret = base64.b64decode((key or SVIX_SECRET).removeprefix("whsec_"))
    mac = hmac.new(secret, f"{message_id}.{timestamp}.".encode() + bare.body, hashlib.sha256).digest()
    return replace(
        bare,
        headers={
            "svix-id": message_id,
            "svix-timestamp": timestamp,
            "svix-signature": f"v1,{base64.b64encode(mac).decode()}",
        },
    )


def _sendgrid(bare: Knock, key: Any) -> Knock:
    timestamp = str(int(time.time()))
    signature = (key or sendgrid_key()).sign(timestamp.encode() + bare.body, ec.ECDSA(hashes.SHA256()))
    return replace(
        bare,
        headers={
            "X-Twilio-Email-Event-Webhook-Timestamp": timestamp,
            "X-Twilio-Email-Event-Webhook-Signature": base64.b64encode(signature).decode(),
        },
    )


def _unisender_go(bare: Knock, key: Any) -> Knock:
    """Put the hash into the body's `auth`; a body that is no JSON object can't carry one and stays as it is."""
    try:
        told = json.loads(bare.body)
    except (ValueError, RecursionError):
        return bare
    if not isinstance(told, dict):
        return bare
    secret, place = key or HMAC_SECRET, "0" * 32
    written = json.dumps({**told, "auth": place}).encode()
    mac = hashlib.md5(written.replace(place.encode(), secret.encode())).hexdigest()
    return bare.with_body(written.replace(place.encode(), mac.encode()))


def _amazon_ses(bare: Knock, key: Any) -> Knock:
    """SNS messages are signed where they are made (tests.consent.amazon)."""
    return replace(bare, content_type="text/plain; charset=UTF-8")


PROVE: dict[str, Callable[..., Knock]] = {
    "amazon_ses": _amazon_ses,
    "brevo": _basic,
    "mailersend": _hmac_header("Signature"),
    "mailgun": _mailgun,
    "mailjet": _basic,
    "mailtrap": _hmac_header("Mailtrap-Signature"),
    "mandrill": _mandrill,
    "postal": _postal,
    "postmark": _basic,
    "resend": _resend,
    "sendgrid": _sendgrid,
    "sparkpost": _basic,
    "unisender_go": _unisender_go,
}

COMPLAINTS = {
    "amazon_ses": "complaint_abuse",
    "brevo": "spam",
    "mailersend": "spam_complaint",
    "mailgun": "complained",
    "mailjet": "spam",
    "mailtrap": "spam",
    "mandrill": "spam",
    "postal": "failed",  # Postal tells of no complaints
    "postmark": "spam_complaint",
    "resend": "complained",
    "sendgrid": "spamreport",
    "sparkpost": "spam_complaint",
    "unisender_go": "spam",
}
"""The sample of each provider that silences most."""
