"""What staff fill in to erase or to merge."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from config.contact_desk import widgets


class EraseForm(forms.Form):
    """The typed confirmation of an erasure, and why."""

    reason = forms.CharField(
        label="Reason",
        max_length=200,
        widget=widgets.text(autocomplete="off"),
        help_text="It is kept for good, so name no person and no address: “Ticket 4711, erasure asked by letter”.",
    )
    confirmation = forms.CharField(
        label="Confirmation", max_length=40, widget=widgets.text(autocomplete="off", spellcheck="false")
    )

    def __init__(self, *args: Any, words: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.words = words
        self.fields["confirmation"].help_text = f"Type {words}."

    def clean_confirmation(self) -> str:
        typed = " ".join(self.cleaned_data["confirmation"].split())
        if typed.upper() != self.words:
            raise ValidationError(f"Type {self.words} to confirm that it is this contact.")
        return typed


class MergeForm(forms.Form):
    """The confirmation of a merge."""

    sure = forms.BooleanField(label="These two are the same person. There is no undo.", widget=widgets.tick())
