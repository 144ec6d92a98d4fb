"""docs/benchmarks.md: how it was measured, and a section per benchmark. Sections that were not run stay."""

from __future__ import annotations

import os
import platform
import re
from pathlib import Path
from types import ModuleType
from typing import Any

from benchmarks.harness import PATIENCE, Goal, Measured, Timing
from benchmarks.scale import Scale

PAGE = Path(__file__).resolve().parent.parent / "docs" / "benchmarks.md"

METHOD = f"""\
# How fast it is

Written by `make bench SCALE=1m` (or `100k`, `10m`). `make bench ONLY=stop_door` measures one path anew.

Absolute times move with the machine, ratios in one run do not. So every path is measured beside a *floor*, the least
that anybody would have to do, and beside *rivals*, the usual ways of doing it. All ways of one table take turns in one
run, several times, but once where it takes longer than {PATIENCE:.0f} seconds; the table shows the median, the range,
and how many times the floor it takes. A goal compares two of its rows. Nothing here is a test: a slow machine fails
nobody.

The data are synthetic and seeded: names and numbers of several countries, 12 % of the contacts silenced on SMS and 8 %
by e-mail, one in three of them for two reasons, 1 % snoozed, 3 % at a shared number, and three lists with 5 % opt-outs
and 2 % blocked. They are copied in through every trigger, and each run works on a copy, in a database of its own.
"""


def section(path: ModuleType, measured: Measured, scale: Scale, machine: str) -> str:
    """Return one benchmark's part of the page."""
    title, _, more = (path.__doc__ or path.NAME).strip().partition("\n")
    floor = measured.timings[measured.floor].median
    rows = "\n".join(_row(timing, floor) for timing in measured.timings.values())
    goals = "\n".join(f"- {goal.told()}: **{_stands(goal, measured)}**" for goal in path.GOAL)
    parts = [
        f"## {title.rstrip('.')}",
        " ".join(f"{more} {measured.note}".split()),
        f"| way | median | range | per second | x {measured.floor} |\n|---|---|---|---|---|\n{rows}",
        goals,
        f"*{scale.contacts:,} contacts; {len(next(iter(measured.timings.values())).seconds)} repeats. {machine}*",
    ]
    return "\n\n".join(part for part in parts if part)


def _row(timing: Timing, floor: float) -> str:
    low, high = _time(min(timing.seconds)), _time(max(timing.seconds))
    between = f"{low} – {high}" if len(timing.seconds) > 1 else "once"
    each = f"{1 / timing.median:,.0f}" if timing.median < 0.1 else "–"
    return f"| {timing.name} | {_time(timing.median)} | {between} | {each} | {timing.median / floor:.2f} |"


def _stands(goal: Goal, measured: Measured) -> str:
    return f"{goal.ratio(measured.timings):.2f}, {goal.verdict(measured.timings)}"


def _time(seconds: float) -> str:
    for unit, size in (("s", 1.0), ("ms", 1e-3)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds / 1e-6:.3g} µs"


def machine(connection: Any) -> str:
    """Return on what it was measured, in words that name no machine."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    version = connection.pg_version
    return (
        f"{os.cpu_count()} cores, {memory:.0f} GB of memory, {platform.system()}, Python {platform.python_version()}, "
        f"PostgreSQL {version // 10000}.{version % 10000}."
    )


def keep(name: str, text: str, *, page: Path = PAGE) -> None:
    """Put a section in the place of its older self, or at the end."""
    written = page.read_text() if page.exists() else METHOD
    sections = dict(re.findall(r"<!-- (\w+) -->\n(.*?)\n<!-- end -->", written, re.DOTALL)) | {name: text}
    parts = [METHOD, *(f"<!-- {each} -->\n{body}\n<!-- end -->\n" for each, body in sorted(sections.items()))]
    page.write_text("\n".join(parts))
