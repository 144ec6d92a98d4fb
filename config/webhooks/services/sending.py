"""Notices on their way: claimed, signed, posted, and marked with what became of them.

A notice is marked after its post, so that a worker that dies between the two leaves it to be sent again: at least
once. Of a contact only the oldest waiting notice is ever claimed, so that what fails holds back the contact's later
ones, and nobody else's.
"""

from __future__ import annotations

import json
import random
import uuid
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from config.api.answering import iso
from config.api.entries import entries_content
from config.api.wrapping import Unreadable
from config.webhooks import signing
from config.webhooks.models import WebhookEndpoint, WebhookNotice
from config.webhooks.posting import Outcome, post
from config.webhooks.vocabulary import NoticeState, StoppedFor
from consent.models import LedgerEntry
from contacts.services import history
from contacts.values import SYSTEM

AT_ONCE = 8
"""Notices of one endpoint that are posted side by side, each about somebody else."""
LEASE = timedelta(minutes=2)
"""How long a claim holds; a try takes 15 seconds and what the look-up of the name takes."""
PAUSES: tuple[timedelta, ...] = tuple(
    timedelta(seconds=each)
    for each in (10, 60, 300, 900, 3600, *(hours * 3600 for hours in (2, 4, 8, 12, 12, 12, 12, 8)))
)
"""After each failure; together three days. After the last try the notice is given up."""
JITTER = 0.2
FAILING = timedelta(days=5)
"""An endpoint where nothing has arrived for so long is stopped."""
Posting = Callable[..., Outcome]
_chance = random.SystemRandom()


@dataclass(frozen=True, slots=True)
class Sent:
    """What a batch came to. `tried` is 0 where nothing was due."""

    tried: int
    delivered: int


@dataclass(frozen=True, slots=True)
class _Message:
    notice: WebhookNotice
    url: str
    headers: dict[str, str]
    body: bytes


def send_due(*, endpoint_id: int, at: datetime, posting: Posting = post) -> Sent:
    """Try the notices of an endpoint that are due, at most eight, each about somebody else.

    Shape: `posting` brings a message to its receiver, as `post` does.
    May run in many workers at once: each notice is claimed by one.
    """
    endpoint = WebhookEndpoint.objects.select_related("key").filter(pk=endpoint_id, stopped_at=None).first()
    if endpoint is None or not endpoint.may_hear(at):
        return Sent(0, 0)
    try:
        secrets = _secrets(endpoint, at)
    except Unreadable:
        _stop(endpoint_id, StoppedFor.SECRET_UNREADABLE, at)
        return Sent(0, 0)
    claimed = _claim(endpoint_id, at)
    messages = _messages(endpoint, claimed, secrets, at)
    delivered, gone = 0, False
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="webhook") as pool:
        loopback = settings.WEBHOOKS_TO_LOOPBACK
        posts = {
            pool.submit(posting, each.url, headers=each.headers, body=each.body, loopback=loopback): each.notice
            for each in messages
        }
        for done in as_completed(posts):
            outcome = done.result()
            _mark(posts[done], outcome, at)
            delivered += outcome.is_delivered
            gone = gone or outcome.is_gone
    if messages:
        _note_health(endpoint_id, delivered=bool(delivered), gone=gone, at=at)
    return Sent(len(messages), delivered)


def pause_after(attempts: int) -> timedelta | None:
    """Return how long to wait after so many failures, spread so that not all come back at once; None: give up."""
    if attempts > len(PAUSES):
        return None
    return PAUSES[attempts - 1] * _chance.uniform(1 - JITTER, 1 + JITTER)


