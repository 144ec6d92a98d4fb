"""One thing that happens in the story."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from config.demo.desk import Desk

Play = Callable[[Desk, datetime], None]


@dataclass(frozen=True, slots=True)
class Act:
    """What happens, and when."""

    at: datetime
    play: Play
