"""Measure several ways of doing one thing in turn, and hold what was found against a goal.

Times move with the machine; ratios in one run do not. So nothing here is a number of seconds that must be met.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field

PATIENCE = 10.0
"""Seconds. What takes longer, as some rivals do among a million, is measured once: it is far off any goal."""


@dataclass(frozen=True, slots=True)
class Way:
    """One way of doing it. `does` is timed, unless it returns the seconds that it took.

    `per` things are done in one go. `around` prepares and cleans up, untimed.
    """

    name: str
    does: Callable[[], float | None]
    per: int = 1
    around: Callable[[], AbstractContextManager[object]] = nullcontext


@dataclass(frozen=True, slots=True)
class Timing:
    """What one way took each time, in seconds for one thing."""

    name: str
    seconds: tuple[float, ...]

    @property
    def median(self) -> float:
        return statistics.median(self.seconds)


@dataclass(frozen=True, slots=True)
class Goal:
    """How one way must stand to another: at least so many times as fast, or at most so many times as slow.

    Exactly one of `at_least` and `at_most` is given; `aim` is the same where we want to be.
    """

    way: str
    against: str
    at_least: float | None = None
    at_most: float | None = None
    aim: float | None = None

    def ratio(self, timings: dict[str, Timing]) -> float:
        """Return what is to be held against the goal."""
        ours, other = timings[self.way].median, timings[self.against].median
        return ours / other if self.at_least is None else other / ours

    def verdict(self, timings: dict[str, Timing]) -> str:
        """Return "reached", "missed", or that even the aim was reached."""
        ratio = self.ratio(timings)
        if not self._holds(ratio, self.at_most if self.at_least is None else self.at_least):
            return "missed"
        return "aim reached" if self.aim is not None and self._holds(ratio, self.aim) else "reached"

    def _holds(self, ratio: float, bound: float | None) -> bool:
        assert bound is not None
        return ratio <= bound if self.at_least is None else ratio >= bound

    def told(self) -> str:
        """Return the goal in words."""
        if self.at_least is None:
            words = f"takes at most {self.at_most:g} x the time of"
        else:
            words = f"at least {self.at_least:g} x as fast as"
        return f"{self.way}: {words} {self.against}" + (f" (aim {self.aim:g})" if self.aim is not None else "")


@dataclass(frozen=True, slots=True)
class Measured:
    """What one benchmark found. `floor` names the way that the others are compared with; `note` tells the method."""

    floor: str
    timings: dict[str, Timing]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Ways of doing one thing, the floor among them."""

    floor: str
    ways: Sequence[Way]
    note: str = ""
    seen: dict[str, list[float]] = field(default_factory=dict)

    def measure(self, *, repeats: int) -> Measured:
        """Do each way in turn, and so again, so that a machine's bad minute hits all of them."""
        for _ in range(repeats):
            for way in self.ways:
                if max(self.seen.get(way.name, [0.0])) * way.per > PATIENCE:
                    continue
                with way.around():
                    started = time.perf_counter()
                    told = way.does()
                    took = time.perf_counter() - started if told is None else told
                self.seen.setdefault(way.name, []).append(took / way.per)
        return Measured(self.floor, {name: Timing(name, tuple(took)) for name, took in self.seen.items()}, self.note)
