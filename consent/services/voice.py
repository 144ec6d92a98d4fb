"""Calls: read what Twilio says about one, decide how it is answered, and choose where calls are put through to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from consent.models import ChannelState, Delivery, InboundCall
from consent.providers import twilio_voice
from consent.providers.twilio_voice import VoiceCall
from consent.selectors import business_profile
from consent.selectors.business import default_region
from consent.selectors.inbound import refused_inbound
from consent.services.inbox import Read
from consent.services.ledger import Proof
from consent.services.messages import storable
from consent.services.recording import record_event
from consent.services.twilio import TWILIO, form_pairs
from consent.values import ConsentEvent
from consent.vocabulary import Channel, Direction, EventKind, Source
from contacts.normalize import InvalidAddress, normalize_phone
from contacts.services import get_or_create_address, history, lock_for_address
from contacts.values import Actor, CanonicalAddress

_NOTHING_TO_SAY = "The request tells how a call went, which says nothing about anybody's wish."


@dataclass(frozen=True, slots=True)
class CallAnswer:
    """What the caller gets: rejected, put through to `forward_to`, or told the business's name."""

    is_coming_in: bool
    rejected: bool = False
    forward_to: str = ""
    business: str = ""


class UnableToForward(ValueError):
    """Calls can't be put through there. `code` is stable, the message tells the way out."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.field, self.code = "forward_to", code


def read_call(delivery: Delivery, at: datetime) -> Read:
    """Keep what Twilio says about one call, and enter a call that comes in into the caller's timeline (R34).

    No status sets or lifts anything: busy and no-answer are nobody's wish.
    Once: a call is in the ledger once, however many statuses tell of it and in whatever order.
    """
    call = twilio_voice.parse(form_pairs(bytes(delivery.body)))
    if not call.is_inbound:
        return Read(ignored=_NOTHING_TO_SAY)
    caller = _canonical(call)
    address_id = get_or_create_address(canonical=caller, at=at).pk if caller is not None else None
    if address_id is not None:
        lock_for_address(address_id=address_id)
    sid = storable(call.call_sid)[:64]
    is_known = bool(sid) and InboundCall.objects.filter(call_sid=sid).exists()
    refusing = refused_inbound(address_id=address_id, channel=Channel.CALL) if address_id is not None else None
    rejected = call.is_coming_in and refusing is not None
    InboundCall.objects.create(
        delivery=delivery,
        call_sid=sid,
        address_id=address_id,
        sent_to=storable(call.sent_to)[:120],
        status=storable(call.status)[:20],
        rejected=rejected,
        occurred_at=delivery.received_at,
        recorded_at=at,
    )
    if address_id is not None and not is_known:
        record_event(
            event=ConsentEvent(
                kind=EventKind.CALL_RECEIVED,
                channels=(Channel.CALL,),
                occurred_at=delivery.received_at,
                source=Source.CONTACT,
                direction=Direction.INBOUND,
                detail=f"rejected: {refusing.reason}" if rejected and refusing else storable(call.status)[:80],
            ),
            address_id=address_id,
            proof=Proof(delivery_id=delivery.pk),
            by=TWILIO,
            at=at,
        )
    return Read()


def _canonical(call: VoiceCall) -> CanonicalAddress | None:
    """Return the caller's number, or None where it is withheld or is no number: such callers are put through."""
    if not call.caller:
        return None
    try:
        return normalize_phone(call.caller, region=default_region(), strict=False)
    except InvalidAddress:
        return None


def answer(*, delivery_id: int, at: datetime) -> CallAnswer:
    """Return how the call of a delivery is answered, also while its reading still waits for another try.

    Once: a repeat of the request gets the answer that the first one got.
    """
    delivery = Delivery.objects.get(pk=delivery_id)
    call = twilio_voice.parse(form_pairs(bytes(delivery.body)))
    if not call.is_coming_in:
        return CallAnswer(is_coming_in=False)
    if _is_rejected(delivery, call, at=at):
        return CallAnswer(is_coming_in=True, rejected=True)
    state = ChannelState.objects.filter(channel=Channel.CALL).first()
    forward_to = state.forward_to if state is not None else ""
    # A number put through to itself would ring for ever.
    return CallAnswer(
        is_coming_in=True,
        forward_to="" if forward_to == call.sent_to else forward_to,
        business=business_profile().name,
    )


def _is_rejected(delivery: Delivery, call: VoiceCall, *, at: datetime) -> bool:
    recorded = InboundCall.objects.filter(delivery=delivery).first()
    if recorded is not None:
        return recorded.rejected
    caller = _canonical(call)
    if caller is None:
        return False
    address_id = get_or_create_address(canonical=caller, at=at).pk
    return refused_inbound(address_id=address_id, channel=Channel.CALL) is not None


@transaction.atomic
def forward_calls(*, to: str, by: Actor, at: datetime) -> ChannelState:
    """Put calls through to this number from now on; "" tells callers the business's name instead.

    Raises: UnableToForward where it is no number.
    Once: the same number again changes nothing and leaves no trace.
    """
    number = to.strip()
    if number:
        try:
            number = normalize_phone(number, region=default_region()).value
        except InvalidAddress as error:
            raise UnableToForward("not_a_number", f"Calls can't be put through there: {error}") from error
    state = ChannelState.objects.select_for_update().filter(channel=Channel.CALL).first()
    state = state or ChannelState(channel=Channel.CALL)
    if state.forward_to != number:
        state.forward_to = number
        history.save(state, reason="calls forwarded" if number else "calls announced", by=by, at=at)
    return state
