"""The integrations of the business: their keys, and what their webhook endpoints were told.

Comes after the story has been committed: what nobody can read yet, no webhook tells. The receivers are nowhere, so in
their place a function answers as they would; what happens from then on waits for them.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

from django.contrib.auth.models import User
from django.db import transaction

from config.api.models import ApiKey
from config.api.services import keys
from config.api.vocabulary import Scope
from config.webhooks.posting import Outcome
from config.webhooks.services import endpoints, fanning, sending
from config.webhooks.vocabulary import Failure
from consent.vocabulary import EventKind
from contacts.values import Actor
from contacts.vocabulary import ActorKind

SHOP_HOOK = "https://shop.tamarack.example/hooks/consent"
WAREHOUSE_HOOK = "https://warehouse.tamarack.example/consent"
TOLD_TO_SHOP = (EventKind.TEXT_OPT_OUT, EventKind.TEXT_OPT_IN, EventKind.DND_ON, EventKind.STAFF_LIFT)
LONGEST_PAUSE = 1 + sending.JITTER


@transaction.atomic
def connect(*, at: datetime) -> None:
    """Make the keys and endpoints, and let the endpoints be told of the last days. Needs the story's staff."""
    compliance, support = (User.objects.get(username=name) for name in ("compliance", "support"))
    by = Actor(ActorKind.USER, str(compliance.pk), compliance.username)
    shop = _make_keys(owner_id=support.pk, by=by, at=at)
    _tell_the_shop(shop, at=at)
    _fail_at_the_warehouse(by=by, at=at)


def _make_keys(*, owner_id: int, by: Actor, at: datetime) -> ApiKey:
    """Make one key in daily use, one that ends soon and nobody has used, and one that was revoked; return the first."""
    everyday = (Scope.CONTACTS_READ, Scope.CONTACTS_WRITE, Scope.DND_READ, Scope.DND_WRITE)
    shop = keys.create_key(
        name="Web shop",
        scopes=(*everyday, Scope.DECISIONS, Scope.EVENTS_READ),
        owner_id=owner_id,
        by=by,
        at=at - timedelta(days=80),
    ).key
    keys.note_use(shop, at=at - timedelta(minutes=4))
    keys.create_key(
        name="Season report",
        scopes=(Scope.LISTS_READ, Scope.EVENTS_READ),
        expires_at=at + timedelta(days=20),
        by=by,
        at=at - timedelta(days=10),
    )
    former = keys.create_key(
        name="Former newsletter tool", scopes=(Scope.LISTS_READ, Scope.LISTS_WRITE), by=by, at=at - timedelta(days=85)
    ).key
    keys.note_use(former, at=at - timedelta(days=31))
    keys.revoke_key(key_id=former.pk, by=by, at=at - timedelta(days=30))
    return shop


def _tell_the_shop(key: ApiKey, *, at: datetime) -> None:
    """Let everything arrive at the web shop, which asked this morning for the last days once more."""
    made_at, asked_at = at - timedelta(days=5), at - timedelta(hours=3)
    endpoint_id = endpoints.create_endpoint(
        url=SHOP_HOOK, description="Web shop", kinds=TOLD_TO_SHOP, key=key, by=key.actor, at=made_at
    ).endpoint.pk
    endpoints.send_test(endpoint_id=endpoint_id, at=made_at)
    _send_all(endpoint_id, Outcome(204), at=made_at)
    endpoints.replay_since(endpoint_id=endpoint_id, since=made_at, by=key.actor, at=asked_at)
    _fan_out(endpoint_id, at=asked_at)
    _send_all(endpoint_id, Outcome(204), at=asked_at)


def _fail_at_the_warehouse(*, by: Actor, at: datetime) -> None:
    """Let a test be given up after three days of tries, and what came since wait for somebody to look."""
    made_at, failure = at - timedelta(days=4, hours=12), Outcome(503, Failure.STATUS)
    endpoint_id = endpoints.create_endpoint(
        url=WAREHOUSE_HOOK, description="Data warehouse", key=None, by=by, at=made_at
    ).endpoint.pk
    endpoints.send_test(endpoint_id=endpoint_id, at=made_at)
    tried_at = made_at
    for pause in (timedelta(), *sending.PAUSES):
        tried_at += pause * LONGEST_PAUSE
        sending.send_due(endpoint_id=endpoint_id, at=tried_at, posting=partial(_answer, failure))
    since = at - timedelta(hours=18)
    endpoints.replay_since(endpoint_id=endpoint_id, since=since, by=by, at=at - timedelta(minutes=5))
    _fan_out(endpoint_id, at=at - timedelta(minutes=5))
    sending.send_due(endpoint_id=endpoint_id, at=at, posting=partial(_answer, failure))


def _fan_out(endpoint_id: int, *, at: datetime) -> None:
    while fanning.fan_out(endpoint_id=endpoint_id, at=at):
        pass


def _send_all(endpoint_id: int, answer: Outcome, *, at: datetime) -> None:
    while sending.send_due(endpoint_id=endpoint_id, at=at, posting=partial(_answer, answer)).tried:
        at += timedelta(seconds=1)


def _answer(outcome: Outcome, url: str, **_: object) -> Outcome:
    return outcome
