"""Reading recorded decisions: those about one contact, and the answers of one of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from consent.models import Suppression
from consent.selectors.standing import as_values
from consent.values import ActiveSuppression
from consent.vocabulary import Channel, Purpose, Source

PAGE = 25
_REASONS = """
    ARRAY(
        SELECT reason.code
        FROM unnest(record.reason_subjects, record.reason_codes) AS reason(place, code)
        WHERE reason.place = subject.place
    ),
    ARRAY(
        SELECT coalesce(reason.suppression, 0)
        FROM unnest(record.reason_subjects, record.suppression_ids) AS reason(place, suppression)
        WHERE reason.place = subject.place
    )
"""
"""Codes and suppressions (0: none) of one subject. An array of thousands is unpacked once, never read by place."""

_ABOUT_SOMEBODY = f"""
    WITH found AS MATERIALIZED (
        SELECT id FROM consent_decisionrecord
        WHERE (contact_ids @> ARRAY[%(contact)s]::bigint[] OR address_ids && %(addresses)s::bigint[])
          AND (%(before)s::bigint IS NULL OR id < %(before)s)
    ), record AS MATERIALIZED (
        SELECT * FROM consent_decisionrecord WHERE id IN (SELECT id FROM found ORDER BY id DESC LIMIT %(most)s)
    )
    SELECT record.id, record.answered_at, record.about_at, record.actor, record.source, record.channel, record.purpose,
           record.list_slug, record.subject_count, subject.contact_id, subject.address_id, {_REASONS}
    FROM record
    CROSS JOIN LATERAL unnest(record.contact_ids, record.address_ids) WITH ORDINALITY
         AS subject(contact_id, address_id, place)
    WHERE subject.contact_id = %(contact)s
       OR (subject.contact_id IS NULL AND subject.address_id = ANY(%(addresses)s::bigint[]))
    ORDER BY record.id DESC, subject.place
"""  # noqa: S608  no value of anybody's is in it
_OF_ONE = f"""
    SELECT record.id, record.answered_at, record.about_at, record.actor, record.source, record.channel, record.purpose,
           record.list_slug, record.subject_count, subject.contact_id, subject.address_id, {_REASONS}
    FROM consent_decisionrecord record
    CROSS JOIN LATERAL (
        SELECT each.contact_id, each.address_id, each.place
        FROM unnest(record.contact_ids, record.address_ids) WITH ORDINALITY AS each(contact_id, address_id, place)
        ORDER BY each.place
        LIMIT %(most)s
    ) subject
    WHERE record.id = %(record)s
    ORDER BY subject.place
"""  # noqa: S608  no value of anybody's is in it


@dataclass(frozen=True, slots=True)
class RecordedReason:
    """One reason why not, as it was recorded. `suppression` is the row behind it, if there is one."""

    code: str
    suppression_id: int | None = None
    suppression: ActiveSuppression | None = None


@dataclass(frozen=True, slots=True)
class RecordedAnswer:
    """What was answered about one subject. `about_at` None: about the moment itself. `asked_together`: subjects."""

    record_id: int
    answered_at: datetime
    about_at: datetime | None
    actor: str
    source: Source
    channel: Channel
    purpose: Purpose
    list_slug: str
    asked_together: int
    contact_id: int | None
    address_id: int | None
    reasons: tuple[RecordedReason, ...]

    @property
    def allowed(self) -> bool:
        return not self.reasons


@dataclass(frozen=True, slots=True)
class RecordedPage:
    """Some answers, newest first. `older_than` is what to ask for next, None at the end."""

    answers: tuple[RecordedAnswer, ...]
    older_than: int | None


def about_contact(
    contact_id: int, *, address_ids: Collection[int] = (), older_than: int | None = None, most: int = PAGE
) -> RecordedPage:
    """Return a page of what was answered about a contact, and about these addresses where nobody was named."""
    asked = {"contact": contact_id, "addresses": list(address_ids), "before": older_than, "most": most + 1}
    answers = _answers(_ABOUT_SOMEBODY, asked)
    records = list(dict.fromkeys(answer.record_id for answer in answers))
    shown = set(records[:most])
    return RecordedPage(
        tuple(answer for answer in answers if answer.record_id in shown),
        records[most - 1] if len(records) > most else None,
    )


def answers_of(record_id: int, *, most: int) -> Sequence[RecordedAnswer]:
    """Return the first answers of one record, in the order asked."""
    return _answers(_OF_ONE, {"record": record_id, "most": most})


def _answers(statement: str, parameters: Mapping[str, Any]) -> list[RecordedAnswer]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        rows = cursor.fetchall()
    behind = _suppressions({pk for row in rows for pk in row[12] if pk})
    return [_answer(row, behind) for row in rows]


def _answer(row: tuple[Any, ...], behind: Mapping[int, ActiveSuppression]) -> RecordedAnswer:
    record_id, answered_at, about_at, actor, source, channel, purpose, slug, together, contact_id, address_id, *why = (
        row
    )
    return RecordedAnswer(
        record_id=record_id,
        answered_at=answered_at,
        about_at=about_at,
        actor=actor,
        source=Source(source),
        channel=Channel(channel),
        purpose=Purpose(purpose),
        list_slug=slug,
        asked_together=together,
        contact_id=contact_id,
        address_id=address_id,
        reasons=tuple(RecordedReason(code, pk or None, behind.get(pk)) for code, pk in zip(*why, strict=True)),
    )


def _suppressions(ids: Collection[int]) -> dict[int, ActiveSuppression]:
    return {row.id: row for row in as_values(Suppression.objects.filter(pk__in=ids))} if ids else {}
