"""The register: every suppression, standing or lifted. Nothing here changes one."""

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

from consent import sentences
from consent.admin import csv_export, links
from consent.admin.filters import ChoiceFilter, DayFilter, SelectFilter
from consent.admin.view_only import ViewOnlyAdmin, give, printed
from consent.models import Suppression
from consent.rules import RULES
from consent.selectors.business import default_region, time_zone
from consent.selectors.people import names
from consent.selectors.records import about, as_value
from consent.vocabulary import CHANNELS, Channel, LiftRoute

log = structlog.get_logger(__name__)

EXPORT_HEAD = (
    "id", "contact id", "contact", "address kind", "address", "channel", "direction", "reason", "kind", "covers",
    "rule", "why", "since", "recorded at", "until", "lifted at", "lift route", "set by", "source", "note",
)  # fmt: skip


class StateFilter(SelectFilter):
    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: ViewOnlyAdmin) -> list[tuple[str, str]]:
        return [("active", "Active"), ("lifted", "Lifted")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Suppression]) -> QuerySet[Suppression]:
        if self.value() in {"active", "lifted"}:
            return queryset.filter(lifted_at__isnull=self.value() == "active")
        return queryset


class ChannelFilter(SelectFilter):
    """What silences a channel: rows for it alone, and rows for all channels."""

    title = "channel"
    parameter_name = "channel"

    def lookups(self, request: HttpRequest, model_admin: ViewOnlyAdmin) -> list[tuple[str, str]]:
        return [*((each.value, each.label) for each in CHANNELS), ("all", "All channels at once")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Suppression]) -> QuerySet[Suppression]:
        if not self.value():
            return queryset
        return queryset.filter(channel__in=[self.value(), Channel.ALL])


class RuleFilter(SelectFilter):
    title = "rule"
    parameter_name = "rule"

    def lookups(self, request: HttpRequest, model_admin: ViewOnlyAdmin) -> list[tuple[str, str]]:
        triggers = {rule.code: rule.trigger for rule in reversed(RULES)}
        return [(code, f"{code} {trigger}") for code, trigger in sorted(triggers.items())]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(rule=self.value()) if self.value() else queryset


