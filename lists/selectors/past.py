"""Where contacts and addresses stood with a list by our records at a past moment.

Each row of history carries `updated_at`, when the act that wrote it was recorded. The version at a moment is the newest
one written that had been recorded by then.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime

from django.db.models import Q

from consent.selectors.past import holdings_then
from contacts.models import Contact
from lists.models import ContactList, ListAddressOptOut, ListMembership
from lists.values import Standing

GONE = "-"
"""The mark of a deletion in a history; its row repeats the times of the last change."""


def list_in_use(slug: str, *, at: datetime) -> int | None:
    """Return the id of a list that existed then and was not archived."""
    rows = ContactList.history.filter(slug=slug, history_date__lte=at).order_by("-history_id")
    newest = rows.values_list("id", "archived_at").first()
    return newest[0] if newest is not None and newest[1] is None else None


def live_holders(address_ids: Collection[int], *, at: datetime) -> Mapping[int | None, list[int]]:
    """Return the contacts who held each address then and were neither deleted nor erased."""
    holders: dict[int | None, list[int]] = defaultdict(list)
    held = holdings_then(at=at, address_ids=address_ids)
    gone = set(
        Contact.objects.filter(pk__in={one.contact_id for one in held})
        .filter(Q(deleted_at__lte=at) | Q(erased_at__lte=at))
        .values_list("pk", flat=True)
    )
    for one in held:
        if one.contact_id not in gone:
            holders[one.address_id].append(one.contact_id)
    return holders


def standings(list_id: int, contact_ids: Collection[int], *, at: datetime) -> dict[int, Standing]:
    """Return where each contact stood with the list; who had no membership then is absent."""
    columns = ("contact_id", "id", "added_at", "opted_out_at", "blocked_at", "removed_at", "history_type")
    rows = (
        ListMembership.history.filter(list_id=list_id, contact_id__in=contact_ids)
        .filter(Q(updated_at__lte=at) & ~Q(history_type=GONE) | Q(history_date__lte=at, history_type=GONE))
        .order_by("contact_id", "-history_id")
        .distinct("contact_id")
    )
    return {
        contact_id: Standing(contact_id, True, False, *flags)
        for contact_id, *flags, history_type in rows.values_list(*columns)
        if history_type != GONE
    }


def opted_out(list_id: int, address_ids: Collection[int], *, at: datetime) -> Mapping[int | None, datetime]:
    """Return since when each address was opted out of the list, whoever held it."""
    rows = (
        ListAddressOptOut.history.filter(list_id=list_id, address_id__in=address_ids, updated_at__lte=at)
        .order_by("address_id", "-history_id")
        .distinct("address_id")
    )
    return {pk: moment for pk, moment in rows.values_list("address_id", "opted_out_at") if moment is not None}
