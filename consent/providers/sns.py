"""Amazon SNS: whether a message is Amazon's own, and what it asks of its subscriber.

Anybody with an Amazon account can have SNS send a rightly signed message here, so the signature is half of the proof;
the topic, which is ours, is the other.
Source: Amazon SNS Developer Guide, "Verifying the signatures of Amazon SNS messages".
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from urllib.parse import parse_qs

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509 import load_pem_x509_certificate

NOTIFICATION = "Notification"
SUBSCRIPTION = "SubscriptionConfirmation"
UNSUBSCRIPTION = "UnsubscribeConfirmation"

# The whole URL is matched, because two libraries may read a crooked one as two different hosts.
_HOST = r"https://(sns\.[a-z0-9-]+\.amazonaws\.com(?:\.cn)?)"
_CERTIFICATE_URL = re.compile(rf"{_HOST}/SimpleNotificationService-[A-Za-z0-9]+\.pem")
_CONFIRMATION_URL = re.compile(rf"{_HOST}/\?([A-Za-z0-9%=&:._~+-]+)")

_SIGNED: Mapping[str, tuple[str, ...]] = {
    NOTIFICATION: ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"),
    SUBSCRIPTION: ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"),
    UNSUBSCRIPTION: ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"),
}
"""Which fields are signed, in their order."""

_HASHES: Mapping[str, type[hashes.SHA1] | type[hashes.SHA256]] = {"1": hashes.SHA1, "2": hashes.SHA256}


def is_certificate_url(url: str, *, topic_arn: str) -> bool:
    """Return whether a certificate from this URL can have signed a message of this topic.

    It is fetched by https from SNS in the topic's own region. Any other host would let a stranger choose whom we ask,
    and a name that does not exist would look like an Amazon that is out of reach.
    """
    found = _CERTIFICATE_URL.fullmatch(url)
    return found is not None and found[1] == _host_of(topic_arn)


def _host_of(topic_arn: str) -> str:
    _, partition, _, region, *_ = topic_arn.split(":") + [""] * 4
    return f"sns.{region}.amazonaws.com" + (".cn" if partition == "aws-cn" else "")


def is_confirmation_url(url: str, *, topic_arn: str) -> bool:
    """Return whether fetching this URL confirms a subscription to this topic, and does nothing else."""
    found = _CONFIRMATION_URL.fullmatch(url)
    if found is None:
        return False
    asked = parse_qs(found[2])
    return asked.get("Action") == ["ConfirmSubscription"] and asked.get("TopicArn") == [topic_arn]


def is_signed_by(message: Mapping[str, object], certificate: bytes) -> bool:
    """Return whether the holder of a PEM certificate signed the message (signature versions 1 and 2)."""
    text, algorithm = signed_text(message), _HASHES.get(str(message.get("SignatureVersion")))
    signature = message.get("Signature")
    if text is None or algorithm is None or not isinstance(signature, str):
        return False
    try:
        key = load_pem_x509_certificate(certificate).public_key()
        if not isinstance(key, rsa.RSAPublicKey):
            return False
        key.verify(base64.b64decode(signature, validate=True), text, padding.PKCS1v15(), algorithm())
    except (InvalidSignature, ValueError):
        return False
    return True


def signed_text(message: Mapping[str, object]) -> bytes | None:
    """Return what Amazon signs: each field's name and value on lines of their own. None where one is missing."""
    lines = []
    for name in _SIGNED.get(str(message.get("Type")), ()):
        value = message.get(name)
        if value is None and name == "Subject":
            continue
        if not isinstance(value, str):
            return None
        lines.append(f"{name}\n{value}\n")
    return "".join(lines).encode("utf-8", "surrogatepass") or None
