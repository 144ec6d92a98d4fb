"""The History tab: who changed which field, and when. It shows; nothing here can be taken back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.http import HttpRequest, HttpResponse
from django.utils.dateparse import parse_datetime

from config.contact_desk import dates
from config.contact_desk.page import show
from config.contact_desk.shell import for_contact
from contacts.models import Address, Contact, ContactAddress
from contacts.services.history import act_and_actor
from contacts.values import staff_name

CHANGES_A_PAGE = 50
FIELDS = ("first_name", "last_name", "company", "owner_id", "language", "time_zone", "notes")


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field, before and after."""

    name: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Edit:
    """One save by one person."""

    at: datetime
    when: str
    who: str
    what: str
    changes: tuple[FieldChange, ...] = ()


@for_contact("contacts.view_contact")
def view(request: HttpRequest, contact: Contact) -> HttpResponse:
    """Show a page of the history."""
    before = parse_datetime(request.GET.get("before", "").replace(" ", "+"))
    edits = edits_of(contact.pk, before=before if before and before.tzinfo else None)
    shown = edits[:CHANGES_A_PAGE]
    older = shown[-1].at.isoformat() if len(edits) > CHANGES_A_PAGE else ""
    return show(request, contact, tab="history", template="history.html", edits=shown, older=older)


def edits_of(contact_id: int, *, before: datetime | None = None) -> list[Edit]:
    """Return the newest edits of a contact and its addresses, newest first, and one more than a page.

    Shape: saves that changed no field of a person, such as the version's step with an address, are left out.
    """
    contact_rows = _newest(Contact.history.filter(id=contact_id), before)
    address_rows = _newest(ContactAddress.history.filter(contact_id=contact_id), before)
    names = _names_of(contact_rows, address_rows)
    edits = [*_address_edits(address_rows, names), *_contact_edits(contact_rows, names)]
    edits.sort(key=lambda edit: edit.at, reverse=True)
    return edits[: CHANGES_A_PAGE + 1]


def _newest(rows: Any, before: datetime | None) -> list[Any]:
    """Return the newest rows and one more, which the oldest is compared with."""
    if before is not None:
        rows = rows.filter(history_date__lt=before)
    return list(rows.order_by("-history_date", "-history_id")[: CHANGES_A_PAGE * 4])


@dataclass(frozen=True, slots=True)
class _Names:
    users: dict[int, str]
    addresses: dict[int, str]


def _names_of(contact_rows: list[Any], address_rows: list[Any]) -> _Names:
    users = {row.history_user_id for row in (*contact_rows, *address_rows)} | {row.owner_id for row in contact_rows}
    found = get_user_model().objects.in_bulk(users - {None})
    addresses = Address.objects.filter(id__in={row.address_id for row in address_rows})
    return _Names({pk: staff_name(user) for pk, user in found.items()}, dict(addresses.values_list("id", "shown")))


def _who(row: Any, names: _Names) -> str:
    if row.history_user_id:
        return names.users.get(row.history_user_id, "former staff")
    ref = act_and_actor(row)[1]
    return "Consent Desk" if ref in {"", "system"} else ref


def _contact_edits(rows: list[Any], names: _Names) -> Iterable[Edit]:
    for row, older in zip(rows, [*rows[1:], None], strict=True):
        what = {"+": "Created", "-": "Deleted"}.get(row.history_type, "Changed")
        changes: tuple[FieldChange, ...] = ()
        if older is None and row.history_type != "+":
            continue
        if older is not None:
            changes = tuple(_changes(older, row, names))
            if row.deleted_at and not older.deleted_at:
                what = "Deleted"
            elif not changes:
                continue
        yield Edit(row.history_date, dates.at_time(row.history_date), _who(row, names), what, changes)


def _changes(older: Any, row: Any, names: _Names) -> Iterable[FieldChange]:
    for name in FIELDS:
        old, new = getattr(older, name), getattr(row, name)
        if old == new:
            continue
        if name == "owner_id":
            yield FieldChange("Owner", names.users.get(old, ""), names.users.get(new, ""))
        else:
            yield FieldChange(name.replace("_", " ").capitalize(), old, new)


def _address_edits(rows: list[Any], names: _Names) -> Iterable[Edit]:
    for row in rows:
        address = names.addresses.get(row.address_id, "an address")
        primary = " as primary" if row.is_primary else ""
        what = {
            "+": f"Added {address}{primary}",
            "-": f"Removed {address}",
        }.get(row.history_type, f"Made {address} {'the primary' if row.is_primary else 'no longer the primary'}")
        yield Edit(row.history_date, dates.at_time(row.history_date), _who(row, names), what)
