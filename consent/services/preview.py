"""What a message would do, without doing it: no lock is taken and nothing is written."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from consent import keywords, rules, selectors
from consent.providers.twilio_inbound import DEFAULT_OPT_OUT
from consent.registry import registry
from consent.selectors.questions import is_answer_awaited
from consent.selectors.words import word_lists
from consent.services.messages import ReceivedMessage, any_message_opts_in, event_kinds
from consent.values import ConsentEvent, Outcome, Reading, Situation
from consent.vocabulary import Channel, EventKind, Source


@dataclass(frozen=True, slots=True)
class PreviewedEvent:
    """One thing that the message would be an event of, with what the rules would do about it."""

    kind: EventKind
    outcomes: tuple[Outcome, ...]


@dataclass(frozen=True, slots=True)
class Preview:
    """How a message would be read and what it would change."""

    reading: Reading
    provider_enforces: bool
    events: tuple[PreviewedEvent, ...]


def preview(
    *, body: str, channel: Channel, at: datetime, address_id: int | None = None, opt_out_type: str | None = None
) -> Preview:
    """Return what would become of this message if it came now from that address.

    Shape: without an address the sender is a number that nobody holds and nobody wrote from.
    """
    words = word_lists()
    reading = keywords.read(
        body,
        words=words,
        opt_out_type=opt_out_type,
        opt_in_pending=address_id is not None
        and is_answer_awaited(body=body, words=words, address_id=address_id, channel=channel, at=at),
        list_keywords=registry.list_keywords(),
    )
    enforced = (opt_out_type or "").upper() == "STOP" or (
        channel is Channel.SMS and body.strip().isascii() and body.strip().upper() in DEFAULT_OPT_OUT
    )
    message = ReceivedMessage(
        delivery_id=0,
        address_id=address_id or 0,
        channel=channel,
        body=body,
        reading=reading,
        occurred_at=at,
        provider_enforces=enforced,
    )
    kinds = event_kinds(message, any_message_opts_in=any_message_opts_in)
    situation = _situation(address_id, channel, at)
    events = (ConsentEvent(kind, (channel,), at, Source.CONTACT, detail=reading.matched[:80]) for kind in kinds)
    return Preview(
        reading,
        enforced,
        tuple(PreviewedEvent(event.kind, rules.decide(event, situation).outcomes) for event in events),
    )


def _situation(address_id: int | None, channel: Channel, at: datetime) -> Situation:
    """Return what the rules may look at, as `recording.gather` does, but read without a lock."""
    if address_id is None:
        return Situation(at=at)
    holders = selectors.holder_ids(address_id)
    return Situation(
        at=at,
        address_id=address_id,
        holders=holders,
        active=selectors.active_suppressions(contact_ids=holders, address_ids=[address_id]),
        opted_in_at=selectors.newest_opt_ins(address_ids=[address_id], channels=[channel]),
    )
