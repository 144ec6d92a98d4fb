"""Entries of the ledger, as the API tells them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from django.db.models import Model
from rest_framework import serializers

from config.api.answering import iso
from consent.models import LedgerEntry
from consent.vocabulary import Channel, Direction, Effect, EventKind, Kind, LiftRoute, Reason, Source
from contacts.models import Address, Contact
from lists.models import ContactList


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


def entries_content(rows: Sequence[LedgerEntry]) -> list[dict[str, Any]]:
    """Return entries of the ledger, in three more queries however many they are."""
    contacts = _names(Contact, {row.contact_id for row in rows}, "public_id")
    addresses = _names(Address, {row.address_id for row in rows}, "value")
    lists = _names(ContactList, {row.list_id for row in rows}, "slug")
    return [
        {
            "id": str(row.public_id),
            "event": str(row.event_id),
            "kind": row.kind,
            "effect": row.effect,
            "code": row.code,
            "rule": row.rule,
            "channel": row.channel or None,
            "direction": row.direction,
            "reason": row.reason or None,
            "suppression_kind": row.suppression_kind or None,
            "lifted_by": row.route or None,
            "contact": contacts.get(row.contact_id),
            "address": addresses.get(row.address_id),
            "list": lists.get(row.list_id),
            "source": row.source,
            "actor": _actor(row.actor),
            "detail": row.detail,
            "occurred_at": iso(row.occurred_at),
            "recorded_at": iso(row.recorded_at),
        }
        for row in rows
    ]


def _names(model: type[Model], ids: Collection[int | None], name: str) -> dict[int | None, str]:
    wanted = [each for each in ids if each is not None]
    if not wanted:
        return {}
    return {pk: str(value) for pk, value in model._default_manager.filter(pk__in=wanted).values_list("pk", name)}


def _actor(ref: str) -> str:
    """Return who acted. Numbers of people are ours alone; of integrations and providers there are names."""
    kind, _, name = ref.partition(":")
    return ref if not name.isdigit() else kind
