"""The forms of consent on file: recording one, saving a text, and a channel's policy."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from unfold.widgets import (
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanWidget,
)

from consent.models import ConsentText
from consent.models.evidence import ConsentMethod
from consent.selectors.evidence import AddressChoice
from consent.services.consent_records import GivenConsent
from consent.vocabulary import Channel, Purpose


def _line(label: str, *, most: int, required: bool = False, help_text: str = "") -> forms.CharField:
    return forms.CharField(
        label=label, required=required, max_length=most, widget=UnfoldAdminTextInputWidget, help_text=help_text
    )


def _box(label: str, *, required: bool = False, rows: int = 3, help_text: str = "") -> forms.CharField:
    return forms.CharField(
        label=label,
        required=required,
        max_length=4000,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": rows}),
        help_text=help_text,
    )


class RecordConsentForm(forms.Form):
    """One consent as the contact gave it. What makes a consent is checked by the verb."""

    address = forms.ChoiceField(label="Where", widget=UnfoldAdminSelectWidget)
    purpose = forms.ChoiceField(label="For", choices=Purpose.choices(), widget=UnfoldAdminSelectWidget)
    list_slug = forms.ChoiceField(label="List", required=False, widget=UnfoldAdminSelectWidget)
    method = forms.ChoiceField(
        label="How it was given", choices=ConsentMethod.choices(), widget=UnfoldAdminSelectWidget
    )
    given_at = forms.DateTimeField(
        label="When it was given", widget=UnfoldAdminTextInputWidget(attrs={"type": "datetime-local"})
    )
    text = forms.ChoiceField(
        label="Text that was shown",
        required=False,
        widget=UnfoldAdminSelectWidget,
        help_text="Choose the version and language that the contact saw.",
    )
    wording = _box("Or the words themselves", help_text="Needed where none of the texts was shown.")
    url = _line("Web page", most=400)
    ip = forms.GenericIPAddressField(label="IP address", required=False, widget=UnfoldAdminTextInputWidget)
    campaign = _line("Campaign", most=120)
    place = _line("Place or source", most=200, help_text="Shop, event, form, partner.")
    note = _box("Note", rows=2)

    def __init__(
        self,
        *args: Any,
        addresses: tuple[AddressChoice, ...],
        texts: list[ConsentText],
        lists: list[tuple[str, str]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.ChoiceField, self.fields["address"]).choices = [
            (f"{each.id}:{channel}", f"{channel.label}: {each.shown}")
            for each in addresses
            for channel in each.channels
        ]
        cast(forms.ChoiceField, self.fields["text"]).choices = [
            ("", "None of these"),
            *((f"{text.pk}:{language}", f"{text} ({language})") for text in texts for language in text.wordings),
        ]
        cast(forms.ChoiceField, self.fields["list_slug"]).choices = [("", "Every list"), *lists]

    def given(self, *, contact_id: int) -> GivenConsent:
        """Return what a valid form tells."""
        told = self.cleaned_data
        address_id, _, channel = told["address"].partition(":")
        text_id, _, language = told["text"].partition(":")
        return GivenConsent(
            address_id=int(address_id),
            contact_id=contact_id,
            channel=Channel(channel),
            purpose=Purpose(told["purpose"]),
            list_slug=told["list_slug"],
            method=ConsentMethod(told["method"]),
            given_at=told["given_at"],
            text_id=int(text_id) if text_id else None,
            language=language,
            **{name: told[name] for name in ("wording", "url", "ip", "campaign", "place", "note")},
        )


class TextForm(forms.Form):
    """A consent text's next version. A line "[fr]" begins the wording in that language."""

    name = _line("Name", most=120, required=True, help_text="The name of a text that is there makes its next version.")
    words = _box(
        "Wording",
        required=True,
        rows=10,
        help_text="Begin each language with its code in brackets on a line of its own: [en], then the words; [fr], …",
    )
    note = _line("What changed, and why", most=300, required=True)

    def clean_words(self) -> dict[str, str]:
        """Return the wording per language."""
        found: dict[str, list[str]] = {}
        language = "en"
        for line in self.cleaned_data["words"].splitlines():
            mark = line.strip()
            if mark.startswith("[") and mark.endswith("]") and 2 <= len(mark) - 2 <= 16:
                language = mark[1:-1].strip().lower()
            else:
                found.setdefault(language, []).append(line)
        return {code: "\n".join(lines).strip() for code, lines in found.items() if "\n".join(lines).strip()}


class ConsentPolicyForm(forms.Form):
    """Whether marketing on a channel needs consent on file, and how long a consent lasts there."""

    needs_consent = forms.BooleanField(
        label="Marketing needs consent on file", required=False, widget=UnfoldBooleanWidget
    )
    consent_months = forms.IntegerField(
        label="A consent lasts (months)",
        required=False,
        min_value=1,
        max_value=240,
        widget=UnfoldAdminTextInputWidget(attrs={"inputmode": "numeric"}),
        help_text="Empty: it never runs out. It counts for consents recorded from now on.",
    )
    confirm = forms.BooleanField(
        label="I understand how many contacts fall silent now",
        required=False,
        widget=UnfoldBooleanWidget,
        help_text="Needed only to switch it on.",
    )

    def __init__(self, *args: Any, is_on: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.is_on = is_on

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        if told.get("needs_consent") and not self.is_on and not told.get("confirm"):
            self.add_error("confirm", "Confirm that you have seen how many contacts fall silent, or leave it off.")
        return told
