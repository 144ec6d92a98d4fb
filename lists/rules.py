"""What may become of a membership. Pure: a standing and the facts of the act in, a verdict out.

A "no" of the contact is ended by one rule alone, `bring_back`, and only by a consent that is newer.
Source: docs/rules.md, "Lists"; rows M01 to M06.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from consent.vocabulary import Effect, EventKind
from lists.values import AddressStanding, LaterConsent, Standing, Verdict

RULE_OF: dict[EventKind, str] = {
    EventKind.LIST_ADDED: "M01",
    EventKind.LIST_REMOVED: "M02",
    EventKind.LIST_OPTED_OUT: "M03",
    EventKind.LIST_BLOCKED: "M04",
    EventKind.LIST_UNBLOCKED: "M05",
    EventKind.LIST_BROUGHT_BACK: "M06",
}
"""The row of the law behind each event, as the ledger cites it."""

UNKNOWN = Verdict(Effect.REFUSED, "unknown_contact")


def add(standing: Standing, *, list_archived: bool) -> Verdict:
    """Return what adding does. Who opted out or is blocked stays so; who was removed comes back."""
    if not standing.known or standing.deleted:
        return UNKNOWN
    if list_archived:
        return Verdict(Effect.REFUSED, "list_archived")
    if standing.blocked_at is not None:
        return Verdict(Effect.KEPT, "list_blocked")
    if standing.opted_out_at is not None:
        return Verdict(Effect.KEPT, "list_opted_out")
    return Verdict(Effect.UNCHANGED if standing.is_on_list else Effect.LIFTED)


def remove(standing: Standing) -> Verdict:
    """Return what removing does. Opted-out and blocked flags stay as they are."""
    if not standing.known:
        return UNKNOWN
    if standing.membership_id is None:
        return Verdict(Effect.NOTHING, "not_a_member")
    return Verdict(Effect.UNCHANGED if standing.removed_at is not None else Effect.SET)


def opt_out(standing: Standing, *, occurred_at: datetime) -> Verdict:
    """Return what the contact's opting out does. The newest act counts; on a tie the opt-out wins."""
    if not standing.known:
        return UNKNOWN
    if standing.consent_given_at is not None and occurred_at < standing.consent_given_at:
        return Verdict(Effect.SUPERSEDED, "newer_consent")
    return Verdict(Effect.UNCHANGED if standing.opted_out_at is not None else Effect.SET)


def block(standing: Standing) -> Verdict:
    """Return what blocking does. Who is on no list can be blocked from ever joining it."""
    if not standing.known:
        return UNKNOWN
    return Verdict(Effect.UNCHANGED if standing.blocked_at is not None else Effect.SET)


def unblock(standing: Standing) -> Verdict:
    """Return what unblocking does. It leaves an opt-out where it is."""
    if not standing.known:
        return UNKNOWN
    return Verdict(Effect.LIFTED if standing.blocked_at is not None else Effect.NOTHING)


def bring_back(
    standing: Standing,
    addresses: Sequence[AddressStanding],
    *,
    consent: LaterConsent,
    list_archived: bool,
    at: datetime,
) -> tuple[Verdict, Mapping[int, Verdict]]:
    """Return what the contact's later consent does to the membership, and to each of its opted-out addresses.

    Shape: address ids → verdicts; none of them where the contact is refused.
    """
    if refusal := _refused(standing, addresses, consent=consent, list_archived=list_archived, at=at):
        return refusal, {}
    verdicts = {one.address_id: _address_back(one, consent) for one in addresses}
    if standing.opted_out_at is None and all(verdict.effect is Effect.KEPT for verdict in verdicts.values()):
        return next(iter(verdicts.values())), verdicts
    stood_off = standing.opted_out_at is not None or not standing.is_on_list
    return Verdict(Effect.LIFTED if stood_off else Effect.UNCHANGED), verdicts


def _refused(
    standing: Standing,
    addresses: Sequence[AddressStanding],
    *,
    consent: LaterConsent,
    list_archived: bool,
    at: datetime,
) -> Verdict | None:
    if not standing.known or standing.deleted:
        return UNKNOWN
    if list_archived:
        return Verdict(Effect.REFUSED, "list_archived")
    if standing.blocked_at is not None:
        return Verdict(Effect.REFUSED, "list_blocked")
    if standing.opted_out_at is None and not addresses:
        return Verdict(Effect.NOTHING, "not_opted_out")
    given_at = consent.given_at
    if given_at is None or not consent.is_whole or given_at > at:
        return Verdict(Effect.REFUSED, "later_consent_required")
    if standing.opted_out_at is not None and given_at <= standing.opted_out_at:
        return Verdict(Effect.REFUSED, "later_consent_required")
    return None


def _address_back(address: AddressStanding, consent: LaterConsent) -> Verdict:
    if address.held_by_another:
        return Verdict(Effect.KEPT, "shared_address")
    if consent.given_at is None or consent.given_at <= address.opted_out_at:
        return Verdict(Effect.KEPT, "newer_opt_out")
    return Verdict(Effect.LIFTED)
