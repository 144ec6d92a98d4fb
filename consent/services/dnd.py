"""What staff and integrations switch on a contact: DND per channel, Do Not Contact, inbound DND, block."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from django.db import transaction

from consent.services import request_log
from consent.services.recording import Recorded, record_event
from consent.values import Attestation, ConsentEvent
from consent.vocabulary import CHANNELS, Channel, Direction, EventKind, Reason, Source
from contacts.values import Actor

INBOUND_CHANNELS = (Channel.SMS, Channel.CALL)
"""Where a business can refuse what comes in (R22)."""


class UnableToSetDnd(ValueError):
    """What was asked makes no sense. `field` and `code` are stable, the message tells the way out."""

    def __init__(self, field: str, code: str, message: str) -> None:
        super().__init__(message)
        self.field, self.code = field, code


def switch_on(
    *,
    contact_id: int,
    channels: Sequence[Channel],
    by: Actor,
    at: datetime,
    note: str = "",
    expires_at: datetime | None = None,
    direction: Direction = Direction.OUTBOUND,
    source: Source = Source.STAFF,
) -> Recorded:
    """Set a temporary DND by hand (R15; R22 inbound; R25 by an integration or workflow).

    Shape: `channels` may hold ALL, which stands for every channel, connected or not.
    Raises: UnableToSetDnd for an end in the past or an inbound channel that can't be refused.
    Once: what is on already stays on; a later end, or none, replaces an earlier one.
    """
    event = switching_on(channels=channels, at=at, note=note, expires_at=expires_at, direction=direction, source=source)
    return record_event(event=event, contact_id=contact_id, by=by, at=at)


def switching_on(
    *,
    channels: Sequence[Channel],
    at: datetime,
    note: str = "",
    expires_at: datetime | None = None,
    direction: Direction = Direction.OUTBOUND,
    source: Source = Source.STAFF,
) -> ConsentEvent:
    """Return the event of switching a temporary DND on, for one contact or many.

    Raises: as switch_on.
    """
    if expires_at is not None and expires_at <= at:
        raise UnableToSetDnd("expires_at", "in_the_past", "The end must be in the future; leave it empty for no end.")
    kind = EventKind.DND_ON if source is Source.STAFF else EventKind.API_DND_ON
    if direction is Direction.INBOUND and source is Source.STAFF:
        kind = EventKind.INBOUND_DND_ON
    return ConsentEvent(
        kind=kind,
        channels=_expand(channels, direction),
        occurred_at=at,
        source=source,
        direction=direction,
        note=note,
        expires_at=expires_at,
    )


def _expand(channels: Sequence[Channel], direction: Direction) -> tuple[Channel, ...]:
    if not channels:
        raise UnableToSetDnd("channels", "required", "Choose at least one channel.")
    possible = INBOUND_CHANNELS if direction is Direction.INBOUND else CHANNELS
    if Channel.ALL in channels:
        return possible
    refused = [channel.label for channel in channels if channel not in possible]
    if refused:
        raise UnableToSetDnd(
            "channels", "not_inbound", f"Only SMS and calls can be refused on their way in, not {', '.join(refused)}."
        )
    return tuple(dict.fromkeys(channels))


def lift(
    *,
    contact_id: int,
    channels: Sequence[Channel],
    by: Actor,
    at: datetime,
    note: str = "",
    attest: Attestation = Attestation(),  # noqa: B008  frozen, without any attestation
    reasons: Collection[Reason] | None = None,
    suppression_ids: Collection[int] | None = None,
    direction: Direction = Direction.OUTBOUND,
    source: Source = Source.STAFF,
) -> Recorded:
    """Clear temporary DND from the contact record (L06): everything named, or nothing where one is refused.

    Shape: every reason on the channels, unless `reasons` or `suppression_ids` name some. Do Not Contact stands on
    channel ALL and is cleared by naming it: ALL alone means every channel, and with ids or reasons that row too.
    Once: what was lifted already gives `nothing`.
    """
    event = lifting(
        channels=channels,
        at=at,
        note=note,
        attest=attest,
        reasons=reasons,
        suppression_ids=suppression_ids,
        direction=direction,
        source=source,
    )
    return record_event(event=event, contact_id=contact_id, by=by, at=at)


def lifting(
    *,
    channels: Sequence[Channel],
    at: datetime,
    note: str = "",
    attest: Attestation = Attestation(),  # noqa: B008  frozen, without any attestation
    reasons: Collection[Reason] | None = None,
    suppression_ids: Collection[int] | None = None,
    direction: Direction = Direction.OUTBOUND,
    source: Source = Source.STAFF,
) -> ConsentEvent:
    """Return the event of clearing temporary DND, for one contact or many."""
    wanted = tuple(dict.fromkeys(channels))
    if Channel.ALL in wanted:
        named = reasons is not None or suppression_ids is not None
        wanted = (*CHANNELS, Channel.ALL) if named else CHANNELS
    return ConsentEvent(
        kind=EventKind.STAFF_LIFT,
        channels=wanted,
        occurred_at=at,
        source=source,
        direction=direction,
        note=note,
        reasons=frozenset(reasons) if reasons is not None else None,
        suppression_ids=frozenset(suppression_ids) if suppression_ids is not None else None,
        attest=attest,
    )


def record_verbal_opt_out(
    *,
    contact_id: int,
    channels: Sequence[Channel],
    by: Actor,
    at: datetime,
    note: str,
    asked_at: datetime | None = None,
    how: str = "",
    source: Source = Source.STAFF,
) -> Recorded:
    """Record that the contact asked us to stop: permanent (R14), for the contact and its addresses there.

    It is kept as a request that was received when the contact asked and done now.
    Shape: `how` is a word ("call", "letter"), `asked_at` when the contact asked; now if unknown.
    Raises: UnableToSetDnd without a note or for a time to come.
    Once: the newest time counts; nothing else changes.
    """
    with transaction.atomic():
        recorded = opt_out_by_voice(
            contact_id=contact_id, channels=channels, by=by, at=at, note=note, asked_at=asked_at, how=how, source=source
        )
        request_log.keep_done(
            contact_id=contact_id,
            channels=_expand(channels, Direction.OUTBOUND),
            how=how,
            received_at=asked_at or at,
            event_id=recorded.event_id,
            by=by,
            at=at,
        )
        return recorded


def opt_out_by_voice(
    *,
    contact_id: int,
    channels: Sequence[Channel],
    by: Actor,
    at: datetime,
    note: str,
    asked_at: datetime | None,
    how: str,
    source: Source = Source.STAFF,
) -> Recorded:
    """Record the opt-out (R14) of a request whose clock is kept elsewhere. As record_verbal_opt_out otherwise."""
    if not note.strip():
        raise UnableToSetDnd("note", "required", "Note what the contact asked for, and how.")
    if asked_at is not None and asked_at > at:
        raise UnableToSetDnd(
            "asked_at", "in_the_future", "The contact can't have asked in the future. Give a time that has passed."
        )
    return record_event(
        event=ConsentEvent(
            kind=EventKind.STAFF_OPT_OUT,
            channels=_expand(channels, Direction.OUTBOUND),
            occurred_at=asked_at or at,
            source=source,
            note=note,
            detail=how,
        ),
        contact_id=contact_id,
        by=by,
        at=at,
    )


def do_not_contact(
    *, contact_id: int, on: bool, by: Actor, at: datetime, note: str = "", source: Source = Source.STAFF
) -> Recorded:
    """Switch the kill switch on (R17) or off. It leaves every list membership as it is.

    Once: `unchanged` when on already, `nothing` when off already. Off is refused where the contact chose it (R16).
    """
    if not on:
        return lift(
            contact_id=contact_id,
            channels=[Channel.ALL],
            reasons=[Reason.DO_NOT_CONTACT],
            by=by,
            at=at,
            note=note,
            source=source,
        )
    return record_event(
        event=ConsentEvent(
            kind=EventKind.DO_NOT_CONTACT_ON,
            channels=(Channel.ALL,),
            occurred_at=at,
            source=source,
            note=note,
        ),
        contact_id=contact_id,
        by=by,
        at=at,
    )


def object_to_marketing(
    *,
    contact_id: int,
    by: Actor,
    at: datetime,
    note: str,
    asked_at: datetime | None = None,
    source: Source = Source.STAFF,
) -> Recorded:
    """Record a contact's objection (R23): permanent, on all channels, and only the contact takes it back.

    Raises: UnableToSetDnd without a note or for a time to come.
    Once: the newest time counts; nothing else changes.
    """
    if not note.strip():
        raise UnableToSetDnd("note", "required", "Note how the contact objected, and in which words.")
    if asked_at is not None and asked_at > at:
        raise UnableToSetDnd(
            "asked_at", "in_the_future", "The contact can't have objected in the future. Give a time that has passed."
        )
    event = ConsentEvent(EventKind.OBJECTION, (Channel.ALL,), asked_at or at, source, note=note)
    return record_event(event=event, contact_id=contact_id, by=by, at=at)


def block(
    *, contact_id: int, on: bool, by: Actor, at: datetime, note: str = "", source: Source = Source.STAFF
) -> Recorded:
    """Block a contact's calls and texts in both directions, with an opt-out from SMS (R21), or unblock it.

    Once: blocking again gives `unchanged`, unblocking again `nothing`. Unblocking leaves the opt-out.
    """
    return record_event(event=blocking(on=on, at=at, note=note, source=source), contact_id=contact_id, by=by, at=at)


def blocking(*, on: bool, at: datetime, note: str = "", source: Source = Source.STAFF) -> ConsentEvent:
    """Return the event of blocking or unblocking, for one contact or many."""
    return ConsentEvent(
        kind=EventKind.BLOCK if on else EventKind.UNBLOCK,
        channels=(Channel.ALL,),
        occurred_at=at,
        source=source,
        note=note,
    )
