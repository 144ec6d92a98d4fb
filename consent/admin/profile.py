"""The business profile: one form, since there is one business."""

from __future__ import annotations

from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from unfold.widgets import (
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
    UnfoldBooleanWidget,
)

from consent.admin.actors import staff
from consent.admin.history import HistoryAdmin
from consent.admin.named import NamedScreen
from consent.models import BusinessProfile
from consent.selectors import business_profile
from consent.services.profile import update_profile

GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("The business", ("name", "legal_name", "default_region", "time_zone", "holiday_country", "holiday_region")),
    ("Texts", ("sms_opt_out_line", "help_text", "email_footer")),
    (
        "Soft bounces and held messages",
        ("soft_bounce_limit", "soft_bounce_spread_days", "soft_bounce_window_weeks", "hold_business_days"),
    ),
    ("Evidence and deliveries", ("evidence_queue_days", "evidence_max_megabytes", "delivery_retention_days")),
    ("Policy", ("opt_in_on_any_message",)),
)
FIELDS = tuple(field for _, fields in GROUPS for field in fields)


class ProfileForm(forms.ModelForm):
    """Asks why, and asks twice before a policy that can bring back people who said no."""

    confirm_danger = forms.BooleanField(
        label="I understand: whoever opted out and writes anything is opted back in",
        required=False,
        widget=UnfoldBooleanWidget,
        help_text="Needed only to switch it on.",
    )
    note = forms.CharField(
        label="Reason for the change",
        max_length=300,
        widget=UnfoldAdminTextInputWidget,
        help_text="Kept in the history, with your name.",
    )

    class Meta:
        model = BusinessProfile
        fields = FIELDS
        widgets = {
            "help_text": UnfoldAdminTextareaWidget(attrs={"rows": 3}),
            "email_footer": UnfoldAdminTextareaWidget(attrs={"rows": 3}),
            "opt_in_on_any_message": UnfoldBooleanSwitchWidget,
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "time_zone" in self.fields:  # who only reads has no fields
            zones = sorted(available_timezones())
            self.fields["time_zone"].widget = UnfoldAdminSelectWidget(choices=[(zone, zone) for zone in zones])

    def clean_default_region(self) -> str:
        return str(self.cleaned_data["default_region"]).strip().upper()

    def clean_holiday_country(self) -> str:
        return str(self.cleaned_data["holiday_country"]).strip().upper()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        switched_on = cleaned.get("opt_in_on_any_message") and not business_profile().opt_in_on_any_message
        if switched_on and not cleaned.get("confirm_danger"):
            raise ValidationError(
                {"confirm_danger": "Confirm that you understand what this does, or leave the policy off."}
            )
        return cleaned


@admin.register(BusinessProfile)
class BusinessProfileAdmin(NamedScreen, HistoryAdmin):
    """Leads straight to the form. Its history tells who changed what; nothing is reverted from there."""

    screen = "Business profile"
    form = ProfileForm

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Always returns False: there is one, and it is made when it is first saved."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: BusinessProfile | None = None) -> bool:
        """Always returns False: the business is not deleted here."""
        return False

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:consent_businessprofile_change", args=[1]))

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        if not BusinessProfile.objects.exists():
            messages.info(request, "Nobody has changed the profile yet.")
            return HttpResponseRedirect(reverse("admin:consent_businessprofile_change", args=[1]))
        return super().history_view(request, object_id, extra_context)

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> BusinessProfile | None:
        return business_profile() if object_id == "1" else None

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        named = {"title": self.screen, "show_save_and_continue": False}
        return super().change_view(request, object_id, form_url, {**named, **(extra_context or {})})

    def get_fieldsets(self, request: HttpRequest, obj: BusinessProfile | None = None) -> Any:
        if not self.has_change_permission(request, obj):
            return [(title, {"fields": fields}) for title, fields in GROUPS]
        *others, (policy, fields) = GROUPS
        return [
            *((title, {"fields": each}) for title, each in others),
            (policy, {"fields": (*fields, "confirm_danger"), "classes": ("sd-danger",)}),
            ("Why", {"fields": ("note",)}),
        ]

    def save_model(self, request: HttpRequest, obj: BusinessProfile, form: ProfileForm, change: bool) -> None:
        changes = {field: form.cleaned_data[field] for field in FIELDS}
        update_profile(note=form.cleaned_data["note"], by=staff(request), at=timezone.now(), **changes)
