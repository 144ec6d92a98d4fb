"""Consents: every one on file or over, the form that records one, and those that run out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

import structlog
from django.contrib import admin, messages
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.decorators import display

from consent.admin import consent_words, csv_export, links
from consent.admin.actors import staff
from consent.admin.consent_forms import RecordConsentForm
from consent.admin.filters import ChoiceFilter, DayFilter, SelectFilter
from consent.admin.named import under
from consent.admin.view_only import ViewOnlyAdmin
from consent.models import ConsentRecord
from consent.registry import registry
from consent.selectors import consents as selectors
from consent.selectors import evidence as addresses
from consent.selectors.business import default_region
from consent.selectors.records import about
from consent.services.consent_records import UnableToRecordConsent, record_consent
from contacts.models import Contact
from contacts.selectors import visible_contacts
from contacts.values import staff_name

log = structlog.get_logger(__name__)

EXPORT_HEAD = (
    "id", "contact id", "contact", "owner", "address", "channel", "purpose", "list", "method", "text", "words",
    "where", "given at", "recorded at", "runs out", "withdrawn at", "state",
)  # fmt: skip
SOON_DAYS = (30, 60, 90)


class StateFilter(SelectFilter):
    """How a consent stands. What runs out leaves out whoever has agreed anew."""

    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: ViewOnlyAdmin) -> list[tuple[str, str]]:
        return [
            ("on_file", "On file"),
            *((f"soon_{days}", f"Runs out within {days} days") for days in SOON_DAYS),
            ("ran_out", "Ran out"),
            ("withdrawn", "Withdrawn"),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[ConsentRecord]) -> QuerySet[ConsentRecord]:
        now, value = timezone.now(), self.value() or ""
        if value == "on_file":
            return queryset.filter(selectors.valid_at(now))
        if value == "withdrawn":
            return queryset.filter(ended_at__isnull=False)
        if value == "ran_out":
            return selectors.running_out(queryset, until=now)
        if value in {f"soon_{days}" for days in SOON_DAYS}:
            return selectors.running_out(queryset, after=now, until=now + timedelta(days=int(value[5:])))
        return queryset


class OwnerFilter(SelectFilter):
    title = "owner"
    parameter_name = "owner"

    def lookups(self, request: HttpRequest, model_admin: ViewOnlyAdmin) -> list[tuple[str, str]]:
        people = get_user_model().objects.filter(is_active=True, is_staff=True).order_by("username")
        return [("me", "Me"), *((str(pk), name) for pk, name in people.values_list("pk", "username")[:200])]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        value = str(request.user.pk) if self.value() == "me" else self.value()
        return queryset.filter(contact__owner_id=int(value)) if value and value.isdecimal() else queryset


@admin.register(ConsentRecord)
class ConsentAdmin(ViewOnlyAdmin):
    """Shows who agreed to what. Nothing here is edited: a consent ends when the person opts out, or runs out."""

    screen = "Consents"
    list_display = ("who", "agreed", "how_it_stands", "owner")
    list_display_links = ("agreed",)
    list_filter = (
        StateFilter,
        ("channel", ChoiceFilter),
        OwnerFilter,
        ("method", ChoiceFilter),
        ("given_at", DayFilter),
    )
    list_filter_submit = True
    list_before_template = "consent/consents/bar.html"
    search_fields: Sequence[str] = ("contact",)
    search_help_text = "Name, phone or e-mail"
    ordering = ("-recorded_at", "-id")
    fieldsets = (
        ("What was agreed to", {"fields": ("who", "agreed", "shown_words", "text_shown", "how_it_stands")}),
        ("How we know", {"fields": ("given_where", "given", "recorded", "note", "proof")}),
        ("Ids", {"fields": ("public_id",)}),
    )

    def has_view_permission(self, request: HttpRequest, obj: ConsentRecord | None = None) -> bool:
        return request.user.has_perm("consent.view_consentrecord")

    def get_queryset(self, request: HttpRequest) -> QuerySet[ConsentRecord]:
        rows: QuerySet[ConsentRecord] = super().get_queryset(request)
        return rows.select_related("contact__owner", "address", "text", "evidence")

    def get_ordering(self, request: HttpRequest) -> Sequence[str]:
        running_out = request.GET.get("state", "").startswith(("soon", "ran_out"))
        return ("expires_at", "id") if running_out else self.ordering

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[ConsentRecord], search_term: str
    ) -> tuple[QuerySet[ConsentRecord], bool]:
        if not search_term.strip():
            return queryset, False
        return about(queryset, search_term, region=default_region()), False

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("record/<int:contact_id>/", view(self.record), name="consent_consentrecord_record"),
            path("export/", view(self.export), name="consent_consentrecord_export"),
            *super().get_urls(),
        ]

    def record(self, request: HttpRequest, contact_id: int) -> HttpResponse:
        """Record a contact's consent: the form, and the record once it is whole."""
        if not request.user.has_perm("consent.add_consentrecord"):
            raise PermissionDenied
        contact = get_object_or_404(visible_contacts(), pk=contact_id)
        choices = addresses.address_choices(contact_id)
        form = RecordConsentForm(
            request.POST or None,
            addresses=choices,
            texts=selectors.newest_texts(),
            lists=list(registry.list_names().items()),
        )
        if request.method == "POST" and form.is_valid() and self._recorded(request, form, contact):
            messages.success(request, "Recorded. Nothing was lifted by it.")
            return HttpResponseRedirect(reverse("admin:contact-desk-panel", args=[contact.pk, "consent"]))
        context = {
            **self.admin_site.each_context(request),
            **under(str(contact), reverse("admin:contact-desk-panel", args=[contact.pk, "consent"]), "Record consent"),
            "contact": contact,
            "form": form,
            "has_addresses": bool(choices),
        }
        return TemplateResponse(request, "consent/consents/record.html", context)

    def _recorded(self, request: HttpRequest, form: RecordConsentForm, contact: Contact) -> bool:
        try:
            record_consent(given=form.given(contact_id=contact.pk), by=staff(request), at=timezone.now())
        except UnableToRecordConsent as error:
            field = {"channel": "address", "language": "text", "list": "list_slug"}.get(error.field, error.field)
            form.add_error(field if field in form.fields else None, str(error))
            return False
        return True

    def export(self, request: HttpRequest) -> HttpResponseBase:
        """Send the rows that the list's filters show, all of them, as CSV."""
        if not request.user.has_perm("consent.export_consentrecord"):
            raise PermissionDenied
        rows = self.get_changelist_instance(request).get_queryset(request)
        log.info("consents_exported", user_id=request.user.pk, filters=request.GET.urlencode())
        return csv_export.respond("consents", EXPORT_HEAD, _export_rows(rows))

    @display(description="Who")
    def who(self, row: ConsentRecord) -> SafeString:
        if row.contact is None:
            return format_html("{}", row.address.shown)
        return links.contact(row.contact.pk, str(row.contact))

    @display(description="Consent")
    def agreed(self, row: ConsentRecord) -> str:
        return consent_words.agreed(row)

    @display(description="State")
    def how_it_stands(self, row: ConsentRecord) -> SafeString:
        tone, told = consent_words.state(row, now=timezone.now())
        return links.mark(told, tone)

    @display(description="Owner")
    def owner(self, row: ConsentRecord) -> str:
        owner = row.contact.owner if row.contact else None
        return staff_name(owner) or "—"

    @display(description="Words")
    def shown_words(self, row: ConsentRecord) -> str:
        return consent_words.words(row) or "—"

    @display(description="Text")
    def text_shown(self, row: ConsentRecord) -> str:
        return consent_words.text_shown(row) or "—"

    @display(description="Where")
    def given_where(self, row: ConsentRecord) -> str:
        return consent_words.where(row) or "—"

    @display(description="Given")
    def given(self, row: ConsentRecord) -> str:
        return links.moment(row.given_at)

    @display(description="Recorded")
    def recorded(self, row: ConsentRecord) -> str:
        return links.moment(row.recorded_at)

    @display(description="Evidence")
    def proof(self, row: ConsentRecord) -> SafeString:
        return links.to("consent_evidence", row.evidence_id, "Evidence")


