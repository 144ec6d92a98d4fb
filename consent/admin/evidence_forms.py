"""The forms of opt-in evidence: filing a claim, and judging one."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from unfold.widgets import (
    UnfoldAdminFileFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from consent.file_types import ACCEPTED
from consent.models.evidence import ConsentMethod
from consent.selectors.evidence import AddressChoice
from consent.services.evidence import Claim, StoredFile
from consent.vocabulary import Channel


class FileEvidenceForm(forms.Form):
    """What the submitter claims. Which channels go with which address is checked by the verb."""

    address = forms.TypedChoiceField(label="Address", coerce=int, widget=UnfoldAdminSelectWidget)
    channels = forms.MultipleChoiceField(
        label="Channels", widget=forms.CheckboxSelectMultiple, help_text="What the contact agreed to be reached on."
    )
    method = forms.ChoiceField(
        label="How the consent was given", choices=ConsentMethod.choices(), widget=UnfoldAdminSelectWidget
    )
    wording = forms.CharField(
        label="Exact consent wording",
        max_length=4000,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        help_text="Word for word what the contact saw, heard or signed.",
    )
    consent_given_at = forms.DateTimeField(
        label="When it was given",
        widget=UnfoldAdminTextInputWidget(attrs={"type": "datetime-local"}),
        help_text="It must be later than the opt-outs that it is to lift.",
    )
    where_given = forms.CharField(
        label="Where",
        required=False,
        max_length=400,
        widget=UnfoldAdminTextInputWidget,
        help_text="URL, shop, campaign, IP.",
    )
    file = forms.FileField(label="Proof", required=False, widget=UnfoldAdminFileFieldWidget)
    note = forms.CharField(
        label="Note", required=False, max_length=4000, widget=UnfoldAdminTextareaWidget(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, addresses: tuple[AddressChoice, ...], channel: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Asked about one channel, the form begins with it and with the address that it uses.
        used = [each.id for each in addresses if channel in each.channels]
        if used:
            self.initial = {**self.initial, "channels": [channel], "address": used[0]}
        channels = dict.fromkeys(channel for each in addresses for channel in each.channels)
        cast(forms.ChoiceField, self.fields["address"]).choices = [(each.id, each.shown) for each in addresses]
        cast(forms.ChoiceField, self.fields["channels"]).choices = [
            (str(channel), channel.label) for channel in channels
        ]
        again = " A file that you had chosen must be chosen again." if self.is_bound and self.files else ""
        self.fields["file"].help_text = f"Optional: {', '.join(each.label for each in ACCEPTED)}.{again}"

    def claim(self, *, contact_id: int, file: StoredFile | None) -> Claim:
        """Return what a valid form claims."""
        told = self.cleaned_data
        return Claim(
            contact_id=contact_id,
            address_id=told["address"],
            channels=[Channel(value) for value in told["channels"]],
            method=ConsentMethod(told["method"]),
            wording=told["wording"],
            consent_given_at=told["consent_given_at"],
            where_given=told["where_given"],
            note=told["note"],
            file=file,
        )


class ReviewForm(forms.Form):
    """A verdict's reason."""

    reason = forms.CharField(
        label="What you checked, and why you decide so",
        max_length=4000,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
    )
