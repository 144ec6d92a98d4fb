"""What goes on: when an address that somebody silenced joins another contact, and when two contacts become one."""

from __future__ import annotations

from collections.abc import Iterable

from consent.rules.folding import fold
from consent.rules.routes import FACTS_OF_THE_LINE
from consent.rules.rows import Rule
from consent.values import ActiveSuppression, Outcome, Situation
from consent.vocabulary import Effect


def join(rule: Rule, situation: Situation) -> list[Outcome]:
    """Silence the new holder by everything that people said at the address.

    Facts about the line itself (R05, R07, R10, R18) are left out: the gate finds them by the address, and they
    end for the contact when the address leaves it.
    """
    said = [
        row
        for row in situation.active
        if row.address_id == situation.address_id
        and row.contact_id != situation.contact_id
        and row.reason not in FACTS_OF_THE_LINE
    ]
    return _for_contact(said, situation)


def merge(situation: Situation) -> list[Outcome]:
    """Silence the kept contact by everything that names the merged one. The merged one's own rows stay as they are."""
    return _for_contact([row for row in situation.active if row.contact_id == situation.merged_id], situation)


def _for_contact(said: Iterable[ActiveSuppression], situation: Situation) -> list[Outcome]:
    """Return what these rows mean for the contact of the situation: the same, as old and as strong."""
    joined = [
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
        for row in said
    ]
    # Who held the address before has most of it already: what adds nothing is no news.
    newest = {row.id: row.reaffirmed_at for row in situation.active}
    outcomes = [fold(outcome, situation.active) for outcome in joined]
    return [
        outcome
        for outcome in outcomes
        if outcome.effect is not Effect.UNCHANGED or outcome.since != newest[outcome.suppression_id or 0]
    ]