def repermission(request: HttpRequest) -> HttpResponse:
    """Lead to the consents that run out within 30 days, for who may see them."""
    if not request.user.has_perm("consent.view_consentrecord"):
        raise PermissionDenied
    return HttpResponseRedirect(f"{reverse('admin:consent_consentrecord_changelist')}?state=soon_{SOON_DAYS[0]}")


def _export_rows(rows: QuerySet[ConsentRecord]) -> Iterator[tuple[str, ...]]:
    now = timezone.now()
    for row in rows.iterator(chunk_size=2000):
        owner = row.contact.owner if row.contact else None
        yield (
            str(row.public_id),
            str(row.contact.public_id) if row.contact else "",
            csv_export.text(str(row.contact)) if row.contact else "",
            csv_export.text(owner.get_username()) if owner else "",
            csv_export.text(row.address.shown),
            row.channel,
            row.purpose,
            row.list_slug,
            row.method,
            csv_export.text(consent_words.text_shown(row)),
            csv_export.text(consent_words.words(row)),
            csv_export.text(consent_words.where(row)),
            csv_export.moment(row.given_at),
            csv_export.moment(row.recorded_at),
            csv_export.moment(row.expires_at),
            csv_export.moment(row.withdrawn_at),
            consent_words.state(row, now=now)[1],
        )
