"""API keys in the staff site: made, changed, rotated, revoked. A key's text is on one page, once."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.formats import date_format

from config.api.changes import changes_of
from config.api.key_forms import KeyForm, NewKeyForm, RotateForm, terms_of
from config.api.models import ApiKey
from config.api.services import keys
from config.api.services.keys import Issued, UnableToChangeKey
from config.api.vocabulary import Scope
from consent.admin.actors import staff
from consent.admin.view_only import ViewOnlyAdmin


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
                form.refuse(no)
            else:
                return self._show_once(request, issued)
        return self._page(request, "api/key.html", title="New API key", form=form)

    def one_key(self, request: HttpRequest, key_id: int) -> HttpResponse:
        """Show one key, and change what it may do."""
        _need(request, "config.view_apikey")
        key = _key(key_id)
        if request.method == "POST":
            _need(request, "config.change_apikey")
        form = KeyForm(request.POST or None, initial=terms_of(key))
        if form.is_bound and form.is_valid():
            try:
                keys.change_key(key_id=key_id, **form.terms(), by=staff(request), at=timezone.now())
            except UnableToChangeKey as no:
                form.refuse(no)
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
            changes=changes_of(key.history, system="An operator", cells=_terms_then),
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
        back = reverse("admin:api_key", args=[issued.key.pk])
        return self._page(
            request, "api/shown_once.html", title=issued.key.name, text=issued.text, kind="key", back=back
        )

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


def _terms_then(version: Any) -> tuple[str, str]:
    """Return what a key could do from a change on, and until when."""
    return ", ".join(version.scopes), _moment(version.expires_at) if version.expires_at is not None else "Never"


def _moment(at: datetime) -> str:
    return date_format(timezone.localtime(at), "j M Y, H:i")


def _key(key_id: int) -> ApiKey:
    key = ApiKey.objects.select_related("owner").filter(pk=key_id).first()
    if key is None:
        raise Http404("There is no such key.")
    return key


def _need(request: HttpRequest, permission: str) -> None:
    if not request.user.has_perm(permission):
        raise PermissionDenied
