"""Number quality: what carriers told about a line, for screens that show the address."""

from __future__ import annotations

from collections.abc import Collection

from consent.models import Suppression
from consent.vocabulary import Direction, Reason

FLAGS: dict[Reason, str] = {
    Reason.LANDLINE: "Landline: can't receive texts",
    Reason.UNKNOWN_NUMBER: "Unknown number: check it",
    Reason.UNREACHABLE: "Handset was unreachable",
    Reason.WRONG_NUMBER: "Belongs to somebody else",
}
"""Which reasons are facts about the line itself, and what staff read."""


def address_flags(address_ids: Collection[int]) -> dict[int, tuple[Reason, ...]]:
    """Return the flags of each address that has any, the most telling first. One query for any number of them.

    A flag stands as long as its suppression: staff who lift it say that the number was checked.
    """
    rows = Suppression.objects.filter(
        address_id__in=address_ids, lifted_at__isnull=True, direction=Direction.OUTBOUND, reason__in=sorted(FLAGS)
    ).values_list("address_id", "reason")
    found: dict[int, set[Reason]] = {}
    for address_id, reason in rows:
        found.setdefault(address_id, set()).add(Reason(reason))
    return {address_id: tuple(flag for flag in FLAGS if flag in reasons) for address_id, reasons in found.items()}
