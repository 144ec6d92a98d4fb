"""Channels: which the business has, and the switch of each. Flags stay whatever is switched."""

from __future__ import annotations

from datetime import UTC
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone

from consent.admin.actors import staff
from consent.admin.consent_forms import ConsentPolicyForm
from consent.admin.named import under
from consent.admin.view_only import ViewOnlyAdmin
from consent.models import ChannelState
from consent.selectors.channel_views import ChannelView, channel_views
from consent.selectors.consents import would_fall_silent
from consent.services import profile, secrets, voice
from consent.vocabulary import CHANNELS, Channel


class ConnectForm(forms.Form):
    """Who carries the channel's messages."""

    provider = forms.CharField(max_length=40, required=False)
    account = forms.CharField(max_length=120, required=False)


@admin.register(ChannelState)
class ChannelAdmin(ViewOnlyAdmin):
    """Shows every channel with its switch. Rows are written by the verbs alone."""

    def has_view_permission(self, request: HttpRequest, obj: ChannelState | None = None) -> bool:
        return request.user.has_perm("consent.view_channelstate")

    def may_switch(self, request: HttpRequest) -> bool:
        return request.user.has_perm("consent.change_channelstate")

    def get_urls(self) -> list[URLPattern]:
        policy, secret = map(self.admin_site.admin_view, (self.policy, self.secret))
        connect, disconnect, forward = map(self.admin_site.admin_view, (self.connect, self.disconnect, self.forward))
        return [
            path("call/forward/", forward, name="consent_channel_forward"),
            path("<str:channel>/secret/<slug:purpose>/", secret, name="consent_channel_secret"),
            path("<str:channel>/connect/", connect, name="consent_channel_connect"),
            path("<str:channel>/consent/", policy, name="consent_channel_policy"),
            path("<str:channel>/disconnect/", disconnect, name="consent_channel_disconnect"),
            *super().get_urls(),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if not self.has_view_permission(request) or request.method not in {"GET", "HEAD"}:
            raise PermissionDenied
        context = {
            **self.admin_site.each_context(request),
            "title": "Channels",
            "channels": _views(),
            "has_address": bool(settings.PUBLIC_BASE_URL),
            "may_read": request.user.has_perm("consent.view_delivery"),
            "may_switch": self.may_switch(request),
        }
        return TemplateResponse(request, "consent/channels.html", context)

    def connect(self, request: HttpRequest, channel: str) -> HttpResponse:
        """Connect a channel."""
        wanted = self._wanted(request, channel)
        if isinstance(wanted, HttpResponse):
            return wanted
        form = ConnectForm(request.POST)
        if not form.is_valid():
            messages.error(request, "Provider and account are too long: at most 40 and 120 characters.")
            return _back()
        try:
            profile.connect_channel(channel=wanted, by=staff(request), at=timezone.now(), **form.cleaned_data)
        except profile.ChannelRefused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, f"{wanted.label} is connected. Whoever is silenced there stays so.")
        return _back()

    def disconnect(self, request: HttpRequest, channel: str) -> HttpResponse:
        """Disconnect a channel."""
        wanted = self._wanted(request, channel)
        if isinstance(wanted, HttpResponse):
            return wanted
        profile.disconnect_channel(channel=wanted, by=staff(request), at=timezone.now())
        messages.success(request, f"{wanted.label} is disconnected. Every flag there is kept for reconnection.")
        return _back()

    def forward(self, request: HttpRequest) -> HttpResponse:
        """Choose where calls are put through to."""
        wanted = self._wanted(request, Channel.CALL)
        if isinstance(wanted, HttpResponse):
            return wanted
        try:
            state = voice.forward_calls(to=request.POST.get("forward_to", ""), by=staff(request), at=timezone.now())
        except voice.UnableToForward as refusal:
            messages.error(request, str(refusal))
        else:
            told = f"Calls are put through to {state.forward_to}." if state.forward_to else "Callers hear our name."
            messages.success(request, told)
        return _back()

    def secret(self, request: HttpRequest, channel: str, purpose: str) -> HttpResponse:
        """Name the variable that holds a secret of the channel's provider."""
        wanted = self._wanted(request, channel)
        if isinstance(wanted, HttpResponse):
            return wanted
        provider = next((each.known.code for each in _views() if each.channel is wanted and each.known), "")
        variable = request.POST.get("variable", "")
        try:
            row = secrets.name_secret(
                provider=provider, purpose=purpose, variable=variable, by=staff(request), at=timezone.now()
            )
        except secrets.UnableToNameSecret as refusal:
            messages.error(request, str(refusal))
        else:
            told = f"{variable} locks the doors from now on." if row else f"{variable} locks the doors already."
            messages.success(request, told)
        return _back()

    def policy(self, request: HttpRequest, channel: str) -> HttpResponse:
        """Say whether marketing on a channel needs consent on file. The page tells first who would fall silent."""
        if not self.may_switch(request):
            raise PermissionDenied
        view = next((each for each in _views() if each.channel == channel), None)
        if view is None:
            raise Http404("There is no such channel.")
        now = timezone.now()
        initial = {"needs_consent": view.needs_consent, "consent_months": view.consent_months}
        form = ConsentPolicyForm(request.POST or None, is_on=view.needs_consent, initial=initial)
        if request.method == "POST" and form.is_valid():
            asked = {name: form.cleaned_data[name] for name in initial}
            state = profile.set_consent_policy(channel=view.channel, by=staff(request), at=now, **asked)
            needs = "needs" if state.needs_consent else "does not need"
            messages.success(request, f"Marketing on {view.channel.label} {needs} consent on file.")
            return _back()
        context = {
            **self.admin_site.each_context(request),
            **under("Channels", reverse("admin:consent_channelstate_changelist"), f"Consent for {view.channel.label}"),
            "channel": view.channel,
            "is_on": view.needs_consent,
            "silent": None if view.needs_consent else would_fall_silent(view.channel, at=now),
            "form": form,
        }
        return TemplateResponse(request, "consent/consents/policy.html", context)

    def _wanted(self, request: HttpRequest, channel: str) -> Channel | HttpResponse:
        if not self.may_switch(request):
            raise PermissionDenied
        if channel not in set(CHANNELS):
            raise Http404("There is no such channel.")
        return Channel(channel) if request.method == "POST" else HttpResponseNotAllowed(["POST"])


def _views() -> tuple[ChannelView, ...]:
    base_url = settings.PUBLIC_BASE_URL or "https://your-desk.example"
    return channel_views(day=timezone.now().astimezone(UTC).date(), base_url=base_url)


def _back() -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("admin:consent_channelstate_changelist"))
