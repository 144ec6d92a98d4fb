"""Doing the same for many, where one that fails must not cost the others their turn."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

T = TypeVar("T")


def do_each(do: Callable[[T], object], those: Iterable[T], *, what: str) -> int:
    """Do it for each of those, and return for how many it returned something true.

    Raises: ExceptionGroup at the end, of everything that failed, so that the job counts as failed and staff see it.
    """
    done, failed = 0, []
    for each in those:
        try:
            done += bool(do(each))
        except Exception as error:
            error.add_note(f"{what}: {each!r}")
            failed.append(error)
    if failed:
        raise ExceptionGroup(f"{what}: {len(failed)} failed, {done} done", failed)
    return done
