"""Entries of the ledger, as the API tells them."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from operator import attrgetter
from typing import Any

from rest_framework import serializers

from config.api.answering import dump, iso, quoted
from consent.models import LedgerEntry
from consent.selectors.feed import FeedEntry
from consent.vocabulary import Channel, Direction, Effect, EventKind, Kind, LiftRoute, Reason, Source
from contacts.selectors import id_array
from contacts.statements import fetch


class EntryShape(serializers.Serializer[Any]):
    """What one event did to one suppression or membership, or why it did nothing. `event` joins those of one event."""

    id = serializers.UUIDField()
    event = serializers.UUIDField()
    kind = serializers.ChoiceField(EventKind.choices())
    effect = serializers.ChoiceField(Effect.choices())
    code = serializers.CharField(help_text="Why it was refused or kept; empty elsewhere.")
    rule = serializers.CharField()
    channel = serializers.ChoiceField(Channel.choices(), allow_null=True)
    direction = serializers.ChoiceField(Direction.choices())
    reason = serializers.ChoiceField(Reason.choices(), allow_null=True)
    suppression_kind = serializers.ChoiceField(Kind.choices(), allow_null=True)
    lifted_by = serializers.ChoiceField(LiftRoute.choices(), allow_null=True)
    contact = serializers.UUIDField(allow_null=True)
    address = serializers.CharField(allow_null=True)
    list = serializers.CharField(allow_null=True, help_text="A list's slug.")
    source = serializers.ChoiceField(Source.choices())  # type: ignore[assignment]  # the ledger's word, not the field's own
    actor = serializers.CharField(help_text="`integration:Shop`, `user`, `contact`, `provider:twilio`, `system` …")
    detail = serializers.CharField(help_text="The word or code that told us, as STOP or 30003.")
    occurred_at = serializers.DateTimeField()
    recorded_at = serializers.DateTimeField()


Entry = LedgerEntry | FeedEntry


def entries_content(rows: Sequence[Entry]) -> list[dict[str, Any]]:
    """Return entries of the ledger as plain values, in three more queries however many they are."""
    content: list[dict[str, Any]] = json.loads(entries_written(rows))
    return content


def entries_written(rows: Sequence[Entry]) -> str:
    """Return entries of the ledger as a JSON array, in three more queries however many they are.

    Most entries of a page differ in their ids and times alone: what they share is written once.
    """
    contacts = _names(_CONTACTS, {row.contact_id for row in rows})
    addresses = _names(_ADDRESSES, {row.address_id for row in rows})
    lists = _names(_LISTS, {row.list_id for row in rows})
    shared: dict[tuple[Any, ...], str] = {}
    told = []
    for own, words in zip(map(_OWN, rows), map(_SHARED, rows), strict=True):
        public_id, event_id, contact_id, address_id, actor, occurred_at, recorded_at = own
        if words not in shared:
            shared[words] = _shared(words, lists)
        occurred = iso(occurred_at)
        recorded = occurred if recorded_at == occurred_at else iso(recorded_at)
        told.append(
            f'{{"id":"{public_id}","event":"{event_id}",{shared[words]}'
            f',"contact":{contacts[contact_id]},"address":{addresses[address_id]},"actor":{_actor(actor)}'
            f',"occurred_at":"{occurred}","recorded_at":"{recorded}"}}'
        )
    return f"[{','.join(told)}]"


_OWN = attrgetter("public_id", "event_id", "contact_id", "address_id", "actor", "occurred_at", "recorded_at")
_SHARED_NAMES = (
    *("kind", "effect", "code", "rule", "channel", "direction", "reason", "suppression_kind", "route"),
    *("list_id", "source", "detail"),
)
_SHARED = attrgetter(*_SHARED_NAMES)


def _shared(words: Sequence[Any], lists: Mapping[int | None, str]) -> str:
    """Return what many entries have alike, as JSON without its braces."""
    row = dict(zip(_SHARED_NAMES, words, strict=True))
    for name in ("channel", "reason", "suppression_kind"):
        row[name] = row[name] or None
    list_id, lifted_by = row.pop("list_id"), row.pop("route") or None
    return f'{dump({**row, "lifted_by": lifted_by})[1:-1]},"list":{lists[list_id]}'


_NAMED = "= ANY ((SELECT %s::bigint[])::bigint[])"
_CONTACTS = f"SELECT id, public_id::text FROM contacts_contact WHERE id {_NAMED}"  # noqa: S608  no value is in it
_ADDRESSES = f"SELECT id, value FROM contacts_address WHERE id {_NAMED}"  # noqa: S608
_LISTS = f"SELECT id, slug FROM lists_contactlist WHERE id {_NAMED}"  # noqa: S608


def _names(statement: str, ids: Collection[int | None]) -> defaultdict[int | None, str]:
    """Return what each of these is called outside, as JSON: null for none."""
    wanted = [each for each in ids if each is not None]
    found = fetch(statement, [id_array(wanted)]) if wanted else []
    return defaultdict(lambda: "null", {pk: quoted(name) for pk, name in found})


@lru_cache(maxsize=1000)
def _actor(ref: str) -> str:
    """Return who acted, as JSON. Numbers of people are ours alone; of integrations and providers there are names."""
    kind, _, name = ref.partition(":")
    return quoted(kind if name.isdigit() else ref)
