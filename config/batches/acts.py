"""The actions that a batch can be: a row each, with its permission and how it is done and foreseen.

Who was deleted after the batch was made is left out of all of them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Protocol

from config.batches import dnd, memberships
from config.batches.models import Batch
from config.batches.values import Chunk, Result
from config.batches.vocabulary import GONE, Action
from contacts.selectors import visible_contacts
from contacts.values import Actor
from lists.services import add, remove


class Perform(Protocol):
    """Changes the contacts of a chunk, in the caller's transaction."""

    def __call__(self, chunk: Chunk, *, by: Actor, at: datetime) -> list[Result]: ...


class Foresee(Protocol):
    """Returns what performing would do now, and writes nothing."""

    def __call__(self, chunk: Chunk, *, at: datetime) -> list[Result]: ...


@dataclass(frozen=True, slots=True)
class Act:
    """One action: who may do it, how, and how it is undone."""

    permission: str
    perform: Perform
    foresee: Foresee
    undo: Perform
    foresee_undo: Foresee


def _dnd(event: dnd.Event) -> Act:
    return Act(
        "consent.set_dnd",
        partial(dnd.perform, event),
        partial(dnd.foresee, event),
        dnd.undo,
        dnd.foresee_undo,
    )


def _list(verb: memberships.Verb, foresee: Foresee) -> Act:
    return Act(
        "lists.change_listmembership",
        partial(memberships.perform, verb),
        foresee,
        memberships.undo,
        memberships.foresee_undo,
    )


ACTS: dict[Action, Act] = {
    Action.SET_DND: _dnd(dnd.switching_on),
    Action.LIFT_DND: _dnd(dnd.lifting),
    Action.ADD_TO_LIST: _list(add, memberships.foresee_add),
    Action.REMOVE_FROM_LIST: _list(remove, memberships.foresee_remove),
    Action.BLOCK: _dnd(dnd.blocking),
}
"""Every action but `undo`, which is done as its own batch's action says."""


def original_action(batch: Batch) -> Action:
    """Return what a batch is about: its own action, or that of the batch it undoes."""
    return Action(batch.undo_of.action if batch.undo_of is not None else batch.action)


def permission_of(batch: Batch) -> str:
    """Return the permission that a batch asks for; undoing asks for the same."""
    return ACTS[original_action(batch)].permission


def perform(batch: Batch, chunk: Chunk, *, by: Actor, at: datetime) -> list[Result]:
    """Do a batch's action to a chunk of its contacts, in the caller's transaction."""
    act = ACTS[original_action(batch)]
    return _with_who_is_there(chunk, lambda there: (act.undo if batch.undo_of_id else act.perform)(there, by=by, at=at))


def foresee(batch: Batch, chunk: Chunk, *, at: datetime) -> list[Result]:
    """Return what a batch's action would do to a chunk of its contacts."""
    act = ACTS[original_action(batch)]
    return _with_who_is_there(
        chunk, lambda there: (act.foresee_undo if batch.undo_of_id else act.foresee)(there, at=at)
    )


def _with_who_is_there(chunk: Chunk, answer: Callable[[Chunk], list[Result]]) -> list[Result]:
    there = set(visible_contacts().filter(id__in=chunk.contact_ids).values_list("id", flat=True))
    present = [contact_id for contact_id in chunk.contact_ids if contact_id in there]
    results = answer(replace(chunk, contact_ids=present)) if present else []
    return [*results, *(Result(contact_id, GONE) for contact_id in chunk.contact_ids if contact_id not in there)]
