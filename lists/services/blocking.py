"""Verbs of staff's own judgement: block contacts on a list, and unblock them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from consent.vocabulary import EventKind, Source
from contacts.values import Actor
from lists import rules
from lists.services.acts import Act, changed, find_list, judge, lock_standings, record, write_memberships
from lists.values import ListChange


@transaction.atomic
def block(
    *,
    list_id: int,
    contact_ids: Iterable[int],
    by: Actor,
    at: datetime,
    source: Source = Source.STAFF,
    note: str = "",
) -> ListChange:
    """Block contacts on a list (M04): nothing of the list reaches them, and nothing brings them back, until unblocked.

    Once: `unchanged`. Raises: ListMissing.
    """
    act = Act(EventKind.LIST_BLOCKED, find_list(list_id), source, by, at, at, note)
    standings = lock_standings(list_id, contact_ids)
    verdicts = judge(standings, rules.block)
    write_memberships(act, changed(standings, verdicts), blocked_at=at)
    return record(act, verdicts)


@transaction.atomic
def unblock(
    *,
    list_id: int,
    contact_ids: Iterable[int],
    by: Actor,
    at: datetime,
    source: Source = Source.STAFF,
    note: str = "",
) -> ListChange:
    """Take the block away (M05). Who had opted out stays opted out.

    Once: `nothing`. Raises: ListMissing.
    """
    act = Act(EventKind.LIST_UNBLOCKED, find_list(list_id), source, by, at, at, note)
    standings = lock_standings(list_id, contact_ids)
    verdicts = judge(standings, rules.unblock)
    write_memberships(act, changed(standings, verdicts), blocked_at=None)
    return record(act, verdicts)
