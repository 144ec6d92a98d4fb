"""Unfold's inputs, and the browser's own for dates, which need no script."""

from __future__ import annotations

from django import forms
from unfold.widgets import (
    CHECKBOX_CLASSES,
    INPUT_CLASSES,
    UnfoldAdminEmailInputWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanWidget,
)

_INPUT = {"class": " ".join(INPUT_CLASSES)}


class Date(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(attrs=_INPUT, format="%Y-%m-%d")


class Moment(forms.DateTimeInput):
    input_type = "datetime-local"

    def __init__(self) -> None:
        super().__init__(attrs=_INPUT, format="%Y-%m-%dT%H:%M")


class Choices(forms.CheckboxSelectMultiple):
    use_fieldset = True

    def __init__(self) -> None:
        super().__init__(attrs={"class": " ".join(CHECKBOX_CLASSES)})


def text(*, placeholder: str = "", **attrs: str) -> forms.Widget:
    """Return a one-line input."""
    return UnfoldAdminTextInputWidget(attrs={"placeholder": placeholder, **attrs})


def email() -> forms.Widget:
    """Return a one-line input that takes any spelling of an e-mail, and shows a phone the right keys."""
    return UnfoldAdminEmailInputWidget(attrs={"inputmode": "email", "type": "text", "autocomplete": "off"})


def phone() -> forms.Widget:
    """Return an input for a phone number in any spelling."""
    return UnfoldAdminTextInputWidget(attrs={"inputmode": "tel", "autocomplete": "off"})


def note(*, rows: int = 2) -> forms.Widget:
    """Return an input of several lines."""
    return UnfoldAdminTextareaWidget(attrs={"rows": rows})


def select() -> forms.Widget:
    """Return a list to choose one from."""
    return UnfoldAdminSelectWidget()


def tick() -> forms.Widget:
    """Return a checkbox."""
    return UnfoldBooleanWidget()
