"""Who is on a list, with their flags, and what staff may do about it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from consent.admin import links
from consent.admin.actors import staff
from consent.admin.filters import SelectFilter
from consent.admin.named import under
from consent.admin.view_only import ViewOnlyAdmin
from consent.selectors.business import default_region, time_zone
from consent.sentences import day
from consent.vocabulary import Effect, Source
from contacts import selectors as contacts
from lists import services
from lists.models import ContactList, ListMembership
from lists.selectors.memberships import ON_LIST, SUBSCRIBED
from lists.selectors.overview import left_since
from lists.values import ListChange

STATES = {
    "on_list": ("On the list", ON_LIST),
    "subscribed": ("Subscribed", SUBSCRIBED),
    "opted_out": ("Opted out", Q(opted_out_at__isnull=False)),
    "blocked": ("Blocked", Q(blocked_at__isnull=False)),
    "removed": ("Removed", Q(removed_at__isnull=False)),
}
_TOLD = {
    Effect.SET: "changed",
    Effect.LIFTED: "changed",
    Effect.UNCHANGED: "already so",
    Effect.NOTHING: "nothing to do",
    Effect.KEPT: "kept as they were",
    Effect.REFUSED: "refused",
    Effect.SUPERSEDED: "older than a newer act",
}


class ListFilter(SelectFilter):
    title = "list"
    parameter_name = "list__id__exact"

    def lookups(self, request: HttpRequest, model_admin: ViewOnlyAdmin) -> list[tuple[str, str]]:
        return [(str(pk), name) for pk, name in ContactList.objects.order_by("name").values_list("pk", "name")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[ListMembership]) -> QuerySet[ListMembership]:
        chosen = self.value() or ""
        return queryset.filter(list_id=int(chosen)) if chosen.isdecimal() else queryset


class StateFilter(SelectFilter):
    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: ViewOnlyAdmin) -> list[tuple[str, str]]:
        return [(key, label) for key, (label, _) in STATES.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[ListMembership]) -> QuerySet[ListMembership]:
        return queryset.filter(STATES[self.value()][1]) if self.value() in STATES else queryset


class LeftFilter(SelectFilter):
    """Who opted out or was removed lately, as the Desk counts them."""

    title = "left"
    parameter_name = "left"

    def lookups(self, request: HttpRequest, model_admin: ViewOnlyAdmin) -> list[tuple[str, str]]:
        return [("30", "In the last 30 days"), ("90", "In the last 90 days")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[ListMembership]) -> QuerySet[ListMembership]:
        if self.value() not in {"30", "90"}:
            return queryset
        return queryset.filter(left_since(timezone.now() - timedelta(days=int(self.value() or 0))))


@admin.register(ListMembership)
class MembershipAdmin(ViewOnlyAdmin):
    """Shows members. Rows are changed by the verbs alone: each action calls one for the members ticked."""

    screen = "Members of lists"
    list_display = ("contact_name", "list_name", "flags", "added", "last_change")
    list_filter = (ListFilter, StateFilter, LeftFilter)
    list_filter_submit = True
    list_before_template = "lists/members_bar.html"
    search_fields = ("contact",)
    search_help_text = "Name, phone or e-mail"
    ordering = ("-id",)
    actions = ("remove", "remove_to_paired", "opt_out", "block", "unblock")
    list_disable_select_all = True

    def has_view_permission(self, request: HttpRequest, obj: ListMembership | None = None) -> bool:
        return request.user.has_perm("lists.view_listmembership")

    def has_act_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("lists.change_listmembership")

    def may_post(self, request: HttpRequest) -> bool:
        return self.has_act_permission(request)

    def get_queryset(self, request: HttpRequest) -> QuerySet[ListMembership]:
        rows: QuerySet[ListMembership] = super().get_queryset(request)
        living = rows.filter(contact__deleted_at=None, contact__erased_at=None)
        return living.select_related("contact", "list__opt_out_list")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[ListMembership], search_term: str
    ) -> tuple[QuerySet[ListMembership], bool]:
        if not search_term.strip():
            return queryset, False
        found = contacts.search(search_term, region=default_region())
        return queryset.filter(contact_id__in=found.values("id")), False

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        chosen = request.GET.get("list__id__exact", "")
        shown = ContactList.objects.filter(pk=int(chosen)).first() if chosen.isdecimal() else None
        named = {"title": f"Members of {shown}", "screen": f"Members of {shown}"} if shown else {}
        return super().changelist_view(request, {"shown_list": shown, **named, **(extra_context or {})})

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Always refuses: everything about a membership is in the list, and on the contact's page."""
        raise PermissionDenied

    @admin.action(description="Remove from the list", permissions=["act"])
    def remove(self, request: HttpRequest, queryset: QuerySet[ListMembership]) -> None:
        self._run(request, queryset, services.remove)

    @admin.action(description="Remove and add to the paired opt-out list", permissions=["act"])
    def remove_to_paired(self, request: HttpRequest, queryset: QuerySet[ListMembership]) -> None:
        self._run(request, queryset, partial(services.remove, also_add_to_paired=True))

    @admin.action(description="Record that they opted out", permissions=["act"])
    def opt_out(self, request: HttpRequest, queryset: QuerySet[ListMembership]) -> HttpResponse | None:
        if "confirmed" in request.POST:
            note = request.POST.get("note", "").strip()
            self._run(request, queryset, partial(services.opt_out, source=Source.STAFF, note=note))
            return None
        context = {
            **self.admin_site.each_context(request),
            **under(self.screen, reverse("admin:lists_listmembership_changelist"), "Record that they opted out"),
            "members": queryset,
            "checkbox": ACTION_CHECKBOX_NAME,
        }
        return TemplateResponse(request, "lists/confirm_opt_out.html", context)

    @admin.action(description="Block on the list", permissions=["act"])
    def block(self, request: HttpRequest, queryset: QuerySet[ListMembership]) -> None:
        self._run(request, queryset, services.block)

    @admin.action(description="Unblock on the list", permissions=["act"])
    def unblock(self, request: HttpRequest, queryset: QuerySet[ListMembership]) -> None:
        self._run(request, queryset, services.unblock)

    def _run(self, request: HttpRequest, queryset: QuerySet[ListMembership], verb: Callable[..., ListChange]) -> None:
        """Call the verb once for each list that the ticked members are on, and tell what became of them."""
        chosen: dict[ContactList, list[int]] = {}
        for row in queryset.order_by("list_id"):
            chosen.setdefault(row.list, []).append(row.contact_id)
        for each, contact_ids in chosen.items():
            try:
                change = verb(list_id=each.pk, contact_ids=contact_ids, by=staff(request), at=timezone.now())
            except services.ListRefusal as refusal:
                messages.error(request, f"{each}: {refusal.message}")
            else:
                messages.success(request, f"{each}: {_told(change)}.")

    @admin.display(description="Contact")
    def contact_name(self, row: ListMembership) -> SafeString:
        company = format_html('<span class="sd-sub">{}</span>', row.contact.company)
        return format_html("{}{}", links.contact(row.contact_id, str(row.contact)), company)

    @admin.display(description="List")
    def list_name(self, row: ListMembership) -> str:
        return row.list.name

    @admin.display(description="State")
    def flags(self, row: ListMembership) -> SafeString:
        flags = [
            _flag("Opted out", row.opted_out_at, "bad"),
            _flag("Blocked", row.blocked_at, "bad"),
            _flag("Removed", row.removed_at, "quiet"),
        ]
        if not any(flags):
            return links.mark("Subscribed", "good")
        return format_html("{} {} {}", *flags)

    @admin.display(description="Added")
    def added(self, row: ListMembership) -> str:
        return _day(row.added_at) if row.added_at else "Never"

    @admin.display(description="Last change")
    def last_change(self, row: ListMembership) -> SafeString:
        return format_html('{}<span class="sd-sub sd-clip">{}</span>', _day(row.updated_at), row.note)


def _flag(text: str, since: datetime | None, tone: str) -> SafeString | str:
    return links.mark(f"{text} {_day(since)}", tone) if since else ""


def _day(moment: datetime) -> str:
    return day(moment, tz=time_zone())


def _told(change: ListChange) -> str:
    told: dict[str, int] = {}
    for outcome in change.contacts:
        words = _TOLD.get(outcome.effect, outcome.effect.label)
        told[words] = told.get(words, 0) + 1
    return ", ".join(f"{count} {words}" for words, count in told.items())
