"""Webhook endpoints in the staff site: made, changed, watched, and sent to once more. A secret is on one page, once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone

from config.api.changes import changes_of
from config.webhooks import selectors
from config.webhooks.forms import EndpointForm, ReplayForm, RotateForm
from config.webhooks.models import WebhookEndpoint, WebhookNotice
from config.webhooks.services import endpoints
from config.webhooks.services.endpoints import Issued, UnableToChangeEndpoint
from config.webhooks.vocabulary import NoticeState, StoppedFor
from consent.admin.actors import staff
from consent.admin.view_only import ViewOnlyAdmin
from consent.models import LedgerEntry
from consent.vocabulary import EventKind

ADD, CHANGE, VIEW = (f"config.{each}_webhookendpoint" for each in ("add", "change", "view"))
A_PAGE = 50


@admin.register(WebhookEndpoint)
class WebhookEndpointAdmin(ViewOnlyAdmin):
    """Shows every endpoint without its secret. Rows are written by the verbs alone."""

    screen = "Webhooks"

    def has_view_permission(self, request: HttpRequest, obj: WebhookEndpoint | None = None) -> bool:
        return request.user.has_perm(VIEW)

    def get_urls(self) -> list[URLPattern]:
        acts = {"rotate": self.rotate, "replay": self.replay, "again": self.again, "test": self.test}
        acts |= {"switch": self.switch, "remove": self.remove}
        view = self.admin_site.admin_view
        return [
            path("new/", view(self.new_endpoint), name="webhook_new"),
            path("<int:endpoint_id>/", view(self.one_endpoint), name="webhook"),
            *(path(f"<int:endpoint_id>/{act}/", view(each), name=f"webhook_{act}") for act, each in acts.items()),
            *super().get_urls(),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if not self.has_view_permission(request) or request.method not in {"GET", "HEAD"}:
            raise PermissionDenied
        found = list(WebhookEndpoint.objects.select_related("key").order_by("pk"))
        queues = selectors.queues([each.pk for each in found])
        rows = [_row(each, queues.get(each.pk, selectors.Queue())) for each in found]
        return self._page(request, "webhooks/endpoints.html", title=self.screen, rows=rows)

    def new_endpoint(self, request: HttpRequest) -> HttpResponse:
        """Make an endpoint and show its secret, this once."""
        _need(request, ADD)
        form = EndpointForm(request.POST or None)
        if form.is_bound and form.is_valid():
            try:
                issued = endpoints.create_endpoint(**form.cleaned_data, key=None, by=staff(request), at=timezone.now())
            except UnableToChangeEndpoint as no:
                form.add_error(no.field, str(no))
            else:
                return self._show_once(request, issued)
        return self._page(request, "webhooks/endpoint.html", title="New webhook endpoint", form=form)

    def one_endpoint(self, request: HttpRequest, endpoint_id: int) -> HttpResponse:
        """Show one endpoint with what is on its way to it, and change it."""
        _need(request, VIEW)
        endpoint = _endpoint(endpoint_id)
        if request.method == "POST":
            _need(request, CHANGE)
        given = {name: getattr(endpoint, name) for name in ("url", "description", "channels", "kinds")}
        form = EndpointForm(request.POST or None, initial=given)
        if form.is_bound and form.is_valid():
            try:
                endpoints.change_endpoint(
                    endpoint_id=endpoint_id, **form.cleaned_data, by=staff(request), at=timezone.now()
                )
            except UnableToChangeEndpoint as no:
                form.add_error(no.field, str(no))
            else:
                return self._done(request, endpoint_id, "Changed.")
        state = request.GET.get("state", "")
        notices = endpoint.notices.order_by("-id")
        if state in {each.value for each in NoticeState}:
            notices = notices.filter(state=state)
        page = Paginator(notices, A_PAGE).get_page(request.GET.get("page"))
        may_change = request.user.has_perm(CHANGE)
        return self._page(
            request,
            "webhooks/endpoint.html",
            title=str(endpoint),
            row=_row(endpoint, selectors.queues([endpoint_id]).get(endpoint_id, selectors.Queue())),
            form=form if may_change else None,
            rotate_form=RotateForm(auto_id="rotate_%s") if may_change else None,
            replay_form=ReplayForm(auto_id="replay_%s") if may_change else None,
            notices=page,
            entries=_entries(page.object_list),
            states=[("", "All"), *NoticeState.choices()],
            state=state,
            columns=("Address",),
            changes=changes_of(endpoint.history, system="Consent Desk", cells=lambda version: (version.url,)),
        )

    def rotate(self, request: HttpRequest, endpoint_id: int) -> HttpResponse:
        """Give an endpoint a new secret and show it, this once."""
        if no := self._not_a_change(request):
            return no
        form = RotateForm(request.POST)
        if not form.is_valid():
            return self._back(request, endpoint_id)
        overlap = timedelta(hours=form.cleaned_data["overlap"])
        issued = endpoints.rotate_secret(
            endpoint_id=_endpoint(endpoint_id).pk, overlap=overlap, by=staff(request), at=timezone.now()
        )
        return self._show_once(request, issued)

    def replay(self, request: HttpRequest, endpoint_id: int) -> HttpResponse:
        """Send everything again that was recorded since a time."""
        if no := self._not_a_change(request):
            return no
        form = ReplayForm(request.POST)
        if not form.is_valid():
            return self._back(request, endpoint_id)
        since = form.cleaned_data["since"]
        endpoints.replay_since(endpoint_id=_endpoint(endpoint_id).pk, since=since, by=staff(request), at=timezone.now())
        return self._done(request, endpoint_id, f"All since {since:%d %b %Y, %H:%M} is sent again, from now on.")

    def again(self, request: HttpRequest, endpoint_id: int) -> HttpResponse:
        """Send again what was given up: one notice, or all."""
        if no := self._not_a_change(request):
            return no
        given = request.POST.get("notice", "")
        notice_id = int(given) if given.isascii() and given.isdigit() and len(given) < 19 else None
        count = endpoints.retry_dead(
            endpoint_id=_endpoint(endpoint_id).pk, notice_id=notice_id, by=staff(request), at=timezone.now()
        )
        return self._done(request, endpoint_id, f"{count} on their way again." if count else "None was given up.")

    def test(self, request: HttpRequest, endpoint_id: int) -> HttpResponse:
        """Put a test on its way."""
        if no := self._not_a_change(request):
            return no
        endpoints.send_test(endpoint_id=_endpoint(endpoint_id).pk, at=timezone.now())
        return self._done(request, endpoint_id, "A test is on its way. Reload in half a minute to see if it arrived.")

    def switch(self, request: HttpRequest, endpoint_id: int) -> HttpResponse:
        """Stop an endpoint, or let it go on."""
        if no := self._not_a_change(request):
            return no
        enabled = request.POST.get("on") == "1"
        endpoint = _endpoint(endpoint_id)
        if enabled and endpoint.stopped_for == StoppedFor.SECRET_UNREADABLE:
            messages.error(request, "Its secret can't be read any more. Rotate it, and it goes on.")
            return HttpResponseRedirect(reverse("admin:webhook", args=[endpoint_id]))
        endpoints.change_endpoint(endpoint_id=endpoint_id, enabled=enabled, by=staff(request), at=timezone.now())
        told = "It goes on where it stopped." if enabled else "Stopped. It keeps its place in the ledger."
        return self._done(request, endpoint_id, told)

    def remove(self, request: HttpRequest, endpoint_id: int) -> HttpResponse:
        """Delete an endpoint."""
        if no := self._not_a_change(request):
            return no
        endpoint = _endpoint(endpoint_id)
        endpoints.delete_endpoint(endpoint_id=endpoint_id, by=staff(request), at=timezone.now())
        messages.success(request, f"“{endpoint}” is deleted.")
        return HttpResponseRedirect(reverse("admin:config_webhookendpoint_changelist"))

    def _not_a_change(self, request: HttpRequest) -> HttpResponse | None:
        _need(request, CHANGE)
        return None if request.method == "POST" else HttpResponseNotAllowed(["POST"])

    def _done(self, request: HttpRequest, endpoint_id: int, told: str) -> HttpResponse:
        messages.success(request, told)
        return HttpResponseRedirect(reverse("admin:webhook", args=[endpoint_id]))

    def _back(self, request: HttpRequest, endpoint_id: int) -> HttpResponse:
        messages.error(request, "Nothing was done: choose from the form, and send it again.")
        return HttpResponseRedirect(reverse("admin:webhook", args=[endpoint_id]))

    def _show_once(self, request: HttpRequest, issued: Issued) -> HttpResponse:
        # The staff site's pages are never stored by a browser, so this one is not either.
        back = reverse("admin:webhook", args=[issued.endpoint.pk])
        told = {"title": str(issued.endpoint), "text": issued.secret, "kind": "secret", "back": back}
        return self._page(request, "api/shown_once.html", **told)

    def _page(self, request: HttpRequest, template: str, **context: object) -> HttpResponse:
        common = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "screen": self.screen,
            "may_add": request.user.has_perm(ADD),
            "may_change": request.user.has_perm(CHANGE),
        }
        return TemplateResponse(request, template, {**common, **context})


def _row(endpoint: WebhookEndpoint, queue: selectors.Queue) -> dict[str, Any]:
    """Return what a page tells of an endpoint beside its columns."""
    at = timezone.now()
    state, tone = "Works", "good"
    if endpoint.stopped_at is not None:
        told = endpoint.get_stopped_for_display()
        state, tone = told, "quiet" if endpoint.stopped_for == StoppedFor.ASKED else "bad"
    elif not endpoint.may_hear(at):
        state, tone = "Silent: its key was revoked, has expired, or may not read the ledger", "bad"
    elif endpoint.failing_since is not None:
        state, tone = "Fails", "bad"
    elif endpoint.last_delivered_at is None:
        state, tone = "Nothing sent yet", "quiet"
    until = endpoint.old_secret_until
    return {
        "endpoint": endpoint,
        "queue": queue,
        "state": state,
        "tone": tone,
        "kinds": [EventKind(each).label for each in endpoint.kinds],
        "old_until": until if until and until > at else None,
    }


def _entries(notices: Any) -> list[tuple[WebhookNotice, LedgerEntry | None]]:
    """Return notices, each with the entry of the ledger that it tells of."""
    found = LedgerEntry.objects.in_bulk([each.entry_id for each in notices if each.entry_id])
    return [(each, found.get(each.entry_id)) for each in notices]


def _endpoint(endpoint_id: int) -> WebhookEndpoint:
    endpoint = WebhookEndpoint.objects.select_related("key").filter(pk=endpoint_id).first()
    if endpoint is None:
        raise Http404("There is no such endpoint.")
    return endpoint


def _need(request: HttpRequest, permission: str) -> None:
    if not request.user.has_perm(permission):
        raise PermissionDenied
