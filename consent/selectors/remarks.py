"""Who set a suppression and what they noted: words for screens, which rules and gate never need."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from consent.models import Suppression


@dataclass(frozen=True, slots=True)
class Remark:
    """`set_by` is an actor's ref; `address` the spelling of the address that the suppression names, if any."""

    set_by: str
    note: str
    address: str


def remarks_on(suppression_ids: Collection[int]) -> dict[int, Remark]:
    """Return the remark on each of these suppressions, in one query."""
    rows = Suppression.objects.filter(id__in=suppression_ids)
    return {
        pk: Remark(set_by, note, address or "")
        for pk, set_by, note, address in rows.values_list("id", "set_by", "note", "address__shown")
    }
