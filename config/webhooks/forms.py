"""Forms of the pages of webhook endpoints."""

from __future__ import annotations

from django import forms

from config.contact_desk import widgets
from config.webhooks.targets import LONGEST
from consent.vocabulary import CHANNELS, EventKind


class EndpointForm(forms.Form):
    """Where notices go, and of what."""

    url = forms.CharField(
        label="Address",
        max_length=LONGEST,
        widget=widgets.text(placeholder="https://shop.example.com/consent", inputmode="url", autocomplete="off"),
        help_text="https://, a public host, port 443 or 8443.",
    )
    description = forms.CharField(
        label="Whose it is", required=False, max_length=200, widget=widgets.text(placeholder="Webshop")
    )
    channels = forms.MultipleChoiceField(
        label="Channels",
        required=False,
        choices=[(each.value, each.label) for each in CHANNELS],
        widget=forms.CheckboxSelectMultiple,
        help_text="None ticked: every channel, and what is about none.",
    )
    kinds = forms.MultipleChoiceField(
        label="Kinds of entries",
        required=False,
        choices=EventKind.choices(),
        widget=forms.CheckboxSelectMultiple,
        help_text="None ticked: every kind.",
    )


class RotateForm(forms.Form):
    """For how long the secret before signs too."""

    overlap = forms.TypedChoiceField(
        label="The old secret signs too for",
        choices=[("24", "24 hours"), ("168", "7 days"), ("0", "no time: it was seen by others")],
        coerce=int,
        widget=widgets.select(),
    )


class ReplayForm(forms.Form):
    """Since when everything is sent again."""

    since = forms.DateTimeField(
        label="Everything recorded since",
        widget=widgets.Moment(),
        help_text="In order, with the ids it had, so that a receiver knows what it has seen.",
    )
