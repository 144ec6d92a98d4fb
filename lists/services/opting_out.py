"""Verbs of the contact's own wish: leave one list. The strongest "no" a list knows, and it goes by address."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import partial

from django.db import transaction

from consent.vocabulary import Effect, EventKind, Source
from contacts.models import ContactAddress
from contacts.services import lock_addresses, lock_for_address
from contacts.values import Actor
from lists import rules
from lists.models import ListAddressOptOut
from lists.services.acts import Act, find_list, judge, lock_standings, record, write_memberships
from lists.services.address_records import addresses_of, silence
from lists.values import ListChange, Standing, Verdict

_SILENT = {Effect.SET, Effect.UNCHANGED}


@transaction.atomic
def opt_out(
    *,
    list_id: int,
    contact_ids: Iterable[int],
    by: Actor,
    at: datetime,
    source: Source,
    occurred_at: datetime | None = None,
    message_id: int | None = None,
    note: str = "",
) -> ListChange:
    """Record that contacts left a list (M03), for them and for every address they hold.

    Who was never on the list gets a membership that says so, and stays out when somebody adds them.
    Shape: `occurred_at` is when they said so; now if unknown. It sets no DND.
    Once: `unchanged`; the newest time counts. Older than the consent that brought them back: `superseded`.
    Raises: ListMissing.
    """
    act = _act(list_id, by=by, at=at, source=source, occurred_at=occurred_at, message_id=message_id, note=note)
    return opt_out_locked(act, lock_standings(list_id, contact_ids))


@transaction.atomic
def opt_out_address(
    *,
    list_id: int,
    address_id: int,
    by: Actor,
    at: datetime,
    source: Source,
    occurred_at: datetime | None = None,
    message_id: int | None = None,
    note: str = "",
) -> ListChange:
    """Record that whoever is at an address left a list (M03): the address itself, and every contact holding it.

    An address nobody holds keeps the opt-out until its first holder takes it over.
    Once: as `opt_out`.
    Raises: ListMissing; AddressMissing.
    """
    act = _act(list_id, by=by, at=at, source=source, occurred_at=occurred_at, message_id=message_id, note=note)
    holders = [contact.pk for contact in lock_for_address(address_id=address_id).contacts]
    return opt_out_locked(act, lock_standings(list_id, holders), address_id=address_id)


@transaction.atomic
def opt_out_many(
    *,
    list_id: int,
    contact_ids: Iterable[int],
    address_ids: Iterable[int],
    by: Actor,
    at: datetime,
    source: Source,
    note: str = "",
) -> ListChange:
    """Record now that contacts and whoever is at these addresses left a list (M03), in a fixed number of statements.

    An address that nobody holds keeps the opt-out until its first holder takes it over.
    Shape: in `addresses` each that was named and each that is silenced by its holder.
    Once: `unchanged`. Raises: ListMissing.
    """
    act = _act(list_id, by=by, at=at, source=source, occurred_at=None, message_id=None, note=note)
    named = {address.pk for address in lock_addresses(address_ids)}
    # Read under the locks of the addresses, so that nobody joins or leaves one meanwhile.
    holdings = ContactAddress.objects.filter(address_id__in=named)
    held, holders = set(holdings.values_list("address_id", flat=True)), holdings.values_list("contact_id", flat=True)
    standings = lock_standings(list_id, {*contact_ids, *holders})
    verdicts = judge(standings, partial(rules.opt_out, occurred_at=act.occurred_at))
    silent = [standing for pk, standing in standings.items() if verdicts[pk].effect in _SILENT]
    write_memberships(
        act,
        [each for each in silent if each.opted_out_at is None or each.opted_out_at < act.occurred_at],
        opted_out_at=act.occurred_at,
    )
    of_holders = silence(act, {*held, *addresses_of(each.contact_id for each in silent)})
    unheld = silence(act, named - held, unheld=True)
    of_named = {pk: verdict for pk, verdict in of_holders.items() if pk in named}
    return record(act, verdicts, {**_newly_set(of_holders), **of_named, **unheld})


def _act(
    list_id: int,
    *,
    by: Actor,
    at: datetime,
    source: Source,
    occurred_at: datetime | None,
    message_id: int | None,
    note: str,
) -> Act:
    # A provider's clock may run ahead of ours; no consent could then ever be later than the opt-out.
    when = min(occurred_at or at, at)
    return Act(EventKind.LIST_OPTED_OUT, find_list(list_id), source, by, at, when, note, message_id)


def opt_out_locked(act: Act, standings: Mapping[int, Standing], *, address_id: int | None = None) -> ListChange:
    """Opt locked contacts out, and the address it came from if it came from one."""
    verdicts = judge(standings, partial(rules.opt_out, occurred_at=act.occurred_at))
    silent = [standing for pk, standing in standings.items() if verdicts[pk].effect in _SILENT]
    write_memberships(
        act,
        [each for each in silent if each.opted_out_at is None or each.opted_out_at < act.occurred_at],
        opted_out_at=act.occurred_at,
    )
    addresses = addresses_of(standing.contact_id for standing in silent)
    if address_id is None:
        return record(act, verdicts, _newly_set(silence(act, addresses)))
    if _superseded(act, address_id, standings, silent):
        return record(act, verdicts, {address_id: Verdict(Effect.SUPERSEDED, "newer_consent")})
    of_addresses = silence(act, {*addresses, address_id}, unheld=not standings)
    return record(act, verdicts, {address_id: of_addresses[address_id], **_newly_set(of_addresses)})


def _superseded(act: Act, address_id: int, holders: Mapping[int, Standing], silent: list[Standing]) -> bool:
    """Return whether a newer consent stands against the opt-out of the address it came from."""
    if holders:
        return not silent
    return ListAddressOptOut.objects.filter(
        list_id=act.contact_list.pk, address_id=address_id, consent_given_at__gt=act.occurred_at
    ).exists()


def _newly_set(verdicts: Mapping[int, Verdict]) -> dict[int, Verdict]:
    # The contact's own entry tells of the repeat; one more for each address would only bury it.
    return {pk: verdict for pk, verdict in verdicts.items() if verdict.effect is Effect.SET}
