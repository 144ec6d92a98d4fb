"""A contact's DND, as the API tells it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from rest_framework import serializers

from config.api.reasons import ReasonShape, of_suppression
from consent.selectors.dnd import ContactDnd, StandingReason
from consent.vocabulary import CHANNELS, DndStatus, Kind

OFF = "off"
STATUSES = [(OFF, "Off"), *Kind.choices()]


class ChannelShape(serializers.Serializer[Any]):
    status = serializers.ChoiceField(STATUSES, help_text="The strongest that stands.")
    connected = serializers.BooleanField()
    reasons = ReasonShape(many=True)


class ChannelsShape(serializers.Serializer[Any]):
    sms = ChannelShape()
    call = ChannelShape()
    email = ChannelShape()
    whatsapp = ChannelShape()
    facebook = ChannelShape()
    gmb = ChannelShape()


class InboundShape(serializers.Serializer[Any]):
    sms = ChannelShape()
    call = ChannelShape()


class DndShape(serializers.Serializer[Any]):
    """What silences a contact. A reason on all channels is among the reasons of each, as `channel` says."""

    contact = serializers.UUIDField()
    status = serializers.ChoiceField(DndStatus.choices(), help_text="Over all connected channels.")
    blocked = serializers.BooleanField()
    do_not_contact = serializers.BooleanField()
    channels = ChannelsShape()
    inbound = InboundShape()


class ChangedDndShape(DndShape):
    """What stands after a change, and whether the request changed anything."""

    changed = serializers.BooleanField()
    event = serializers.UUIDField(help_text="The ledger's number for what was done.")


def dnd_content(public_id: UUID, dnd: ContactDnd) -> dict[str, Any]:
    """Return a contact's DND with every reason."""
    outbound = {each.channel: each for each in dnd.channels}
    return {
        "contact": str(public_id),
        "status": dnd.status,
        "blocked": dnd.blocked,
        "do_not_contact": dnd.do_not_contact is not None,
        "channels": {
            channel: _channel([*dnd.everywhere, *outbound[channel].reasons], connected=outbound[channel].connected)
            for channel in CHANNELS
        },
        "inbound": {each.channel: _channel(each.reasons, connected=each.connected) for each in dnd.inbound},
    }


def _channel(reasons: Iterable[StandingReason], *, connected: bool) -> dict[str, Any]:
    rows = [each.suppression for each in reasons]
    kinds = {row.kind for row in rows}
    status = Kind.PERMANENT if Kind.PERMANENT in kinds else Kind.TEMPORARY if kinds else OFF
    rows.sort(key=lambda row: (row.kind is not Kind.PERMANENT, row.since))
    return {"status": status, "connected": connected, "reasons": [of_suppression(row) for row in rows]}
