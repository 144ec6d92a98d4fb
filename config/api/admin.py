"""API keys in the staff site: made, changed, rotated, revoked. A key's text is on one page, once."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from unfold.widgets import UnfoldAdminIntegerFieldWidget

from config.api.models import CALLS_PER_MINUTE, ApiKey
from config.api.services import keys
from config.api.services.keys import Issued, UnableToChangeKey
from config.api.vocabulary import Scope
from config.contact_desk import widgets
from consent.admin.actors import staff
from consent.admin.view_only import ViewOnlyAdmin


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
        help_text="Who answers for it. Evidence that this person files is never approved with the key.",
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


FIELD_OF = {"expires_at": "expires_on"}


@admin.register(ApiKey)
class ApiKeyAdmin(ViewOnlyAdmin):
    """Shows every key without its text. Rows are written by the verbs alone."""

    screen = "API keys"

    def has_view_permission(self, request: HttpRequest, obj: ApiKey | None = None) -> bool:
        return request.user.has_perm("config.view_apikey")

    def get_urls(self) -> list[URLPattern]:
        views = (self.new_key, self.one_key, self.rotate, self.revoke)
        new, one, rotate, revoke = map(self.admin_site.admin_view, views)
        return [
            path("new/", new, name="api_key_new"),
            path("<int:key_id>/", one, name="api_key"),
            path("<int:key_id>/rotate/", rotate, name="api_key_rotate"),
            path("<int:key_id>/revoke/", revoke, name="api_key_revoke"),
            *super().get_urls(),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if not self.has_view_permission(request) or request.method not in {"GET", "HEAD"}:
            raise PermissionDenied
        rows = [_row(key) for key in ApiKey.objects.select_related("owner").order_by("name")]
        return self._page(request, "api/keys.html", title=self.screen, rows=rows)

    def new_key(self, request: HttpRequest) -> HttpResponse:
        """Make a key and show it, this once."""
        _need(request, "config.add_apikey")
        form = NewKeyForm(request.POST or None)
        if form.is_bound and form.is_valid():
            try:
                issued = keys.create_key(
                    name=form.cleaned_data["name"], **form.terms(), by=staff(request), at=timezone.now()
                )
            except UnableToChangeKey as no:
                _tell(form, no)
            else:
                return self._show_once(request, issued)
        return self._page(request, "api/key.html", title="New API key", form=form)

    def one_key(self, request: HttpRequest, key_id: int) -> HttpResponse:
        """Show one key, and change what it may do."""
        _need(request, "config.view_apikey")
        key = _key(key_id)
        if request.method == "POST":
            _need(request, "config.change_apikey")
        form = KeyForm(request.POST or None, initial=_initial(key))
        if form.is_bound and form.is_valid():
            try:
                keys.change_key(key_id=key_id, **form.terms(), by=staff(request), at=timezone.now())
            except UnableToChangeKey as no:
                _tell(form, no)
            else:
                messages.success(request, f"“{key.name}” is changed, from its next call on.")
                return HttpResponseRedirect(reverse("admin:api_key", args=[key_id]))
        may_change = request.user.has_perm("config.change_apikey") and key.revoked_at is None
        return self._page(
            request,
            "api/key.html",
            title=key.name,
            key=key,
            row=_row(key),
            form=form if may_change else None,
            rotate_form=RotateForm(auto_id="rotate_%s") if may_change else None,
            columns=("May", "Expires"),
            changes=_changes(key),
        )

    def rotate(self, request: HttpRequest, key_id: int) -> HttpResponse:
        """Give the integration a new key and show it, this once."""
        _need(request, "config.change_apikey")
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        key, form = _key(key_id), RotateForm(request.POST)
        try:
            if not form.is_valid():
                raise UnableToChangeKey("overlap", "required", "Choose how long the old key stays valid.")
            overlap = timedelta(hours=form.cleaned_data["overlap"])
            issued = keys.rotate_key(key_id=key.pk, overlap=overlap, by=staff(request), at=timezone.now())
        except UnableToChangeKey as no:
            messages.error(request, str(no))
            return HttpResponseRedirect(reverse("admin:api_key", args=[key_id]))
        return self._show_once(request, issued)

    def revoke(self, request: HttpRequest, key_id: int) -> HttpResponse:
        """End a key for good."""
        _need(request, "config.change_apikey")
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        key = keys.revoke_key(key_id=_key(key_id).pk, by=staff(request), at=timezone.now())
        messages.success(request, f"“{key.name}” is revoked: its next call is refused.")
        return HttpResponseRedirect(reverse("admin:api_key", args=[key_id]))

    def _show_once(self, request: HttpRequest, issued: Issued) -> HttpResponse:
        # The staff site's pages are never stored by a browser, so this one is not either.
        return self._page(request, "api/key_once.html", title=issued.key.name, key=issued.key, text=issued.text)

    def _page(self, request: HttpRequest, template: str, **context: object) -> HttpResponse:
        common = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "screen": self.screen,
            "may_add": request.user.has_perm("config.add_apikey"),
        }
        return TemplateResponse(request, template, {**common, **context})


def _row(key: ApiKey) -> dict[str, Any]:
    """Return what a page tells of a key beside its columns."""
    at = timezone.now()
    state, tone = "In use", "good"
    if key.revoked_at is not None:
        state, tone = "Revoked", "bad"
    elif key.is_over(at):
        state, tone = "Expired", "bad"
    elif key.last_used_at is None:
        state, tone = "Not used yet", "quiet"
    return {
        "key": key,
        "state": state,
        "tone": tone,
        "scopes": [Scope(each) for each in key.scopes],
        "old_until": key.old_valid_until if key.old_valid_until and key.old_valid_until > at else None,
    }


def _changes(key: ApiKey) -> list[tuple[Any, tuple[str, ...]]]:
    """Return what was done to a key, newest first, with what it could do from then on."""
    rows = key.history.select_related("history_user").order_by("-history_id")[:50]
    return [
        (row, (", ".join(row.scopes), _moment(row.expires_at) if row.expires_at is not None else "Never"))
        for row in rows
    ]


def _moment(at: datetime) -> str:
    return date_format(timezone.localtime(at), "j M Y, H:i")


def _initial(key: ApiKey) -> dict[str, Any]:
    return {
        "scopes": key.scopes,
        "owner": key.owner_id,
        "expires_on": timezone.localdate(key.expires_at) if key.expires_at else None,
        "calls_per_minute": key.calls_per_minute,
    }


def _key(key_id: int) -> ApiKey:
    key = ApiKey.objects.select_related("owner").filter(pk=key_id).first()
    if key is None:
        raise Http404("There is no such key.")
    return key


def _need(request: HttpRequest, permission: str) -> None:
    if not request.user.has_perm(permission):
        raise PermissionDenied


def _tell(form: forms.Form, no: UnableToChangeKey) -> None:
    field = FIELD_OF.get(no.field, no.field)
    form.add_error(field if field in form.fields else None, str(no))
