"""What batches do to list memberships: by the verbs of lists, the preview by the same rules without writing."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime
from functools import partial

from config.batches.models import Batch, BatchItem
from config.batches.values import Chunk, Result
from config.batches.vocabulary import CHANGED, Action
from consent.vocabulary import Effect
from contacts.services import lock_for_contacts
from contacts.values import Actor
from lists import rules
from lists.models import ContactList, ListMembership
from lists.services import add, remove
from lists.values import CHANGES, ListChange, Standing, Verdict

Verb = Callable[..., ListChange]
Rule = Callable[[Standing], Verdict]

STOOD_SINCE = "changed_since"
"""The outcome of a contact whose membership somebody has changed after the batch."""


def perform(verb: Verb, chunk: Chunk, *, by: Actor, at: datetime) -> list[Result]:
    """Add the contacts of the chunk to the list, or remove them."""
    return _results(verb(list_id=_list_id(chunk), contact_ids=chunk.contact_ids, by=by, at=at, note=chunk.note))


def foresee_add(chunk: Chunk, *, at: datetime) -> list[Result]:
    """Return what adding would do."""
    return _foresee(_adding(chunk), _list_id(chunk), chunk.contact_ids)


def foresee_remove(chunk: Chunk, *, at: datetime) -> list[Result]:
    """Return what removing would do."""
    return _foresee(rules.remove, _list_id(chunk), chunk.contact_ids)


def undo(chunk: Chunk, *, by: Actor, at: datetime) -> list[Result]:
    """Take off who was added and is on since, add who was removed and is off since. Needs a transaction."""
    lock_for_contacts(contact_ids=chunk.contact_ids)
    ours = _as_the_batch_left_them(chunk)
    verb = remove if _was_added(chunk) else add
    change = verb(list_id=_list_id(chunk), contact_ids=ours, by=by, at=at, note=chunk.note) if ours else None
    return sorted(
        [*(_results(change) if change else ()), *_changed_since(chunk, ours)], key=lambda result: result.contact_id
    )


def foresee_undo(chunk: Chunk, *, at: datetime) -> list[Result]:
    """Return what undoing would do."""
    ours = _as_the_batch_left_them(chunk)
    rule = rules.remove if _was_added(chunk) else _adding(chunk)
    return [*_foresee(rule, _list_id(chunk), ours), *_changed_since(chunk, ours)]


def _was_added(chunk: Chunk) -> bool:
    return Batch.objects.filter(pk=chunk.undone, action=Action.ADD_TO_LIST).exists()


def _list_id(chunk: Chunk) -> int:
    return int(chunk.parameters["list_id"])


def _adding(chunk: Chunk) -> Rule:
    archived = ContactList.objects.filter(pk=_list_id(chunk), archived_at__isnull=False).exists()
    return partial(rules.add, list_archived=archived)


def _as_the_batch_left_them(chunk: Chunk) -> list[int]:
    """Return the contacts whose membership still begins, or ends, the moment the batch did it."""
    done = dict(
        BatchItem.objects.filter(batch_id=chunk.undone, contact_id__in=chunk.contact_ids, outcome=CHANGED).values_list(
            "contact_id", "recorded_at"
        )
    )
    moment = "added_at" if _was_added(chunk) else "removed_at"
    rows = ListMembership.objects.filter(list_id=_list_id(chunk), contact_id__in=done)
    if moment == "added_at":
        rows = rows.filter(removed_at=None)
    return sorted(who for who, when in rows.values_list("contact_id", moment) if when == done[who])


def _changed_since(chunk: Chunk, ours: Collection[int]) -> list[Result]:
    left = set(chunk.contact_ids) - set(ours)
    return [Result(contact_id, STOOD_SINCE) for contact_id in sorted(left)]


def _foresee(rule: Rule, list_id: int, contact_ids: Collection[int]) -> list[Result]:
    columns = ("id", "added_at", "opted_out_at", "blocked_at", "removed_at", "consent_given_at")
    rows = ListMembership.objects.filter(list_id=list_id, contact_id__in=contact_ids)
    held = {contact_id: row for contact_id, *row in rows.values_list("contact_id", *columns)}
    return [
        _result(contact_id, rule(Standing(contact_id, True, False, *held.get(contact_id, ()))))
        for contact_id in contact_ids
    ]


def _results(change: ListChange) -> list[Result]:
    return [
        _result(outcome.contact_id, Verdict(outcome.effect, outcome.code))
        for outcome in change.contacts
        if outcome.contact_id is not None
    ]


def _result(contact_id: int, verdict: Verdict) -> Result:
    if verdict.effect in CHANGES:
        return Result(contact_id, CHANGED)
    return Result(contact_id, verdict.code or Effect(verdict.effect).value)
