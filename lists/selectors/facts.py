"""What consent asks lists about, for one subject or thousands in a fixed number of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from consent.registry import ListSubject
from consent.values import ListFacts
from contacts.models import ContactAddress
from contacts.selectors import one_of
from lists.models import ContactList, ListAddressOptOut, ListMembership
from lists.selectors import past
from lists.values import Standing


def list_keywords() -> Mapping[str, str]:
    """Return the keyword of each list, as messages are read, → its slug. Archived lists keep theirs."""
    return dict(ContactList.objects.exclude(keyword="").values_list("keyword", "slug"))


def list_names() -> Mapping[str, str]:
    """Return the slug of each list that can be sent to → its name, by name."""
    return dict(ContactList.objects.filter(archived_at=None).order_by("name").values_list("slug", "name"))


def list_facts(slug: str, subjects: Sequence[ListSubject], *, at: datetime | None = None) -> Sequence[ListFacts]:
    """Return where each subject stands with a list, in the order of the subjects: now, or by our records at `at`.

    An archived list counts as none, so that the gate refuses. Asked by address, everybody who holds it counts: one
    holder's "no" is the answer.
    """
    list_id = _list_in_use(slug) if at is None else past.list_in_use(slug, at=at)
    if list_id is None:
        return [ListFacts(slug, exists=False)] * len(subjects)
    by_address_alone = {
        subject.address_id for subject in subjects if subject.contact_id is None and subject.address_id is not None
    }
    holders = _live_holders(by_address_alone) if at is None else past.live_holders(by_address_alone, at=at)
    people = {subject.contact_id for subject in subjects if subject.contact_id is not None}
    people.update(holder for held in holders.values() for holder in held)
    asked = {subject.address_id for subject in subjects if subject.address_id is not None}
    standings = _standings(list_id, people) if at is None else past.standings(list_id, people, at=at)
    opted_out = _opted_out_addresses(list_id, asked) if at is None else past.opted_out(list_id, asked, at=at)
    return [
        _facts(
            slug,
            [
                standings[pk]
                for pk in ([subject.contact_id] if subject.contact_id is not None else holders[subject.address_id])
                if pk in standings
            ],
            opted_out.get(subject.address_id),
        )
        for subject in subjects
    ]


def _list_in_use(slug: str) -> int | None:
    return ContactList.objects.filter(slug=slug, archived_at=None).values_list("pk", flat=True).first()


def _facts(slug: str, standings: Sequence[Standing], address_opted_out_at: datetime | None) -> ListFacts:
    """Return one contact's facts, or those of all the holders of one address together."""
    member = any(standing.is_on_list for standing in standings)
    return ListFacts(
        slug,
        member=member,
        opted_out_at=_earliest(standing.opted_out_at for standing in standings),
        blocked_at=_earliest(standing.blocked_at for standing in standings),
        removed_at=None if member else _earliest(standing.removed_at for standing in standings),
        opted_out_elsewhere_at=address_opted_out_at,
    )


def _earliest(moments: Iterable[datetime | None]) -> datetime | None:
    return min((moment for moment in moments if moment is not None), default=None)


def _live_holders(address_ids: Collection[int]) -> Mapping[int | None, list[int]]:
    holders: dict[int | None, list[int]] = defaultdict(list)
    if address_ids:
        rows = ContactAddress.objects.filter(
            address_id__in=address_ids, contact__deleted_at=None, contact__erased_at=None
        )
        for address_id, contact_id in rows.values_list("address_id", "contact_id"):
            holders[address_id].append(contact_id)
    return holders


def _standings(list_id: int, contact_ids: Collection[int]) -> dict[int, Standing]:
    if not contact_ids:
        return {}
    columns = ("id", "added_at", "opted_out_at", "blocked_at", "removed_at")
    rows = ListMembership.objects.filter(one_of("lists_listmembership.contact_id", contact_ids), list_id=list_id)
    return {
        contact_id: Standing(contact_id, True, False, *row)
        for contact_id, *row in rows.values_list("contact_id", *columns)
    }


def _opted_out_addresses(list_id: int, address_ids: Collection[int]) -> Mapping[int | None, datetime]:
    if not address_ids:
        return {}
    rows = ListAddressOptOut.objects.filter(
        one_of("lists_listaddressoptout.address_id", address_ids), list_id=list_id, opted_out_at__isnull=False
    )
    return {pk: at for pk, at in rows.values_list("address_id", "opted_out_at") if at is not None}
