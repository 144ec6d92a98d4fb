"""Checking the ledger and keeping what came of it, so that staff see it without asking."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import structlog
from procrastinate.contrib.django import app

from consent.models import LedgerVerification
from consent.selectors.verification import Finding, Verified, verify
from consent.services.seal_heads import InvalidHeadsFile, read_heads
from contacts.values import Actor

NOW = "verify_ledger_now"
"""The job that checks the ledger when a person asks for it."""

log = structlog.get_logger(__name__)


def verify_ledger(*, by: Actor, at: datetime, heads: Path | None = None) -> Verified:
    """Check the whole ledger, against a file of published heads too where one is given, and record the result.

    A file that can't be read is a finding: heads that were published must not vanish unnoticed.
    """
    published: Mapping[int, str] = {}
    unread: list[Finding] = []
    if heads is not None:
        try:
            published = read_heads(heads)
        except InvalidHeadsFile as error:
            unread.append(Finding("heads_unread", str(error)))
    found = verify(published=published)
    if unread:
        found = Verified(found.seals, found.entries, found.unsealed, found.newest_head, (*unread, *found.findings))
    LedgerVerification.objects.create(
        verified_at=at,
        by=by.ref,
        holds=found.holds,
        seal_count=found.seals,
        entry_count=found.entries,
        newest_head=found.newest_head,
        heads_file=heads.name[:200] if heads else "",
        findings=[finding.told() for finding in found.findings],
    )
    if not found.holds:
        log.error("ledger_does_not_hold", findings=[finding.text for finding in found.findings[:10]])
    return found


def ask_for_it(*, by: Actor) -> None:
    """Have a worker check the ledger soon.

    Raises: procrastinate's AlreadyEnqueued where one was asked already and has not begun.
    """
    app.configure_task(NOW, queueing_lock=NOW, lock="verify_ledger").defer(user_id=by.staff_id)
