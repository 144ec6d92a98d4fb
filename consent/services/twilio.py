"""Twilio's deliveries: from the stored form to the events it stands for."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from urllib.parse import parse_qsl

from django.db import connection
from django.db.models import Min

from consent import keywords
from consent.models import Delivery
from consent.providers import twilio_inbound, twilio_status
from consent.registry import KeywordsWhenAsked, registry
from consent.selectors import business_profile
from consent.selectors.business import default_region
from consent.selectors.codes import status_effects
from consent.selectors.questions import is_answer_awaited
from consent.selectors.words import words_of
from consent.services.inbox import Read, UnreadableDelivery, storable_id
from consent.services.ledger import Proof
from consent.services.messages import ReceivedMessage, receive, storable
from consent.services.recording import record_event
from consent.services.senders import meet_sender
from consent.values import ConsentEvent
from consent.vocabulary import ADDRESS_KIND_OF, Channel, MessageClass, Source
from contacts.normalize import InvalidAddress, normalize
from contacts.services import get_or_create_address
from contacts.values import Actor
from contacts.vocabulary import ActorKind

TWILIO = Actor(ActorKind.PROVIDER, "twilio", "Twilio")

Pairs = tuple[tuple[str, str], ...]

_ASKED_FOR_HELP = f"""
    SELECT 1 FROM consent_inboundmessage
    WHERE delivery_id = %s AND message_class = '{MessageClass.HELP}'
      AND NOT refused_inbound AND matched_by <> 'provider'
"""  # noqa: S608  a word of our own


# The signature, the event's id and the reader each need the pairs of the same body.
@lru_cache(maxsize=8)
def form_pairs(body: bytes) -> Pairs:
    """Return a form's names and values as sent, blanks kept. Bytes that are no UTF-8 come out as surrogates."""
    sent = body.decode("ascii", "surrogateescape")
    return tuple(parse_qsl(sent, keep_blank_values=True, errors="surrogateescape", max_num_fields=1000))


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
        address = normalize(ADDRESS_KIND_OF[message.channel], message.sender, region=default_region(), strict=False)
    except InvalidAddress as error:
        raise UnreadableDelivery(f"The sender is no address: {error}") from error
    sender = meet_sender(canonical=address, at=at)
    words = words_of(sender.words)
    reading = keywords.read(
        message.body,
        words=words,
        opt_out_type=message.opt_out_type,
        opt_in_pending=is_answer_awaited(
            body=message.body,
            words=words,
            address_id=sender.address_id,
            channel=message.channel,
            at=delivery.received_at,
        ),
        list_keywords=KeywordsWhenAsked(registry.list_keywords),
        button="\n".join(filter(None, (message.button_text, message.button_payload))),
    )
    said_by_provider = (message.opt_out_type or "").upper() == "STOP"
    receive(
        message=ReceivedMessage(
            delivery_id=delivery.pk,
            address_id=sender.address_id,
            channel=message.channel,
            body=message.body,
            reading=reading,
            occurred_at=delivery.received_at,
            provider_enforces=said_by_provider or (message.channel is Channel.SMS and message.bare_default_keyword),
            sent_to=message.sent_to,
        ),
        sender=sender,
        by=TWILIO,
        at=at,
    )
    return Read(asks_for_help=reading.message_class is MessageClass.HELP)


def reply_to(*, delivery_id: int) -> str:
    """Return what the sender of a message is answered at once: the help text to HELP, "" to everything else.

    Twilio has answered where it calls the message HELP itself. Who is blocked, or on inbound DND, gets no answer; who
    opted out does, because the carriers ask for it and it is no more than was asked for.
    Once: a repeat of the request is answered as the first one was.
    """
    with connection.cursor() as cursor:
        cursor.execute(_ASKED_FOR_HELP, [delivery_id])
        if cursor.fetchone() is None:
            return ""
    return business_profile().help_text.strip()


def read_status(delivery: Delivery, at: datetime) -> Read:
    """Read what became of a message that we sent (R03 to R06, R12, R13).

    The event's time is that of the message: the carrier's, or the first we heard of it, so that a late callback for a
    message older than a START changes nothing.
    """
    callback = twilio_status.parse(form_pairs(bytes(delivery.body)))
    if not callback.code:
        return Read(ignored=f"Status {callback.status or 'unknown'}: it says nothing about anybody's wish.")
    if callback.channel is None:
        raise UnreadableDelivery("The callback names no recipient on a channel that we know.")
    try:
        address = normalize(
            ADDRESS_KIND_OF[callback.channel], callback.recipient, region=default_region(), strict=False
        )
    except InvalidAddress as error:
        raise UnreadableDelivery(f"The recipient is no address: {error}") from error
    record_event(
        event=ConsentEvent(
            kind=twilio_status.effect_of(callback, status_effects("twilio")),
            channels=(callback.channel,),
            occurred_at=_message_time(delivery, callback),
            source=Source.PROVIDER,
            detail=storable(callback.code)[:80],
        ),
        address_id=get_or_create_address(canonical=address, at=at).pk,
        proof=Proof(delivery_id=delivery.pk),
        by=TWILIO,
        at=at,
    )
    return Read()


def _message_time(delivery: Delivery, callback: twilio_status.StatusCallback) -> datetime:
    """Return the newest time by which the message can have been made."""
    known = [delivery.received_at]
    if callback.failed_at is not None:
        known.append(callback.failed_at)
    if callback.message_sid:
        # Named one by one, because an index finds them; a prefix would read every delivery there is.
        earlier = Delivery.objects.filter(
            provider="twilio",
            event_id__in=[storable_id(f"{callback.message_sid}:{status}:") for status in twilio_status.BEFORE_FAILURE],
            received_at__lt=delivery.received_at,
        ).aggregate(first=Min("received_at"))["first"]
        if earlier is not None:
            known.append(earlier)
    return min(known)
