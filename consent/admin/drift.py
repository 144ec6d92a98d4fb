"""Drift: where the provider's suppression lists and ours differ, and what to do about each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from consent.admin import links
from consent.admin.actors import staff
from consent.admin.filters import ChoiceFilter, SelectFilter
from consent.admin.view_only import ViewOnlyAdmin, give, printed
from consent.models import Drift
from consent.models.drift import DriftListing, DriftSort, RemovalState
from consent.selectors.drift import last_runs, mailgun_is_configured
from consent.selectors.people import names
from consent.services import drift
from contacts.values import Actor

TONES = {DriftSort.THEIRS_ONLY: "bad", DriftSort.LIFTED_HERE: "wait", DriftSort.OURS_ONLY: "quiet"}
WHAT_HELPS = {
    DriftSort.THEIRS_ONLY: "Take it over: it is recorded as the provider's own event, under the same rules.",
    DriftSort.LIFTED_HERE: "The provider still refuses this address. Remove it there too, or mail will not arrive.",
    DriftSort.OURS_ONLY: "To be known: the provider told us once, and would deliver again. We stay silent.",
}


class StateFilter(SelectFilter):
    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: ViewOnlyAdmin) -> list[tuple[str, str]]:
        return [("to_do", "To settle"), ("open", "Open"), ("settled", "Settled")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Drift]) -> QuerySet[Drift]:
        match self.value():
            case "to_do":
                return queryset.filter(settled_at__isnull=True).exclude(sort=DriftSort.OURS_ONLY)
            case "open":
                return queryset.filter(settled_at__isnull=True)
            case "settled":
                return queryset.filter(settled_at__isnull=False)
        return queryset


@admin.register(Drift)
class DriftAdmin(ViewOnlyAdmin):
    """Shows each difference. What can be done about it are two buttons on its own page."""

    screen = "Drift"
    list_display = ("who", "difference", "listed", "found", "state")
    list_display_links = ("who",)
    list_filter = (StateFilter, ("sort", ChoiceFilter), ("listing", ChoiceFilter))
    list_filter_submit = True
    ordering = ("-found_at", "-id")
    fields = ("who", "difference", "what_helps", "listed", "since_there", "found", "state", "removing")
    change_list_template = "consent/drift_list.html"
    change_form_template = "consent/drift.html"

    def has_view_permission(self, request: HttpRequest, obj: Drift | None = None) -> bool:
        return request.user.has_perm("consent.view_drift")

    def may_settle(self, request: HttpRequest) -> bool:
        return request.user.has_perm("consent.change_drift") and self.has_view_permission(request)

    def prepare(self, rows: Sequence[Any]) -> None:
        give(rows, names(address_ids={row.address_id for row in rows}))

    def get_urls(self) -> list[URLPattern]:
        take_over, remove, compare = map(self.admin_site.admin_view, (self.take_over, self.remove, self.compare))
        return [
            path("compare/", compare, name="consent_drift_compare"),
            path("<int:drift_id>/take-over/", take_over, name="consent_drift_take_over"),
            path("<int:drift_id>/remove-there/", remove, name="consent_drift_remove"),
            *super().get_urls(),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        told = {"runs": last_runs(), "may_settle": self.may_settle(request), "can_ask": mailgun_is_configured()}
        return super().changelist_view(request, {**told, **(extra_context or {})})

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        row = self.get_object(request, object_id)
        buttons = {}
        if isinstance(row, Drift) and row.settled_at is None and self.may_settle(request):
            buttons = {
                "can_take_over": row.sort == DriftSort.THEIRS_ONLY,
                "can_remove": row.sort == DriftSort.LIFTED_HERE and row.removal != RemovalState.QUEUED,
            }
        return super().change_view(request, object_id, form_url, {**buttons, **(extra_context or {})})

    def take_over(self, request: HttpRequest, drift_id: int) -> HttpResponse:
        """Record what the provider's list says."""

        def act(by: Actor, at: datetime) -> str:
            if drift.take_over(drift_id=drift_id, by=by, at=at).changed:
                return "Taken over: the address is silenced here too."
            return "Recorded without effect: the rules put something newer before it. See the timeline."

        return self._act(request, drift_id, act)

    def remove(self, request: HttpRequest, drift_id: int) -> HttpResponse:
        """Have the entry removed at the provider."""

        def act(by: Actor, at: datetime) -> str:
            drift.ask_removal(drift_id=drift_id, by=by, at=at)
            return "The worker removes it there. What becomes of it is shown here."

        return self._act(request, drift_id, act)

    def compare(self, request: HttpRequest) -> HttpResponse:
        """Have the lists compared now."""
        if not self.may_settle(request):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        drift.ask_comparison()
        messages.success(request, "The worker compares the lists. Come back in a minute.")
        return HttpResponseRedirect(reverse("admin:consent_drift_changelist"))

    def _act(self, request: HttpRequest, drift_id: int, act: Callable[[Actor, datetime], str]) -> HttpResponse:
        if not self.may_settle(request):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if not Drift.objects.filter(pk=drift_id).exists():
            raise Http404("There is no such difference.")
        try:
            messages.success(request, act(staff(request), timezone.now()))
        except drift.UnableToSettle as refusal:
            messages.error(request, str(refusal))
        return HttpResponseRedirect(reverse("admin:consent_drift_change", args=[drift_id]))

    @admin.display(description="Address")
    def who(self, row: Drift) -> str:
        return printed(row).addresses.get(row.address_id, "Erased")

    @admin.display(description="Difference")
    def difference(self, row: Drift) -> SafeString:
        return links.mark(row.get_sort_display(), TONES[DriftSort(row.sort)])

    @admin.display(description="What helps")
    def what_helps(self, row: Drift) -> str:
        if row.listing == DriftListing.REFUSALS:
            return f"{WHAT_HELPS[DriftSort(row.sort)]} Only the contact's START ends it at Twilio."
        return WHAT_HELPS[DriftSort(row.sort)]

    @admin.display(description="List")
    def listed(self, row: Drift) -> SafeString:
        where = " · ".join(filter(None, [row.provider.capitalize(), row.domain, row.detail]))
        return format_html('{}<span class="sd-sub">{}</span>', row.get_listing_display(), where)

    @admin.display(description="On their list since")
    def since_there(self, row: Drift) -> str:
        return links.moment(row.since) if row.since else "—"

    @admin.display(description="Found")
    def found(self, row: Drift) -> str:
        return links.moment(row.found_at)

    @admin.display(description="State")
    def state(self, row: Drift) -> str:
        if row.settled_at is not None:
            return f"{row.get_outcome_display()} on {links.moment(row.settled_at)}"
        return f"Removal: {row.get_removal_display().lower()}" if row.removal else "Open"

    @admin.display(description="Removal there")
    def removing(self, row: Drift) -> str:
        return row.removal_told or (row.get_removal_display() if row.removal else "Not asked for")
