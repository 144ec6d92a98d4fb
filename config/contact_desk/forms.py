"""The forms about the person: names and details, and addresses in any spelling."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db.models import Q

from config.contact_desk import widgets
from contacts.drafts import NewAddress
from contacts.models import Contact
from contacts.values import staff_name
from contacts.vocabulary import AddressKind


class _Staff(forms.ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return staff_name(obj)


def _line(label: str, length: int, *, short: bool = False, **more: Any) -> forms.CharField:
    """Return a one-line field. Two short ones share a line where there is room."""
    field = forms.CharField(label=label, required=False, max_length=length, widget=widgets.text(), **more)
    field.is_short = short  # type: ignore[attr-defined]
    return field


class DetailsForm(forms.Form):
    """What staff may change of a contact, apart from its addresses. `version` is the state the person saw."""

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    first_name = _line("First name", 150, short=True)
    last_name = _line("Last name", 150, short=True)
    company = _line("Company", 200)
    owner = _Staff(label="Owner", queryset=None, required=False, empty_label="Nobody", widget=widgets.select())
    language = _line("Language", 16, short=True, help_text="Such as en or es-MX.")
    time_zone = _line("Time zone", 64, short=True, help_text="Such as Europe/London.")
    notes = forms.CharField(label="Notes", required=False, max_length=10_000, widget=widgets.note(rows=4))

    FIELDS = ("first_name", "last_name", "company", "owner", "language", "time_zone", "notes")

    def __init__(self, *args: Any, owner_id: int | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Somebody who has left stays the owner until another is chosen.
        chosen = Q(is_active=True, is_staff=True) | Q(pk=owner_id)
        cast(_Staff, self.fields["owner"]).queryset = (
            get_user_model().objects.filter(chosen).order_by("first_name", "username")
        )

    @classmethod
    def of(cls, contact: Contact) -> DetailsForm:
        """Return the form filled in with a contact's present state."""
        values = {name: getattr(contact, name) for name in cls.FIELDS}
        return cls(initial={**values, "version": contact.version}, owner_id=contact.owner_id)

    @property
    def shown(self) -> list[forms.BoundField]:
        """The fields a person fills in."""
        return [field for field in self if not field.is_hidden]

    def values(self) -> dict[str, Any]:
        """Return the fields as the verbs of contacts take them."""
        given = {name: self.cleaned_data[name] for name in self.FIELDS}
        owner = given.pop("owner")
        return {**given, "owner_id": owner.pk if owner else None}

    def add_refusal(self, refusal: ValidationError) -> None:
        """Show what the verb refused at the field it is about."""
        for name, errors in refusal.error_dict.items() if hasattr(refusal, "error_dict") else []:
            self.add_error(name if name in self.fields else None, errors)


class NewContactForm(DetailsForm):
    """A new contact, with one phone and one e-mail."""

    phone = forms.CharField(
        label="Phone", required=False, max_length=120, widget=widgets.phone(), help_text="In any spelling."
    )
    email = forms.CharField(label="E-mail", required=False, max_length=400, widget=widgets.email())

    field_order = ("first_name", "last_name", "company", "phone", "email")

    def addresses(self) -> list[NewAddress]:
        """Return the addresses that were given."""
        given = {AddressKind.PHONE: self.cleaned_data["phone"], AddressKind.EMAIL: self.cleaned_data["email"]}
        return [NewAddress(kind=kind, raw=raw, is_primary=True) for kind, raw in given.items() if raw]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if not any(data.get(name) for name in ("first_name", "last_name", "company", "phone", "email")):
            raise ValidationError(
                "Give a name, a company, a phone number or an e-mail, so that the person can be found."
            )
        return data


class AddressForm(forms.Form):
    """One more address, in any spelling."""

    kind = forms.ChoiceField(label="Kind", choices=AddressKind.choices(), widget=widgets.select())
    raw = forms.CharField(label="Address", max_length=400, widget=widgets.text(autocomplete="off"))
