"""Whom a send to a list reaches: the gate's own answer for every member, in pages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from django.db.models import Q

from consent.selectors.decisions import Answer, Subject, decide_many
from consent.values import GateRequest
from consent.vocabulary import Channel, Purpose
from lists.models import ListMembership
from lists.selectors.memberships import ON_LIST, SUBSCRIBED
from lists.values import ListReach, Recipient

PAGE = 1000


def audience(list_slug: str, channel: Channel, purpose: Purpose) -> Iterator[Recipient]:
    """Yield who may get a message of the list now, in ascending contact id, one for each address.

    Where several members share an address it goes to the first whom the gate allows. The gate is asked again at the
    moment of sending: this is a reading, page by page, and people change their minds meanwhile.
    Shape: nobody for a list that is unknown or archived.
    """
    served: set[str] = set()
    for answer in _answers(list_slug, channel, purpose, SUBSCRIBED):
        contact_id, value = answer.subject.contact_id, answer.address_value
        if answer.decision.allowed and contact_id is not None and value is not None and value not in served:
            served.add(value)
            yield Recipient(contact_id, value)


def reach(list_slug: str, channel: Channel, purpose: Purpose) -> ListReach:
    """Return how many members a send would reach now, and why not the others."""
    served: set[str | None] = set()
    members = allowed = refused = 0
    by_code: Counter[str] = Counter()
    for answer in _answers(list_slug, channel, purpose, ON_LIST):
        members += 1
        if answer.decision.allowed:
            allowed += 1
            served.add(answer.address_value)
        else:
            refused += 1
            by_code.update({reason.code for reason in answer.decision.reasons})
    return ListReach(
        members=members,
        reachable=len(served),
        same_address=allowed - len(served),
        refused=refused,
        by_code=dict(by_code.most_common()),
    )


def _answers(list_slug: str, channel: Channel, purpose: Purpose, which: Q) -> Iterator[Answer]:
    """Yield the gate's answers for the members that `which` picks, those of tombstones left out."""
    request = GateRequest(channel, purpose, list_slug)
    rows = ListMembership.objects.filter(
        which, list__slug=list_slug, contact__deleted_at=None, contact__erased_at=None
    ).order_by("contact_id")
    last = 0
    while page := list(rows.filter(contact_id__gt=last).values_list("contact_id", flat=True)[:PAGE]):
        yield from decide_many(request, [Subject(contact_id=contact_id) for contact_id in page])
        last = page[-1]
