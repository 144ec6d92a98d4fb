"""What undoing a change of staff does: suppressions that it ended or made longer stand again as they stood."""

from __future__ import annotations

from dataclasses import replace

from consent.rules.folding import standing
from consent.rules.rows import Rule
from consent.values import ConsentEvent, EndedSuppression, Outcome, Situation
from consent.vocabulary import Channel, Effect


def restore(rule: Rule, channel: Channel, event: ConsentEvent, situation: Situation) -> list[Outcome]:
    """Return an outcome per ended suppression on the channel: a new row in its words, or why there is none."""
    return [_again(rule, ended, event, situation) for ended in situation.ended if ended.row.channel is channel]


def _again(rule: Rule, ended: EndedSuppression, event: ConsentEvent, situation: Situation) -> Outcome:
    row = ended.row
    wanted = Outcome(
        Effect.SET,
        row.rule,
        row.channel,
        row.direction,
        address_id=row.address_id,
        contact_id=row.contact_id,
        reason=row.reason,
        kind=row.kind,
        covers=row.covers,
        since=row.reaffirmed_at,
        expires_at=row.expires_at,
        copied_from=row.id,
    )
    again = standing(wanted, situation.active)
    if again is not None:
        return replace(wanted, effect=Effect.UNCHANGED, rule=rule.code, suppression_id=again.id, since=None)
    if any(
        opted_in_at > ended.ended_at
        for (where, _), opted_in_at in situation.opted_in_at.items()
        if where is row.channel
    ):
        return replace(wanted, effect=Effect.SUPERSEDED, rule=rule.code, code="came_back")
    if row.expires_at is not None and row.expires_at <= event.occurred_at:
        return replace(wanted, effect=Effect.NOTHING, rule=rule.code, code="ran_out")
    return wanted
