"""The contacts list stays as quick as it was when the business was small.

A page of the staff site, as its view makes it, without a server between: filtered and searched in the ways that staff
do, here and in a business of 10,000 contacts.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import urlencode

from benchmarks import database
from benchmarks.harness import Comparison, Goal, Measured, Way
from benchmarks.scale import SCALES, Scale
from benchmarks.serving import CHECKOUT
from contacts.models import Address

NAME = "contact_list"
SMALL = SCALES["10k"]
ASKED = {
    "everybody": {},
    "DND partial": {"dnd": "partial"},
    "DND off": {"dnd": "off"},
    "temporary on SMS": {"channel": "sms", "kind": "temporary"},
    "spam complaints": {"reason": "spam_complaint"},
    "one reason on one channel": {"reason": "opt_out", "channel": "sms"},
    "blocked": {"blocked": "yes"},
    "a name": {"q": "smith"},
    "two names": {"q": "james smith"},
    "an e-mail": {"q": "contact77@en.example"},
    "a number, E.164": {"q": "{number}"},
    "a number, national": {"q": "{national}"},
    "the end of a number": {"q": "{end}"},
}
PAGES_OF_SMALL = {name: f"{name}, among {SMALL.contacts:,}" for name in ASKED}
GOAL = tuple(Goal(name, PAGES_OF_SMALL[name], at_most=1.5) for name in ASKED)


class Desk:
    """A process that shows pages of one database."""

    def __init__(self, process: subprocess.Popen[str], number: str) -> None:
        self.process, self.number = process, number

    def page(self, query: dict[str, str]) -> float:
        """Return how long a page takes."""
        spelled = {"number": self.number, "national": self.number[2:], "end": self.number[-7:]}
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"?{urlencode({name: value.format(**spelled) for name, value in query.items()})}\n")
        self.process.stdin.flush()
        return float(self.process.stdout.readline())


def run(scale: Scale) -> Measured:
    """Measure both. A run on 10,000 or fewer compares the business with itself."""
    here = os.environ["DATABASE_URL"]
    is_small = scale.contacts <= SMALL.contacts
    try:
        with _desk(here) as large, _desk(here if is_small else database.prepare(SMALL), is_first=False) as small:
            ways = [Way(PAGES_OF_SMALL[name], _shown(small, query)) for name, query in ASKED.items()]
            ways += [Way(name, _shown(large, query)) for name, query in ASKED.items()]
            for way in ways:
                way.does()
            return Comparison(PAGES_OF_SMALL["everybody"], ways).measure(repeats=scale.repeats * 2 - 1)
    finally:
        if not is_small:
            database.drop(SMALL)


def _shown(desk: Desk, query: dict[str, str]) -> Callable[[], float]:
    return lambda: desk.page(query)


@contextmanager
def _desk(url: str, *, is_first: bool = True) -> Iterator[Desk]:
    american = Address.objects.filter(kind="phone", value__startswith="+1", holders__isnull=False)
    numbers = american.filter(pk__lt=2 * SMALL.contacts).order_by("pk").values_list("value", flat=True)
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.list_pages", "first" if is_first else "second"],
        cwd=CHECKOUT,
        env={**os.environ, "DATABASE_URL": url},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield Desk(process, str(numbers[0]))
    finally:
        assert process.stdin is not None
        process.stdin.close()
        process.wait(60)
