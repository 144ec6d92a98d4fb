"""Twilio's deliveries: from the stored form to the events it stands for."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import parse_qsl

from contacts.normalize import InvalidAddress, normalize
from contacts.services import get_or_create_address
from django.conf import settings

from consent import keywords
from consent.models import Delivery
from consent.providers import twilio_inbound
from consent.registry import registry
from consent.selectors.words import word_lists
from consent.services.inbox import Read, UnreadableDelivery
from consent.services.messages import ReceivedMessage, receive
from consent.vocabulary import ADDRESS_KIND_OF, Channel
from contacts.values import Actor
from contacts.vocabulary import ActorKind

TWILIO = Actor(ActorKind.PROVIDER, "twilio", "Twilio")

Pairs = list[tuple[str, str]]


def form_pairs(body: bytes) -> Pairs:
    """Return a form's names and values as sent, blanks kept. Bytes that are no UTF-8 come out as surrogates."""
    return parse_qsl(
        body.decode("ascii", "surrogateescape"), keep_blank_values=True, errors="surrogateescape", max_num_fields=1000
    )


def read_inbound(delivery: Delivery, at: datetime) -> Read:
    """Read one message that a person sent us: SMS, WhatsApp or Messenger.

    Raises: UnreadableDelivery where it names no sender that could be anybody's.
    """
    message = twilio_inbound.parse(form_pairs(bytes(delivery.body)))
    if message.is_short_code_sender:
        return Read(ignored="The sender is a short code, which is nobody's number.")
    if message.channel is None:
        raise UnreadableDelivery(f"The sender “{message.sender}” is on no channel that we know.")
    try:
        address = normalize(
            ADDRESS_KIND_OF[message.channel], message.sender, region=settings.DEFAULT_REGION, strict=False
        )
    except InvalidAddress as error:
        raise UnreadableDelivery(f"The sender is no address: {error}") from error
    reading = keywords.read(
        message.body,
        words=word_lists(),
        opt_out_type=message.opt_out_type,
        list_keywords=registry.list_keywords(),
        button=message.button_text or message.button_payload,
    )
    said_by_provider = (message.opt_out_type or "").upper() == "STOP"
    receive(
        message=ReceivedMessage(
            delivery_id=delivery.pk,
            address_id=get_or_create_address(canonical=address, at=at).pk,
            channel=message.channel,
            body=message.body,
            reading=reading,
            occurred_at=delivery.received_at,
            provider_enforces=said_by_provider or (message.channel is Channel.SMS and message.bare_default_keyword),
            sent_to=message.sent_to,
        ),
        by=TWILIO,
        at=at,
    )
    return Read()
