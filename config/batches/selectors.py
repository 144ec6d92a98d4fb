"""Reading batches: for the list of them, for their rows, and for what they say about themselves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from config.batches.acts import ACTS, original_action
from config.batches.models import Batch, BatchItem
from config.batches.vocabulary import Action, Status
from config.batches.words import words
from consent.vocabulary import Channel
from contacts.models import Contact
from lists.models import ContactList


@dataclass(frozen=True, slots=True)
class Row:
    """One contact of a batch. `name` is empty for one who was deleted."""

    contact_id: int
    name: str
    words: str
    outcome: str
    recorded_at: datetime


def without_contacts() -> QuerySet[Batch]:
    """Return batches with who made and undid them, but without the ids of their contacts, which can be many."""
    batches = Batch.objects.select_related("created_by", "undo_of", "undone_by")
    return batches.defer("contact_ids", "undo_of__contact_ids", "undone_by__contact_ids")


def started_batches(may: Callable[[str], bool]) -> QuerySet[Batch]:
    """Return the batches that somebody with these permissions may see, newest first."""
    actions = [action for action, act in ACTS.items() if may(act.permission)]
    visible = Q(action__in=actions) | Q(undo_of__action__in=actions)
    return without_contacts().filter(visible).exclude(status=Status.DRAFT).order_by("-created_at")


def items(batch: Batch, outcome: str = "") -> QuerySet[BatchItem]:
    """Return what became of each contact, or of those who ended in one way."""
    found = BatchItem.objects.filter(batch=batch).order_by("contact_id")
    return found.filter(outcome=outcome) if outcome else found


def rows(batch: Batch, page: list[BatchItem]) -> list[Row]:
    """Return a page of items with the names of their contacts, in one query."""
    contacts = Contact.objects.filter(deleted_at=None, erased_at=None).in_bulk([item.contact_id for item in page])
    action = Action(batch.action)
    return [
        Row(
            item.contact_id,
            str(contacts[item.contact_id]) if item.contact_id in contacts else "",
            words(action, item.outcome),
            item.outcome,
            item.recorded_at,
        )
        for item in page
    ]


def title(batch: Batch) -> str:
    """Return what a batch is, in words: "Set DND: SMS, E-mail"."""
    if batch.undo_of is not None:
        return f"Undo of “{title(batch.undo_of)}”"
    action = original_action(batch)
    chosen = [Channel(value).label for value in batch.parameters.get("channels", ())]
    if list_id := batch.parameters.get("list_id"):
        chosen = list(ContactList.objects.filter(pk=list_id).values_list("name", flat=True))
    return f"{action.label}: {', '.join(chosen)}" if chosen else action.label
