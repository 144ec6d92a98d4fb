"""The shape of a rule."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from consent.vocabulary import (
    CHANNELS,
    Channel,
    Covers,
    Direction,
    EventKind,
    Kind,
    LiftRoute,
    Reason,
)


class Scope(StrEnum):
    """On which channels a rule silences."""

    EVENT = "the channel it came on, or those chosen"
    PHONE = "SMS, calls and WhatsApp"
    TEXT_AND_CALL = "SMS and calls"
    SMS = "SMS"
    ALL = "all channels"


class Target(StrEnum):
    """Who is silenced. The gate matches the contact or the address, whichever a row names."""

    ADDRESS_AND_HOLDERS = "the address, and every contact holding it"
    ADDRESS = "the address alone"
    CONTACT = "the contact"
    CONTACT_AND_ADDRESSES = "the contact, and its addresses on that channel"
    AS_NAMED = "the contact or the address that was named"


@dataclass(frozen=True, slots=True)
class Setting:
    """A suppression that a rule sets. `as_asked`: the event's own terms replace reason, kind and covers.

    `takes_over`: one that stands under another rule ends, so that what this rule says of lifting holds.
    """

    reason: Reason
    kind: Kind
    covers: Covers = Covers.EVERYTHING
    scope: Scope = Scope.EVENT
    target: Target = Target.ADDRESS_AND_HOLDERS
    direction: Direction | None = Direction.OUTBOUND  # None: as the event says
    as_asked: bool = False
    takes_over: bool = False


@dataclass(frozen=True, slots=True)
class Lifting:
    """What a rule ends: active suppressions for which `route` is open, of `only_reasons` if named.

    By reason, not by the rule that set them: an imported one ends like any other, and the order in which two rules
    said the same makes no difference.
    """

    route: LiftRoute
    only_reasons: frozenset[Reason] | None = None
    not_reasons: frozenset[Reason] = frozenset()

    def reaches(self, reason: Reason) -> bool:
        """Return whether a suppression for that reason is one of those this lifts."""
        return reason not in self.not_reasons and (self.only_reasons is None or reason in self.only_reasons)


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of the law.

    `code` is stored and never reused. `lifted_by` are the routes that end what this rule sets;
    where several rules set one reason and kind, they agree on them.
    """

    code: str
    trigger: str
    on: frozenset[EventKind]
    source: str
    why: str
    channels: frozenset[Channel] = frozenset(CHANNELS) | {Channel.ALL}
    sets: tuple[Setting, ...] = ()
    lifts: Lifting | None = None
    also: EventKind | None = None  # what each suppression it lifts becomes: a confirmed hold is an opt-out
    lifted_by: frozenset[LiftRoute] = frozenset()
    lift_note: str = ""
