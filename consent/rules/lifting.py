"""What a rule that lifts does: which suppressions end, which stay, and why.

A suppression that names both an address and a contact can end for one of them only. Then the row is
lifted and what remains stands in a new row: a person who opts in from a new number frees neither the old
number nor, on a shared one, the others who use it.
"""

from __future__ import annotations

from collections.abc import Callable, Set
from dataclasses import dataclass

from consent.rules.folding import fold
from consent.rules.routes import ABOUT_THE_PERSON, lift_routes
from consent.rules.rows import Rule
from consent.rules.setting import own_addresses
from consent.values import ActiveSuppression, ConsentEvent, Outcome, Situation
from consent.vocabulary import CHANNELS, Channel, Direction, Effect, EventKind, Kind, LiftRoute, Reason


def lift(rule: Rule, channel: Channel, event: ConsentEvent, situation: Situation) -> list[Outcome]:
    """Return an outcome per suppression that the rule lifts, or that stands in its way."""
    assert rule.lifts is not None
    return _ROUTES[rule.lifts.route](rule, channel, event, situation)


def _by_contact(rule: Rule, channel: Channel, event: ConsentEvent, situation: Situation) -> list[Outcome]:
    """The contact's own act. It is about the address it came from and, if that is theirs alone, themselves."""
    assert rule.lifts is not None
    about = _about(situation, _here(situation) | frozenset(own_addresses(Channel.ALL, situation)))
    blocked = next((row for row in about if row.reason is Reason.BLOCKED), None)
    if blocked is not None and rule.lifts.route is LiftRoute.CONTACT_OPT_IN:
        return [_outcome(rule, blocked, Effect.REFUSED, code="blocked_contact", channel=channel)]
    outcomes: list[Outcome] = []
    for row in about:
        if row.direction is not Direction.OUTBOUND or not _is_spoken_of(row, rule.lifts.route, channel):
            continue
        if event.suppression_ids is not None and row.id not in event.suppression_ids:
            continue
        if rule.lifts.route not in lift_routes(row):
            outcomes.append(_outcome(rule, row, Effect.KEPT, code="not_by_contact"))
        elif not rule.lifts.reaches(row.reason):
            code = "provider_still_blocks" if row.reason is Reason.PROVIDER_OPT_OUT else "not_by_contact"
            outcomes.append(_outcome(rule, row, Effect.KEPT, code=code))
        elif row.reaffirmed_at >= event.occurred_at:
            outcomes.append(_outcome(rule, row, Effect.SUPERSEDED, code="newer_opt_out"))
        else:
            outcomes += _end(rule, row, situation, _freed_by_contact(row, situation))
    return outcomes


def _about(situation: Situation, addresses: Set[int]) -> list[ActiveSuppression]:
    """Return the rows that name the event's contacts or one of these addresses."""
    return [row for row in situation.active if row.contact_id in situation.contacts or row.address_id in addresses]


def _is_spoken_of(row: ActiveSuppression, route: LiftRoute, channel: Channel) -> bool:
    """Return whether an act on this channel speaks of the row. Who comes back as a person comes back everywhere."""
    everywhere = route is LiftRoute.PREFERENCE_PAGE and row.reason in ABOUT_THE_PERSON
    return everywhere or row.channel in {channel, Channel.ALL}


def _here(situation: Situation) -> frozenset[int]:
    return frozenset() if situation.address_id is None else frozenset({situation.address_id})


def _named_contact(situation: Situation) -> frozenset[int]:
    return frozenset() if situation.contact_id is None else frozenset({situation.contact_id})


@dataclass(frozen=True, slots=True)
class _Freed:
    """For whom, where and on which channels a row may end."""

    contacts: Set[int]
    addresses: Set[int]
    channels: tuple[Channel, ...] = (Channel.ALL,)


def _freed_by_contact(row: ActiveSuppression, situation: Situation) -> _Freed:
    """Return whom the contact's own act frees from a row.

    Who shares the address with others may be any of them: then only what was said at that address ends. A contact
    we know by name is freed from what is about the person at every address they hold.
    """
    here = _here(situation)
    if situation.contact_id is not None:
        personal = row.reason in ABOUT_THE_PERSON and row.contact_id == situation.contact_id
        own = frozenset(own_addresses(Channel.ALL, situation)) if personal else frozenset()
        return _Freed(_named_contact(situation), here | own)
    holders = frozenset(situation.holders)
    return _Freed(holders if row.address_id in here or len(holders) == 1 else frozenset(), here)


