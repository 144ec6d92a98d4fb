"""What happens when an address that somebody silenced joins another contact."""

from __future__ import annotations

from consent.rules.routes import FACTS_OF_THE_LINE
from consent.rules.rows import Rule
from consent.values import ActiveSuppression, Outcome, Situation
from consent.vocabulary import Channel, Direction, Effect, Kind, Reason

Identity = tuple[Channel, Direction, Reason]


def join(rule: Rule, situation: Situation) -> list[Outcome]:
    """Silence the new holder by everything that people said at the address.

    Facts about the line itself (R05, R07, R10, R18) are left out: the gate finds them by the address, and they
    end for the contact when the address leaves it.
    """
    standing: dict[Identity, ActiveSuppression] = {}
    for row in situation.active:
        identity = (row.channel, row.direction, row.reason)
        strongest = standing.get(identity)
        if row.address_id != situation.address_id or row.reason in FACTS_OF_THE_LINE:
            continue
        if strongest is None or (strongest.kind, row.kind) == (Kind.TEMPORARY, Kind.PERMANENT):
            standing[identity] = row
    for row in situation.active:
        if (row.address_id, row.contact_id) == (situation.address_id, situation.contact_id):
            standing.pop((row.channel, row.direction, row.reason), None)
    return [
        Outcome(
            Effect.SET,
            row.rule,
            row.channel,
            row.direction,
            address_id=row.address_id,
            contact_id=situation.contact_id,
            reason=row.reason,
            kind=row.kind,
            covers=row.covers,
            since=row.reaffirmed_at,
            expires_at=row.expires_at,
            copied_from=row.id,
        )
        for row in standing.values()
    ]
