"""The one question: may I contact this person here, for this purpose, now?

Pure. Whoever can't gather the facts has no answer, and no answer is a no.
"""

from __future__ import annotations

from datetime import tzinfo
from functools import cache

from consent.rules import lift_routes
from consent.sentences import day, no_consent, why
from consent.values import ActiveSuppression, Decision, Facts, GateRequest, ListFacts, Refusal
from consent.vocabulary import Channel, Covers, Direction, LiftRoute, Purpose


def decide(request: GateRequest, facts: Facts, *, tz: tzinfo) -> Decision:
    """Return whether the message may go, with every reason against it.

    Shape: reasons in this order: subject, channel, suppressions (permanent first), consent on file, list.
    Raises: ValueError for a channel that no message can use.
    Source: docs/rules.md, "Who is silenced".
    """
    if request.channel is Channel.ALL:
        raise ValueError("A message goes out on one channel; 'all' is none.")
    reasons = [
        *_subject(request, facts),
        *_channel(request, facts),
        *(_suppressed(row, tz) for row in _standing(request, facts)),
        *_consent(request, facts, tz),
        *_list(request, facts, tz),
    ]
    return Decision(tuple(reasons))


def _subject(request: GateRequest, facts: Facts) -> list[Refusal]:
    if facts.contact_known is False:
        return [Refusal("unknown_contact", "Nobody has this contact id.")]
    if facts.erased:
        return [Refusal("erased", "This person's data was erased.")]
    if not facts.address_valid:
        return [Refusal("invalid_address", f"This is no address for {request.channel.label}.")]
    if facts.address_value is None:
        return [Refusal("no_address", f"The contact has no address for {request.channel.label}.")]
    return []


def _channel(request: GateRequest, facts: Facts) -> list[Refusal]:
    if facts.channel_connected:
        return []
    text = f"{request.channel.label} is not connected, so nothing can be sent there."
    return [Refusal("channel_disconnected", text, channel=request.channel)]


def refuses(row: ActiveSuppression, channel: Channel, purpose: Purpose) -> bool:
    """Return whether this suppression refuses an outgoing message of that purpose on that channel."""
    if row.direction is not Direction.OUTBOUND or (row.channel is not channel and row.channel is not Channel.ALL):
        return False
    return row.covers is Covers.EVERYTHING or purpose is not Purpose.TRANSACTIONAL


def _standing(request: GateRequest, facts: Facts) -> list[ActiveSuppression]:
    """Return the suppressions that refuse, one per reason and channel, the strongest and oldest of each."""
    refusing = [row for row in facts.active if refuses(row, request.channel, request.purpose)]
    if len(refusing) < 2:
        return refusing
    refusing.sort(key=lambda row: (row.kind != "permanent", row.since, row.id))
    first_of_each = {(row.reason, row.channel): row for row in reversed(refusing)}
    return [row for row in refusing if first_of_each[row.reason, row.channel] is row]


def _suppressed(row: ActiveSuppression, tz: tzinfo) -> Refusal:
    routes = lift_routes(row)
    return Refusal(
        code="blocked_contact" if row.reason == "blocked" else str(row.reason),
        text=why(row, tz=tz),
        channel=row.channel,
        kind=row.kind,
        since=row.since,
        expires_at=row.expires_at,
        lifted_by=_in_order(routes),
        rule=row.rule,
        suppression_id=row.id,
    )


@cache
def _in_order(routes: frozenset[LiftRoute]) -> tuple[LiftRoute, ...]:
    return tuple(route for route in LiftRoute if route in routes)


def _consent(request: GateRequest, facts: Facts, tz: tzinfo) -> list[Refusal]:
    """Return the refusal of marketing to somebody who has not agreed to it, where the channel's policy asks."""
    asked = request.purpose is Purpose.MARKETING and facts.consent is not None and facts.address_value is not None
    if not asked or facts.consent is None or facts.consent.on_file:
        return []
    text = no_consent(request.channel, facts.consent.ran_out_at, tz=tz)
    return [Refusal("no_consent", text, channel=request.channel)]


def _list(request: GateRequest, facts: Facts, tz: tzinfo) -> list[Refusal]:
    if request.list_slug is None:
        return []
    standing = facts.list_facts
    if standing is None or not standing.exists:
        return [Refusal("unknown_list", f"There is no list “{request.list_slug}”.")]
    return _membership(standing, tz)


def _membership(standing: ListFacts, tz: tzinfo) -> list[Refusal]:
    reasons = []
    if standing.blocked_at:
        text = f"Blocked on this list since {day(standing.blocked_at, tz=tz)}"
        reasons.append(Refusal("list_blocked", text, since=standing.blocked_at))
    if standing.opted_out_at:
        text = f"Opted out of this list on {day(standing.opted_out_at, tz=tz)}"
        reasons.append(Refusal("list_opted_out", text, since=standing.opted_out_at))
    elif standing.opted_out_elsewhere_at:
        when = day(standing.opted_out_elsewhere_at, tz=tz)
        text = f"Somebody with the same address opted out of this list on {when}"
        reasons.append(Refusal("list_opted_out", text, since=standing.opted_out_elsewhere_at))
    if standing.removed_at:
        text = f"Removed from this list on {day(standing.removed_at, tz=tz)}"
        reasons.append(Refusal("list_removed", text, since=standing.removed_at))
    if not standing.member and not reasons:
        reasons.append(Refusal("not_a_member", "Not on this list."))
    return reasons
