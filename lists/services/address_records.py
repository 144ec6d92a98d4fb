"""The records of addresses that are opted out of a list, written beside the memberships of who holds them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from consent.services.rows import insert
from consent.vocabulary import Effect
from contacts.models import Contact, ContactAddress
from contacts.selectors import one_of
from lists.models import ListAddressOptOut
from lists.services.acts import Act, storable
from lists.values import AddressStanding, LaterConsent, Verdict


def addresses_of(contact_ids: Iterable[int]) -> set[int]:
    """Return the ids of every address that one of these contacts holds."""
    held = ContactAddress.objects.filter(one_of("contacts_contactaddress.contact_id", list(contact_ids)))
    return set(held.values_list("address_id", flat=True))


def silence(act: Act, address_ids: Iterable[int], *, unheld: bool = False) -> dict[int, Verdict]:
    """Record that addresses are opted out of the list: `set`, or `unchanged` where they are already.

    Rows are inserted and locked in ascending address id, so that two who share addresses take turns.
    """
    wanted = sorted(set(address_ids))
    before = _locked(act, wanted)
    verdicts = {
        pk: Verdict(Effect.UNCHANGED if pk in before and before[pk].opted_out_at is not None else Effect.SET)
        for pk in wanted
    }
    missing = [pk for pk in wanted if pk not in before]
    new = insert(ListAddressOptOut, [_new_row(act, pk, unheld=unheld) for pk in missing], unless_there=True)
    # Who was faster with one of them has said when, and so have those that were there.
    rows = before if len(new) == len(missing) else {**before, **_locked(act, missing)}
    older = [row.pk for row in rows.values() if row.opted_out_at is None or row.opted_out_at < act.occurred_at]
    if older:
        ListAddressOptOut.objects.filter(one_of("lists_listaddressoptout.id", older)).update(
            opted_out_at=act.occurred_at, unheld=unheld, message_id=act.message_id, **act.told()
        )
    return verdicts


def _new_row(act: Act, address_id: int, *, unheld: bool) -> dict[str, Any]:
    return {
        "list_id": act.contact_list.pk,
        "address_id": address_id,
        "opted_out_at": act.occurred_at,
        "unheld": unheld,
        "message_id": act.message_id,
        **act.told(),
    }


def _locked(act: Act, address_ids: list[int]) -> dict[int, ListAddressOptOut]:
    if not address_ids:
        return {}
    named = one_of("lists_listaddressoptout.address_id", address_ids)
    rows = ListAddressOptOut.objects.filter(named, list_id=act.contact_list.pk)
    return {row.address_id: row for row in rows.order_by("address_id").select_for_update(no_key=True)}


def opted_out_addresses(act: Act, contact_id: int) -> list[AddressStanding]:
    """Lock and return the opted-out addresses of one contact.

    Somebody else's opt-out keeps a shared address silent. A deleted contact's does not: the address has kept that
    "no" itself, and nobody could ever bring the deleted one back.
    """
    rows = _locked(act, sorted(addresses_of([contact_id])))
    silent = {pk: row.opted_out_at for pk, row in rows.items() if row.opted_out_at is not None}
    others = Contact.objects.filter(
        deleted_at=None,
        erased_at=None,
        memberships__list_id=act.contact_list.pk,
        memberships__opted_out_at__isnull=False,
        held_addresses__address_id__in=silent,
    ).exclude(pk=contact_id)
    shared = set(others.values_list("held_addresses__address_id", flat=True))
    return [AddressStanding(pk, opted_out_at, pk in shared) for pk, opted_out_at in silent.items()]


def bring_back_addresses(act: Act, address_ids: Iterable[int], consent: LaterConsent) -> None:
    """End the opt-out of addresses and keep the consent that ended it."""
    ListAddressOptOut.objects.filter(list_id=act.contact_list.pk, address_id__in=list(address_ids)).update(
        opted_out_at=None, unheld=False, **consent_columns(consent), **act.told()
    )


def consent_columns(consent: LaterConsent) -> dict[str, object]:
    """Return a consent as the columns that keep it."""
    return {
        "consent_given_at": consent.given_at,
        "consent_how": storable(consent.how),
        "consent_text": storable(consent.text),
    }
