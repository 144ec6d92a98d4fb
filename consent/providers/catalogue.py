"""Every provider whose requests we understand: its doors, what locks them, and what to do in its console.

Secrets are named here by the environment's variable, and known here by nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from consent.vocabulary import Channel


@dataclass(frozen=True, slots=True)
class Door:
    """An address that the provider is given. `name` is what deliveries and refusals are kept under."""

    name: str
    path: str
    what: str
    channels: frozenset[Channel]


@dataclass(frozen=True, slots=True)
class Secret:
    """What locks the doors: the name of the environment's variable, never its value.

    `locks_a_door` False: our own key to the provider's API, which no STOP waits for.
    """

    purpose: str
    variable: str
    what: str
    locks_a_door: bool = True


@dataclass(frozen=True, slots=True)
class Provider:
    """One provider. `steps` tell what to configure there, `test` how to see that it works.

    `for_calls` are the steps and the test of the calls' channel, where they differ.
    """

    code: str
    title: str
    doors: tuple[Door, ...]
    secrets: tuple[Secret, ...]
    steps: tuple[str, ...]
    test: str
    account: str = "Account"
    for_calls: tuple[tuple[str, ...], str] | None = None

    @property
    def channels(self) -> frozenset[Channel]:
        return frozenset().union(*(door.channels for door in self.doors))

    def set_up(self, channel: Channel) -> tuple[tuple[str, ...], str]:
        """Return what to configure there for a channel, and how to see that it works."""
        return self.for_calls if channel is Channel.CALL and self.for_calls else (self.steps, self.test)


_MESSAGES = frozenset({Channel.SMS, Channel.WHATSAPP, Channel.FACEBOOK})
_EMAIL = frozenset({Channel.EMAIL})
_BASIC = "user:password, as in the address that the provider is given"

TWILIO = Provider(
    "twilio",
    "Twilio",
    (
        Door("twilio.inbound", "/hooks/twilio/inbound/", "A message comes in: webhook, HTTP POST", _MESSAGES),
        Door("twilio.status", "/hooks/twilio/status/", "Delivery status callback", _MESSAGES),
        Door("twilio.voice", "/hooks/twilio/voice/", "A call comes in; call status changes", frozenset({Channel.CALL})),
    ),
    (Secret("auth_token", "TWILIO_AUTH_TOKEN", "the account's auth token, which signs every request"),),
    (
        "Give these addresses to the messaging service, or to the number.",
        "Switch Advanced Opt-Out on, so that Twilio says what it took for STOP, START and HELP.",
        "Append #rc=5&rp=all to each address, so that Twilio asks again after a failure.",
    ),
    "Text STOP to the number: the contact's page shows it at once. Then START.",
    account="Account SID",
    for_calls=(
        (
            "Give this address to the number, under Voice: for a call that comes in and for call status changes.",
            "Append #rc=5&rp=all to it, so that Twilio asks again after a failure.",
        ),
        "Call the number: Deliveries shows the call at once.",
    ),
)
META = Provider(
    "meta",
    "Meta",
    (Door("meta", "/hooks/meta/", "Callback URL", frozenset({Channel.WHATSAPP, Channel.FACEBOOK})),),
    (
        Secret("app_secret", "META_APP_SECRET", "the app's secret, which signs every request"),
        Secret("verify_token", "META_VERIFY_TOKEN", "a word of your own that Meta sends at set-up"),
    ),
    (
        "In the app's dashboard, under Webhooks, give the callback URL and the verify token.",
        "WhatsApp: subscribe to messages and user_preferences.",
        "Page: subscribe to messages, messaging_postbacks and messaging_optins.",
    ),
    "Verify and save there: a green tick means that the token is right.",
    account="App id",
)


def _email(code: str, title: str, step: str, *secrets: Secret, account: str = "Account") -> Provider:
    door = Door(f"email.{code}", f"/hooks/email/{code}/", "Webhook", _EMAIL)
    test = "Use the provider's own test, a dead address, or the command on its page under docs/providers."
    return Provider(code, title, (door,), secrets, (step,), test, account)


_ALL = (
    TWILIO,
    META,
    _email(
        "mailgun",
        "Mailgun",
        "Send → Webhooks: permanent and temporary failure, delivered, spam complaints, unsubscribes.",
        Secret("signing_key", "MAILGUN_WEBHOOK_SIGNING_KEY", "the HTTP webhook signing key"),
        Secret(
            "api_key",
            "MAILGUN_API_KEY",
            "an API key: compares Mailgun's suppression lists and cleans them",
            locks_a_door=False,
        ),
        account="Sending domains, comma-separated",
    ),
    _email(
        "amazon_ses",
        "Amazon SES",
        "An SNS topic that SES publishes to, with an HTTPS subscription to this address, raw delivery off.",
        Secret("topic_arns", "AMAZON_SES_TOPIC_ARNS", "the ARNs of the topics that are believed"),
    ),
    _email(
        "brevo",
        "Brevo",
        "Transactional → Settings → Webhook, with basic authentication.",
        Secret("basic_auth", "BREVO_WEBHOOK_SECRET", _BASIC),
    ),
    _email(
        "mailersend",
        "MailerSend",
        "Domains → Webhooks: delivered, bounces, complaints, unsubscribed.",
        Secret("signing_secret", "MAILERSEND_WEBHOOK_SIGNING_SECRET", "the webhook's signing secret"),
    ),
    _email(
        "mailjet",
        "Mailjet",
        "Account → Event notifications: sent, bounce, blocked, spam, unsub.",
        Secret("basic_auth", "MAILJET_WEBHOOK_SECRET", _BASIC),
    ),
    _email(
        "mailtrap",
        "Mailtrap",
        "Settings → Webhooks, in JSON.",
        Secret("signing_secret", "MAILTRAP_WEBHOOK_SIGNING_SECRET", "the webhook's signature secret"),
    ),
    _email(
        "mandrill",
        "Mandrill",
        "Settings → Webhooks: sent, bounces, rejected, spam, unsubscribed.",
        Secret("webhook_key", "MANDRILL_WEBHOOK_KEY", "the webhook's key"),
    ),
    _email(
        "postal",
        "Postal",
        "Mail server → Webhooks, with signed requests.",
        Secret("public_key", "POSTAL_WEBHOOK_PUBLIC_KEY", "the server's public key"),
    ),
    _email(
        "postmark",
        "Postmark",
        "Server → Webhooks: delivery, bounce, spam complaint, subscription change.",
        Secret("basic_auth", "POSTMARK_WEBHOOK_SECRET", _BASIC),
    ),
    _email(
        "resend",
        "Resend",
        "Webhooks: delivered, delayed, bounced, complained, failed.",
        Secret("signing_secret", "RESEND_WEBHOOK_SIGNING_SECRET", "the webhook's signing secret"),
    ),
    _email(
        "sendgrid",
        "SendGrid",
        "Settings → Mail settings → Event webhook, signed.",
        Secret("verification_key", "SENDGRID_WEBHOOK_VERIFICATION_KEY", "the verification key of signed webhooks"),
        Secret("basic_auth", "SENDGRID_WEBHOOK_SECRET", f"only without signing: {_BASIC}"),
    ),
    _email(
        "sparkpost",
        "SparkPost",
        "Webhooks, with basic authentication.",
        Secret("basic_auth", "SPARKPOST_WEBHOOK_SECRET", _BASIC),
    ),
    _email(
        "unisender_go",
        "Unisender Go",
        "Webhooks, in JSON.",
        Secret("api_key", "UNISENDER_GO_API_KEY", "the API key, which signs every request"),
    ),
)

PROVIDERS: Mapping[str, Provider] = {each.code: each for each in _ALL}


def provider_named(name: str) -> Provider | None:
    """Return the provider of this code or title, in any case; None for one that we have no door for."""
    wanted = name.strip().casefold()
    return next((each for each in _ALL if wanted in {each.code, each.title.casefold()}), None)
