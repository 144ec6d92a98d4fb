"""What contacts asks of lists when two contacts become one, and when a person is erased."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Q

from consent.vocabulary import Effect, EventKind, Source
from contacts.services import blank
from contacts.values import Actor, Consequence, ErasureScope
from contacts.vocabulary import Fate
from lists import rules
from lists.models import ListAddressOptOut, ListMembership
from lists.services.acts import Act, judge, lock_standings, record, write_memberships
from lists.services.opting_out import opt_out_locked
from lists.values import Standing, Verdict

_WORDS = ("consent_how", "consent_text", "note")


def take_over_memberships(*, kept_id: int, merged_id: int, by: Actor, at: datetime) -> Sequence[Consequence]:
    """Bring the merged contact's memberships to the kept one, list by list. A "no" of either stays.

    Who was on a list alone goes on for both; where the kept contact was removed it stays removed. An opt-out or a block
    of the merged contact is the kept one's from now on, also where the kept one had come back since. Of two opt-outs
    the newer one counts.
    """
    told: list[Consequence] = []
    for row in ListMembership.objects.filter(contact_id=merged_id).select_related("list").order_by("list_id"):
        act = Act(EventKind.LIST_ADDED, row.list, Source.STAFF, by, at, at, note=f"Merged with contact {merged_id}")
        standing = lock_standings(row.list_id, [kept_id])[kept_id]
        told += _bring_over(act, row, standing)
    return told


def _bring_over(act: Act, row: ListMembership, standing: Standing) -> list[Consequence]:
    kept_id, told = standing.contact_id, []
    if standing.membership_id is None and row.added_at is not None:
        write_memberships(act, [standing], added_at=row.added_at, removed_at=row.removed_at)
        record(act, {kept_id: Verdict(Effect.LIFTED)})
        told.append(Consequence(Fate.MOVED, f"Membership of {row.list}"))
    elif standing.membership_id is not None:
        told.append(Consequence(Fate.KEPT, f"Membership of {row.list}", why="Both were on it. A “no” of either stays."))
    if row.opted_out_at is not None and (standing.opted_out_at is None or standing.opted_out_at < row.opted_out_at):
        said_at = max(row.opted_out_at, standing.consent_given_at or row.opted_out_at)
        left = Act(EventKind.LIST_OPTED_OUT, row.list, act.source, act.by, act.at, said_at, act.note)
        opt_out_locked(left, lock_standings(row.list_id, [kept_id]))
        told.append(Consequence(Fate.SET, f"Opted out of {row.list}"))
    if row.blocked_at is not None and standing.blocked_at is None:
        blocked = Act(EventKind.LIST_BLOCKED, row.list, act.source, act.by, act.at, act.at, act.note)
        standings = lock_standings(row.list_id, [kept_id])
        write_memberships(blocked, list(standings.values()), blocked_at=row.blocked_at)
        record(blocked, judge(standings, rules.block))
        told.append(Consequence(Fate.SET, f"Blocked on {row.list}"))
    return told


def forget_memberships(*, scope: ErasureScope, by: Actor, at: datetime) -> Sequence[Consequence]:
    """Blank what was noted about memberships, and the words of later consents. The memberships and each "no" stay."""
    mine = Q(contact_id__in=scope.contact_ids)
    kept = ListMembership.objects.filter(mine).count()
    return [
        Consequence(Fate.REMOVED, "Notes and words on memberships", _blank(ListMembership, mine)),
        Consequence(Fate.KEPT, "Memberships of lists", kept, "They name the tombstone, and hold its “no”."),
    ]


def forget_address_words(*, scope: ErasureScope, by: Actor, at: datetime) -> Sequence[Consequence]:
    """Blank what was noted about list opt-outs of the person's addresses. The opt-outs stay."""
    here = Q(address_id__in=scope.address_ids)
    return [Consequence(Fate.REMOVED, "Notes on list opt-outs of addresses", _blank(ListAddressOptOut, here))]


def _blank(model: type[ListMembership | ListAddressOptOut], which: Q) -> int:
    """Put a mark in the place of every word in rows and their history, and return how many rows had one."""
    had = blank(model, which, *_WORDS)
    blank(model.history.model, which, *_WORDS, "history_change_reason")
    return had
