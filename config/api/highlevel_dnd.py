"""Doing what a body in HighLevel's shape asks of DND: all of it, or nothing where the rules refuse a part."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from django.db import transaction

from config.api.highlevel import DndWish, Status, dnd_wish
from config.api.problems import Fault, Problem, invalid
from config.api.reasons import refused
from consent.selectors.dnd import ContactDnd, contact_dnd, standing_by_contact
from consent.services import dnd as verbs
from consent.services.recording import Recorded
from consent.values import ActiveSuppression
from consent.vocabulary import CHANNELS, Channel, Direction, Source
from contacts.values import Actor

Act = Callable[[], Recorded]


class _Refused(Exception):
    def __init__(self, act: Act) -> None:
        super().__init__()
        self.act = act


def turn_dnd(
    given: dict[str, Any], contact_id: int, *, change: Callable[[], None], by: Actor, at: datetime, source: Source
) -> Problem | None:
    """Set and clear what a body asks to change, under the contact's lock; return the problem of what was refused.

    Shape: `change` does what else the body asks. It runs once nothing is refused, and before anything is set: an
    opt-out is of the addresses that came with it, too.
    What is refused leaves nothing changed and is in the ledger, if the caller commits.
    Raises: Problem where one channel is to be cleared of what stands on all.
    """
    dnd = contact_dnd(contact_id)
    wish = dnd_wish(given, dnd)
    standing = standing_by_contact([contact_id])[contact_id]
    doing: dict[str, Any] = {"contact_id": contact_id, "by": by, "at": at, "source": source}
    no = _all_or_none(_lifts(wish, dnd, standing, doing))
    if no is not None:
        return refused(no, standing)
    change()
    for note, channels in _by_note(wish, Status.PERMANENT).items():
        verbs.record_verbal_opt_out(
            channels=channels, note=note or "Permanent in the system that wrote this contact.", **doing
        )
    for note, channels in _by_note(wish, Status.ACTIVE).items():
        verbs.switch_on(channels=channels, note=note, **doing)
    if wish.inbound is not None and wish.inbound.status is Status.ACTIVE:
        verbs.switch_on(channels=[Channel.ALL], note=wish.inbound.note, direction=Direction.INBOUND, **doing)
    return None


def _lifts(wish: DndWish, dnd: ContactDnd, standing: Sequence[ActiveSuppression], doing: dict[str, Any]) -> list[Act]:
    lifts: list[Act] = []
    cleared = wish.of(Status.INACTIVE)
    if cleared and dnd.everywhere:
        if len(cleared) < len(CHANNELS):
            detail = f"{dnd.everywhere[0].text}, on all channels. Switch that off first; see do-not-contact/."
            raise invalid(Fault("dndSettings", "stands_on_all_channels", detail))
        ids = [row.id for row in standing if row.direction is Direction.OUTBOUND]
        lifts.append(partial(verbs.lift, channels=[Channel.ALL], suppression_ids=ids, note=_note(wish), **doing))
    elif cleared:
        lifts.append(partial(verbs.lift, channels=[turn.channel for turn in cleared], note=_note(wish), **doing))
    if wish.inbound is not None and wish.inbound.status is Status.INACTIVE:
        inbound: dict[str, Any] = {"channels": [Channel.ALL], "direction": Direction.INBOUND, "note": wish.inbound.note}
        lifts.append(partial(verbs.lift, **inbound, **doing))
    return lifts


def _note(wish: DndWish) -> str:
    return " ".join(dict.fromkeys(turn.note for turn in wish.of(Status.INACTIVE) if turn.note))


def _by_note(wish: DndWish, status: Status) -> dict[str, list[Channel]]:
    channels: dict[str, list[Channel]] = defaultdict(list)
    for turn in wish.of(status):
        channels[turn.note].append(turn.channel)
    return channels


def _all_or_none(acts: Sequence[Act]) -> Recorded | None:
    """Do several acts, or none: the refused one is undone with the others and then recorded by itself."""
    try:
        with transaction.atomic():
            for act in acts:
                if act().refusals:
                    raise _Refused(act)
    except _Refused as no:
        return no.act()
    return None
