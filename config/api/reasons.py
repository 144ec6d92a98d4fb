"""Why not, as the API tells it: the same shape in decisions, in DND and in refusals."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from config.api.answering import iso
from consent.rules import lift_routes
from consent.selectors.dnd import StandingReason
from consent.values import Refusal
from consent.vocabulary import Channel, Kind, LiftRoute, Reason


class ReasonShape(serializers.Serializer[Any]):
    """One reason why not, and what would end it."""

    code = serializers.CharField()
    kind = serializers.ChoiceField(Kind.choices(), allow_null=True)
    channel = serializers.ChoiceField(Channel.choices(), allow_null=True)
    since = serializers.DateTimeField(allow_null=True)
    expires_at = serializers.DateTimeField(allow_null=True)
    text = serializers.CharField()
    lifted_by = serializers.ListField(child=serializers.ChoiceField(LiftRoute.choices()))
    rule = serializers.CharField()


def of_refusal(refusal: Refusal) -> dict[str, Any]:
    """Return a reason of the gate."""
    return {
        "code": refusal.code,
        "kind": refusal.kind,
        "channel": refusal.channel,
        "since": iso(refusal.since),
        "expires_at": iso(refusal.expires_at),
        "text": refusal.text,
        "lifted_by": list(refusal.lifted_by),
        "rule": refusal.rule,
    }


def of_standing(reason: StandingReason) -> dict[str, Any]:
    """Return a suppression that stands."""
    row = reason.suppression
    routes = lift_routes(row)
    return {
        "code": "blocked_contact" if row.reason is Reason.BLOCKED else row.reason,
        "kind": row.kind,
        "channel": row.channel,
        "since": iso(row.since),
        "expires_at": iso(row.expires_at),
        "text": reason.text,
        "lifted_by": [route for route in LiftRoute if route in routes],
        "rule": row.rule,
    }
