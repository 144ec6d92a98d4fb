"""The verb that makes one contact of two which are the same person."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from contacts.models import Contact
from contacts.registry import registry
from contacts.services import history
from contacts.services.editing import refuse_deleted, touch
from contacts.services.erasing import refuse_unknown_relations
from contacts.services.errors import UnableToMerge
from contacts.services.holdings import WantedAddress, hold_exactly
from contacts.services.locks import LockedContact, lock_for_contacts
from contacts.values import Actor, Consequence
from contacts.vocabulary import Fate

FIELDS = {
    "first_name": "First name",
    "last_name": "Last name",
    "company": "Company",
    "owner_id": "Owner",
    "language": "Language",
    "time_zone": "Time zone",
}


@dataclass(frozen=True, slots=True)
class Merged:
    """What a merge did: the contact that stays, the tombstone that points to it, and each consequence."""

    kept_id: int
    merged_id: int
    consequences: tuple[Consequence, ...]


@transaction.atomic
def merge_contacts(*, keep_id: int, absorb_id: int, by: Actor, at: datetime) -> Merged:
    """Make one contact of two: everything of the absorbed one goes over to the kept one, every "no" of either stays.

    The kept contact's fields stay; those it lacks are filled in. The absorbed contact becomes a tombstone that names
    the kept one, with all that silences it.
    Raises: UnableToMerge for one contact named twice, or a pair that has been merged; ContactDeleted; ContactMissing;
    RelationsUnknown; HoldingsUnsettled.
    Once: refused the second time, for the absorbed contact is no more.
    Source: docs/rules.md, "Who is silenced".
    """
    refuse_unknown_relations()
    if keep_id == absorb_id:
        raise UnableToMerge("This is one contact. Choose another one to merge with.", field="absorb_id")
    first, second = lock_for_contacts(contact_ids=[keep_id, absorb_id])
    kept, absorbed = (first, second) if first.contact.pk == keep_id else (second, first)
    if absorbed.contact.merged_into_id == keep_id:
        raise UnableToMerge("These two have been merged already. Reload the page.", field="absorb_id")
    refuse_deleted(kept.contact)
    refuse_deleted(absorbed.contact)
    consequences: list[Consequence] = []
    for relation in registry.merge_relations:
        if relation.merge is not None:
            consequences += relation.merge(kept_id=keep_id, merged_id=absorb_id, by=by, at=at)
    consequences += _move_addresses(kept, absorbed, by=by, at=at)
    consequences += _fill_in(kept.contact, absorbed.contact, by=by, at=at)
    _bury(absorbed.contact, kept.contact, by=by, at=at)
    return Merged(keep_id, absorb_id, tuple(each for each in consequences if each.count))


def preview_merge(*, keep_id: int, absorb_id: int, by: Actor, at: datetime) -> Merged:
    """Return exactly what a merge would do now, by doing it and taking it back.

    Raises: as merge_contacts.
    """
    with transaction.atomic():
        merged = merge_contacts(keep_id=keep_id, absorb_id=absorb_id, by=by, at=at)
        transaction.set_rollback(True)
    return merged


def _move_addresses(kept: LockedContact, absorbed: LockedContact, *, by: Actor, at: datetime) -> list[Consequence]:
    has = {address.pk for address in kept.addresses}
    moving = [address for address in absorbed.addresses if address.pk not in has]
    hold_exactly(absorbed, [], by=by, at=at)
    hold_exactly(kept, [WantedAddress(address) for address in (*kept.addresses, *moving)], by=by, at=at)
    both = len(absorbed.addresses) - len(moving)
    return [
        *(Consequence(Fate.MOVED, f"{address.shown}") for address in moving),
        Consequence(Fate.KEPT, "Addresses that both had", both),
    ]


def _fill_in(kept: Contact, absorbed: Contact, *, by: Actor, at: datetime) -> Iterable[Consequence]:
    """Give the kept contact what it lacks, and tell what differs."""
    told, filled = [], []
    for name, label in FIELDS.items():
        ours, theirs = getattr(kept, name), getattr(absorbed, name)
        if not theirs or ours == theirs:
            continue
        if ours:
            shown = "" if name == "owner_id" else f": “{ours}” stays, “{theirs}” is in the History only"
            told.append(Consequence(Fate.CONFLICT, f"{label}{shown}"))
        else:
            setattr(kept, name, theirs)
            filled.append(name)
            told.append(Consequence(Fate.FILLED, label))
    if absorbed.notes and absorbed.notes not in kept.notes:
        kept.notes = f"{kept.notes}\n\n{absorbed.notes}".strip()
        filled.append("notes")
        told.append(Consequence(Fate.MOVED, "Notes", why="They are added below the kept contact's own."))
    touch(kept, reason=f"merged with contact {absorbed.pk}", by=by, at=at, fields=tuple(filled))
    return told


def _bury(absorbed: Contact, kept: Contact, *, by: Actor, at: datetime) -> None:
    """Make a tombstone of the absorbed contact. Those it had absorbed itself point to the kept one, too."""
    for earlier in Contact.objects.filter(merged_into=absorbed).order_by("pk").select_for_update(no_key=True):
        earlier.merged_into = kept
        history.save(earlier, reason=f"merged into contact {kept.pk}", by=by, at=at, fields=["merged_into"])
    absorbed.deleted_at = at
    absorbed.merged_into = kept
    touch(absorbed, reason=f"merged into contact {kept.pk}", by=by, at=at, fields=("deleted_at", "merged_into"))
