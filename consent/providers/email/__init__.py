"""E-mail providers: each turns its raw payload into facts, by a table of its own. None of them knows another."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from consent.providers.email import (
    amazon_ses,
    brevo,
    mailersend,
    mailgun,
    mailjet,
    mailtrap,
    mandrill,
    postal,
    postmark,
    resend,
    sendgrid,
    sparkpost,
    unisender_go,
)
from consent.providers.email.facts import EmailFact, Meaning, Unreadable

__all__ = ["READERS", "TITLES", "EmailFact", "Meaning", "Reader", "Unreadable"]

Reader = Callable[[bytes], list[EmailFact]]
"""(raw body) → what it says, an entry per event and recipient. Raises: Unreadable."""

READERS: Mapping[str, Reader] = {
    "amazon_ses": amazon_ses.facts,
    "brevo": brevo.facts,
    "mailersend": mailersend.facts,
    "mailgun": mailgun.facts,
    "mailjet": mailjet.facts,
    "mailtrap": mailtrap.facts,
    "mandrill": mandrill.facts,
    "postal": postal.facts,
    "postmark": postmark.facts,
    "resend": resend.facts,
    "sendgrid": sendgrid.facts,
    "sparkpost": sparkpost.facts,
    "unisender_go": unisender_go.facts,
}

TITLES: Mapping[str, str] = {
    "amazon_ses": "Amazon SES",
    "brevo": "Brevo",
    "mailersend": "MailerSend",
    "mailgun": "Mailgun",
    "mailjet": "Mailjet",
    "mailtrap": "Mailtrap",
    "mandrill": "Mandrill",
    "postal": "Postal",
    "postmark": "Postmark",
    "resend": "Resend",
    "sendgrid": "SendGrid",
    "sparkpost": "SparkPost",
    "unisender_go": "Unisender Go",
}
"""What staff read."""
