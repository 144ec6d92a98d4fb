"""Forms of the pages of API keys."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from django import forms
from django.contrib.auth import get_user_model
from django.utils import timezone
from unfold.widgets import UnfoldAdminIntegerFieldWidget

from config.api.models import CALLS_PER_MINUTE, ApiKey
from config.api.services.keys import UnableToChangeKey
from config.api.vocabulary import Scope
from config.contact_desk import widgets


class KeyForm(forms.Form):
    """What a key may do, until when, how often, and who answers for it."""

    scopes = forms.MultipleChoiceField(
        label="What it may do",
        choices=[(each.value, f"{each.label} ({each.value})") for each in Scope],
        widget=forms.CheckboxSelectMultiple,
    )
    owner = forms.ModelChoiceField(
        get_user_model().objects.filter(is_staff=True, is_active=True).order_by("username"),
        required=False,
        empty_label="Nobody",
        widget=widgets.select(),
        help_text="Who answers for it. Evidence that this person files is never approved with the key, and without an"
        " owner it reviews none.",
    )
    expires_on = forms.DateField(
        label="Expires", required=False, widget=widgets.Date(), help_text="It ends when this day begins. Empty: never."
    )
    calls_per_minute = forms.IntegerField(
        label="Calls a minute",
        min_value=1,
        max_value=1_000_000,
        initial=CALLS_PER_MINUTE,
        widget=UnfoldAdminIntegerFieldWidget,
    )

    def terms(self) -> dict[str, Any]:
        """Return what the verbs take."""
        given = self.cleaned_data
        day = given["expires_on"]
        return {
            "scopes": {Scope(each) for each in given["scopes"]},
            "owner_id": given["owner"].pk if given["owner"] else None,
            "expires_at": timezone.make_aware(datetime.combine(day, time())) if day else None,
            "calls_per_minute": given["calls_per_minute"],
        }

    def refuse(self, no: UnableToChangeKey) -> None:
        """Say at its field what a verb refused."""
        field = _FIELDS.get(no.field, no.field)
        self.add_error(field if field in self.fields else None, str(no))


_FIELDS = {"expires_at": "expires_on"}
"""What the verbs call a field, where the form calls it otherwise."""


def terms_of(key: ApiKey) -> dict[str, Any]:
    """Return what a key's form begins with."""
    return {
        "scopes": key.scopes,
        "owner": key.owner_id,
        "expires_on": timezone.localdate(key.expires_at) if key.expires_at else None,
        "calls_per_minute": key.calls_per_minute,
    }


class NewKeyForm(KeyForm):
    """A key that is to be made."""

    name = forms.CharField(
        max_length=50, widget=widgets.text(placeholder="Webshop"), help_text="The ledger will say it. It never changes."
    )
    field_order = ("name", "scopes", "owner", "expires_on", "calls_per_minute")


class RotateForm(forms.Form):
    """How long the key before stays valid."""

    overlap = forms.TypedChoiceField(
        label="The old key stays valid for",
        choices=[("24", "24 hours"), ("1", "1 hour"), ("0", "no time: it was seen by others")],
        coerce=int,
        widget=widgets.select(),
    )
