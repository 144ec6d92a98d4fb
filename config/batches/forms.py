"""The form of each bulk action: what is to be done, and why."""

from __future__ import annotations

from typing import Any

from django import forms

from config.batches.vocabulary import Action
from config.contact_desk import widgets
from consent.vocabulary import Channel
from lists.models import ContactList


class BatchForm(forms.Form):
    """What every bulk action asks: the reason."""

    note = forms.CharField(
        label="Reason",
        max_length=2000,
        widget=widgets.note(),
        help_text="Kept with every change, and shown in each contact's timeline.",
    )

    @property
    def shown(self) -> list[forms.BoundField]:
        """The fields a person fills in, the reason last."""
        return sorted(self, key=lambda field: field.name == "note")

    def parameters(self) -> dict[str, Any]:
        """Return what was chosen, in JSON's types."""
        return {}


class ChannelsForm(BatchForm):
    """An action on channels. "All channels" is every channel, connected or not."""

    channels = forms.MultipleChoiceField(
        label="Channels (one or more)", choices=Channel.choices(), widget=widgets.Choices()
    )

    def parameters(self) -> dict[str, Any]:
        return {"channels": self.cleaned_data["channels"]}


class SetDndForm(ChannelsForm):
    """Setting a temporary DND."""

    expires_at = forms.DateTimeField(
        label="Ends",
        required=False,
        widget=widgets.Moment(),
        help_text="Empty: until somebody clears it. A contact whose DND ends later, or never, keeps that.",
    )

    def parameters(self) -> dict[str, Any]:
        expires_at = self.cleaned_data["expires_at"]
        return {**super().parameters(), "expires_at": expires_at.isoformat() if expires_at else None}


class LiftDndForm(ChannelsForm):
    """Clearing temporary DND. Permanent ones stay, whatever is chosen."""

    provider_entry_removed = forms.BooleanField(
        label="For bounces: the provider's suppression entries are removed", required=False, widget=widgets.tick()
    )
    address_validated = forms.BooleanField(
        label="For bounces: the addresses were validated", required=False, widget=widgets.tick()
    )

    def parameters(self) -> dict[str, Any]:
        stated = ("provider_entry_removed", "address_validated")
        return {**super().parameters(), **{name: self.cleaned_data[name] for name in stated}}


class AddToListForm(BatchForm):
    """Adding to a list that takes members."""

    list_id = forms.ModelChoiceField(
        label="List", queryset=ContactList.objects.filter(archived_at=None).order_by("name"), widget=widgets.select()
    )

    def parameters(self) -> dict[str, Any]:
        return {"list_id": self.cleaned_data["list_id"].pk}


class RemoveFromListForm(AddToListForm):
    """Removing from any list, archived ones too."""

    list_id = forms.ModelChoiceField(
        label="List", queryset=ContactList.objects.order_by("name"), widget=widgets.select()
    )


FORMS: dict[Action, type[BatchForm]] = {
    Action.SET_DND: SetDndForm,
    Action.LIFT_DND: LiftDndForm,
    Action.ADD_TO_LIST: AddToListForm,
    Action.REMOVE_FROM_LIST: RemoveFromListForm,
    Action.BLOCK: BatchForm,
    Action.UNDO: BatchForm,
}