def _end(rule: Rule, row: ActiveSuppression, situation: Situation, freed: _Freed) -> list[Outcome]:
    """End a row for those freed, and keep it for whoever else it names, and where else it stands."""
    free_contact = row.contact_id in freed.contacts
    free_address = row.address_id in freed.addresses
    if not free_contact and not free_address:
        shared = row.contact_id is not None and row.contact_id in situation.holders
        return [_outcome(rule, row, Effect.KEPT, code="shared_address" if shared else "other_address")]
    outcomes = [_outcome(rule, row, Effect.LIFTED)]
    if not free_contact and row.contact_id is not None:
        outcomes.append(_remains(row, None, row.contact_id, row.channel, situation))
    if not free_address and row.address_id is not None:
        outcomes.append(_remains(row, row.address_id, None, row.channel, situation))
    if row.channel is Channel.ALL and Channel.ALL not in freed.channels:
        address = row.address_id if free_address else None
        contact = row.contact_id if free_contact else None
        elsewhere = [channel for channel in CHANNELS if channel not in freed.channels]
        outcomes += [_remains(row, address, contact, channel, situation) for channel in elsewhere]
    return outcomes


def _remains(
    row: ActiveSuppression, address_id: int | None, contact_id: int | None, channel: Channel, situation: Situation
) -> Outcome:
    """Return the row for the part that stays silenced, as old and as strong as the first."""
    wanted = Outcome(
        Effect.SET,
        row.rule,
        channel,
        row.direction,
        address_id=address_id,
        contact_id=contact_id,
        reason=row.reason,
        kind=row.kind,
        covers=row.covers,
        since=row.reaffirmed_at,
        expires_at=row.expires_at,
        copied_from=row.id,
    )
    return fold(wanted, situation.active)


def _by_staff(rule: Rule, channel: Channel, event: ConsentEvent, situation: Situation) -> list[Outcome]:
    """Staff on the contact record: what names the contact, or an address it holds for the channel.

    Where an address is named and no contact, as on the register: what names that address.
    """
    mine = _here(situation) if situation.contact_id is None else frozenset(own_addresses(channel, situation))
    freed = _Freed(_named_contact(situation), mine)
    about = _about(situation, mine)
    blocked = any(row.reason is Reason.BLOCKED and row.contact_id in freed.contacts for row in about)
    outcomes: list[Outcome] = []
    for row in about:
        if not _named(row, event):
            continue
        if event.kind is EventKind.UNBLOCK:
            if row.reason is not Reason.BLOCKED:
                continue
        elif row.channel is not channel or row.direction is not event.direction:
            continue
        if event.as_of is not None and row.reaffirmed_at > event.as_of:
            outcomes.append(_outcome(rule, row, Effect.KEPT, code="said_again"))
            continue
        code = "" if event.kind is EventKind.UNBLOCK else _staff_refusal(row, event, blocked)
        if code:
            outcomes.append(_outcome(rule, row, Effect.REFUSED, code=code))
        else:
            outcomes += _end(rule, row, situation, freed)
    return outcomes


def _named(row: ActiveSuppression, event: ConsentEvent) -> bool:
    if event.suppression_ids is not None:
        return row.id in event.suppression_ids
    return event.reasons is None or row.reason in event.reasons


def _staff_refusal(row: ActiveSuppression, event: ConsentEvent, blocked: bool) -> str:
    """Return the code of what stands against staff lifting this row, or ""."""
    if row.kind is Kind.PERMANENT:
        return "permanent_dnd"
    if LiftRoute.STAFF not in lift_routes(row):
        return "review_pending"
    if row.reason is Reason.BLOCKED or (blocked and row.rule == "R21"):
        return "blocked_contact"
    if row.rule == "R21" and not event.note.strip():
        return "note_required"
    attest = event.attest
    if row.reason is Reason.BOUNCE and not (attest.provider_entry_removed and attest.address_validated):
        return "attestation_required"
    if row.reason is Reason.UNSUBSCRIBE:
        given_at = attest.consent_given_at
        told = given_at is not None and attest.consent_how.strip() and attest.consent_text.strip()
        if given_at is None or not told or not row.reaffirmed_at < given_at <= event.occurred_at:
            return "later_consent_required"
    return ""


