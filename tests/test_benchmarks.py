"""The benchmarks work: every one of them runs to its end on a tiny business. What they measure is nobody's test."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import quote, urlencode

import pytest
from django.db import connection

from benchmarks import report
from benchmarks.__main__ import NAMES
from benchmarks.harness import PATIENCE, Comparison, Goal, Measured, Timing, Way
from benchmarks.scale import SCALES

CHECKOUT = Path(__file__).resolve().parent.parent


def server_url() -> str:
    at = connection.settings_dict
    user, password, name = (quote(str(at[key] or ""), safe="") for key in ("USER", "PASSWORD", "NAME"))
    where = urlencode({"host": at["HOST"] or "localhost", "port": at["PORT"] or 5432})
    return f"postgresql://{user}:{password}@/{name}?{where}"


@pytest.mark.django_db
def test_every_benchmark_runs_on_a_tiny_business() -> None:
    page = report.PAGE.read_bytes() if report.PAGE.exists() else b""

    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", "--scale", "tiny"],
        cwd=CHECKOUT,
        env={**os.environ, "DATABASE_URL": server_url(), "PYTHONWARNINGS": "ignore"},
        capture_output=True,
        text=True,
    )

    assert done.returncode == 0, done.stderr
    assert done.stdout.count("\n## ") == len(NAMES)
    assert (report.PAGE.read_bytes() if report.PAGE.exists() else b"") == page, "tiny runs are reported nowhere"


def timings(**medians: float) -> dict[str, Timing]:
    return {name: Timing(name, (seconds,)) for name, seconds in medians.items()}


def test_a_goal_compares_two_ways_of_one_run() -> None:
    faster = Goal("ours", "theirs", at_least=2, aim=4)
    cheaper = Goal("ours", "theirs", at_most=1.1)

    assert faster.verdict(timings(ours=1.0, theirs=5.0)) == "aim reached"
    assert faster.verdict(timings(ours=1.0, theirs=2.0)) == "reached"
    assert faster.verdict(timings(ours=1.0, theirs=1.9)) == "missed"
    assert cheaper.verdict(timings(ours=1.1, theirs=1.0)) == "reached"
    assert cheaper.verdict(timings(ours=1.2, theirs=1.0)) == "missed"


def test_ways_take_turns() -> None:
    turns: list[str] = []
    ways = [Way("first", lambda: turns.append("first")), Way("second", lambda: turns.append("second"))]

    measured = Comparison("first", ways).measure(repeats=2)

    assert turns == ["first", "second", "first", "second"]
    assert [len(timing.seconds) for timing in measured.timings.values()] == [2, 2]


def test_what_takes_too_long_is_measured_once_and_the_page_says_so() -> None:
    ways = [Way("quick", lambda: 1.0), Way("slow", lambda: PATIENCE + 1)]

    measured = Comparison("quick", ways).measure(repeats=3)

    assert [len(timing.seconds) for timing in measured.timings.values()] == [3, 1]
    section = report.section(SimpleNamespace(__doc__="Doing it.", GOAL=()), measured, SCALES["1m"], "A machine.")
    assert f"| slow | {PATIENCE + 1:g} s | once |" in section
    assert "| quick | 1 s | 1 s – 1 s |" in section


def test_a_section_that_was_not_run_stays_on_the_page(tmp_path: Path) -> None:
    page = tmp_path / "benchmarks.md"
    measured = Measured("theirs", timings(ours=0.5, theirs=1.0))
    path = SimpleNamespace(__doc__="Doing it.\n\nBy hand.", GOAL=(Goal("ours", "theirs", at_least=2),))
    section = report.section(path, measured, SCALES["100k"], "A machine.")

    report.keep("one", section, page=page)
    report.keep("other", "## Another", page=page)
    report.keep("one", section.replace("Doing it", "Doing it anew"), page=page)

    written = page.read_text()
    assert "## Another" in written
    assert "## Doing it anew\n\nBy hand." in written
    assert "at least 2 x as fast as theirs: **2.00, reached**" in written
    assert "Doing it\n" not in written
