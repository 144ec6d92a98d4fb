"""What lower apps tell lists: a person texted a list's keyword; an address has joined a contact."""

from __future__ import annotations

from datetime import datetime

from consent.registry import HandledMessage
from consent.vocabulary import Effect, EventKind, MessageClass, Source
from contacts.values import Actor
from contacts.vocabulary import ActorKind
from lists.models import ContactList, ListAddressOptOut, ListMembership
from lists.services.acts import Act, lock_standings, record
from lists.services.address_records import silence
from lists.services.errors import ListMissing
from lists.services.opting_out import opt_out_address, opt_out_locked


def opt_out_by_keyword(message: HandledMessage) -> None:
    """Opt the sender of a list's keyword out of that list, in the transaction that read the message.

    Once: `unchanged`. Raises: ListMissing, so that the message is read again rather than lost.
    """
    slug = message.reading.list_slug
    if message.reading.message_class is not MessageClass.LIST_KEYWORD or slug is None:
        return
    list_id = ContactList.objects.filter(slug=slug).values_list("pk", flat=True).first()
    if list_id is None:
        raise ListMissing(slug)
    only_holder = str(message.holders[0]) if len(message.holders) == 1 else ""
    opt_out_address(
        list_id=list_id,
        address_id=message.address_id,
        by=Actor(ActorKind.CONTACT, only_holder),
        at=message.recorded_at,
        occurred_at=message.occurred_at,
        source=Source.CONTACT,
        message_id=message.message_id,
    )


def opt_out_with_address(*, contact_id: int, address_id: int, by: Actor, at: datetime) -> None:
    """Keep list opt-outs whole when an address joins a contact, in the verb that joined them.

    The address of an opted-out contact is opted out from now on; and who first holds an address that opted out while
    nobody held it has opted out. Where nothing is opted out there is no ledger entry.
    Once: nothing more.
    """
    memberships = ListMembership.objects.filter(contact_id=contact_id, opted_out_at__isnull=False)
    for membership in memberships.select_related("list").order_by("list_id"):
        act = _act(membership.list, membership.opted_out_at or at, by=by, at=at)
        verdicts = silence(act, [address_id])
        if verdicts[address_id].effect is Effect.SET:
            record(act, {}, verdicts)
    unheld = ListAddressOptOut.objects.filter(address_id=address_id, unheld=True, opted_out_at__isnull=False)
    for row in unheld.select_related("list").order_by("list_id"):
        act = _act(row.list, row.opted_out_at or at, by=by, at=at, message_id=row.message_id)
        opt_out_locked(act, lock_standings(row.list_id, [contact_id]))
        ListAddressOptOut.objects.filter(pk=row.pk).update(unheld=False, **act.told())


def _act(
    contact_list: ContactList, occurred_at: datetime, *, by: Actor, at: datetime, message_id: int | None = None
) -> Act:
    return Act(EventKind.LIST_OPTED_OUT, contact_list, Source.SYSTEM, by, at, occurred_at, message_id=message_id)
