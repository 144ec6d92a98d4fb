"""From the feed of the ledger to notices: each entry once for each endpoint that wants it, in the feed's order."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from config.webhooks.models import WebhookEndpoint, WebhookNotice
from config.webhooks.vocabulary import NoticeState
from consent.selectors.feed import FeedEntry, entries_after
from consent.vocabulary import Channel, EventKind

CHUNK = 500
MOST_WAITING = 10_000
"""Notices that wait for one endpoint at most. What is beyond stays in the ledger, where nothing is lost."""
KEPT_DELIVERED = timedelta(days=7)
KEPT_DEAD = timedelta(days=90)


@transaction.atomic
def fan_out(*, endpoint_id: int, at: datetime) -> bool:
    """Turn the next entries of the ledger into notices for an endpoint, and return whether there is more to turn.

    Once: notices and cursor move in one transaction. Somebody else at work on the same endpoint is left to it.
    """
    endpoint = (
        WebhookEndpoint.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("key")
        .filter(pk=endpoint_id, stopped_at=None)
        .first()
    )
    if endpoint is None or not endpoint.may_hear(at):
        return False
    waiting = endpoint.notices.filter(state=NoticeState.WAITING)
    if waiting[MOST_WAITING - CHUNK :].exists():
        return False
    page = entries_after(
        endpoint.cursor,
        limit=CHUNK,
        kinds=[EventKind(each) for each in endpoint.kinds] or None,
        channels=[Channel(each) for each in endpoint.channels] or None,
    )
    WebhookNotice.objects.bulk_create(_notice(endpoint, entry, at) for entry in page.entries)
    if page.next_cursor != endpoint.cursor:
        WebhookEndpoint.objects.filter(pk=endpoint.pk).update(cursor=page.next_cursor)
    return not page.is_last


def forget_settled(*, at: datetime) -> int:
    """Delete the notices that arrived a week ago, and those that were given up 90 days ago."""
    arrived = WebhookNotice.objects.filter(state=NoticeState.DELIVERED, settled_at__lte=at - KEPT_DELIVERED)
    dead = WebhookNotice.objects.filter(state=NoticeState.DEAD, settled_at__lte=at - KEPT_DEAD)
    return arrived.delete()[0] + dead.delete()[0]


def _notice(endpoint: WebhookEndpoint, entry: FeedEntry, at: datetime) -> WebhookNotice:
    return WebhookNotice(
        endpoint=endpoint,
        message_id=entry.public_id,
        entry_id=entry.id,
        lane=_lane(entry),
        due_at=at,
        created_at=at,
    )


def _lane(entry: FeedEntry) -> str:
    """Return whom an entry is about: what nobody holds is kept in order by address."""
    if entry.contact_id is not None:
        return f"contact:{entry.contact_id}"
    return f"address:{entry.address_id}" if entry.address_id is not None else "none"
