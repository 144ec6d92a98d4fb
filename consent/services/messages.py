"""A person's message: read it, record what it does to consent, and hand it on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from consent import selectors
from consent.keywords import CARRIER_OPT_IN_WORDS
from consent.models import InboundMessage
from consent.registry import HandledMessage, registry
from consent.selectors.inbound import refusing
from consent.services.ledger import Proof
from consent.services.recording import Recorded, record_from
from consent.services.rows import insert
from consent.services.senders import Sender, lock_sender
from consent.values import ConsentEvent, Reading
from consent.vocabulary import Channel, Direction, EventKind, MessageClass, Signal, Source
from contacts.values import Actor

_SIGNALS = {
    Signal.WRONG_NUMBER: EventKind.TEXT_WRONG_NUMBER,
    Signal.DECEASED: EventKind.TEXT_DECEASED,
    Signal.HOSTILE: EventKind.TEXT_HOSTILE,
}
_CLASSES = {
    MessageClass.OPT_OUT: EventKind.TEXT_OPT_OUT,
    MessageClass.OPT_IN: EventKind.TEXT_OPT_IN_WORD,
    MessageClass.HELP: EventKind.TEXT_HELP,
    MessageClass.LIST_KEYWORD: EventKind.TEXT_LIST_KEYWORD,
    MessageClass.REVIEW_HOLD: EventKind.TEXT_AMBIGUOUS,
    MessageClass.SOFT: EventKind.TEXT_SOFT,
    MessageClass.NONE: EventKind.TEXT_OTHER,
}


@dataclass(frozen=True, slots=True)
class ReceivedMessage:
    """One message as a door hands it over: who sent it, on which channel, and how it was read.

    `provider_enforces` says that the provider itself now refuses to send to this person (R03). `told_as` is what the
    app says that it was, where it was a choice in the app's own settings and no text.
    """

    delivery_id: int
    address_id: int
    channel: Channel
    body: str
    reading: Reading
    occurred_at: datetime
    provider_enforces: bool = False
    told_as: EventKind | None = None
    sent_to: str = ""
    position: int = 0


def event_kinds(message: ReceivedMessage, *, any_message_opts_in: Callable[[], bool]) -> tuple[EventKind, ...]:
    """Return what a message is an event of: an enforced STOP is two, ours and the provider's."""
    reading = message.reading
    if message.told_as is not None:
        return (message.told_as,)
    if reading.signal is not None:
        return (_SIGNALS[reading.signal],)
    kind = _CLASSES[reading.message_class]
    if kind is EventKind.TEXT_OPT_IN_WORD and (
        reading.matched_by == "provider" or reading.matched in CARRIER_OPT_IN_WORDS
    ):
        kind = EventKind.TEXT_OPT_IN
    if kind is EventKind.TEXT_OTHER and any_message_opts_in():
        kind = EventKind.TEXT_ANY
    if kind is EventKind.TEXT_OPT_OUT and message.provider_enforces:
        return (kind, EventKind.PROVIDER_OPT_OUT)
    return (kind,)


_OPTS_IN = {EventKind.TEXT_OPT_IN, EventKind.TEXT_OPT_IN_WORD, EventKind.TEXT_ANY, EventKind.MARKETING_RESUME}


def receive(*, message: ReceivedMessage, by: Actor, at: datetime, sender: Sender | None = None) -> list[Recorded]:
    """Store a message and record what it does, in the caller's transaction.

    Consent is read before anything else can refuse the message, so that a blocked contact's STOP is never lost. What
    a blocked or inbound-DND contact wrote is marked `refused_inbound`: it belongs in no conversation and gets no reply.
    Shape: `sender` where it was locked in this transaction to read the message, and nothing has changed since.
    Once: the delivery's position is unique; a repeat raises IntegrityError and undoes nothing that stands.
    Source: docs/rules.md, rows R01 to R03, R12, R13, R18 to R22, R30 to R33, R35, L01 to L04.
    """
    sender = sender or lock_sender(address_id=message.address_id)
    kinds = event_kinds(message, any_message_opts_in=any_message_opts_in)
    reading = message.reading
    refused_by = refusing(sender.standing, channel=message.channel)
    message_id = _store(message, opts_in=bool(_OPTS_IN.intersection(kinds)), refused=refused_by is not None, at=at)
    proof = Proof(message_id=message_id, delivery_id=message.delivery_id)
    events = [
        ConsentEvent(
            kind=kind,
            channels=(message.channel,),
            occurred_at=message.occurred_at,
            source=Source.CONTACT,
            detail=_told(reading),
        )
        for kind in kinds
    ]
    if refused_by is not None:
        events.append(
            ConsentEvent(
                kind=EventKind.MESSAGE_REFUSED,
                channels=(message.channel,),
                occurred_at=message.occurred_at,
                source=Source.SYSTEM,
                direction=Direction.INBOUND,
                detail=refused_by.reason,
            )
        )
    recorded = record_from(sender=sender, events=events, proof=proof, by=by, at=at)
    handled = HandledMessage(
        message_id=message_id,
        address_id=message.address_id,
        holders=sender.holders,
        reading=reading,
        occurred_at=message.occurred_at,
        recorded_at=at,
        refused_inbound=refused_by is not None,
    )
    for handler in registry.message_handlers:
        handler(handled)
    return recorded


def _store(message: ReceivedMessage, *, opts_in: bool, refused: bool, at: datetime) -> int:
    reading = message.reading
    row = {
        "delivery_id": message.delivery_id,
        "position": message.position,
        "address_id": message.address_id,
        "channel": message.channel,
        "sent_to": storable(message.sent_to)[:120],
        "body": storable(message.body),
        "message_class": reading.message_class,
        "rule": reading.rule,
        "matched_by": reading.matched_by,
        "matched": storable(reading.matched)[:80],
        "word_list": reading.word_list,
        "signal": reading.signal or "",
        "disposition": reading.disposition or "",
        "opts_in": opts_in,
        "refused_inbound": refused,
        "occurred_at": message.occurred_at,
        "recorded_at": at,
    }
    return insert(InboundMessage, [row])[0]


def any_message_opts_in() -> bool:
    """Return whether any new message brings back who opted out. Asked only of messages that say nothing else."""
    return selectors.business_profile().opt_in_on_any_message


def _told(reading: Reading) -> str:
    """Return what the ledger keeps of the words: for no interest, how the lead is closed."""
    return reading.disposition.value if reading.disposition else storable(reading.matched)[:80]


def storable(text: str) -> str:
    """Return text as PostgreSQL can hold it: without NUL, and with lone surrogates replaced."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")
