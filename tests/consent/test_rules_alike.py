"""What stands for another reason makes no difference to who is only silenced: one decision holds for all alike."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from consent import rules
from consent.rules.routes import LIFT_ROUTES
from consent.values import ActiveSuppression, ConsentEvent, Situation, SuppressionTerms
from consent.vocabulary import ADDRESS_KIND_OF, CHANNELS, Channel, Covers, Direction, EventKind, Kind, Reason, Source

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
OWN = {channel: (1,) if str(ADDRESS_KIND_OF[channel]) == "phone" else () for channel in CHANNELS}
ALONE = Situation(at=AT, contact_id=7, own_addresses=OWN)


def event(kind: EventKind) -> ConsentEvent:
    return ConsentEvent(kind, (Channel.SMS, Channel.ALL), AT, Source.STAFF, terms=SuppressionTerms(Reason.IMPORTED))


def standing(reason: Reason, kind: Kind, address_id: int | None, direction: Direction) -> tuple[ActiveSuppression, ...]:
    return tuple(
        ActiveSuppression(
            id=number,
            address_id=address_id,
            contact_id=7,
            channel=channel,
            direction=direction,
            reason=reason,
            kind=kind,
            covers=Covers.EVERYTHING,
            rule="R24",
            since=AT - timedelta(days=number),
            reaffirmed_at=AT + timedelta(days=1),
        )
        for number, channel in enumerate((*CHANNELS, Channel.ALL), start=1)
    )


@pytest.mark.parametrize("kind", [each for each in EventKind if rules.weighs(event(each)) is not None])
def test_only_what_stands_for_a_reason_that_is_weighed_makes_a_difference(kind: EventKind) -> None:
    said = event(kind)
    weighed = rules.weighs(said) or frozenset()

    others = [
        rules.decide(said, replace(ALONE, active=standing(reason, held, address_id, direction)))
        for reason, held in LIFT_ROUTES
        for address_id in (None, 1)
        for direction in Direction
        if reason not in weighed
    ]

    assert set(others) == {rules.decide(said, ALONE)}


@pytest.mark.parametrize(
    "kind", [EventKind.STAFF_LIFT, EventKind.TEXT_OPT_IN, EventKind.MERGED, EventKind.CHANGE_UNDONE, EventKind.UNBLOCK]
)
def test_of_what_lifts_or_moves_anything_that_stands_is_weighed(kind: EventKind) -> None:
    assert rules.weighs(event(kind)) is None


def test_dnd_by_hand_is_weighed_against_dnd_by_hand_alone() -> None:
    said = event(EventKind.DND_ON)
    twice = rules.decide(said, replace(ALONE, active=standing(Reason.MANUAL, Kind.TEMPORARY, None, Direction.OUTBOUND)))

    assert rules.weighs(said) == {Reason.MANUAL}
    assert twice != rules.decide(said, ALONE)
