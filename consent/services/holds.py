"""What time does to a held message: unreviewed for as many business days as the
profile says (5), it counts as an opt-out."""

from __future__ import annotations

from datetime import datetime

import structlog
from django.db import transaction

from consent.selectors.holds import calendar, cases, holds_since_before
from consent.services.reviews import UnableToReview, lock_case, record_for_rows
from consent.vocabulary import EventKind, Reason, Source
from contacts.values import SYSTEM

log = structlog.get_logger(__name__)


def confirm_overdue(*, at: datetime) -> int:
    """Make opt-outs of the holds that nobody reviewed in time (L09), and return how many cases there were.

    Each in its own transaction, so that one that fails leaves the others confirmed.
    Once: what a reviewer or an opt-in settled meanwhile is left alone.
    Source: docs/rules.md, R02.
    """
    clock = calendar()
    confirmed = 0
    for case in holds_since_before(clock.earliest_hold_due(at)):
        if clock.hold_due_at(case.since) > at:
            continue
        try:
            confirmed += _confirm(case.suppression_id, at)
        except Exception:
            log.exception("overdue_hold_failed", suppression_id=case.suppression_id)
    return confirmed


def _confirm(suppression_id: int, at: datetime) -> bool:
    with transaction.atomic():
        try:
            rows = lock_case(suppression_id, {Reason.REVIEW_HOLD})
        except UnableToReview:
            return False
        if calendar().hold_due_at(cases(rows)[0].since) > at:
            return False
        record_for_rows(rows, EventKind.HOLD_CONFIRMED, source=Source.SYSTEM, note="", by=SYSTEM, at=at)
        return True
