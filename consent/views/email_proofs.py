"""Proving that a request is the e-mail provider's: a signature where the provider makes one, else its own password.

Anymail's validators do it where they are whole. Ours do it for Mailgun (age and replay), Amazon SES (the signature
itself) and Resend (without one more dependency).
"""

from __future__ import annotations

import hashlib
import hmac
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

import structlog
from anymail.exceptions import AnymailError, AnymailWebhookValidationFailure
from anymail.webhooks.base import AnymailBaseWebhookView
from anymail.webhooks.mailersend import MailerSendTrackingWebhookView
from anymail.webhooks.mailtrap import MailtrapTrackingWebhookView
from anymail.webhooks.mandrill import MandrillCombinedWebhookView
from anymail.webhooks.postal import PostalTrackingWebhookView
from anymail.webhooks.sendgrid import SendGridTrackingWebhookView
from anymail.webhooks.unisender_go import UnisenderGoTrackingWebhookView
from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest
from standardwebhooks.webhooks import EmptyWebhookSecretError, Webhook, WebhookVerificationError

from consent.providers import sns
from consent.providers.email import Unreadable
from consent.providers.email.mailgun_signature import SignatureBlock, Verdict, judge
from consent.providers.email.raw import canonical, load, reach, text
from consent.services import sns as sns_service
from consent.views.twilio import public_url

log = structlog.get_logger(__name__)

Secrets = Mapping[str, Sequence[str]]
ViewClass = Callable[..., Any]
"""One of anymail's webhook views, which has no types. Only its validators are used."""


@dataclass(frozen=True, slots=True)
class Proof:
    """The request is the provider's.

    `event_id` is the provider's id of the delivery, "" where it gives none; `identity` what is equal in a repeat, None
    for the whole body. `acknowledge` True: a test of the address, to be answered and not kept.
    """

    event_id: str = ""
    identity: bytes | None = None
    acknowledge: bool = False


class Unproven(Exception):
    """Nobody could have told that this is the provider. `cause` is counted; the door says how to answer it."""

    def __init__(self, cause: str = "signature") -> None:
        super().__init__("This does not prove to be the provider.")
        self.cause = cause


class Malformed(Exception):
    """No later try of this very request would be any better."""

    def __init__(self, cause: str, sentence: str) -> None:
        super().__init__(sentence)
        self.cause = cause


class NotNow(Exception):
    """It can't be told now; a later try may succeed."""


Prove = Callable[[HttpRequest, Secrets, datetime], Proof]
"""(request, the door's secrets, now) → Proof. Raises: Unproven, Malformed, NotNow."""


class _PasswordView(AnymailBaseWebhookView):  # anymail has no types
    esp_name = "e-mail"


def basic_auth(request: HttpRequest, secrets: Secrets, at: datetime) -> Proof:
    """Prove by the user and password in the webhook's URL ("user:password")."""
    pairs = tuple(secret for secret in secrets["basic_auth"] if ":" in secret)
    if not pairs:
        raise Unproven  # without any, the validator would let everybody in
    _validate(_PasswordView, {"webhook_secret": pairs}, request)
    return Proof()


def mailgun(request: HttpRequest, secrets: Secrets, at: datetime) -> Proof:
    """Prove by Mailgun's own signature block; a stale one is refused for good."""
    payload = _json(request.body)
    block = SignatureBlock.of(payload)
    verdict = judge(block, keys=secrets["signing_key"], at=at, max_age=settings.MAILGUN_SIGNATURE_MAX_AGE)
    if verdict is Verdict.WRONG:
        raise Unproven
    if verdict is Verdict.STALE:
        raise Malformed("stale", "The signature is too old, or from the future.")
    event = reach(payload, "event-data")
    if not isinstance(event, Mapping):
        raise Malformed("malformed", "The body has no event-data.")
    return Proof(event_id=block.token, identity=_spelling(event))


def amazon_ses(request: HttpRequest, secrets: Secrets, at: datetime) -> Proof:
    """Prove by Amazon's signature and the topic being ours. A subscription is confirmed on the way."""
    message = _json(request.body)
    if not isinstance(message, Mapping):
        raise Malformed("malformed", "The body is no SNS message.")
    if text(message, "TopicArn") not in secrets["topic_arns"]:
        raise Unproven("topic")
    try:
        if not sns_service.is_authentic(message):
            raise Unproven
        if message.get("Type") == sns.SUBSCRIPTION:
            sns_service.confirm_subscription(message)
    except sns_service.Unreachable as error:
        raise NotNow from error
    except sns_service.NotAmazon as error:
        raise Unproven("url") from error
    return Proof(event_id=text(message, "MessageId"), identity=_spelling([message.get("Type"), message.get("Message")]))


