"""Values that pass between the layers of bulk actions."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some contacts of a batch, and what is to be done to them.

    Shape: `contact_ids` in ascending order; `undo_of` the batch that is undone, if one is; `as_of` when it was shown
    what would be done.
    """

    contact_ids: Sequence[int]
    parameters: Mapping[str, Any]
    note: str
    undo_of: uuid.UUID | None = None
    as_of: datetime | None = None

    @property
    def undone(self) -> uuid.UUID:
        """The batch that is undone. Raises: ValueError where none is."""
        if self.undo_of is None:
            raise ValueError("This chunk undoes nothing.")
        return self.undo_of


@dataclass(frozen=True, slots=True)
class Result:
    """What became, or would become, of one contact."""

    contact_id: int
    outcome: str
    event_id: uuid.UUID | None = None
