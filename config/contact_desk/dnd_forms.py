"""The forms of the DND panel. They check spelling only: what may be done is for the rules to say."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.utils import timezone

from config.contact_desk import widgets
from consent.values import Attestation
from consent.vocabulary import CHANNELS, Channel, Direction
from contacts.vocabulary import Word


class End(Word):
    """When a temporary DND ends by itself."""

    NEVER = "", "Until somebody clears it"
    HOUR = "1h", "For 1 hour"
    DAY = "1d", "For 1 day"
    WEEK = "1w", "For 1 week"
    DATE = "date", "Until a date"


_SPANS = {End.HOUR: timedelta(hours=1), End.DAY: timedelta(days=1), End.WEEK: timedelta(weeks=1)}


class How(Word):
    """How a contact told us."""

    CALL = "call", "On the phone"
    IN_PERSON = "in person", "In person"
    EMAIL = "e-mail", "By e-mail"
    LETTER = "letter", "By letter"
    OTHER = "other", "Another way"


def _note(label: str = "Note", *, required: bool = False, help_text: str = "") -> forms.CharField:
    return forms.CharField(label=label, required=required, max_length=2000, widget=widgets.note(), help_text=help_text)


class PanelForm(forms.Form):
    """What every form of the panel carries: which state of it the person saw."""

    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    @property
    def shown(self) -> list[forms.BoundField]:
        """The fields a person fills in."""
        return [field for field in self if not field.is_hidden]


class SwitchOnForm(PanelForm):
    """A temporary DND, by hand."""

    channel = forms.ChoiceField(choices=Channel.choices(), widget=forms.HiddenInput)
    direction = forms.ChoiceField(
        choices=Direction.choices(), required=False, initial=Direction.OUTBOUND.value, widget=forms.HiddenInput
    )
    end = forms.ChoiceField(label="Ends", choices=End.choices(), required=False, widget=widgets.select())
    until = forms.DateField(
        label="Date", required=False, widget=widgets.Date(), help_text="Contact is possible again from that day on."
    )
    note = _note()

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("end") == End.DATE and not data.get("until") and "until" not in self.errors:
            self.add_error("until", "Choose the date on which it ends, or another end.")
        return data

    def expires_at(self, at: datetime) -> datetime | None:
        """Return the moment of the chosen end, if any."""
        end = End(self.cleaned_data["end"])
        if end is End.DATE:
            return timezone.make_aware(datetime.combine(self.cleaned_data["until"], time()))
        return at + _SPANS[end] if end in _SPANS else None


class OptOutForm(PanelForm):
    """An opt-out that the contact gave in other words than a message to us: permanent."""

    channels = forms.MultipleChoiceField(
        label="From what", choices=[(each.value, each.label) for each in CHANNELS], widget=widgets.Choices()
    )
    how = forms.ChoiceField(label="How the contact asked", choices=How.choices(), widget=widgets.select())
    asked_at = forms.DateTimeField(label="When", required=False, widget=widgets.Moment(), help_text="Empty: just now.")
    note = _note("What the contact said", required=True)


class ClearForm(PanelForm):
    """Clearing one temporary reason."""

    suppression = forms.IntegerField(widget=forms.HiddenInput)
    note = _note()


class ClearBounceForm(ClearForm):
    """Clearing a bounce: the two things staff state."""

    provider_entry_removed = forms.BooleanField(
        label="The provider's suppression entry is removed", required=False, widget=widgets.tick()
    )
    address_validated = forms.BooleanField(label="The address was validated", required=False, widget=widgets.tick())


class ClearUnsubscribeForm(ClearForm):
    """Clearing an unsubscribe: the contact's later consent."""

    consent_given_at = forms.DateTimeField(label="Consent given at", required=False, widget=widgets.Moment())
    consent_how = forms.CharField(
        label="How it was given", required=False, max_length=200, widget=widgets.text(placeholder="Web form, call …")
    )
    consent_text = forms.CharField(
        label="The words of the consent", required=False, max_length=2000, widget=widgets.note()
    )


class AnyClearForm(ClearBounceForm, ClearUnsubscribeForm):
    """What a clear may bring, whatever the reason: the rules say what it needs."""

    def attestation(self) -> Attestation:
        """Return what staff state."""
        data = self.cleaned_data
        return Attestation(
            provider_entry_removed=data["provider_entry_removed"],
            address_validated=data["address_validated"],
            consent_given_at=data["consent_given_at"],
            consent_how=data["consent_how"],
            consent_text=data["consent_text"],
        )


class ClearChannelForm(PanelForm):
    """Clearing everything temporary on a channel, or on all of them."""

    channel = forms.ChoiceField(choices=Channel.choices(), widget=forms.HiddenInput)
    direction = forms.ChoiceField(
        choices=Direction.choices(), required=False, initial=Direction.OUTBOUND.value, widget=forms.HiddenInput
    )
    note = _note()


class TurnForm(PanelForm):
    """Do Not Contact or the block, on or off."""

    on = forms.TypedChoiceField(
        choices=[("1", "on"), ("0", "off")], coerce=lambda v: v == "1", widget=forms.HiddenInput
    )
    note = _note()


class ObjectForm(PanelForm):
    """The contact's objection to marketing: permanent, and only the contact takes it back."""

    asked_at = forms.DateTimeField(label="When", required=False, widget=widgets.Moment(), help_text="Empty: just now.")
    note = _note("How the contact objected, and in which words", required=True)
