"""A contact with its addresses, as the API tells it and takes it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.auth import get_user_model
from rest_framework import serializers

from config.api.answering import iso
from config.api.bodies import Body, Choice, Flag, Text
from config.api.problems import Fault, invalid
from consent.selectors.dnd import ContactDnd, contacts_dnd
from consent.vocabulary import DndStatus
from contacts.drafts import NewAddress
from contacts.models import Contact, ContactAddress
from contacts.normalize import InvalidAddress
from contacts.services import read_draft
from contacts.vocabulary import AddressKind

MOST_ADDRESSES = 100


class AddressShape(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    kind = serializers.ChoiceField(AddressKind.choices())
    value = serializers.CharField(help_text="The one spelling that identifies it.")
    shown = serializers.CharField(help_text="The spelling to display.")
    primary = serializers.BooleanField(help_text="Messages of its kind go here.")


class ContactShape(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    first_name = serializers.CharField()
    last_name = serializers.CharField()
    company = serializers.CharField()
    owner = serializers.CharField(allow_null=True, help_text="Who is responsible: a log-in's name.")
    notes = serializers.CharField()
    language = serializers.CharField()
    time_zone = serializers.CharField()
    addresses = AddressShape(many=True)
    dnd_status = serializers.ChoiceField(DndStatus.choices())
    blocked = serializers.BooleanField()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class AddressBody(Body):
    kind = Choice(AddressKind.choices())
    value = Text(max_length=400, allow_blank=False, help_text="In any spelling.")
    primary = Flag(required=False, default=False)
    region = Text(required=False, max_length=2, help_text="The country of a number without a country code, as “GB”.")


class ContactBody(Body):
    """What can be written. Read-only fields and unknown ones are refused, not ignored."""

    first_name = Text(required=False, max_length=150)
    last_name = Text(required=False, max_length=150)
    company = Text(required=False, max_length=200)
    owner = Text(required=False, allow_null=True, max_length=150)
    notes = Text(required=False, max_length=20_000)
    language = Text(required=False, max_length=16)
    time_zone = Text(required=False, max_length=64)
    addresses = AddressBody(required=False, many=True, max_length=MOST_ADDRESSES)  # type: ignore[call-arg]  # of the list that many=True makes


@dataclass(frozen=True, slots=True)
class Written:
    """What a caller wants of a contact, in the words of the verbs. `addresses` is None where none were named."""

    fields: dict[str, Any]
    addresses: tuple[NewAddress, ...] | None = None


def written(given: dict[str, Any]) -> Written:
    """Return what a body asks for. Raises: Problem for an owner or an address that is none."""
    fields = {name: value for name, value in given.items() if name not in {"addresses", "owner"}}
    if "owner" in given:
        fields["owner_id"] = _owner_id(given["owner"])
    if "addresses" not in given:
        return Written(fields)
    drafts = tuple(
        NewAddress(AddressKind(each["kind"]), each["value"], each["primary"], each.get("region", ""))
        for each in given["addresses"]
    )
    return Written(fields, checked(drafts))


def checked(drafts: tuple[NewAddress, ...], *, names: Sequence[str] = ()) -> tuple[NewAddress, ...]:
    """Return addresses that all can be read. Raises: Problem that names those which can't."""
    faults = []
    for number, draft in enumerate(drafts):
        try:
            read_draft(draft)
        except InvalidAddress as wrong:
            faults.append(Fault(names[number] if names else f"addresses[{number}].value", wrong.code, wrong.message))
    if faults:
        raise invalid(*faults)
    return drafts


def _owner_id(name: str | None) -> int | None:
    if not name:
        return None
    user = get_user_model().objects.filter(username=name, is_active=True).first()
    if user is None:
        raise invalid(Fault("owner", "unknown_owner", f"Nobody logs in as “{name}”. Send a log-in's name, or null."))
    return int(user.pk)


@dataclass(frozen=True, slots=True)
class Known:
    """Some contacts with all that an answer tells of them, in a number of queries that does not grow with them."""

    addresses: dict[int, list[ContactAddress]]
    dnd: dict[int, ContactDnd]


def known(contacts: Sequence[Contact]) -> Known:
    """Return what there is to tell of these contacts."""
    ids = [contact.pk for contact in contacts]
    held: dict[int, list[ContactAddress]] = defaultdict(list)
    rows = ContactAddress.objects.filter(contact_id__in=ids).select_related("address")
    for row in rows.order_by("contact_id", "kind", "-is_primary", "joined_at", "id"):
        held[row.contact_id].append(row)
    return Known(held, contacts_dnd(ids) if ids else {})


def contacts_content(contacts: Sequence[Contact]) -> list[dict[str, Any]]:
    """Return contacts as the API tells them. They bring their owners along (`select_related`)."""
    about = known(contacts)
    return [_content(contact, about.addresses[contact.pk], about.dnd[contact.pk]) for contact in contacts]


def contact_content(contact: Contact) -> dict[str, Any]:
    """Return one contact as the API tells it."""
    return contacts_content([contact])[0]


def _content(contact: Contact, held: Sequence[ContactAddress], dnd: ContactDnd) -> dict[str, Any]:
    return {
        "id": str(contact.public_id),
        "first_name": contact.first_name,
        "last_name": contact.last_name,
        "company": contact.company,
        "owner": contact.owner.get_username() if contact.owner is not None else None,
        "notes": contact.notes,
        "language": contact.language,
        "time_zone": contact.time_zone,
        "addresses": [
            {
                "id": str(row.address.public_id),
                "kind": row.kind,
                "value": row.address.value,
                "shown": row.address.shown,
                "primary": row.is_primary,
            }
            for row in held
        ],
        "dnd_status": dnd.status,
        "blocked": dnd.blocked,
        "created_at": iso(contact.created_at),
        "updated_at": iso(contact.updated_at),
    }
