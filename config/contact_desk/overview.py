"""The first tab: the DND panel, the addresses and the details of the person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from config.contact_desk import dates
from config.contact_desk.dnd_controls import Attempt
from config.contact_desk.forms import AddressForm, DetailsForm
from config.contact_desk.page import show
from config.contact_desk.shell import PAGE_URL, act_of, for_contact, say
from consent.selectors import active_suppressions
from consent.selectors.address_flags import FLAGS, address_flags
from consent.sentences import why
from contacts.models import Contact
from contacts.selectors import AddressView, addresses_of
from contacts.services import StaleContact, update_contact
from contacts.values import staff_name


@for_contact("contacts.view_contact")
def view(request: HttpRequest, contact: Contact) -> HttpResponse:
    """Show the tab."""
    return show_overview(request, contact)


def show_overview(
    request: HttpRequest,
    contact: Contact,
    *,
    details: DetailsForm | None = None,
    address: AddressForm | None = None,
    attempt: Attempt | None = None,
    status: int = 200,
) -> HttpResponse:
    """Return the tab; a form that was refused comes back as it was filled in."""
    addresses = addresses_of(contact.pk)
    return show(
        request,
        contact,
        tab="overview",
        template="overview.html",
        addresses=addresses,
        address_rows=_address_rows(addresses),
        details=details or DetailsForm.of(contact),
        address=address or AddressForm(),
        attempt=attempt,
        status=status,
    )


@dataclass(frozen=True, slots=True)
class AddressRow:
    """An address, what silences it whoever holds it, and what carriers told about the line."""

    address: AddressView
    silenced: tuple[str, ...]
    flags: tuple[str, ...]


def _address_rows(addresses: Sequence[AddressView]) -> list[AddressRow]:
    """Return the addresses with what stands for them, in two queries."""
    told: dict[int, dict[str, None]] = {each.id: {} for each in addresses}
    tz = timezone.get_current_timezone()
    for row in active_suppressions(address_ids=list(told)):
        told[row.address_id or 0][f"Silenced on {row.channel.label}: {why(row, tz=tz)}"] = None
    flags = address_flags(list(told))
    return [
        AddressRow(each, tuple(told[each.id]), tuple(FLAGS[flag] for flag in flags.get(each.id, ())))
        for each in addresses
    ]


@for_contact("contacts.change_contact")
def save_details(request: HttpRequest, contact: Contact) -> HttpResponse:
    """Change the details, unless somebody else has since they were shown."""
    form = DetailsForm(request.POST, owner_id=contact.owner_id)
    if form.is_valid():
        try:
            update_contact(
                contact_id=contact.pk,
                expected_version=form.cleaned_data["version"] or 0,
                changes=form.values(),
                **act_of(request),
            )
        except StaleContact as stale:
            form = _shown_again(form, Contact.objects.select_related("owner").get(pk=contact.pk), stale)
            return show_overview(request, contact, details=form, status=409)
        except ValidationError as refusal:
            form.add_refusal(refusal)
        else:
            say(request, "Saved.")
            return redirect(PAGE_URL, contact.pk)
    return show_overview(request, contact, details=form, status=422)


def _shown_again(form: DetailsForm, newest: Contact, stale: StaleContact) -> DetailsForm:
    """Return the form with what the person typed, on top of the newest state, which it tells where they differ."""
    again = DetailsForm({**dict(form.data.items()), "version": str(newest.version)}, owner_id=newest.owner_id)
    again.full_clean()
    again.add_error(
        None,
        f"Not saved: {stale.changed_by} changed this contact on {dates.at_time(stale.changed_at)}, "
        "after you opened it. What you typed is still here; look at what is new, and save again.",
    )
    for name in form.FIELDS:
        if again.cleaned_data.get(name, object()) != getattr(newest, name):
            again.add_error(name, _now(getattr(newest, name)))
    return again


def _now(value: object) -> str:
    told = staff_name(value) if hasattr(value, "get_username") else value  # type: ignore[arg-type]
    return f"Saved meanwhile: “{told}”" if told else "Saved meanwhile as empty."
