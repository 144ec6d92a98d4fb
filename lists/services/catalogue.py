"""Verbs on the lists themselves. Who edits a list is in its history; the ledger is about people."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from consent.keywords import WordRefused, check_list_keyword
from consent.selectors.words import word_lists
from contacts.services import history
from contacts.values import Actor
from lists.models import ContactList
from lists.services.acts import storable
from lists.services.errors import InvalidList, ListMissing
from lists.values import ListDraft

_TAKEN = {
    "lists_contactlist_slug_key": ("slug", "slug_taken", "Another list has this slug. Choose another."),
    "list_keyword_unique": ("keyword", "keyword_taken", "Another list has this keyword. Choose another word."),
}


@transaction.atomic
def create_list(*, draft: ListDraft, by: Actor, at: datetime) -> ContactList:
    """Create a list. The keyword is kept as messages are read: in small plain letters.

    Raises: InvalidList, which names the field.
    """
    contact_list = ContactList(created_at=at)
    _assign(contact_list, draft)
    return _save(contact_list, "created", by=by, at=at)


@transaction.atomic
def update_list(*, list_id: int, draft: ListDraft, by: Actor, at: datetime) -> ContactList:
    """Make a list what the draft says. Its slug never changes.

    Once: a draft that says what is already there changes nothing.
    Raises: ListMissing; InvalidList, which names the field.
    """
    contact_list = _lock(list_id)
    if draft.slug != contact_list.slug:
        raise InvalidList(
            "slug", "slug_fixed", "A slug never changes: integrations and links go by it. Leave it as it is."
        )
    if not _assign(contact_list, draft):
        return contact_list
    return _save(contact_list, "updated", by=by, at=at)


@transaction.atomic
def archive_list(*, list_id: int, by: Actor, at: datetime) -> ContactList:
    """Put a list away: no new members, no sends. Memberships and opt-outs stay, and opt-outs go on.

    Once: it stays archived since the first time.
    Raises: ListMissing.
    """
    contact_list = _lock(list_id)
    if contact_list.is_archived:
        return contact_list
    contact_list.archived_at = at
    return _save(contact_list, "archived", by=by, at=at)


@transaction.atomic
def restore_list(*, list_id: int, by: Actor, at: datetime) -> ContactList:
    """Take an archived list into use again, with every flag its members had.

    Once: a list in use stays as it is.
    Raises: ListMissing.
    """
    contact_list = _lock(list_id)
    if not contact_list.is_archived:
        return contact_list
    contact_list.archived_at = None
    return _save(contact_list, "restored", by=by, at=at)


def _lock(list_id: int) -> ContactList:
    found = ContactList.objects.filter(pk=list_id).select_for_update(no_key=True).first()
    if found is None:
        raise ListMissing(list_id)
    return found


def _assign(contact_list: ContactList, draft: ListDraft) -> bool:
    """Set what the draft says and return whether anything is new."""
    clean: dict[str, Callable[[str], str]] = {"keyword": _keyword}
    changed = False
    for field in fields(ListDraft):
        value = getattr(draft, field.name)
        if isinstance(value, str):
            value = clean.get(field.name, storable)(value)
        if getattr(contact_list, field.name) != value:
            setattr(contact_list, field.name, value)
            changed = True
    return changed


def _keyword(raw: str) -> str:
    """Return a keyword as messages are read. Reserved words go on meaning what they mean everywhere."""
    if not raw.strip():
        return ""
    try:
        return check_list_keyword(raw, words=word_lists())
    except WordRefused as refused:
        raise InvalidList("keyword", f"keyword_{refused.code}", str(refused)) from refused


def _save(contact_list: ContactList, reason: str, *, by: Actor, at: datetime) -> ContactList:
    if contact_list.opt_out_list_id is not None and contact_list.opt_out_list_id == contact_list.pk:
        raise InvalidList(
            "opt_out_list", "paired_with_itself", "A list can't be its own opt-out list. Choose another, or none."
        )
    contact_list.updated_at = at
    try:
        contact_list.clean_fields()
    except ValidationError as error:
        name, messages = next(iter(error.message_dict.items()))
        raise InvalidList(name, "invalid", messages[0]) from error
    try:
        with transaction.atomic():
            history.save(contact_list, reason=reason, by=by, at=at)
    except IntegrityError as error:
        diagnosis = getattr(error.__cause__, "diag", None)
        taken = _TAKEN.get(getattr(diagnosis, "constraint_name", None) or "")
        if taken is None:
            raise
        raise InvalidList(*taken) from error
    return contact_list
