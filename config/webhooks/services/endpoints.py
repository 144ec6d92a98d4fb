"""Endpoints: made, changed, stopped, given new secrets, sent to once more, deleted."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from config.api.models import ApiKey
from config.webhooks import signing
from config.webhooks.models import WebhookEndpoint, WebhookNotice
from config.webhooks.targets import UnusableUrl, target_of
from config.webhooks.vocabulary import NoticeState, StoppedFor
from consent.selectors.feed import between, cursor_at, newest_cursor, position_of, position_since, settled_end
from consent.vocabulary import Channel, EventKind
from contacts.services import history
from contacts.values import Actor

LONGEST_OVERLAP = timedelta(days=7)
USUAL_OVERLAP = timedelta(hours=24)
MOST_ENDPOINTS = 20
"""Endpoints of one integration, or of staff."""


class UnableToChangeEndpoint(ValueError):
    """What was asked for can't be. `field` and `code` are stable, the message tells the way out."""

    def __init__(self, field: str, code: str, message: str) -> None:
        super().__init__(message)
        self.field, self.code = field, code


class TooManyEndpoints(UnableToChangeEndpoint):
    """One owner has as many as there may be."""


@dataclass(frozen=True, slots=True)
class Issued:
    """An endpoint with its secret, which is told only here."""

    endpoint: WebhookEndpoint
    secret: str

    def __repr__(self) -> str:
        return f"Issued({self.endpoint.public_id})"


@transaction.atomic
def create_endpoint(
    *,
    url: str,
    description: str = "",
    kinds: Collection[EventKind] = (),
    channels: Collection[Channel] = (),
    key: ApiKey | None,
    by: Actor,
    at: datetime,
) -> Issued:
    """Make an endpoint that is told of what is recorded from now on; of what was before, `replay_since` tells it.

    Shape: no kinds is every kind, no channels is every channel and what is about none.
    Raises: UnableToChangeEndpoint for an address that can't be used; TooManyEndpoints.
    """
    if WebhookEndpoint.objects.filter(key=key).count() >= MOST_ENDPOINTS:
        message = f"There are {MOST_ENDPOINTS} endpoints already. Delete one, or change it."
        raise TooManyEndpoints("url", "too_many_endpoints", message)
    secret = signing.new_secret()
    endpoint = WebhookEndpoint(
        key=key, secret=signing.locked(secret), cursor=newest_cursor(), created_at=at, description=description
    )
    _aim(endpoint, url)
    _choose(endpoint, kinds, channels)
    history.save(endpoint, reason="made", by=by, at=at)
    return Issued(endpoint, secret)


@transaction.atomic
def change_endpoint(
    *,
    endpoint_id: int,
    url: str | None = None,
    description: str | None = None,
    kinds: Collection[EventKind] | None = None,
    channels: Collection[Channel] | None = None,
    enabled: bool | None = None,
    by: Actor,
    at: datetime,
) -> WebhookEndpoint:
    """Change what is given; None leaves it. Filters count for what is not turned into notices yet.

    Stopped, an endpoint keeps its place: enabled again it is told of everything since.
    Raises: UnableToChangeEndpoint for an address that can't be used.
    """
    endpoint = _locked(endpoint_id)
    if url is not None and url != endpoint.url:
        _aim(endpoint, url)
        endpoint.failing_since = None
    if description is not None:
        endpoint.description = description
    _choose(endpoint, endpoint.kinds if kinds is None else kinds, endpoint.channels if channels is None else channels)
    if enabled is False and endpoint.stopped_at is None:
        endpoint.stopped_at, endpoint.stopped_for = at, StoppedFor.ASKED
    elif enabled and endpoint.stopped_at is not None:
        endpoint.stopped_at, endpoint.stopped_for, endpoint.failing_since = None, "", None
        _make_due(endpoint, at)
    history.save(endpoint, reason="changed", by=by, at=at)
    return endpoint