@transaction.atomic
def _claim(endpoint_id: int, at: datetime) -> list[WebhookNotice]:
    older = WebhookNotice.objects.filter(
        endpoint_id=endpoint_id, state=NoticeState.WAITING, lane=OuterRef("lane"), pk__lt=OuterRef("pk")
    )
    free = Q(claim=None) | Q(claimed_until__lte=at)
    due = WebhookNotice.objects.filter(
        free, ~Exists(older), endpoint_id=endpoint_id, state=NoticeState.WAITING, due_at__lte=at
    )
    found = list(due.order_by("due_at", "pk").select_for_update(skip_locked=True)[:AT_ONCE])
    claim = uuid.uuid4()
    WebhookNotice.objects.filter(pk__in=[each.pk for each in found]).update(claim=claim, claimed_until=at + LEASE)
    for each in found:
        each.claim = claim
    return found


def _messages(
    endpoint: WebhookEndpoint, notices: Sequence[WebhookNotice], secrets: Sequence[str], at: datetime
) -> list[_Message]:
    entries = list(LedgerEntry.objects.filter(pk__in=[each.entry_id for each in notices if each.entry_id]))
    contents = dict(zip((entry.pk for entry in entries), entries_content(entries), strict=True))
    return [
        _message(endpoint, each, contents[each.entry_id] if each.entry_id else None, secrets, at) for each in notices
    ]


def _message(
    endpoint: WebhookEndpoint,
    notice: WebhookNotice,
    content: dict[str, Any] | None,
    secrets: Sequence[str],
    at: datetime,
) -> _Message:
    if content is None:
        told = {"type": "webhook.test", "timestamp": iso(notice.created_at), "data": {}}
    else:
        told = {"type": f"ledger.{content['kind']}", "timestamp": content["recorded_at"], "data": content}
    body = json.dumps(told, separators=(",", ":")).encode()
    headers = signing.headers(message_id=str(notice.message_id), body=body, secrets=secrets, at=at)
    return _Message(notice, endpoint.url, headers, body)


def _secrets(endpoint: WebhookEndpoint, at: datetime) -> list[str]:
    is_overlap = endpoint.old_secret_until is not None and endpoint.old_secret_until > at
    kept = [endpoint.secret, *([endpoint.old_secret] if is_overlap else [])]
    return [signing.unlocked(each) for each in kept]


def _mark(notice: WebhookNotice, outcome: Outcome, at: datetime) -> None:
    """Write down what became of a try, unless the claim has run out and the notice is somebody else's by now."""
    attempts = notice.attempts + (0 if outcome.is_gone else 1)
    told: dict[str, Any] = {
        "attempts": attempts,
        "claim": None,
        "claimed_until": None,
        "status": outcome.status,
        "failure": outcome.failure or "",
    }
    if outcome.is_delivered:
        told |= {"state": NoticeState.DELIVERED, "settled_at": at}
    elif not outcome.is_gone:
        pause = pause_after(attempts)
        told |= {"due_at": at + pause} if pause else {"state": NoticeState.DEAD, "settled_at": at}
    WebhookNotice.objects.filter(pk=notice.pk, claim=notice.claim).update(**told)


def _note_health(endpoint_id: int, *, delivered: bool, gone: bool, at: datetime) -> None:
    """Write down whether an endpoint works. Stop it where it says that it is gone, or has failed for days."""
    rows = WebhookEndpoint.objects.filter(pk=endpoint_id)
    if delivered:
        rows.update(failing_since=None, last_delivered_at=at)
    else:
        rows.filter(failing_since=None).update(failing_since=at)
    if gone:
        _stop(endpoint_id, StoppedFor.GONE, at)
    elif not delivered and rows.filter(failing_since__lte=at - FAILING).exists():
        _stop(endpoint_id, StoppedFor.FAILING, at)


@transaction.atomic
def _stop(endpoint_id: int, reason: StoppedFor, at: datetime) -> None:
    endpoint = WebhookEndpoint.objects.select_for_update(of=("self",)).filter(pk=endpoint_id, stopped_at=None).first()
    if endpoint is not None:
        endpoint.stopped_at, endpoint.stopped_for = at, reason
        history.save(endpoint, reason=reason, by=SYSTEM, at=at, fields=["stopped_at", "stopped_for"])
