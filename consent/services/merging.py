"""What contacts asks of consent when two contacts become one: nobody who was silent may speak for the other."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from consent.models import ConsentRecord, Evidence, OptOutRequest
from consent.models.evidence import EvidenceStatus
from consent.models.opt_out_request import RequestOutcome
from consent.services.evidence import withdraw_waiting
from consent.services.recording import record_event
from consent.values import ConsentEvent
from consent.vocabulary import Channel, Effect, EventKind, Source
from contacts.values import Actor, Consequence
from contacts.vocabulary import Fate


def take_over_suppressions(*, kept_id: int, merged_id: int, by: Actor, at: datetime) -> Sequence[Consequence]:
    """Silence the kept contact by everything that silences the merged one (J03). Nothing is lifted.

    The merged contact's own rows stay where they are: they hold the addresses, whoever gets them later.
    """
    event = ConsentEvent(EventKind.MERGED, (Channel.ALL,), at, Source.STAFF)
    recorded = record_event(event=event, contact_id=kept_id, merged_id=merged_id, by=by, at=at)
    # The tombstone's own timeline ends with it.
    record_event(event=event, contact_id=merged_id, by=by, at=at)
    changed = [outcome for outcome in recorded.outcomes if outcome.effect in {Effect.SET, Effect.STRENGTHENED}]
    return [
        Consequence(
            Fate.MOVED,
            f"{outcome.channel.label}: {outcome.reason.label if outcome.reason else ''}",
            why=f"{outcome.kind.label if outcome.kind else ''} DND of the absorbed contact silences the kept one, too.",
        )
        for outcome in changed
    ]


def close_evidence(*, kept_id: int, merged_id: int, by: Actor, at: datetime) -> Sequence[Consequence]:
    """Take the merged contact's evidence out of the queue: it names somebody who is no more. What was judged stays."""
    judged = Evidence.objects.filter(contact_id=merged_id).exclude(status=EvidenceStatus.PENDING).count()
    waiting = withdraw_waiting(contact_ids=[merged_id], by=by, at=at)
    return [
        Consequence(Fate.KEPT, "Evidence on file", judged, "It shows in the kept contact's timeline."),
        Consequence(
            Fate.CONFLICT, "Evidence waiting for review", waiting, "It is closed; file it for the kept contact."
        ),
    ]


def keep_consents(*, kept_id: int, merged_id: int, by: Actor, at: datetime) -> Sequence[Consequence]:
    """Leave consents on file with the merged contact: who gave them is a fact, and none of them frees the kept one."""
    open_ones = ConsentRecord.objects.filter(contact_id=merged_id, ended_at=None).count()
    return [Consequence(Fate.KEPT, "Consents on file", open_ones, "They name the absorbed contact. Record them anew.")]


def move_requests(*, kept_id: int, merged_id: int, by: Actor, at: datetime) -> Sequence[Consequence]:
    """Let opt-out requests that wait name the kept contact. Those that are done stay as they are."""
    waiting = OptOutRequest.objects.filter(contact_id=merged_id, outcome=RequestOutcome.OPEN)
    return [Consequence(Fate.MOVED, "Opt-out requests that wait", waiting.update(contact_id=kept_id))]