@transaction.atomic
def rotate_secret(*, endpoint_id: int, overlap: timedelta = USUAL_OVERLAP, by: Actor, at: datetime) -> Issued:
    """Give an endpoint a new secret. Until the overlap is over, the one before signs as well.

    Raises: UnableToChangeEndpoint for an overlap of more than 7 days.
    """
    if not timedelta() <= overlap <= LONGEST_OVERLAP:
        raise UnableToChangeEndpoint("overlap_hours", "out_of_range", "The old secret signs for 7 days at most.")
    endpoint = _locked(endpoint_id)
    unreadable = endpoint.stopped_for == StoppedFor.SECRET_UNREADABLE
    keeps_old = bool(overlap) and not unreadable
    endpoint.old_secret, endpoint.old_secret_until = (endpoint.secret, at + overlap) if keeps_old else ("", None)
    secret = signing.new_secret()
    endpoint.secret = signing.locked(secret)
    if unreadable:
        endpoint.stopped_at, endpoint.stopped_for = None, ""
    history.save(endpoint, reason="secret rotated", by=by, at=at)
    return Issued(endpoint, secret)


@transaction.atomic
def replay_since(*, endpoint_id: int, since: datetime, by: Actor, at: datetime) -> WebhookEndpoint:
    """Send everything again that was recorded since a time, in order, through the filters of now.

    What is older and has not been told yet is told first: a replay never leaves anything out.
    Once: what still waits is not sent twice for it, except what is being tried this moment.
    """
    endpoint = _locked(endpoint_id)
    back_to = min(position_since(since), position_of(endpoint.cursor))
    untried = Q(claim=None) | Q(claimed_until__lte=at)
    again = between(back_to, settled_end()).values("id")
    endpoint.notices.filter(untried, state=NoticeState.WAITING, entry_id__in=again).delete()
    endpoint.cursor = cursor_at(back_to)
    history.save(endpoint, reason=f"replayed since {since:%Y-%m-%d %H:%M:%S} UTC", by=by, at=at)
    return endpoint


@transaction.atomic
def retry_dead(*, endpoint_id: int, notice_id: int | None = None, by: Actor, at: datetime) -> int:
    """Put notices that were given up, or one of them, back in their place, and return how many.

    Once: a notice that waits or has arrived is left alone.
    """
    endpoint = _locked(endpoint_id)
    dead = endpoint.notices.filter(state=NoticeState.DEAD)
    if notice_id is not None:
        dead = dead.filter(pk=notice_id)
    count = dead.update(state=NoticeState.WAITING, attempts=0, due_at=at, settled_at=None)
    if count:
        history.save(endpoint, reason=f"{count} sent again", by=by, at=at, fields=["description"])
    return count


def send_test(*, endpoint_id: int, at: datetime) -> WebhookNotice:
    """Put a test on its way, which tells of nothing but itself."""
    number = uuid.uuid4()
    return WebhookNotice.objects.create(
        endpoint_id=endpoint_id, message_id=number, lane="test", due_at=at, created_at=at
    )


@transaction.atomic
def delete_endpoint(*, endpoint_id: int, by: Actor, at: datetime) -> None:
    """Delete an endpoint and everything on its way to it."""
    endpoint = _locked(endpoint_id)
    endpoint.notices.all().delete()
    history.delete(endpoint, reason="deleted", by=by, at=at)


def _locked(endpoint_id: int) -> WebhookEndpoint:
    return WebhookEndpoint.objects.select_for_update(of=("self",)).get(pk=endpoint_id)


def _make_due(endpoint: WebhookEndpoint, at: datetime) -> None:
    endpoint.notices.filter(state=NoticeState.WAITING, due_at__gt=at).update(due_at=at)


def _aim(endpoint: WebhookEndpoint, url: str) -> None:
    try:
        target_of(url, loopback=settings.WEBHOOKS_TO_LOOPBACK)
    except UnusableUrl as no:
        raise UnableToChangeEndpoint("url", no.code, str(no)) from no
    endpoint.url = url


def _choose(endpoint: WebhookEndpoint, kinds: Collection[str], channels: Collection[str]) -> None:
    endpoint.kinds = sorted({str(kind) for kind in kinds})
    endpoint.channels = sorted({str(channel) for channel in channels})
