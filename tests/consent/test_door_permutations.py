"""One person's events of every provider, in any order and number: the same suppressions stand in the end.

Texts and apps, e-mail and delivery codes go through their own doors, mixed. What counts is when each happened; a text
message has no time of its own and happens when it arrives, so that a history has one of them at most.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from consent.models import Delivery, Suppression
from contacts.models import Contact
from tests.consent.doors import INBOUND, STATUS, callback, knock, sms
from tests.consent.email_knocks import knock as knock_of
from tests.consent.email_knocks import lock_doors, sample
from tests.consent.meta_door import NOON, SECRET, deliver, messenger, optin, page, preference, text, whatsapp
from tests.factories.contacts import make_contact

Event = tuple[str, str, int]
"""By which door, what, and how many minutes after noon."""

HEARD = (
    ("status", "21610"),
    ("status", "30005"),
    ("status", "30004"),
    ("email", "permanent_bounce"),
    ("email", "temporary_generic"),
    ("email", "unsubscribed"),
    ("email", "complained"),
    ("email", "delivered"),
    ("whatsapp", "STOP"),
    ("whatsapp", "START"),
    ("preference", "stop"),
    ("preference", "resume"),
    ("messenger", "STOP"),
    ("messenger", "START"),
    ("notifications", "STOP_NOTIFICATIONS"),
    ("notifications", "RESUME_NOTIFICATIONS"),
)


@pytest.fixture(autouse=True)
def keys(settings: Any) -> None:
    settings.META_APP_SECRET = SECRET
    lock_doors(settings)


class Person:
    """Somebody to whom a history happens. Each event has one spelling, so that it can be told again."""

    def __init__(self, number: int) -> None:
        self.phone = f"+1503558{number:04}"
        self.email = f"person{number}@example.com"
        self.psid = f"36990000000{number:05}"
        self.contact: Contact = make_contact("Dana", phone=self.phone, email=self.email, messenger=self.psid)

    def tell(self, event: Event) -> None:
        door, what, minutes = event
        after = minutes * 60
        name = f"{self.phone}.{what}.{minutes}"
        match door:
            case "text":
                answer = knock(INBOUND, sms(self.phone, what, MessageSid=f"SM{name}"))
            case "status":
                done = datetime.fromtimestamp(NOON, UTC) + timedelta(minutes=minutes)
                told = callback(self.phone, what, MessageSid=f"SM{name}", RawDlrDoneDate=f"{done:%y%m%d%H%M}")
                answer = knock(STATUS, told)
            case "email":
                changes = {"recipient": self.email, "timestamp": NOON + after, "id": name}
                answer = knock_of("mailgun", sample("mailgun", what) | changes).send()
            case "whatsapp":
                answer = deliver(whatsapp(text(self.phone[1:], what, after=after, wamid=name)))
            case "preference":
                answer = deliver(whatsapp(preference(self.phone[1:], what, after=after)))
            case "messenger":
                answer = deliver(page(messenger(self.psid, after=after, message={"mid": name, "text": what})))
            case _:
                answer = deliver(page(optin(self.psid, what, after=after)))
        assert answer.status_code in {200, 204}, answer.content

    def standing(self) -> set[tuple[str, ...]]:
        rows = Suppression.objects.filter(lifted_at=None)
        mine = rows.filter(contact=self.contact) | rows.filter(
            address__value__in=[self.phone, self.email, self.psid], contact=None
        )
        return set(mine.values_list("channel", "reason", "kind", "covers"))


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[Event], list[Event]]:
    """Return what happened in its order, and as it is told: shuffled, with repeats."""
    minutes = draw(st.lists(st.integers(1, 300), min_size=2, max_size=5, unique=True))
    happened: list[Event] = [(*draw(st.sampled_from(HEARD)), each) for each in sorted(minutes)]
    said = draw(st.sampled_from(["", "START", "please stop texting"]))
    if said:
        happened.append(("text", said, 0))
    repeats = draw(st.lists(st.sampled_from(happened), max_size=2))
    return happened, draw(st.permutations(happened + repeats))


def live(number: int, events: Sequence[Event]) -> set[tuple[str, ...]]:
    person = Person(number)
    for event in events:
        person.tell(event)
    return person.standing()


@pytest.mark.django_db
@pytest.mark.usefixtures("connected")
def test_any_order_and_repetition_leaves_the_same_standing() -> None:
    numbers = iter(range(10_000))

    @settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(histories())
    def check(history: tuple[list[Event], list[Event]]) -> None:
        happened, told = history

        assert live(next(numbers), told) == live(next(numbers), happened), (happened, told)

        assert not Delivery.objects.exclude(status__in=["processed", "ignored"]).exists()

    check()
