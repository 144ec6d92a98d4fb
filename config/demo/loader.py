"""The whole story, told in order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from random import Random

from django.db import transaction

from config.demo import provider_lists
from config.demo.acts import Act
from config.demo.cast import stories
from config.demo.crowd import STRANGERS, Crowd
from config.demo.desk import Desk
from config.demo.paperwork import paperwork
from config.demo.people import Person, read_people
from config.demo.shift import Shift
from consent.models import InboundMessage, LedgerEntry
from contacts.models import Contact

SEED = 20
DAYS = 90
"""How long the story goes, up to now."""
BEFORE = timedelta(days=30)
"""How long before that the former address book is taken over."""
NEWCOMERS = 7
"""One in so many of the crowd is taken in during the story."""

Progress = Callable[[float], None]


class DatabaseNotEmpty(Exception):
    """There are contacts already, and the demo goes into an empty database only."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """What the database holds after the story."""

    contacts: int
    messages: int
    ledger_entries: int


@transaction.atomic
def load(
    *, now: datetime, days: int = DAYS, crowd: int | None = None, progress: Progress = lambda share: None
) -> Loaded:
    """Let the demo business live its days up to `now`: all of it, or nothing.

    Shape: `crowd` is how many people there are beside the cast, everybody in the CSV unless told; `progress` is
    called with the share that is done, from 0 to 1.
    Raises: DatabaseNotEmpty; StoryFailed where the product did not do what the story says.
    """
    if Contact.objects.exists():
        raise DatabaseNotEmpty
    acts = the_story(now=now, days=days, crowd=crowd)
    desk = Desk(seed=SEED)
    desk.open(at=acts[0].at)
    for number, act in enumerate(acts):
        act.play(desk, act.at)
        if number % 50 == 0:
            progress(number / len(acts))
    desk.door.check()
    provider_lists.compare(at=now)
    progress(1)
    return Loaded(Contact.objects.count(), InboundMessage.objects.count(), LedgerEntry.objects.count())


def the_story(*, now: datetime, days: int = DAYS, crowd: int | None = None) -> list[Act]:
    """Return everything that happens, oldest first. The same `now` gives the same story."""
    rng = Random(SEED)  # noqa: S311  (a story, and no secret)
    people = read_people()
    cast = [person for person in people if not person.key.startswith("line-")]
    others = [person for person in people if person.key.startswith("line-")][:crowd]
    newcomers, regulars = others[::NEWCOMERS], [person for person in others if person not in others[::NEWCOMERS]]
    joined_at = {person.key: now - timedelta(days=rng.uniform(0.2, days)) for person in newcomers}
    opening_at = now - timedelta(days=days) - BEFORE
    acts = [
        *_take_over([*cast, *regulars], at=opening_at),
        *_fill_lists([*cast, *regulars], at=opening_at + timedelta(days=1)),
        *_take_in(newcomers, joined_at),
        *paperwork({person.key: person for person in cast}, opening_at=opening_at, now=now),
        *stories({person.key: person for person in cast}, now=now),
        *Crowd(others, joined_at=joined_at, rng=rng, now=now, days=days).acts(),
        *Shift(regulars, rng=rng, now=now, days=days).acts(),
        *_mishaps(now=now),
    ]
    return sorted(acts, key=lambda act: act.at)


def _take_over(people: Iterable[Person], *, at: datetime) -> Iterable[Act]:
    for number, person in enumerate(people):
        yield Act(at + timedelta(seconds=number), partial(_create, person, by="compliance"))


def _fill_lists(people: Sequence[Person], *, at: datetime) -> Iterable[Act]:
    for slug in sorted({slug for person in people for slug in person.lists}):
        members = [person for person in people if slug in person.lists]
        yield Act(at, partial(_add, slug, members, by="marketing"))


def _take_in(people: Iterable[Person], joined_at: Mapping[str, datetime]) -> Iterable[Act]:
    for person in people:
        at, by = joined_at[person.key], person.owner or "agent"
        yield Act(at, partial(_create, person, by=by))
        for slug in person.lists:
            yield Act(at + timedelta(minutes=2), partial(_add, slug, [person], by=by))


def _mishaps(*, now: datetime) -> Iterable[Act]:
    """What goes wrong at a door now and then, so that the screens for it have something to show."""
    yield Act(
        now - timedelta(days=5.4), lambda desk, at: desk.door.unreadable_message("Hello from the trail app", at=at)
    )
    yield Act(
        now - timedelta(days=12.6),
        lambda desk, at: desk.door.conflicting_messages(STRANGERS[0], "Do you rent tents?", "Do you rent tent?", at=at),
    )


def _create(person: Person, desk: Desk, at: datetime, *, by: str) -> None:
    desk.take_in(person, by=by, at=at)


def _add(slug: str, people: Sequence[Person], desk: Desk, at: datetime, *, by: str) -> None:
    desk.add_to_list(slug, people, by=by, at=at)
