"""What the contact page and the list's own page show."""

from __future__ import annotations

from collections import defaultdict

from django.db.models import Count, Q, QuerySet

from lists.models import ListAddressOptOut, ListMembership
from lists.values import AddressOptOut, LaterConsent, ListCounts, MembershipView

ON_LIST = Q(added_at__isnull=False, removed_at=None)
SUBSCRIBED = ON_LIST & Q(opted_out_at=None, blocked_at=None)


def memberships_of(contact_id: int) -> tuple[MembershipView, ...]:
    """Return a contact's memberships by name of the list; removed ones and those of archived lists included.

    Shape: `opted_out_addresses` are those of the contact's addresses at which the gate refuses, whoever opted out.
    """
    addresses: dict[int, list[AddressOptOut]] = defaultdict(list)
    silent = ListAddressOptOut.objects.filter(address__holders__contact_id=contact_id, opted_out_at__isnull=False)
    for row in silent.select_related("address").order_by("address_id"):
        if row.opted_out_at is not None:
            addresses[row.list_id].append(AddressOptOut(row.address_id, row.address.shown, row.opted_out_at))
    rows = ListMembership.objects.filter(contact_id=contact_id).select_related("list__opt_out_list")
    return tuple(_view(row, tuple(addresses[row.list_id])) for row in rows.order_by("list__name", "list_id"))


def _view(row: ListMembership, addresses: tuple[AddressOptOut, ...]) -> MembershipView:
    paired = row.list.opt_out_list
    told = row.consent_given_at is not None
    return MembershipView(
        list_id=row.list_id,
        list_slug=row.list.slug,
        list_name=row.list.name,
        list_archived=row.list.is_archived,
        opt_out_list_name=paired.name if paired is not None else "",
        added_at=row.added_at,
        opted_out_at=row.opted_out_at,
        blocked_at=row.blocked_at,
        removed_at=row.removed_at,
        consent=LaterConsent(row.consent_given_at, row.consent_how, row.consent_text) if told else None,
        opted_out_addresses=addresses,
    )


def members(list_id: int) -> QuerySet[ListMembership]:
    """Return the memberships of a list whose contacts are neither deleted nor erased, with their contacts."""
    rows = ListMembership.objects.filter(list_id=list_id, contact__deleted_at=None, contact__erased_at=None)
    return rows.select_related("contact")


def counts(list_id: int) -> ListCounts:
    """Return how many contacts stand how on a list."""
    found = members(list_id).aggregate(
        members=Count("pk", filter=ON_LIST),
        subscribed=Count("pk", filter=SUBSCRIBED),
        opted_out=Count("pk", filter=Q(opted_out_at__isnull=False)),
        blocked=Count("pk", filter=Q(blocked_at__isnull=False)),
        removed=Count("pk", filter=Q(removed_at__isnull=False)),
    )
    return ListCounts(**found)
