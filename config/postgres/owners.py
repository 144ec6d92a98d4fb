"""Who still needs the server, counted by file locks: the kernel frees a dead process's lock at once.

A list of process ids would go stale with every `kill -9`; a lock cannot.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_joined: dict[Path, int] = {}


@contextmanager
def changing(lock: Path) -> Iterator[None]:
    """Let one process at a time join, leave, start or stop."""
    descriptor = _open(lock)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def join(lock: Path) -> None:
    """Count this process in, until it leaves or dies. Call it inside `changing`.

    Once: a process that joins again still counts once; a forked child counts with its parent, and
        goes on counting after the parent's end.
    """
    if lock not in _joined:
        descriptor = _open(lock)
        fcntl.flock(descriptor, fcntl.LOCK_SH)
        _joined[lock] = descriptor


def leave(lock: Path) -> bool:
    """Count this process out and say whether nobody is left. Call it inside `changing`."""
    if (descriptor := _joined.pop(lock, None)) is not None:
        os.close(descriptor)
    # A fresh descriptor, never the shared one made exclusive: a forked child shares our lock as well,
    # and turning the lock would take it away from under the child.
    fresh = _open(lock)
    try:
        fcntl.flock(fresh, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(fresh)
    return True


def _open(lock: Path) -> int:
    return os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
