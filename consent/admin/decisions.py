"""Decisions: what the gate was asked, by whom, and what it answered. Read only."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode

from django.contrib import admin
from django.db.models import F, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from consent import sentences
from consent.admin import links
from consent.admin.filters import ChoiceFilter, DayFilter, SelectFilter
from consent.admin.view_only import ViewOnlyAdmin, give, printed
from consent.models import DecisionRecord
from consent.selectors.business import default_region, time_zone
from consent.selectors.people import Names, names
from consent.selectors.recorded import RecordedAnswer, answers_of
from consent.selectors.records import meant
from consent.vocabulary import Channel, Purpose

_NOT_KEPT = "The address was none of ours, so it was not kept. Type it there; we may have it by now."
SHOWN = 200
"""Subjects that the page of one record lists."""
_ARRAYS = ("contact_ids", "address_ids", "reason_subjects", "reason_codes", "suppression_ids")


class AnswerFilter(SelectFilter):
    title = "answer"
    parameter_name = "answer"

    def lookups(self, request: HttpRequest, model_admin: ViewOnlyAdmin) -> list[tuple[str, str]]:
        return [("yes", "Yes to all"), ("no", "No to somebody")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[DecisionRecord]) -> QuerySet[DecisionRecord]:
        if self.value() == "yes":
            return queryset.filter(refused_count=0)
        return queryset.filter(refused_count__gt=0) if self.value() == "no" else queryset


class MomentFilter(SelectFilter):
    title = "moment asked about"
    parameter_name = "moment"

    def lookups(self, request: HttpRequest, model_admin: ViewOnlyAdmin) -> list[tuple[str, str]]:
        return [("now", "The moment itself"), ("past", "A past moment")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[DecisionRecord]) -> QuerySet[DecisionRecord]:
        return queryset if self.value() is None else queryset.filter(about_at__isnull=self.value() == "now")


@admin.register(DecisionRecord)
class DecisionAdmin(ViewOnlyAdmin):
    """Shows each question with its answer; thousands asked about together are one row."""

    screen = "Decisions"
    list_display = ("answered", "question", "about", "answer", "asked_by")
    list_display_links = ("answered",)
    list_filter = (
        AnswerFilter,
        ("channel", ChoiceFilter),
        ("purpose", ChoiceFilter),
        ("source", ChoiceFilter),
        MomentFilter,
        ("answered_at", DayFilter),
    )
    list_filter_submit = True
    search_fields: Sequence[str] = ("list_slug",)
    search_help_text = "Name, phone or e-mail"
    ordering = ("-id",)
    fieldsets = (
        ("Asked", {"fields": ("question", "moment", "asked_by", "source", "answered", "public_id")}),
        ("Answered", {"fields": ("answer", "subjects", "again")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[DecisionRecord]:
        records: QuerySet[DecisionRecord] = super().get_queryset(request)
        first = {"first_contact": F("contact_ids__0"), "first_address": F("address_ids__0")}
        return records.defer(*_ARRAYS).annotate(**first)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[DecisionRecord], search_term: str
    ) -> tuple[QuerySet[DecisionRecord], bool]:
        if not search_term.strip():
            return queryset, False
        people, addresses = meant(search_term, region=default_region())
        return queryset.filter(Q(contact_ids__overlap=people) | Q(address_ids__overlap=addresses)), False

    def prepare(self, rows: Sequence[DecisionRecord]) -> None:
        alone = [row for row in rows if row.subject_count == 1]
        give(
            rows,
            names(
                contact_ids={row.first_contact for row in alone if row.first_contact},  # type: ignore[attr-defined]
                address_ids={row.first_address for row in alone if row.first_address},  # type: ignore[attr-defined]
                actors={row.actor for row in rows},
            ),
        )

    @admin.display(description="Answered")
    def answered(self, row: DecisionRecord) -> str:
        return links.moment(row.answered_at)

    @admin.display(description="Question")
    def question(self, row: DecisionRecord) -> SafeString:
        asked = sentences.asked(Channel(row.channel), Purpose(row.purpose), row.list_slug)
        return format_html('{}<span class="sd-sub">{}</span>', asked, self.moment(row) if row.about_at else "")

    @admin.display(description="About the moment")
    def moment(self, row: DecisionRecord) -> str:
        return f"As of {links.moment(row.about_at)}" if row.about_at else "When it was asked"

    @admin.display(description="About")
    def about(self, row: DecisionRecord) -> SafeString | str:
        if row.subject_count > 1:
            return f"{row.subject_count:,} subjects"
        return _who(row.first_contact, row.first_address, printed(row))  # type: ignore[attr-defined]

    @admin.display(description="Answer")
    def answer(self, row: DecisionRecord) -> SafeString:
        if row.refused_count == 0:
            return links.mark("Yes", "good")
        if row.refused_count == row.subject_count:
            return links.mark("No", "bad")
        allowed = row.subject_count - row.refused_count
        return links.mark(f"{allowed:,} yes, {row.refused_count:,} no", "wait")

    @admin.display(description="Asked by")
    def asked_by(self, row: DecisionRecord) -> str:
        return printed(row).actor(row.actor)

    @admin.display(description="Ask again")
    def again(self, row: DecisionRecord) -> SafeString:
        """Return the way to the same question about the same moment; who was asked about, as far as it is kept."""
        known = printed(row)
        asked = {"channel": row.channel, "purpose": row.purpose, "list": row.list_slug}
        asked["at"] = f"{(row.about_at or row.answered_at).astimezone(time_zone()):%Y-%m-%dT%H:%M:%S}"
        contact_id, address_id = row.first_contact, row.first_address  # type: ignore[attr-defined]
        if row.subject_count == 1 and contact_id:
            asked["contact"] = contact_id
        elif row.subject_count == 1 and address_id:
            asked["who"] = known.addresses.get(address_id, "")
        whom = "" if {"contact", "who"} & {name for name, value in asked.items() if value} else _NOT_KEPT
        if row.subject_count > 1:
            whom = "Name the one whom you ask about."
        link = f"{reverse('admin:ask_gate')}?{urlencode({name: value for name, value in asked.items() if value})}"
        told = '<a class="sd-link" href="{}">Ask the gate about then</a><span class="sd-sub">{}</span>'
        return format_html(told, link, whom)

    @admin.display(description="Subjects")
    def subjects(self, row: DecisionRecord) -> SafeString:
        answers = answers_of(row.pk, most=SHOWN)
        known = names(
            contact_ids={each.contact_id for each in answers if each.contact_id},
            address_ids={each.address_id for each in answers if each.address_id},
        )
        lines = format_html_join(
            "", "<li>{} {}</li>", ((_who(each.contact_id, each.address_id, known), _told(each)) for each in answers)
        )
        rest = row.subject_count - len(answers)
        more = format_html('<p class="sd-sub">And {} more.</p>', f"{rest:,}") if rest else SafeString()
        return format_html('<ol class="sd-reasons">{}</ol>{}', lines, more)


def _who(contact_id: int | None, address_id: int | None, known: Names) -> SafeString | str:
    """Return whom an answer was about: the contact and the address, or whichever was asked about."""
    address = known.addresses.get(address_id or 0, "")
    if contact_id is None:
        return address or "An address that we did not have"
    name = known.contacts.get(contact_id)
    if name is None:
        return f"Contact {contact_id}"
    return format_html('{}<span class="sd-sub">{}</span>', links.contact(contact_id, name), address)


def _told(answer: RecordedAnswer) -> SafeString:
    if answer.allowed:
        return links.mark("Yes", "good")
    why = "; ".join(sentences.was_refused(each.code, each.suppression, tz=time_zone()) for each in answer.reasons)
    return format_html("{} {}", links.mark("No", "bad"), why)
