"""Counts over several lists at once: the list of lists, and which lists people leave."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q, QuerySet

from contacts.models import Contact
from lists.models import ListMembership
from lists.selectors.memberships import ON_LIST, SUBSCRIBED
from lists.values import ListCounts


@dataclass(frozen=True, slots=True)
class ListLoss:
    """How many members one list lost."""

    list_id: int
    name: str
    count: int


def counts_of(list_ids: Collection[int]) -> dict[int, ListCounts]:
    """Return how many contacts stand how on each of these lists, as `counts` does for one."""
    rows = (
        _of_the_living(ListMembership.objects.filter(list_id__in=list_ids))
        .values("list_id")
        .annotate(
            members=Count("pk", filter=ON_LIST),
            subscribed=Count("pk", filter=SUBSCRIBED),
            opted_out=Count("pk", filter=Q(opted_out_at__isnull=False)),
            blocked=Count("pk", filter=Q(blocked_at__isnull=False)),
            removed=Count("pk", filter=Q(removed_at__isnull=False)),
        )
        .order_by()
    )
    found = {
        row["list_id"]: ListCounts(row["members"], row["subscribed"], row["opted_out"], row["blocked"], row["removed"])
        for row in rows
    }
    return {list_id: found.get(list_id, ListCounts(0, 0, 0, 0, 0)) for list_id in list_ids}


def left_since(since: datetime) -> Q:
    """Return the condition that a member opted out or was removed since then."""
    return Q(opted_out_at__gte=since) | Q(removed_at__gte=since)


def greatest_losses(*, since: datetime, limit: int = 5) -> tuple[ListLoss, ...]:
    """Return the lists that lost most members since then, the greatest loss first."""
    rows = (
        _of_the_living(ListMembership.objects.filter(left_since(since)))
        .values_list("list_id", "list__name")
        .annotate(n=Count("pk"))
        .order_by("-n", "list__name")[:limit]
    )
    return tuple(ListLoss(list_id, name, n) for list_id, name, n in rows)


def _of_the_living(rows: QuerySet[ListMembership]) -> QuerySet[ListMembership]:
    """Leave out deleted and erased contacts. They are few: excluding them costs less than joining everybody."""
    tombstones = Contact.objects.filter(Q(deleted_at__isnull=False) | Q(erased_at__isnull=False))
    return rows.exclude(contact_id__in=tombstones.values("id"))
