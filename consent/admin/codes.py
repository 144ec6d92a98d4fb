"""Delivery codes: what each provider's error code is read as, and why. What ships can be changed and taken back."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from consent.admin.actors import staff
from consent.admin.named import under
from consent.admin.view_only import ViewOnlyAdmin
from consent.models.codes import ADJUSTABLE, ProviderCode
from consent.selectors.codes import SHIPPED, CodeMeaning, code_history, code_meanings
from consent.services import codes
from consent.vocabulary import EventKind


class MeaningForm(forms.Form):
    """What a code is read as from now on."""

    event_kind = forms.ChoiceField(
        label="Means", choices=[(kind.value, kind.label) for kind in ADJUSTABLE], widget=UnfoldAdminSelectWidget
    )
    why = forms.CharField(
        max_length=300, widget=UnfoldAdminTextInputWidget, help_text="Why it is read so. Shown beside the code."
    )


class NewCodeForm(MeaningForm):
    """A code that does not ship."""

    provider = forms.ChoiceField(
        choices=[(name, name.capitalize()) for name in SHIPPED], widget=UnfoldAdminSelectWidget
    )
    code = forms.CharField(
        max_length=9, widget=UnfoldAdminTextInputWidget, help_text="As the provider sends it, such as 30009."
    )
    field_order = ("provider", "code", "event_kind", "why")


class ResetForm(forms.Form):
    """Why a change is taken back."""

    why = forms.CharField(label="Why", max_length=300, widget=UnfoldAdminTextInputWidget)


@admin.register(ProviderCode)
class DeliveryCodeAdmin(ViewOnlyAdmin):
    """Shows every code with its meaning. Rows are written by the verbs alone."""

    screen = "Delivery codes"

    def has_view_permission(self, request: HttpRequest, obj: ProviderCode | None = None) -> bool:
        return request.user.has_perm("consent.view_providercode") or self.may_change(request)

    def may_change(self, request: HttpRequest) -> bool:
        return request.user.has_perm("consent.change_providercode")

    def get_urls(self) -> list[URLPattern]:
        add, one, reset = map(self.admin_site.admin_view, (self.add_code, self.one_code, self.reset_code))
        return [
            path("new/", add, name="consent_code_add"),
            path("<slug:provider>/<slug:code>/", one, name="consent_code"),
            path("<slug:provider>/<slug:code>/reset/", reset, name="consent_code_reset"),
            *super().get_urls(),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if not self.has_view_permission(request) or request.method not in {"GET", "HEAD"}:
            raise PermissionDenied
        meanings = [(provider, list(code_meanings(provider).values())) for provider in SHIPPED]
        return self._page(request, "consent/codes.html", title=self.screen, providers=meanings)

    def add_code(self, request: HttpRequest) -> HttpResponse:
        """Teach a code that does not ship."""
        if not self.may_change(request):
            raise PermissionDenied
        form = NewCodeForm(request.POST or None)
        if form.is_bound and form.is_valid() and self._changed(request, form, **form.cleaned_data):
            return _back()
        return self._page(request, "consent/code.html", **_under("New delivery code"), form=form)

    def one_code(self, request: HttpRequest, provider: str, code: str) -> HttpResponse:
        """Show one code with its history, and change what it means."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        meaning = _known(provider, code)
        if request.method == "POST" and not self.may_change(request):
            raise PermissionDenied
        told = {"event_kind": meaning.effect.event_kind, "why": meaning.effect.why}
        form = MeaningForm(request.POST or None, initial=told)
        if form.is_bound and form.is_valid() and self._changed(request, form, provider, code, **form.cleaned_data):
            return _back()
        return self._page(
            request,
            "consent/code.html",
            **_under(f"{provider.capitalize()} {code}"),
            form=form if self.may_change(request) else None,
            reset_form=ResetForm(auto_id="reset_%s"),
            provider=provider,
            meaning=meaning,
            changes=code_history(provider, code),
        )

    def reset_code(self, request: HttpRequest, provider: str, code: str) -> HttpResponse:
        """Read a code as it ships again."""
        if not self.may_change(request):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        try:
            codes.reset_code(
                provider=provider, code=code, why=request.POST.get("why", ""), by=staff(request), at=timezone.now()
            )
        except codes.UnableToChangeCode as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, f"Code {code} is read as it ships again.")
        return _back()

    def _changed(
        self, request: HttpRequest, form: forms.Form, provider: str, code: str, event_kind: str, why: str
    ) -> bool:
        try:
            codes.change_code(
                provider=provider,
                code=code,
                event_kind=EventKind(event_kind),
                why=why,
                by=staff(request),
                at=timezone.now(),
            )
        except codes.UnableToChangeCode as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
            return False
        messages.success(request, f"Code {code} means “{EventKind(event_kind).label}” from now on.")
        return True

    def _page(self, request: HttpRequest, template: str, **context: object) -> HttpResponse:
        common = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "screen": self.screen,
            "may_change": self.may_change(request),
        }
        return TemplateResponse(request, template, {**common, **context})


def _known(provider: str, code: str) -> CodeMeaning:
    meaning = code_meanings(provider).get(code) if provider in SHIPPED else None
    if meaning is None:
        raise Http404("There is no such code.")
    return meaning


def _under(leaf: str) -> dict[str, str]:
    return under(DeliveryCodeAdmin.screen, reverse("admin:consent_providercode_changelist"), leaf)


def _back() -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("admin:consent_providercode_changelist"))
