"""The contacts list: one batch of queries for a page of rows, however many contacts there are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import cast

from django.contrib.admin.options import IncorrectLookupParameters
from django.core.paginator import InvalidPage, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.functional import cached_property
from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe
from unfold.decorators import display
from unfold.views import ChangeList

from consent.selectors.address_flags import FLAGS, address_flags
from consent.selectors.dnd import ContactDnd, contacts_dnd
from consent.vocabulary import Kind, Reason
from contacts.models import Contact, ContactAddress
from contacts.values import staff_name
from contacts.vocabulary import AddressKind
from lists.models import ListMembership

MOST_COUNTED = 1000
"""Nobody pages through more; counting a million contacts takes longer than showing them."""


class CappedPaginator(Paginator):
    """Finds the rows that anybody may page through once, as ids; pages are slices of them."""

    template_name = "contact_desk/list/pagination.html"

    @cached_property
    def found(self) -> list[int]:
        """Return the ids of the matching contacts in order, one more than can be paged through."""
        rows = cast(QuerySet[Contact], self.object_list)
        return list(rows.values_list("pk", flat=True)[: MOST_COUNTED + 1])

    @property
    def count(self) -> int:
        """Return how many rows can be paged through."""
        return min(len(self.found), MOST_COUNTED)

    @property
    def is_capped(self) -> bool:
        """Return whether more contacts match than can be paged through."""
        return len(self.found) > MOST_COUNTED

    def ids_on(self, number: int) -> list[int]:
        """Return the ids on a page. Raises: InvalidPage."""
        first = (self.validate_number(number) - 1) * self.per_page
        return self.found[first : min(first + self.per_page, self.count)]


NONE = mark_safe('<span class="cd-none">–</span>')


@dataclass(slots=True)
class Row:
    """What the list shows of one contact besides its own fields."""

    dnd: ContactDnd
    addresses: dict[str, str] = field(default_factory=dict)
    flags: dict[str, tuple[Reason, ...]] = field(default_factory=dict)
    lists: list[tuple[str, str]] = field(default_factory=list)


class ContactChangeList(ChangeList):
    """A page of contacts, each with its row."""

    def get_results(self, request: HttpRequest) -> None:
        """Read the page: who matches in one query, and everything about those shown in a few more."""
        self.paginator = self.model_admin.get_paginator(request, self.queryset, self.list_per_page)
        try:
            ids = self.paginator.ids_on(self.page_num)
        except InvalidPage as error:
            raise IncorrectLookupParameters from error
        contacts = Contact.objects.select_related("owner").in_bulk(ids)
        rows = rows_of(ids)
        self.result_list = [contacts[pk] for pk in ids]
        for contact in self.result_list:
            vars(contact)["row"] = rows[contact.pk]
        self.result_count = self.paginator.count
        self.is_capped = self.paginator.is_capped
        self.show_full_result_count = self.can_show_all = False
        self.multi_page = self.result_count > self.list_per_page
        # Unfold's heading would call the count of everything "results".
        narrowed = (self.has_active_filters or self.query) and not self.is_capped
        self.full_result_count = None if narrowed else self.result_count
        self.active_filters = [
            {"title": spec.title, "label": spec.label(), "without": self.get_query_string(remove=[spec.parameter_name])}
            for spec in self.filter_specs
            if spec.chosen()
        ]


def rows_of(contact_ids: Sequence[int]) -> dict[int, Row]:
    """Return the rows of these contacts, in seven queries."""
    rows = {contact_id: Row(dnd) for contact_id, dnd in contacts_dnd(contact_ids).items()}
    primary = ContactAddress.objects.filter(contact_id__in=contact_ids, is_primary=True)
    held = list(primary.values_list("contact_id", "kind", "address__shown", "address_id"))
    told = address_flags({address_id for *_, address_id in held})
    for contact_id, kind, shown, address_id in held:
        rows[contact_id].addresses[kind] = shown
        rows[contact_id].flags[kind] = told.get(address_id, ())
    for contact_id, flags in _lists(contact_ids).items():
        rows[contact_id].lists = flags
    return rows


def _lists(contact_ids: Sequence[int]) -> dict[int, list[tuple[str, str]]]:
    """Return the lists of each contact as (name, flag)."""
    found: dict[int, list[tuple[str, str]]] = defaultdict(list)
    rows = ListMembership.objects.filter(contact_id__in=contact_ids, removed_at=None, list__archived_at=None)
    for contact_id, name, opted_out_at, blocked_at in rows.order_by("list__name").values_list(
        "contact_id", "list__name", "opted_out_at", "blocked_at"
    ):
        flag = "blocked" if blocked_at else "opted out" if opted_out_at else ""
        found[contact_id].append((name, flag))
    return found


def _row(contact: Contact) -> Row:
    """Return what `ContactChangeList` read of a contact on its page."""
    row: Row = vars(contact)["row"]
    return row


class Columns:
    """The columns of the list."""

    @display(description="Name")
    def name(self, contact: Contact) -> str:
        """Return the name with the company under it."""
        company = contact.company if contact.full_name else ""
        return format_html(
            '<span class="cd-name"><span>{}</span>{}</span>',
            str(contact),
            format_html('<span class="cd-subtle">{}</span>', company) if company else "",
        )

    @display(description="Phone", empty_value=NONE)
    def phone(self, contact: Contact) -> str | None:
        """Return the primary phone number, with what carriers told about the line."""
        row = _row(contact)
        shown = row.addresses.get(AddressKind.PHONE)
        flags = row.flags.get(AddressKind.PHONE, ())
        if not shown or not flags:
            return shown
        marks = format_html_join(" ", '<em class="cd-flag">{}</em>', ((FLAGS[flag],) for flag in flags))
        return format_html('<span class="cd-name"><span>{}</span><span class="cd-tag">{}</span></span>', shown, marks)

    @display(description="E-mail", empty_value=NONE)
    def email(self, contact: Contact) -> str | None:
        """Return the primary e-mail."""
        return _row(contact).addresses.get(AddressKind.EMAIL)

    @display(description="DND")
    def dnd(self, contact: Contact) -> str:
        """Return On, Partial or Off, and a mark for each silenced channel."""
        dnd: ContactDnd = _row(contact).dnd
        everywhere = {reason.suppression.kind for reason in dnd.everywhere}
        marks = [
            (each.channel.label, Kind.PERMANENT in everywhere or each.kind is Kind.PERMANENT)
            for each in dnd.channels
            if each.reasons
        ]
        return render_to_string(
            "contact_desk/list/dnd.html",
            {"status": dnd.status, "marks": marks, "everywhere": dnd.everywhere, "blocked": dnd.blocked},
        )

    @display(description="Lists", empty_value=NONE)
    def lists(self, contact: Contact) -> str | None:
        """Return the names of the lists the contact is on, with their flags."""
        shown = _row(contact).lists[:3]
        more = len(_row(contact).lists) - len(shown)
        if not shown:
            return None
        tags = format_html_join(
            " ",
            '<span class="cd-tag">{}{}</span>',
            ((name, format_html(' <em class="cd-flag">{}</em>', flag) if flag else "") for name, flag in shown),
        )
        return format_html('<span class="cd-tags">{}{}</span>', tags, format_html(" +{}", more) if more else "")

    @display(description="Owner", empty_value=NONE)
    def owner_name(self, contact: Contact) -> str | None:
        """Return who looks after the contact."""
        return staff_name(contact.owner) if contact.owner else None
