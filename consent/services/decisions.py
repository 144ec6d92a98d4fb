"""Keep what the gate answered: one row for a call, however many it was about."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from consent.selectors.decisions import Answer
from consent.values import GateRequest
from consent.vocabulary import Source
from contacts.selectors import id_array
from contacts.statements import under_way
from contacts.values import Actor

_INSERT = """
    INSERT INTO consent_decisionrecord (
        public_id, answered_at, about_at, actor, source, channel, purpose, list_slug, subject_count, refused_count,
        contact_ids, address_ids, reason_subjects, reason_codes, suppression_ids
    )
    VALUES (
        %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s::bigint[], %s::bigint[], %s::integer[], %s::text[], %s::bigint[]
    )
"""


def record_answers(
    *,
    request: GateRequest,
    answers: Sequence[Answer],
    by: Actor,
    at: datetime,
    source: Source,
    about_at: datetime | None = None,
) -> uuid.UUID:
    """Record what the gate answered to one question, and return the record's public id.

    Shape: `answers` as `decide_many` gave them, in the order asked; `at` the moment of the question, read before the
    gate was asked; `about_at` the past moment it was about, if it was. Addresses are kept by id alone.
    Once: every call is one more record, because it was one more answer.
    Raises: ValueError without answers.
    """
    with recording(request=request, answers=answers, by=by, at=at, source=source, about_at=about_at) as public_id:
        return public_id


@contextmanager
def recording(
    *,
    request: GateRequest,
    answers: Sequence[Answer],
    by: Actor,
    at: datetime,
    source: Source,
    about_at: datetime | None = None,
) -> Iterator[uuid.UUID]:
    """Do as `record_answers` while the block writes the answer: who leaves the block without an error has the record.

    The block asks the database nothing.
    """
    if not answers:
        raise ValueError("A decision is about somebody: there are no answers to record.")
    _, _, decisions, address_ids, contact_ids = zip(*answers, strict=True)
    reasons = [
        (place, reason.code, reason.suppression_id)
        for place, decision in enumerate(decisions, start=1)
        for reason in decision.reasons
    ]
    public_id = uuid.uuid4()
    row: list[Any] = [
        public_id,
        at,
        about_at,
        by.ref,
        source.value,
        request.channel.value,
        request.purpose.value,
        (request.list_slug or "")[:80],
        len(answers),
        len({place for place, _, _ in reasons}),
        id_array(contact_ids),
        id_array(address_ids),
        id_array([place for place, _, _ in reasons]),
        [code for _, code, _ in reasons],
        id_array([suppression_id for _, _, suppression_id in reasons]),
    ]
    # Not by the model: its array fields prepare every element by itself, which costs more than the insert.
    with under_way(_INSERT, row):
        yield public_id
