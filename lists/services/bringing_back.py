"""The one way back onto a list after an opt-out: the contact's later consent."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from consent.vocabulary import Effect, EventKind, Source
from contacts.values import Actor
from lists import rules
from lists.services.acts import Act, find_list, lock_standings, record, write_memberships
from lists.services.address_records import bring_back_addresses, consent_columns, opted_out_addresses
from lists.values import LaterConsent, ListChange, Standing


@transaction.atomic
def bring_back(
    *,
    list_id: int,
    contact_id: int,
    consent: LaterConsent,
    by: Actor,
    at: datetime,
    source: Source = Source.STAFF,
    note: str = "",
) -> ListChange:
    """Put a contact back on a list it opted out of, with the consent it gave since (M06).

    Its addresses come back with it, except one that another contact opted out of too (`kept`, shared_address): the
    gate goes on refusing there. Staff must unblock first; a consent that is missing, incomplete or not later is
    refused.
    Once: `nothing`, not_opted_out.
    Raises: ListMissing.
    """
    act = Act(EventKind.LIST_BROUGHT_BACK, find_list(list_id), source, by, at, at, note)
    standing = lock_standings(list_id, [contact_id])[contact_id]
    verdict, of_addresses = rules.bring_back(
        standing,
        opted_out_addresses(act, contact_id),
        consent=consent,
        list_archived=act.contact_list.is_archived,
        at=at,
    )
    if verdict.effect is Effect.LIFTED:
        write_memberships(act, [standing], **_subscribed(standing, consent, at=at))
    if verdict.effect in {Effect.LIFTED, Effect.UNCHANGED}:
        lifted = [pk for pk, each in of_addresses.items() if each.effect is Effect.LIFTED]
        bring_back_addresses(act, lifted, consent)
    return record(act, {contact_id: verdict}, of_addresses)


def _subscribed(standing: Standing, consent: LaterConsent, *, at: datetime) -> dict[str, Any]:
    """Return the values of a membership that is on the list again, and what it owes that to."""
    values: dict[str, Any] = {"opted_out_at": None, "removed_at": None}
    if not standing.is_on_list:
        values["added_at"] = at
    if standing.opted_out_at is not None:
        values |= consent_columns(consent)
    return values
