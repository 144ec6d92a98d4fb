"""The ledger: every fact about consent. Agents read what concerns their own contacts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import structlog
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from consent.admin import cells, csv_export, links
from consent.admin.filters import ChoiceFilter, DayFilter, SelectFilter
from consent.admin.register import RuleFilter
from consent.admin.view_only import ViewOnlyAdmin, give, printed
from consent.models import LedgerEntry
from consent.selectors.business import default_region
from consent.selectors.people import names
from consent.selectors.records import about, opt_ins, opt_outs, own_entries

log = structlog.get_logger(__name__)

EXPORT_COLUMNS = (
    "id", "public_id", "event_id", "recorded_at", "occurred_at", "kind", "effect", "code", "rule", "channel",
    "direction", "reason", "suppression_kind", "route", "contact_id", "address_id", "suppression_id", "message_id",
    "delivery_id", "evidence_id", "list_id", "source", "actor", "detail",
)  # fmt: skip


class ActFilter(SelectFilter):
    """One line for each act of a person, as the Desk counts them."""

    title = "what people did"
    parameter_name = "act"

    def lookups(self, request: HttpRequest, model_admin: ViewOnlyAdmin) -> list[tuple[str, str]]:
        return [("opt_out", "Opted out"), ("opt_in", "Opted in")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[LedgerEntry]) -> QuerySet[LedgerEntry]:
        if self.value() == "opt_out":
            return opt_outs(queryset)
        return opt_ins(queryset) if self.value() == "opt_in" else queryset


@admin.register(LedgerEntry)
class LedgerAdmin(ViewOnlyAdmin):
    """Shows what happened, to whom, by whom, under which rule, and what it changed."""

    screen = "Ledger"
    list_display = ("recorded", "what", "effect_mark", "who", "rule_link", "told_by")
    list_display_links = ("recorded",)
    list_filter = (
        ActFilter,
        ("kind", ChoiceFilter),
        ("effect", ChoiceFilter),
        RuleFilter,
        ("channel", ChoiceFilter),
        ("source", ChoiceFilter),
        ("recorded_at", DayFilter),
    )
    list_filter_submit = True
    list_before_template = "consent/ledger_bar.html"
    search_fields: Sequence[str] = ("contact_id",)
    search_help_text = "Name, phone or e-mail"
    ordering = ("-id",)
    fieldsets = (
        ("What happened", {"fields": ("what", "effect_mark", "reason_text", "code_text", "rule_link", "who")}),
        ("Whose word", {"fields": ("source", "told_by", "occurred", "recorded")}),
        ("What it rests on", {"fields": ("suppression_link", "delivery_link", "message_id", "evidence_id", "list_id")}),
        ("Ids", {"fields": ("public_id", "event_link")}),
    )

    def has_view_permission(self, request: HttpRequest, obj: LedgerEntry | None = None) -> bool:
        return request.user.has_perm("consent.view_ledgerentry") or request.user.has_perm(
            "consent.view_own_ledgerentry"
        )

    def has_export_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("consent.export_ledgerentry")

    def get_queryset(self, request: HttpRequest) -> QuerySet[LedgerEntry]:
        entries: QuerySet[LedgerEntry] = super().get_queryset(request)
        if request.user.has_perm("consent.view_ledgerentry"):
            return entries
        return own_entries(entries, owner_id=int(request.user.pk or 0))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[LedgerEntry], search_term: str
    ) -> tuple[QuerySet[LedgerEntry], bool]:
        if not search_term.strip():
            return queryset, False
        return about(queryset, search_term, region=default_region()), False

    def prepare(self, rows: Sequence[LedgerEntry]) -> None:
        give(
            rows,
            names(
                contact_ids={row.contact_id for row in rows if row.contact_id},
                address_ids={row.address_id for row in rows if row.address_id},
                actors={row.actor for row in rows},
            ),
        )

    def get_urls(self) -> list[URLPattern]:
        export = path("export/", self.admin_site.admin_view(self.export), name="consent_ledgerentry_export")
        return [export, *super().get_urls()]

    def export(self, request: HttpRequest) -> HttpResponseBase:
        """Send the entries that the list's filters show, all of them, as CSV."""
        if not self.has_export_permission(request):
            raise PermissionDenied
        rows = self.get_changelist_instance(request).get_queryset(request).values_list(*EXPORT_COLUMNS)
        log.info("ledger_exported", user_id=request.user.pk, filters=request.GET.urlencode())
        return csv_export.respond("ledger", EXPORT_COLUMNS, _export_rows(rows))

    @admin.display(description="Recorded")
    def recorded(self, row: LedgerEntry) -> str:
        return links.moment(row.recorded_at)

    @admin.display(description="Happened")
    def occurred(self, row: LedgerEntry) -> str:
        return links.moment(row.occurred_at)

    @admin.display(description="What happened")
    def what(self, row: LedgerEntry) -> SafeString:
        return cells.what(row)

    @admin.display(description="Effect")
    def effect_mark(self, row: LedgerEntry) -> SafeString:
        return cells.effect(row)

    @admin.display(description="Who")
    def who(self, row: LedgerEntry) -> SafeString:
        return cells.who(row, printed(row))

    @admin.display(description="Rule")
    def rule_link(self, row: LedgerEntry) -> SafeString:
        return links.rule(row.rule)

    @admin.display(description="By")
    def told_by(self, row: LedgerEntry) -> str:
        return printed(row).actor(row.actor)

    @admin.display(description="Reason")
    def reason_text(self, row: LedgerEntry) -> str:
        kind = row.get_suppression_kind_display() if row.suppression_kind else ""
        return f"{row.get_reason_display()}, {kind.lower()}" if row.reason else "None"

    @admin.display(description="Why not")
    def code_text(self, row: LedgerEntry) -> str:
        return links.refusal(row.code)

    @admin.display(description="Suppression")
    def suppression_link(self, row: LedgerEntry) -> SafeString:
        return links.to("consent_suppression", row.suppression_id, "In the register")

    @admin.display(description="Delivery")
    def delivery_link(self, row: LedgerEntry) -> SafeString:
        return links.to("consent_delivery", row.delivery_id, "The delivery")

    @admin.display(description="Event")
    def event_link(self, row: LedgerEntry) -> SafeString:
        address = f"{reverse('admin:consent_ledgerentry_changelist')}?event_id__exact={row.event_id}"
        return format_html('<a href="{}">Everything this event did</a> <code>{}</code>', address, row.event_id)


def _export_rows(rows: QuerySet[Any, Any]) -> Iterator[list[str]]:
    times = {EXPORT_COLUMNS.index("recorded_at"), EXPORT_COLUMNS.index("occurred_at")}
    for row in rows.iterator(chunk_size=5000):
        yield [
            csv_export.moment(value) if place in times else csv_export.text("" if value is None else str(value))
            for place, value in enumerate(row)
        ]
