"""The forms of the Lists tab."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.db.models import QuerySet

from config.contact_desk import widgets
from lists.models import ContactList
from lists.values import LaterConsent


class ListForm(forms.Form):
    """What every form of the tab names: the list."""

    list = forms.IntegerField(widget=forms.HiddenInput)

    @property
    def shown(self) -> tuple[forms.BoundField, ...]:
        """The fields a person fills in."""
        return tuple(field for field in self if not field.is_hidden)


class AddForm(forms.Form):
    """Adding to a list that the contact is not on."""

    list: Any = forms.ModelChoiceField(label="List", queryset=None, widget=widgets.select(), empty_label=None)

    def __init__(self, *args: Any, lists: QuerySet[ContactList] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = cast(forms.ModelChoiceField, self.fields["list"])
        field.queryset = ContactList.objects.all() if lists is None else lists


class RemoveForm(ListForm):
    """Removing, with or without adding to the list's paired opt-out list."""

    paired = forms.BooleanField(required=False, widget=forms.HiddenInput)


class OptOutForm(ListForm):
    """The contact asked to leave this list."""

    note = forms.CharField(label="Note", required=False, max_length=2000, widget=widgets.note())


class BringBackForm(ListForm):
    """The contact's later consent to this list."""

    given_at = forms.DateTimeField(label="Consent given at", required=False, widget=widgets.Moment())
    how = forms.CharField(
        label="How it was given", required=False, max_length=200, widget=widgets.text(placeholder="Web form, call …")
    )
    text = forms.CharField(label="The words of the consent", required=False, max_length=2000, widget=widgets.note())

    def consent(self) -> LaterConsent:
        """Return the consent as the verb takes it."""
        data = self.cleaned_data
        return LaterConsent(given_at=data["given_at"], how=data["how"], text=data["text"])
