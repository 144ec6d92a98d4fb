"""The e-mail doors, a row each: how a provider proves itself, what it sends, and which answers it understands.

A status is chosen by what the provider does on it, so that it tries again when, and only when, that can help: see
docs/providers/.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.conf import settings

from consent.selectors.secrets import named_value, value_of
from consent.views import email_proofs as proofs

JSON = frozenset({"application/json"})
FORM = frozenset({"application/x-www-form-urlencoded"})
SNS = frozenset({"text/plain", "application/json"})  # SNS sends JSON as text, unless the topic says otherwise


@dataclass(frozen=True, slots=True)
class Door:
    """One provider's door.

    `unproven` answers a request that proves nothing: a status on which the provider comes again, because it may be
    our own key that is wrong. `malformed` and `conflict` end the matter. `later` asks for another try while the
    database or Amazon is out of reach. `probe` is the method by which the provider tests a new address.
    """

    prove: proofs.Prove
    content_types: frozenset[str] = JSON
    unproven: int = 403
    malformed: int = 400
    wrong_type: int = 415
    conflict: int = 409
    later: int = 503
    probe: str = ""


DOORS: Mapping[str, Door] = {
    "amazon_ses": Door(proofs.amazon_ses, SNS),
    "brevo": Door(proofs.basic_auth, unproven=429, later=429),  # every other 4xx and 5xx ends its tries
    "mailersend": Door(proofs.mailersend, unproven=429),  # every other 4xx ends its tries
    "mailgun": Door(proofs.mailgun, malformed=406, wrong_type=406, conflict=406),  # only 200 and 406 end its tries
    "mailjet": Door(proofs.basic_auth),
    "mailtrap": Door(proofs.mailtrap),
    "mandrill": Door(proofs.mandrill, FORM, probe="HEAD"),
    "postal": Door(proofs.postal),
    "postmark": Door(proofs.basic_auth, unproven=401),  # 403 ends its tries
    "resend": Door(proofs.resend),
    "sendgrid": Door(proofs.sendgrid),
    "sparkpost": Door(proofs.basic_auth),
    "unisender_go": Door(proofs.unisender_go, probe="GET"),
}

ALIASES: Mapping[str, str] = {"ses": "amazon_ses", "sendinblue": "brevo"}
"""Other names in the address of a door."""


def secrets_of(esp: str) -> proofs.Secrets:
    """Return what a door is locked with; every value may hold several, of which any fits."""
    if esp == "mailgun":
        key = value_of(esp, "signing_key", shipped=settings.MAILGUN_WEBHOOK_SIGNING_KEY)
        return {"signing_key": _several(key)}
    return {name: _secrets(esp, name, given) for name, given in settings.EMAIL_WEBHOOKS[esp].items()}


def _secrets(esp: str, name: str, shipped: list[str]) -> list[str]:
    named = named_value(esp, name)
    return [secret for secret in shipped if secret] if named is None else _several(named)


def _several(value: str) -> list[str]:
    return [each.strip() for each in value.split(",") if each.strip()]


def is_open(esp: str) -> bool:
    """Return whether a door has a secret. Without one it is closed."""
    return any(secrets_of(esp).values())