def _by_evidence(rule: Rule, channel: Channel, event: ConsentEvent, situation: Situation) -> list[Outcome]:
    """Approved evidence for one contact at one address. The event's time is when consent was given.

    It frees on the channels it names: what stands on all channels goes on on the others. What names somebody else who
    holds the address stays as it is, for it is permanent and they have given no evidence.
    """
    freed = _Freed(_named_contact(situation), _here(situation), event.channels)
    outcomes: list[Outcome] = []
    for row in _about(situation, freed.addresses):
        if row.channel not in {channel, Channel.ALL} or row.direction is not Direction.OUTBOUND:
            continue
        code = _evidence_refusal(row, event, situation)
        if code:
            outcomes.append(_outcome(rule, row, Effect.KEPT, code=code))
        else:
            outcomes += _end(rule, row, situation, freed)
    return outcomes


def _evidence_refusal(row: ActiveSuppression, event: ConsentEvent, situation: Situation) -> str:
    if LiftRoute.APPROVED_EVIDENCE not in lift_routes(row):
        return "not_by_evidence"
    if row.reason is Reason.PROVIDER_OPT_OUT and not event.provider_reconsent:
        return "provider_still_blocks"
    if row.reaffirmed_at >= event.occurred_at:
        return "newer_opt_out"
    if row.contact_id != situation.contact_id and row.contact_id in situation.holders:
        return "shared_address"
    return ""


def _named_rows(
    allowed: Callable[[ActiveSuppression, Situation], bool],
) -> Callable[[Rule, Channel, ConsentEvent, Situation], list[Outcome]]:
    """Return the way of the routes that act on suppressions named by id."""

    def by_name(rule: Rule, channel: Channel, event: ConsentEvent, situation: Situation) -> list[Outcome]:
        assert rule.lifts is not None
        outcomes = []
        for row in situation.active:
            if row.id not in (event.suppression_ids or frozenset()) or row.channel is not channel:
                continue
            open_to = rule.lifts.route in lift_routes(row) and allowed(row, situation)
            code = "" if open_to else "permanent_dnd" if row.kind is Kind.PERMANENT else "not_by_this_route"
            outcomes.append(_outcome(rule, row, Effect.LIFTED if open_to else Effect.REFUSED, code=code))
        return outcomes

    return by_name


def _has_run_out(row: ActiveSuppression, situation: Situation) -> bool:
    return row.kind is Kind.TEMPORARY and row.expires_at is not None and row.expires_at <= situation.at


def _always(row: ActiveSuppression, situation: Situation) -> bool:
    return True


def _outcome(
    rule: Rule, row: ActiveSuppression, effect: Effect, *, code: str = "", channel: Channel | None = None
) -> Outcome:
    assert rule.lifts is not None
    return Outcome(
        effect,
        rule.code,
        channel or row.channel,
        row.direction,
        address_id=row.address_id,
        contact_id=row.contact_id,
        reason=row.reason,
        kind=row.kind,
        covers=row.covers,
        suppression_id=row.id,
        since=row.since,
        expires_at=row.expires_at,
        route=rule.lifts.route if effect is Effect.LIFTED else None,
        code=code,
    )


_ROUTES: dict[LiftRoute, Callable[[Rule, Channel, ConsentEvent, Situation], list[Outcome]]] = {
    LiftRoute.CONTACT_OPT_IN: _by_contact,
    LiftRoute.PREFERENCE_PAGE: _by_contact,
    LiftRoute.STAFF: _by_staff,
    LiftRoute.APPROVED_EVIDENCE: _by_evidence,
    LiftRoute.REVIEWER: _named_rows(_always),
    LiftRoute.CONFIRMED: _named_rows(_always),
    LiftRoute.NUMBER_CORRECTED: _named_rows(_always),
    LiftRoute.EXPIRY: _named_rows(_has_run_out),
}
