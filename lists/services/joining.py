"""Verbs on who is on a list: add and remove. Neither is the contact's own wish, so neither touches a "no"."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import partial

from django.db import transaction

from consent.vocabulary import Effect, EventKind, Source
from contacts.values import Actor
from lists import rules
from lists.services.acts import Act, changed, find_list, judge, lock_standings, record, write_memberships
from lists.services.errors import NoPairedList
from lists.values import ListChange


@transaction.atomic
def add(
    *,
    list_id: int,
    contact_ids: Iterable[int],
    by: Actor,
    at: datetime,
    source: Source = Source.STAFF,
    note: str = "",
) -> ListChange:
    """Put contacts on a list (M01). Who opted out or is blocked stays out: `kept`, with the code that says why.

    Once: `unchanged` for who is on it; who was removed comes back.
    Raises: ListMissing.
    """
    act = Act(EventKind.LIST_ADDED, find_list(list_id), source, by, at, at, note)
    standings = lock_standings(list_id, contact_ids)
    verdicts = judge(standings, partial(rules.add, list_archived=act.contact_list.is_archived))
    write_memberships(act, changed(standings, verdicts), added_at=at, removed_at=None)
    return record(act, verdicts)


@transaction.atomic
def remove(
    *,
    list_id: int,
    contact_ids: Iterable[int],
    by: Actor,
    at: datetime,
    also_add_to_paired: bool = False,
    source: Source = Source.STAFF,
    note: str = "",
) -> ListChange:
    """Take contacts off a list (M02). The membership stays, greyed, with its flags.

    `also_add_to_paired` adds those who are off it now to the list's paired opt-out list.
    Once: `unchanged` for who was removed before, `nothing` for who never was on it.
    Raises: ListMissing; NoPairedList.
    """
    act = Act(EventKind.LIST_REMOVED, find_list(list_id), source, by, at, at, note)
    paired_id = act.contact_list.opt_out_list_id
    if also_add_to_paired and paired_id is None:
        raise NoPairedList
    standings = lock_standings(list_id, contact_ids)
    verdicts = judge(standings, rules.remove)
    write_memberships(act, changed(standings, verdicts), removed_at=at)
    also = None
    if also_add_to_paired and paired_id is not None:
        off = [pk for pk, verdict in verdicts.items() if verdict.effect in {Effect.SET, Effect.UNCHANGED}]
        also = add(list_id=paired_id, contact_ids=off, by=by, at=at, source=source, note=note)
    return record(act, verdicts, also=also)
