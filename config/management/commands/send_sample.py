"""Send a sample message to a running desk, as Twilio would: signed, with every parameter."""

from __future__ import annotations

import secrets
from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

import requests
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.urls import reverse

from config.demo import sample_messages
from config.demo.cast import TOUR
from config.demo.people import read_people
from config.demo.sample_messages import FORM, INBOUND_PATH, SampleMessage
from consent.models import InboundMessage, LedgerEntry
from consent.selectors.business import default_region
from consent.selectors.secrets import value_of
from consent.vocabulary import ADDRESS_KIND_OF, Channel
from contacts.models import Contact
from contacts.normalize import InvalidAddress, normalize

CHANNELS = {"sms": Channel.SMS, "whatsapp": Channel.WHATSAPP, "messenger": Channel.FACEBOOK}
KEYWORDS = frozenset({"stop", "start", "help"})


class Command(BaseCommand):
    help = "Send a signed sample message to a running desk, as Twilio would, and say what it did."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("text", help="stop, start, help, or any text in quotes")
        parser.add_argument(
            "--from", dest="sender", default="", help="number or Messenger id (default: a demo contact)"
        )
        parser.add_argument("--channel", choices=list(CHANNELS), default="sms", help="default: sms")
        parser.add_argument("--url", default="http://127.0.0.1:8000", help="where the desk runs (default: %(default)s)")

    def handle(self, *args: Any, text: str, sender: str, channel: str, url: str, **options: Any) -> None:
        message = sample(text, channel=CHANNELS[channel], sender=sender)
        answer = post(message, url=url.rstrip("/"))
        self.stdout.write(f"Sent:     “{message.body}” from {message.sender} by {message.channel.label}")
        self.stdout.write(f"Answered: {answer.status_code} {answer.text.strip()[:200]}")
        if answer.status_code != 200:
            raise CommandError(
                "The desk refused the message. Both need the same TWILIO_AUTH_TOKEN, and the same PUBLIC_BASE_URL "
                "if one is set; run this in the desk's own checkout."
            )
        for line in what_it_did(message.message_sid, url=url.rstrip("/")):
            self.stdout.write(line)


def sample(text: str, *, channel: Channel, sender: str) -> SampleMessage:
    """Return the message to send. A keyword on SMS comes with the word that Advanced Opt-Out adds.

    Raises: CommandError for a sender that could be nobody's.
    """
    keyword = text.upper() if text.lower() in KEYWORDS else ""
    person = next(person for person in read_people() if person.key == TOUR)
    usual = person.messenger if channel is Channel.FACEBOOK else person.number
    try:
        address = normalize(ADDRESS_KIND_OF[channel], sender or usual, region=default_region())
    except InvalidAddress as error:
        raise CommandError(f"--from: {error}") from error
    return SampleMessage(
        channel=channel,
        sender=address.value,
        body=keyword or text,
        message_sid=f"SM{secrets.token_hex(16)}",
        opt_out_type=keyword if channel is Channel.SMS else "",
        name=person.name,
    )


def post(message: SampleMessage, *, url: str) -> requests.Response:
    """Post the message as Twilio does, and return the answer. Raises: CommandError where nobody listens."""
    params = sample_messages.form_of(message)
    signed_url = sample_messages.signed_base(url) + INBOUND_PATH
    auth_token = value_of("twilio", "auth_token", shipped=settings.TWILIO_AUTH_TOKEN)
    signature = sample_messages.sign(url=signed_url, params=params, auth_token=auth_token)
    session = requests.Session()
    # A desk of one's own: a proxy that the environment names would only stand in the way.
    session.trust_env = False
    try:
        return session.post(
            url + INBOUND_PATH,
            data=sample_messages.encode(params),
            headers={"Content-Type": FORM, "X-Twilio-Signature": signature},
            timeout=30,
        )
    except requests.RequestException as error:
        raise CommandError(f"Nobody answers at {url}. Start the desk first (make run), or name its --url.") from error


def what_it_did(message_sid: str, *, url: str) -> Iterator[str]:
    """Yield how the message was read, what it changed, and where to look, as lines for the console."""
    message = InboundMessage.objects.filter(delivery__event_id=message_sid).select_related("address").first()
    if message is None:
        yield "It is stored, and not read yet; or the desk keeps it in another database than ours."
        return
    yield f"Read as:  {message.get_message_class_display()} (rule {message.rule})"
    entries = list(LedgerEntry.objects.filter(message_id=message.pk).order_by("id"))
    names = Contact.objects.in_bulk({entry.contact_id for entry in entries if entry.contact_id is not None})
    for entry in entries:
        who = str(names.get(entry.contact_id, message.address))
        reason = f": {entry.get_reason_display()}" if entry.reason else ""
        yield f"Did:      {who}, {entry.get_channel_display()}: {entry.get_effect_display()}{reason} ({entry.rule})"
    for contact in names.values():
        yield f"Look:     {url}{reverse('admin:contacts_contact_change', args=[contact.pk])}"
    if not names:
        yield f"Nobody holds {message.address}; whoever does one day is silenced from the first second."