@admin.register(Suppression)
class RegisterAdmin(ViewOnlyAdmin):
    """Shows who is silenced, why, by whom and until when."""

    screen = "Register"
    list_display = ("who", "where", "why", "strength", "until", "told_by", "state")
    list_display_links = ("why",)
    list_filter = (
        StateFilter,
        ChannelFilter,
        ("kind", ChoiceFilter),
        ("reason", ChoiceFilter),
        RuleFilter,
        ("direction", ChoiceFilter),
        ("since", DayFilter),
    )
    list_filter_submit = True
    list_before_template = "consent/register_bar.html"
    search_fields: Sequence[str] = ("contact",)
    search_help_text = "Name, phone or e-mail"
    ordering = ("-recorded_at", "-id")
    fieldsets = (
        ("What stands", {"fields": ("who", "where", "why", "strength", "covers", "rule_link", "state")}),
        ("How it came", {"fields": ("began", "said_again", "recorded", "source", "told_by", "note", "ledger_link")}),
        ("How it ends", {"fields": ("until", "how_it_lifts", "lift_proof", "lift_note")}),
        ("Ids", {"fields": ("public_id",)}),
    )

    def has_view_permission(self, request: HttpRequest, obj: Suppression | None = None) -> bool:
        return request.user.has_perm("consent.view_suppression")

    def has_export_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("consent.export_suppression")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Suppression]:
        rows: QuerySet[Suppression] = super().get_queryset(request)
        return rows.select_related("contact", "address")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Suppression], search_term: str
    ) -> tuple[QuerySet[Suppression], bool]:
        if not search_term.strip():
            return queryset, False
        return about(queryset, search_term, region=default_region()), False

    def prepare(self, rows: Sequence[Suppression]) -> None:
        give(rows, names(actors={row.set_by for row in rows} | {row.lifted_by for row in rows}))

    def get_urls(self) -> list[URLPattern]:
        export = path("export/", self.admin_site.admin_view(self.export), name="consent_suppression_export")
        return [export, *super().get_urls()]

    def export(self, request: HttpRequest) -> HttpResponseBase:
        """Send the rows that the list's filters show, all of them, as CSV."""
        if not self.has_export_permission(request):
            raise PermissionDenied
        rows = self.get_changelist_instance(request).get_queryset(request)
        log.info("register_exported", user_id=request.user.pk, filters=request.GET.urlencode())
        return csv_export.respond("register", EXPORT_HEAD, _export_rows(rows))

    @admin.display(description="Who")
    def who(self, row: Suppression) -> SafeString:
        address = format_html('<span class="sd-sub">{}</span>', row.address.shown) if row.address else ""
        if row.contact is None:
            return format_html("{}", row.address.shown if row.address else "")
        return format_html("{}{}", links.contact(row.contact.pk, str(row.contact)), address)

    @admin.display(description="Where")
    def where(self, row: Suppression) -> SafeString:
        direction = "" if row.direction == "outbound" else row.get_direction_display()
        return format_html('{}<span class="sd-sub">{}</span>', row.get_channel_display(), direction)

    @admin.display(description="Why")
    def why(self, row: Suppression) -> str:
        return sentences.why(as_value(row), tz=time_zone())

    @admin.display(description="Kind")
    def strength(self, row: Suppression) -> SafeString:
        return links.kind(row.kind)

    @admin.display(description="Until")
    def until(self, row: Suppression) -> str:
        if row.expires_at:
            return sentences.day(row.expires_at, tz=time_zone())
        return "Until lifted"

    @admin.display(description="By")
    def told_by(self, row: Suppression) -> str:
        return printed(row).actor(row.set_by)

    @admin.display(description="State")
    def state(self, row: Suppression) -> SafeString:
        if row.lifted_at is None:
            return links.mark("Active", "bad")
        when = sentences.day(row.lifted_at, tz=time_zone())
        return format_html('{}<span class="sd-sub">{}</span>', links.mark("Lifted", "quiet"), when)

    @admin.display(description="Since")
    def began(self, row: Suppression) -> str:
        return links.moment(row.since)

    @admin.display(description="Said again")
    def said_again(self, row: Suppression) -> str:
        return links.moment(row.reaffirmed_at) if row.reaffirmed_at > row.since else "—"

    @admin.display(description="Recorded")
    def recorded(self, row: Suppression) -> str:
        return links.moment(row.recorded_at)

    @admin.display(description="In the ledger")
    def ledger_link(self, row: Suppression) -> SafeString:
        # Whom it is about leads to an index of the ledger; the suppression's id alone does not.
        about_whom = f"contact_id__exact={row.contact_id}" if row.contact_id else f"address_id__exact={row.address_id}"
        ledger = reverse("admin:consent_ledgerentry_changelist")
        return format_html(
            '<a href="{}?{}&amp;suppression_id__exact={}">Everything about it</a>', ledger, about_whom, row.pk
        )

    @admin.display(description="Rule")
    def rule_link(self, row: Suppression) -> SafeString:
        return links.rule(row.rule)

    @admin.display(description="How it lifts")
    def how_it_lifts(self, row: Suppression) -> str:
        return sentences.how_it_lifts(as_value(row))

    @admin.display(description="Lifted")
    def lift_proof(self, row: Suppression) -> str:
        if row.lifted_at is None:
            return "Not lifted"
        when = sentences.day(row.lifted_at, tz=time_zone())
        return f"{LiftRoute(row.lift_route).label}, on {when}, by {printed(row).actor(row.lifted_by)}"


def _export_rows(rows: QuerySet[Suppression]) -> Iterator[tuple[str, ...]]:
    tz = time_zone()
    for row in rows.iterator(chunk_size=2000):
        yield (
            str(row.public_id),
            str(row.contact.public_id) if row.contact else "",
            csv_export.text(str(row.contact)) if row.contact else "",
            row.address.kind if row.address else "",
            csv_export.text(row.address.shown) if row.address else "",
            row.channel,
            row.direction,
            row.reason,
            row.kind,
            row.covers,
            row.rule,
            csv_export.text(sentences.why(as_value(row), tz=tz)),
            csv_export.moment(row.since),
            csv_export.moment(row.recorded_at),
            csv_export.moment(row.expires_at),
            csv_export.moment(row.lifted_at),
            row.lift_route,
            row.set_by,
            row.source,
            csv_export.text(row.note),
        )
