"""One person's events through the real doors, in any order, repeated and cut into any batches: the same end.

What counts is when the provider says that each happened; the newest word of the person wins.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from consent.models import AppEvent, Delivery, InboundCall, InboundMessage, LedgerEntry, Suppression
from consent.selectors import decide
from consent.selectors.decisions import Subject
from consent.services import dnd
from consent.values import GateRequest
from consent.vocabulary import Channel, Purpose
from contacts.models import Contact
from contacts.values import SYSTEM, Actor
from tests.consent.doors import STATUS, callback, knock, sid
from tests.consent.meta_door import SECRET, deliver, preference, status, text, whatsapp
from tests.consent.test_voice_door import VOICE, ring
from tests.factories.contacts import LONG_AGO, make_contact

Event = tuple[str, int]
"""What happened, and how many seconds after noon."""

WORDS = ("pref stop", "pref resume", "STOP", "START", "unsubscribe me please", "Hello", "131050", "delivered")
SAYS_NO = {"pref stop", "STOP", "unsubscribe me please", "131050"}
SAYS_YES = {"pref resume", "START"}


@pytest.fixture(autouse=True)
def meta_keys(settings: Any) -> None:
    settings.META_APP_SECRET = SECRET


def told(number: str, event: Event) -> dict[str, Any]:
    what, after = event
    if what.startswith("pref "):
        return preference(number, what.removeprefix("pref "), after=after)
    if what == "131050":
        return status(number, "failed", code=131050, after=after, wamid=f"wamid.{number}.out.{after}")
    if what == "delivered":
        return status(number, "delivered", after=after)
    return text(number, what, after=after)


def may_send(number: str) -> bool:
    subject = Subject(address_value=f"+{number}")
    return decide(GateRequest(Channel.WHATSAPP, Purpose.MARKETING), subject).decision.allowed


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[Event], list[list[Event]]]:
    """Return what happened, and the batches in which it is told: shuffled, repeated, cut anywhere."""
    times = draw(st.lists(st.integers(1, 500), min_size=1, max_size=5, unique=True))
    happened = [(draw(st.sampled_from(WORDS)), after) for after in sorted(times)]
    repeats = draw(st.lists(st.sampled_from(happened), max_size=3))
    order = draw(st.permutations(happened + repeats))
    cuts = sorted(draw(st.sets(st.integers(1, max(1, len(order) - 1)), max_size=3)))
    batches = [order[start:end] for start, end in zip([0, *cuts], [*cuts, len(order)], strict=True)]
    return happened, [batch for batch in batches if batch]


@pytest.mark.django_db
@pytest.mark.usefixtures("connected")
def test_any_order_repetition_and_batching_of_one_persons_events_ends_the_same() -> None:
    numbers = iter(range(10_000))

    @settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(histories())
    def check(history: tuple[list[Event], list[list[Event]]]) -> None:
        happened, batches = history
        number = f"1503557{next(numbers):04}"
        make_contact("Dana", phone=f"+{number}")
        newest = LedgerEntry.objects.order_by("-id").values_list("id", flat=True).first() or 0

        for batch in batches:
            assert deliver(whatsapp(*[told(number, event) for event in batch])).status_code == 200

        last = next((what for what, _ in reversed(happened) if what in SAYS_NO | SAYS_YES), "START")
        assert may_send(number) is (last in SAYS_YES), (happened, batches)
        assert not Delivery.objects.exclude(status__in=["processed", "ignored"]).exists()
        told_once = [what for what, _ in happened if what != "delivered"]
        mine = LedgerEntry.objects.filter(id__gt=newest).values("event_id").distinct().count() if told_once else 0
        assert mine == len(told_once)

    check()


def at_once(*acts: Callable[[], object]) -> list[object]:
    """Run every act in a thread and connection of its own, all let go at one moment."""
    barrier = threading.Barrier(len(acts))

    def run(act: Callable[[], object]) -> object:
        try:
            barrier.wait(timeout=20)
            return act()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("connected")
def test_the_same_batch_callback_and_call_eight_times_at_once_count_once(ada: Contact) -> None:
    batch = whatsapp(preference("15035550101", "stop"), text("15035550101", "Hello", after=1))
    failed = callback("+15035550101", "21610", MessageSid=sid())
    call = ring("+15035550101")

    answers = at_once(
        *[lambda: deliver(batch).status_code] * 8,
        *[lambda: knock(STATUS, failed).status_code] * 8,
        *[lambda: knock(VOICE, call).status_code] * 8,
    )

    assert answers == [200] * 8 + [204] * 8 + [200] * 8
    assert (Delivery.objects.count(), InboundMessage.objects.count(), AppEvent.objects.count()) == (3, 2, 2)
    assert (InboundCall.objects.count(), Suppression.objects.count(), LedgerEntry.objects.count()) == (1, 2, 4)


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("connected")
def test_batches_that_share_people_and_events_at_once_count_each_event_once(ada: Contact, bo: Contact) -> None:
    events = [
        preference("15035550101", "stop"),
        text("15035550102", "STOP", after=1),
        text("15035550101", "Hello", after=2),
        text("15035550142", "STOP", after=3),
    ]

    answers = at_once(
        *[lambda turn=turn: deliver(whatsapp(*events[turn:], *events[:turn])).status_code for turn in range(4)],
        *[lambda turn=turn: deliver(whatsapp(*reversed(events[turn:]))).status_code for turn in range(3)],
    )

    assert answers == [200] * 7
    assert not Delivery.objects.exclude(status__in=["processed", "ignored"]).exists()
    assert (InboundMessage.objects.count(), AppEvent.objects.count()) == (4, 4)
    assert Suppression.objects.filter(lifted_at=None).count() == 3


@pytest.mark.parametrize("round_number", range(3))
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("connected")
def test_stop_resume_and_a_staff_lift_at_once_end_as_the_persons_newest_word(
    ada: Contact, by: Actor, round_number: int
) -> None:
    number = "15035550101"
    dnd.switch_on(contact_id=ada.pk, channels=[Channel.WHATSAPP], by=SYSTEM, at=LONG_AGO)

    at_once(
        lambda: deliver(whatsapp(preference(number, "stop", after=5))),
        lambda: deliver(whatsapp(preference(number, "resume", after=4))),
        lambda: deliver(whatsapp(text(number, "START", after=6))),
        lambda: dnd.lift(contact_id=ada.pk, channels=[Channel.WHATSAPP], by=by, at=LONG_AGO),
    )

    assert not Suppression.objects.filter(lifted_at=None, reason="opt_out").exists()
    for row in Suppression.objects.exclude(lifted_at=None):
        entry = LedgerEntry.objects.get(event_id=row.lift_event_id, suppression_id=row.pk)
        assert (entry.effect, entry.route) == ("lifted", row.lift_route)
    assert LedgerEntry.objects.filter(kind="staff_lift").exists()
