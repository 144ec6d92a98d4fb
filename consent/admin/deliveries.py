"""Deliveries: what providers brought, raw, and what became of it. A failed one can be read once more."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from consent.admin import cells, links, payload
from consent.admin.filters import ChoiceFilter, DayFilter, SelectFilter
from consent.admin.view_only import ViewOnlyAdmin
from consent.models import Delivery, EmailEvent, InboundMessage, LedgerEntry
from consent.models.inbox import DeliveryStatus
from consent.selectors import retention
from consent.selectors.business import default_region
from consent.selectors.outcomes import outcome_of
from consent.selectors.people import Names
from consent.selectors.records import deliveries_from, doors_seen, own_deliveries
from consent.services import inbox

TONES = {
    DeliveryStatus.PENDING: "wait",
    DeliveryStatus.PROCESSED: "good",
    DeliveryStatus.IGNORED: "quiet",
    DeliveryStatus.FAILED: "bad",
    DeliveryStatus.CONFLICT: "bad",
}


REPLAYED = (DeliveryStatus.FAILED, DeliveryStatus.PENDING)


class DoorFilter(SelectFilter):
    title = "door"
    parameter_name = "door"

    def lookups(self, request: HttpRequest, model_admin: ViewOnlyAdmin) -> list[tuple[str, str]]:
        return [(door, door) for door in doors_seen()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Delivery]) -> QuerySet[Delivery]:
        return queryset.filter(door=self.value()) if self.value() else queryset


@admin.register(Delivery)
class DeliveryAdmin(ViewOnlyAdmin):
    """Shows each delivery with its body and outcome. The one thing to do is to read a failed one again."""

    screen = "Deliveries"
    list_display = ("received", "door", "status_mark", "said", "reason", "attempts")
    list_display_links = ("received",)
    list_filter = (("status", ChoiceFilter), DoorFilter, ("received_at", DayFilter))
    list_filter_submit = True
    search_fields: Sequence[str] = ("event_id",)
    search_help_text = "Phone, e-mail address or the provider’s event id"
    ordering = ("-received_at", "-id")
    fields = (
        "received",
        "provider",
        "door",
        "event_id",
        "status_mark",
        "reason",
        "attempts",
        "next_try",
        "settled",
        "purged",
    )
    change_form_template = "consent/delivery.html"

    def has_view_permission(self, request: HttpRequest, obj: Delivery | None = None) -> bool:
        return request.user.has_perm("consent.view_delivery") or request.user.has_perm("consent.view_own_ledgerentry")

    def has_replay_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("consent.change_delivery") and request.user.has_perm("consent.view_delivery")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Delivery]:
        messages_read = Prefetch("messages", InboundMessage.objects.order_by("position"))
        first_two = EmailEvent.objects.select_related("address").order_by("position")[:2]
        told = Prefetch("email_events", first_two, to_attr="first_told")
        deliveries: QuerySet[Delivery] = super().get_queryset(request).prefetch_related(messages_read, told)
        if request.user.has_perm("consent.view_delivery"):
            return deliveries
        return own_deliveries(deliveries, owner_id=int(request.user.pk or 0))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Delivery], search_term: str
    ) -> tuple[QuerySet[Delivery], bool]:
        if not search_term.strip():
            return queryset, False
        return deliveries_from(queryset, search_term, region=default_region()), False

    def get_urls(self) -> list[URLPattern]:
        replay = path(
            "<int:delivery_id>/replay/", self.admin_site.admin_view(self.replay), name="consent_delivery_replay"
        )
        return [replay, *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        row = self.get_object(request, object_id)
        if not isinstance(row, Delivery) or not self.has_view_permission(request, row):
            return super().change_view(request, object_id, form_url, extra_context)
        everyone = request.user.has_perm("consent.view_delivery")
        outcome = outcome_of(row, owner_id=None if everyone else request.user.pk)
        return super().change_view(
            request,
            object_id,
            form_url,
            {
                "payload": payload.read(bytes(row.body), row.content_type),
                "outcome": outcome,
                "lines": [_line(entry, outcome.names) for entry in outcome.entries],
                "can_replay": row.status in REPLAYED and self.has_replay_permission(request),
                **(extra_context or {}),
            },
        )

    def replay(self, request: HttpRequest, delivery_id: int) -> HttpResponse:
        """Read a failed delivery again, now."""
        if not self.has_replay_permission(request):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if not Delivery.objects.filter(pk=delivery_id).exists():
            raise Http404("There is no such delivery.")
        status = inbox.process(delivery_id=delivery_id, at=timezone.now())
        tone = messages.ERROR if status is DeliveryStatus.FAILED else messages.SUCCESS
        messages.add_message(request, tone, f"Read again: {status.label.lower()}.")
        return HttpResponseRedirect(reverse("admin:consent_delivery_change", args=[delivery_id]))

    @admin.display(description="Received")
    def received(self, row: Delivery) -> str:
        return links.moment(row.received_at)

    @admin.display(description="Status")
    def status_mark(self, row: Delivery) -> SafeString:
        return links.mark(row.get_status_display(), TONES[DeliveryStatus(row.status)])

    @admin.display(description="What was said")
    def said(self, row: Delivery) -> SafeString:
        message = next(iter(row.messages.all()), None)
        if message is None:
            return _told(getattr(row, "first_told", []))
        refused = links.mark("Refused: blocked or inbound DND", "quiet") if message.refused_inbound else ""
        return format_html(
            '<div>{} {}<span class="sd-sub sd-clip">{}</span></div>',
            message.get_message_class_display(),
            refused,
            message.body[:120],
        )

    @admin.display(description="Next try")
    def next_try(self, row: Delivery) -> str:
        return links.moment(row.next_attempt_at) if row.next_attempt_at else "None planned"

    @admin.display(description="Raw body")
    def purged(self, row: Delivery) -> str:
        if row.purged_at:
            return f"Purged on {links.moment(row.purged_at)}"
        if row.status not in {DeliveryStatus.PROCESSED, DeliveryStatus.IGNORED}:
            return "Kept until it is settled"
        return f"Kept until {links.moment(retention.purge_due_at(row.received_at))}"

    @admin.display(description="Settled")
    def settled(self, row: Delivery) -> str:
        return links.moment(row.processed_at) if row.processed_at else "Not yet"


def _told(events: Sequence[EmailEvent]) -> SafeString:
    """Return what an e-mail provider told, the first event of a batch."""
    if not events:
        return format_html("{}", "—")
    first, more = events[0], " and more" if len(events) > 1 else ""
    return format_html(
        '<div>{}{}<span class="sd-sub sd-clip">{}</span></div>', first.get_kind_display(), more, first.address.shown
    )


def _line(entry: LedgerEntry, names: Names) -> dict[str, str]:
    return {
        "what": cells.what(entry),
        "effect": cells.effect(entry),
        "who": cells.who(entry, names),
        "rule": links.rule(entry.rule),
    }