def resend(request: HttpRequest, secrets: Secrets, at: datetime) -> Proof:
    """Prove by Svix's signature, which Standard Webhooks took over under other header names."""
    headers = {f"webhook-{name}": request.headers.get(f"svix-{name}", "") for name in ("id", "timestamp", "signature")}
    if not any(_is_svix(secret, request.body, headers) for secret in secrets["signing_secret"]):
        raise Unproven
    return Proof(event_id=headers["webhook-id"])


def _is_svix(secret: str, body: bytes, headers: dict[str, str]) -> bool:
    try:
        Webhook(secret).verify(body, headers, json_parse=False)
    except (WebhookVerificationError, EmptyWebhookSecretError, ValueError):  # or a secret that was misspelt
        return False
    return True


def sendgrid(request: HttpRequest, secrets: Secrets, at: datetime) -> Proof:
    """Prove by SendGrid's signature where its key is set, else by the password in the URL."""
    if not secrets["verification_key"]:
        return basic_auth(request, secrets, at)
    return _by_key(SendGridTrackingWebhookView, "tracking_webhook_verification_key", "verification_key")(
        request, secrets, at
    )


def mandrill(request: HttpRequest, secrets: Secrets, at: datetime) -> Proof:
    """Prove by Mandrill's signature over the URL that it was given and the form."""
    return _by_key(MandrillCombinedWebhookView, "webhook_key", "webhook_key", webhook_url=public_url(request))(
        request, secrets, at
    )


MAILERSEND_TEST_SECRET = "test_Am3L1GuOIc4blLUuHqAPxxwkZaJyEk8G"  # noqa: S105 - public; MailerSend's documentation
"""MailerSend signs its test of a new address with this, and saves no webhook whose test is refused."""


def mailersend(request: HttpRequest, secrets: Secrets, at: datetime) -> Proof:
    """Prove by MailerSend's signature. Its test of the address is answered, and nothing else under that secret."""
    expected = hmac.new(MAILERSEND_TEST_SECRET.encode(), request.body, hashlib.sha256).hexdigest()
    given = request.headers.get("Signature", "")
    if hmac.compare_digest(given.encode(), expected.encode()):
        if text(_json(request.body), "type") == "webhook.test":
            return Proof(acknowledge=True)
        raise Unproven
    return _by_key(MailerSendTrackingWebhookView, "signing_secret", "signing_secret")(request, secrets, at)


def _by_key(view_class: ViewClass, setting: str, name: str, **more: str) -> Prove:
    """Return a proof by anymail's validator, with any of the keys: two are in force while one is replaced."""

    def prove(request: HttpRequest, secrets: Secrets, at: datetime) -> Proof:
        for key in secrets[name]:
            try:
                _validate(view_class, {setting: key, **more}, request)
            except Unproven:
                continue
            return Proof()
        raise Unproven

    return prove


mailtrap = _by_key(MailtrapTrackingWebhookView, "tracking_secret", "signing_secret")
postal = _by_key(PostalTrackingWebhookView, "webhook_key", "public_key")
unisender_go = _by_key(UnisenderGoTrackingWebhookView, "api_key", "api_key")


def _validate(view_class: ViewClass, options: Mapping[str, str | tuple[str, ...]], request: HttpRequest) -> None:
    """Run anymail's validators. Raises: Unproven, also where they stumble over what the request holds."""
    try:
        _validator(view_class, tuple(options.items())).run_validators(request)
    except AnymailWebhookValidationFailure as error:
        raise Unproven from error
    except (
        AnymailError,
        SuspiciousOperation,
        LookupError,
        TypeError,
        AttributeError,
        ValueError,
        RecursionError,
    ) as error:
        log.warning("email_proof_stumbled", view=repr(view_class), error=type(error).__name__)
        raise Unproven from error


@lru_cache(maxsize=64)
def _validator(view_class: ViewClass, options: tuple[tuple[str, str | tuple[str, ...]], ...]) -> Any:
    # No basic auth beside a signature, whatever anymail's own settings say.
    stated = {"webhook_secret": (), **dict(options)}
    with warnings.catch_warnings():
        # SendGrid's validator says that anymail can't test it any more; our own tests do, with real signatures.
        warnings.simplefilter("ignore")
        return view_class(**stated)


def _json(body: bytes) -> object:
    try:
        return load(body)
    except Unreadable as error:
        raise Malformed("malformed", str(error)) from error


def _spelling(value: object) -> bytes:
    try:
        return canonical(value)
    except Unreadable as error:
        raise Malformed("malformed", str(error)) from error
