"""Talking to Amazon SNS: the certificate that proves a message, and the confirmation of a subscription."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

import requests
import structlog

from consent.providers import sns

log = structlog.get_logger(__name__)

TIMEOUT_SECONDS = (3.0, 5.0)
MAX_BYTES = 64 * 1024
_NEVER = frozenset({400, 403, 404, 410})
"""There is no such certificate, or nothing to confirm: another try would be answered the same."""

http = requests.Session()
"""What fetches, with the connections it keeps. Adapters may be mounted on it, say for a proxy of one's own."""


class Unreachable(Exception):
    """Amazon did not answer; a later try may succeed."""


class NotAmazon(Exception):
    """The message points somewhere else than to Amazon, or to what is not there."""


def is_authentic(message: Mapping[str, object]) -> bool:
    """Return whether Amazon signed an SNS message. The certificate is fetched once.

    Raises: NotAmazon; Unreachable.
    """
    url, topic_arn = message.get("SigningCertURL"), message.get("TopicArn")
    if not isinstance(url, str) or not sns.is_certificate_url(url, topic_arn=str(topic_arn)):
        raise NotAmazon(f"{url!r:.200} is no certificate of Amazon SNS in the topic's region.")
    return sns.is_signed_by(message, _certificate(url))


def confirm_subscription(message: Mapping[str, object]) -> None:
    """Tell SNS that we do want the messages of this topic.

    Once: confirming again changes nothing at Amazon.
    Raises: NotAmazon; Unreachable.
    """
    url, topic_arn = message.get("SubscribeURL"), message.get("TopicArn")
    if not isinstance(url, str) or not sns.is_confirmation_url(url, topic_arn=str(topic_arn)):
        raise NotAmazon(f"{url!r:.200} confirms no subscription of Amazon SNS.")
    _fetch(url)
    log.info("sns_subscription_confirmed", topic_arn=topic_arn)


def forget_certificates() -> None:
    """Fetch certificates anew from now on."""
    _certificate.cache_clear()


@lru_cache(maxsize=32)
def _certificate(url: str) -> bytes:
    certificate = _fetch(url)
    if b"-----BEGIN CERTIFICATE-----" not in certificate:
        raise NotAmazon(f"There is no certificate at {url}.")
    return certificate


def _fetch(url: str) -> bytes:
    try:
        with http.get(url, timeout=TIMEOUT_SECONDS, allow_redirects=False, stream=True) as answer:
            if answer.status_code in _NEVER:
                raise NotAmazon(f"Amazon answered {answer.status_code}.")
            if answer.status_code != requests.codes.ok:
                raise Unreachable(f"Amazon answered {answer.status_code}.")
            body = answer.raw.read(MAX_BYTES + 1, decode_content=True)
    except (requests.RequestException, OSError) as error:
        raise Unreachable(type(error).__name__) from error
    if len(body) > MAX_BYTES:
        raise Unreachable("Amazon sent more than a certificate.")
    return bytes(body)
