"""What every verb on memberships shares: lock and read, write rows, write the ledger."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from consent.services.ledger import ListFact, write_list_facts
from consent.services.rows import insert
from consent.vocabulary import EventKind, Source
from contacts.models import Contact
from contacts.selectors import one_of
from contacts.values import Actor
from lists.models import ContactList, ListMembership
from lists.rules import RULE_OF
from lists.services.errors import ListMissing
from lists.values import CHANGES, ListChange, MembershipOutcome, Standing, Verdict


@dataclass(frozen=True, slots=True)
class Act:
    """What is being done to a list's members, by whom, and when it happened."""

    kind: EventKind
    contact_list: ContactList
    source: Source
    by: Actor
    at: datetime
    occurred_at: datetime
    note: str = ""
    message_id: int | None = None

    def told(self) -> dict[str, Any]:
        """Return the columns that say who changed a row last."""
        return {
            "source": self.source,
            "changed_by": self.by.ref,
            "note": storable(self.note),
            "updated_at": self.at,
        }


def storable(text: str) -> str:
    """Return text as PostgreSQL can hold it: without NUL."""
    return text.replace("\x00", "").strip()


def find_list(list_id: int) -> ContactList:
    """Return a list, archived or not. Raises: ListMissing."""
    found = ContactList.objects.filter(pk=list_id).first()
    if found is None:
        raise ListMissing(list_id)
    return found


def lock_standings(list_id: int, contact_ids: Iterable[int]) -> dict[int, Standing]:
    """Lock contacts and return where each stands with the list, in ascending id. Needs a transaction.

    The contact's lock guards its memberships and its addresses: every verb of lists and contacts takes it. No
    address is locked after it, which keeps to the order of `contacts.services.locks`.
    """
    wanted = sorted(set(contact_ids))
    locked = Contact.objects.filter(one_of("contacts_contact.id", wanted)).order_by("id")
    locked = locked.select_for_update(no_key=True)
    tombstones = {
        pk: deleted_at is not None or erased_at is not None
        for pk, deleted_at, erased_at in locked.values_list("id", "deleted_at", "erased_at")
    }
    columns = ("id", "added_at", "opted_out_at", "blocked_at", "removed_at", "consent_given_at")
    rows = ListMembership.objects.filter(one_of("lists_listmembership.contact_id", wanted), list_id=list_id)
    held = {contact_id: row for contact_id, *row in rows.values_list("contact_id", *columns)}
    return {pk: Standing(pk, pk in tombstones, tombstones.get(pk, False), *held.get(pk, ())) for pk in wanted}


def judge(standings: Mapping[int, Standing], rule: Callable[[Standing], Verdict]) -> dict[int, Verdict]:
    """Return the verdict of one rule on each contact."""
    return {contact_id: rule(standing) for contact_id, standing in standings.items()}


def changed(standings: Mapping[int, Standing], verdicts: Mapping[int, Verdict]) -> list[Standing]:
    """Return the standings that a verdict changes."""
    return [standing for contact_id, standing in standings.items() if verdicts[contact_id].effect in CHANGES]


def write_memberships(act: Act, standings: Sequence[Standing], **values: Any) -> None:
    """Give every one of these memberships the same new values: one insert and one update, however many they are."""
    known = [standing.membership_id for standing in standings if standing.membership_id is not None]
    if known:
        ListMembership.objects.filter(one_of("lists_listmembership.id", known)).update(**values, **act.told())
    same = {"list_id": act.contact_list.pk, **values, **act.told()}
    insert(
        ListMembership,
        [{"contact_id": each.contact_id, **same} for each in standings if each.membership_id is None],
    )


def record(
    act: Act,
    verdicts: Mapping[int, Verdict],
    addresses: Mapping[int, Verdict] | None = None,
    *,
    also: ListChange | None = None,
) -> ListChange:
    """Write the ledger, refusals too, and return what became of the act.

    Shape: contact ids → verdicts; address ids → verdicts.
    """
    change = ListChange(
        kind=act.kind,
        list_id=act.contact_list.pk,
        contacts=tuple(
            MembershipOutcome(verdict.effect, contact_id=contact_id, code=verdict.code)
            for contact_id, verdict in verdicts.items()
        ),
        addresses=tuple(
            MembershipOutcome(verdict.effect, address_id=address_id, code=verdict.code)
            for address_id, verdict in (addresses or {}).items()
        ),
        also=also,
    )
    facts = [
        ListFact(
            kind=act.kind,
            effect=outcome.effect,
            rule=RULE_OF[act.kind],
            list_id=act.contact_list.pk,
            contact_id=outcome.contact_id,
            address_id=outcome.address_id,
            code=outcome.code,
            message_id=act.message_id,
        )
        for outcome in change.outcomes
    ]
    write_list_facts(facts=facts, source=act.source, by=act.by, at=act.at, occurred_at=act.occurred_at)
    return change
