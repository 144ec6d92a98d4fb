"""Keep a few programs running side by side, and stop them all together.

For `make run` alone: in production that is the work of systemd, of a container's orchestrator, or the like.
"""

from __future__ import annotations

import ctypes
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import FrameType

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
GRACE = 10.0
"""Seconds that programs get to finish what they are doing before they are killed."""
LONGEST_PAUSE = 30.0
"""Seconds between two starts of a program that keeps ending; the first pause is a second."""

Say = Callable[[str], None]


class Stopped(BaseException):
    """Somebody asked us to stop: Ctrl-C, SIGTERM, or the terminal closed.

    Like KeyboardInterrupt it is no Exception: nobody who handles errors on the way may take it for one.
    """


class KeepsEnding(Exception):
    """A program ends as soon as it starts."""


@contextmanager
def stop_signals_raise() -> Iterator[None]:
    """Turn the first signal that asks us to stop into `Stopped`, wherever we are; ignore the impatient rest."""

    def stop(number: int, frame: FrameType | None) -> None:
        for each in STOP_SIGNALS:
            signal.signal(each, signal.SIG_IGN)
        raise Stopped

    before = {each: signal.signal(each, stop) for each in STOP_SIGNALS}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


@dataclass
class Program:
    """One program to keep running. `process` is its present run."""

    name: str
    command: Sequence[str]
    process: subprocess.Popen[bytes] | None = None
    pause: float = 1.0
    starts_at: float = 0.0
    started_at: float = 0.0


@dataclass
class Supervisor:
    """Starts programs again when they end."""

    programs: Sequence[Program]
    say: Say
    poll_seconds: float = 0.2
    _early_ends: int = field(default=0, init=False)

    def start(self) -> None:
        """Start every program for the first time."""
        for program in self.programs:
            _start(program)

    def wait_until(self, ready: Callable[[], bool], *, seconds: float) -> bool:
        """Look after the programs until `ready` says so, and return whether it did in time.

        Raises: KeepsEnding.
        """
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if ready():
                return True
            self._look_after(give_up_after=3)
            time.sleep(self.poll_seconds)
        return False

    def run(self) -> None:
        """Look after the programs until a signal raises `Stopped`."""
        while True:
            self._look_after()
            time.sleep(self.poll_seconds)

    def stop(self) -> None:
        """Ask every program to finish, wait, and kill what has not by then."""
        running = [program.process for program in self.programs if program.process and program.process.poll() is None]
        for process in running:
            process.terminate()
        until = time.monotonic() + GRACE
        for process in running:
            try:
                process.wait(timeout=max(0.0, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def _look_after(self, *, give_up_after: int = 0) -> None:
        now = time.monotonic()
        for program in self.programs:
            if program.process is None:
                if now >= program.starts_at:
                    _start(program)
                continue
            code = program.process.poll()
            if code is None:
                continue
            self._early_ends += 1
            if give_up_after and self._early_ends >= give_up_after:
                raise KeepsEnding(f"The {program.name} ends as soon as it starts (code {code}); see above why.")
            lived = now - program.started_at
            program.pause = 1.0 if lived > LONGEST_PAUSE else min(program.pause * 2, LONGEST_PAUSE)
            program.starts_at = now + program.pause
            program.process = None
            self.say(f"The {program.name} ended (code {code}). It starts again in {program.pause:.0f} s.")


def _start(program: Program) -> None:
    # A session of its own: Ctrl-C reaches us alone, and we stop the programs in order.
    program.process = subprocess.Popen(  # noqa: S603  (our own commands)
        program.command, start_new_session=True, preexec_fn=_end_with_parent
    )
    program.started_at = time.monotonic()


_libc = ctypes.CDLL(None) if sys.platform == "linux" else None
_PR_SET_PDEATHSIG = 1


def _end_with_parent() -> None:
    """Ask the kernel to end this child when its parent is killed with no chance to say so; Linux only."""
    if _libc is not None:
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
