"""Seals: whether the ledger is as it was sealed, and how far sealing has come."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from procrastinate.exceptions import AlreadyEnqueued

from consent.admin import links
from consent.admin.actors import staff
from consent.admin.filters import DayFilter
from consent.admin.view_only import ViewOnlyAdmin
from consent.models import LedgerSeal
from consent.selectors.people import names
from consent.selectors.seals import sealing
from consent.services import verifying


@admin.register(LedgerSeal)
class LedgerSealAdmin(ViewOnlyAdmin):
    """Shows the seals, the last verification and what waits; asks for a verification."""

    screen = "Seals"
    list_display = ("number_text", "sealed", "entries", "head_text")
    list_display_links = ("number_text",)
    list_filter = (("sealed_at", DayFilter),)
    list_filter_submit = True
    list_before_template = "consent/seals_bar.html"
    ordering = ("-number",)
    fields = (
        "number_text", "sealed", "entries", "span", "head_text", "root", "previous_head", "skip_head", "form",
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).defer("leaves")

    def get_urls(self) -> list[URLPattern]:
        verify = path("verify/", self.admin_site.admin_view(self.verify), name="consent_ledgerseal_verify")
        return [verify, *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        now, stand = timezone.now(), sealing()
        known = names(actors={stand.verification.by} if stand.verification else set())
        told = {
            "stand": stand,
            "lags": stand.lags(now=now),
            "is_unverified": stand.is_unverified(now=now),
            "verified_by": known.actor(stand.verification.by) if stand.verification else "",
            "verified_at": links.moment(stand.verification.verified_at) if stand.verification else "",
            "oldest_at": links.moment(stand.oldest_unsealed_at) if stand.oldest_unsealed_at else "",
        }
        return super().changelist_view(request, {**told, **(extra_context or {})})

    def verify(self, request: HttpRequest) -> HttpResponse:
        """Have the worker check the whole ledger now."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        try:
            verifying.ask_for_it(by=staff(request))
        except AlreadyEnqueued:
            messages.info(request, "A verification is waiting for the worker already.")
        else:
            messages.success(request, "The worker checks the ledger now. Load this page again for its result.")
        return HttpResponseRedirect(reverse("admin:consent_ledgerseal_changelist"))

    @admin.display(description="Seal")
    def number_text(self, row: LedgerSeal) -> str:
        return f"Seal {row.number}"

    @admin.display(description="Sealed")
    def sealed(self, row: LedgerSeal) -> str:
        return links.moment(row.sealed_at)

    @admin.display(description="Entries")
    def entries(self, row: LedgerSeal) -> str:
        return f"{row.entry_count:,}"

    @admin.display(description="From and to")
    def span(self, row: LedgerSeal) -> str:
        return f"entry {row.first_entry_id} to entry {row.last_entry_id}, in the order of the feed"

    @admin.display(description="Head")
    def head_text(self, row: LedgerSeal) -> SafeString:
        return format_html('<code class="sd-hash">{}</code>', row.head)
