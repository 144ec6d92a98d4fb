"""When soft bounces count as a dead mailbox (R10)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consent.providers.email.soft_bounces import Persistence, persisting_since

DAY_0 = datetime(2026, 8, 3, 8, 0, tzinfo=UTC)
RULE = Persistence()


def days(*counts: float) -> list[datetime]:
    return [DAY_0 + timedelta(days=count) for count in counts]


@pytest.mark.parametrize(
    ("bounces", "deliveries", "persisting"),
    [
        ((), (), None),
        ((0,), (), None),
        ((0, 2, 4, 6), (), None),  # four
        ((0, 2, 4, 6, 7), (), None),  # a week is not more than a week
        ((0, 2, 4, 6, 7.01), (), 7.01),
        ((0, 0, 0, 0, 8), (), 8),
        ((0, 0.1, 0.2, 0.3, 0.4, 0.5), (), None),  # one bad day
        ((0, 20, 40, 60, 91), (), 91),  # thirteen weeks to the day
        ((0, 20, 40, 60, 91.01), (), None),  # the first has fallen out of the window
        ((0, 20, 40, 60, 91.01, 92), (), 92),
        ((0, 2, 4, 6, 8), (5,), None),
        ((0, 2, 4, 6, 8), (9,), None),  # the mailbox works again
        ((0, 2, 4, 6, 8), (-1,), 8),
        ((0, 2, 4, 6, 8), (0,), 8),  # of one moment: the bounce is the later
        ((0, 2, 4, 6, 8, 10, 12, 14, 16), (7,), 16),
        ((0, 2, 4, 6, 8, 30), (), 30),
    ],
)
def test_five_bounces_spread_over_more_than_a_week_within_thirteen(
    bounces: tuple[float, ...], deliveries: tuple[float, ...], persisting: float | None
) -> None:
    expected = None if persisting is None else days(persisting)[0]

    assert persisting_since(days(*bounces), days(*deliveries), RULE) == expected


def test_the_rule_can_be_set() -> None:
    strict = Persistence(limit=2, spread=timedelta(days=1), window=timedelta(weeks=1))

    assert persisting_since(days(0, 2), [], strict) == days(2)[0]
    assert persisting_since(days(0, 8), [], strict) is None


times = st.lists(st.floats(0, 200).map(lambda count: DAY_0 + timedelta(days=count)), max_size=12)


@given(bounces=times, deliveries=times, order=st.randoms())
def test_the_order_in_which_they_are_told_changes_nothing(bounces: list, deliveries: list, order: object) -> None:
    shuffled = (list(bounces), list(deliveries))
    for told in shuffled:
        order.shuffle(told)  # type: ignore[attr-defined]

    assert persisting_since(*shuffled, RULE) == persisting_since(sorted(bounces), sorted(deliveries), RULE)


@given(bounces=times, deliveries=times)
def test_a_delivery_never_makes_bounces_persist(bounces: list, deliveries: list) -> None:
    if persisting_since(bounces, [], RULE) is None:
        assert persisting_since(bounces, deliveries, RULE) is None
