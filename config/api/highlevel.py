"""A contact in the shape of HighLevel, for those who come from there: read, written, and translated both ways.

There `active` means that DND is on. Only what differs from what stands is acted on, so that a contact that was read can
be written back with one thing changed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rest_framework import serializers

from config.api.answering import iso
from config.api.bodies import Body, Choice, Flag, Text
from config.api.people import Written, checked, known
from consent.selectors.dnd import ChannelDnd, ContactDnd, StandingReason
from consent.vocabulary import CHANNELS, Channel, DndStatus, Kind
from contacts.drafts import NewAddress
from contacts.models import Contact, ContactAddress
from contacts.vocabulary import AddressKind, Word

CHANNEL_OF = {
    "Call": Channel.CALL,
    "Email": Channel.EMAIL,
    "SMS": Channel.SMS,
    "WhatsApp": Channel.WHATSAPP,
    "GMB": Channel.GMB,
    "FB": Channel.FACEBOOK,
}
_FIELDS = {"firstName": "first_name", "lastName": "last_name", "companyName": "company"}
_KINDS = {"phone": AddressKind.PHONE, "email": AddressKind.EMAIL}


class Status(Word):
    """How a channel stands, in HighLevel's words."""

    ACTIVE = "active", "DND is on, staff may clear it"
    INACTIVE = "inactive", "DND is off"
    PERMANENT = "permanent", "DND is on for good"


class SettingBody(Body):
    status = Choice(Status.choices())
    message = Text(required=False)
    code = Text(required=False)


class SettingsBody(Body):
    Call = SettingBody(required=False)
    Email = SettingBody(required=False)
    SMS = SettingBody(required=False)
    WhatsApp = SettingBody(required=False)
    GMB = SettingBody(required=False)
    FB = SettingBody(required=False)


class InboundSettingBody(Body):
    status = Choice([(each.value, each.label) for each in (Status.ACTIVE, Status.INACTIVE)])
    message = Text(required=False)


class InboundSettingsBody(Body):
    all = InboundSettingBody(required=False)


class HighLevelBody(Body):
    """What can be written in HighLevel's shape."""

    firstName = Text(required=False, max_length=150)
    lastName = Text(required=False, max_length=150)
    companyName = Text(required=False, max_length=200)
    phone = Text(required=False, max_length=400)
    email = Text(required=False, max_length=400)
    dnd = Flag(required=False, help_text="On every channel; dndSettings go before it.")
    dndSettings = SettingsBody(required=False)
    inboundDndSettings = InboundSettingsBody(required=False)


class HighLevelShape(HighLevelBody):
    id = serializers.UUIDField()
    dateAdded = serializers.DateTimeField()
    dateUpdated = serializers.DateTimeField()


@dataclass(frozen=True, slots=True)
class Turn:
    """One channel to set or clear, with what was said about it."""

    channel: Channel
    status: Status
    note: str


@dataclass(frozen=True, slots=True)
class DndWish:
    """What is to change in a contact's DND. Empty where all stands as it should."""

    turns: tuple[Turn, ...] = ()
    inbound: Turn | None = None

    def of(self, status: Status) -> list[Turn]:
        """Return the channels that are to stand so."""
        return [turn for turn in self.turns if turn.status is status]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a body in HighLevel's shape asks for. `kinds` are those whose primary address is named, "" for none."""

    written: Written
    kinds: frozenset[AddressKind]
    says_dnd: bool


def wanted(given: dict[str, Any]) -> Wanted:
    """Return what a body asks for.

    Raises: Problem for an address that is none.
    """
    fields = {ours: given[theirs] for theirs, ours in _FIELDS.items() if theirs in given}
    named = [name for name in _KINDS if name in given]
    filled = [name for name in named if given[name]]
    drafts = checked(tuple(NewAddress(_KINDS[name], given[name], True) for name in filled), names=filled)
    says_dnd = not given.keys().isdisjoint({"dnd", "dndSettings", "inboundDndSettings"})
    return Wanted(Written(fields, drafts), frozenset(_KINDS[name] for name in named), says_dnd)


def dnd_wish(given: dict[str, Any], dnd: ContactDnd) -> DndWish:
    """Return what a body asks to change in what stands."""
    now = {channel: _status(dnd, channel) for channel in CHANNELS}
    asked: dict[Channel, Turn] = {}
    if "dnd" in given and given["dnd"] != (dnd.status is DndStatus.ON):
        status = Status.ACTIVE if given["dnd"] else Status.INACTIVE
        asked = {channel: Turn(channel, status, "") for channel in CHANNELS if _silent(now[channel]) != given["dnd"]}
    for name, setting in given.get("dndSettings", {}).items():
        channel, status = CHANNEL_OF[name], Status(setting["status"])
        asked.pop(channel, None)
        if status is not now[channel]:
            asked[channel] = Turn(channel, status, setting.get("message", ""))
    inbound = None
    setting = given.get("inboundDndSettings", {}).get("all")
    if setting and (setting["status"] == Status.ACTIVE) != any(each.reasons for each in dnd.inbound):
        inbound = Turn(Channel.ALL, Status(setting["status"]), setting.get("message", ""))
    return DndWish(tuple(asked.values()), inbound)


def _silent(status: Status) -> bool:
    return status is not Status.INACTIVE


def _status(dnd: ContactDnd, channel: Channel) -> Status:
    reasons = _reasons(dnd, channel)
    if not reasons:
        return Status.INACTIVE
    return Status.PERMANENT if any(each.is_permanent for each in reasons) else Status.ACTIVE


def _reasons(dnd: ContactDnd, channel: Channel) -> tuple[StandingReason, ...]:
    own = next(each for each in dnd.channels if each.channel is channel)
    return (*own.reasons, *dnd.everywhere)


def highlevel_content(contacts: Sequence[Contact]) -> list[dict[str, Any]]:
    """Return contacts in HighLevel's shape."""
    about = known(contacts)
    return [_content(contact, about.addresses[contact.pk], about.dnd[contact.pk]) for contact in contacts]


def _content(contact: Contact, held: Sequence[ContactAddress], dnd: ContactDnd) -> dict[str, Any]:
    primary = {row.kind: row.address.value for row in held if row.is_primary}
    return {
        "id": str(contact.public_id),
        "firstName": contact.first_name,
        "lastName": contact.last_name,
        "companyName": contact.company,
        "phone": primary.get(AddressKind.PHONE, ""),
        "email": primary.get(AddressKind.EMAIL, ""),
        "dnd": dnd.status is DndStatus.ON,
        "dndSettings": {name: _setting(_reasons(dnd, channel)) for name, channel in CHANNEL_OF.items()},
        "inboundDndSettings": {"all": _inbound(dnd.inbound)},
        "dateAdded": iso(contact.created_at),
        "dateUpdated": iso(contact.updated_at),
    }


def _setting(reasons: Sequence[StandingReason]) -> dict[str, str]:
    if not reasons:
        return {"status": Status.INACTIVE, "message": "", "code": ""}
    first = next((each for each in reasons if each.suppression.kind is Kind.PERMANENT), reasons[0])
    status = Status.PERMANENT if first.is_permanent else Status.ACTIVE
    return {"status": status, "message": first.text, "code": first.suppression.reason}


def _inbound(inbound: Sequence[ChannelDnd]) -> dict[str, str]:
    reasons = [reason for each in inbound for reason in each.reasons]
    return {
        "status": Status.ACTIVE if reasons else Status.INACTIVE,
        "message": reasons[0].text if reasons else "",
    }
