"""The contacts list: one batch of queries for a page of rows, however many contacts there are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.core.paginator import Paginator
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.functional import cached_property
from django.utils.html import format_html, format_html_join
from unfold.decorators import display
from unfold.views import ChangeList

from config.contact_desk.people import user_name
from consent.selectors.dnd import ContactDnd, contacts_dnd
from consent.vocabulary import Kind
from contacts.models import Contact, ContactAddress
from contacts.vocabulary import AddressKind
from lists.models import ListMembership

MOST_COUNTED = 1000
"""Nobody pages through more; counting a million contacts takes longer than showing them."""


class CappedPaginator(Paginator):
    """Counts no further than anybody pages. `is_capped` says that there are more."""

    template_name = "contact_desk/list/pagination.html"

    @cached_property
    def _found(self) -> int:
        return len(self.object_list.order_by().values_list("pk", flat=True)[: MOST_COUNTED + 1])

    @property
    def count(self) -> int:
        """Return how many rows can be paged through."""
        return min(self._found, MOST_COUNTED)

    @property
    def is_capped(self) -> bool:
        """Return whether more contacts match than can be paged through."""
        return self._found > MOST_COUNTED


@dataclass(slots=True)
class Row:
    """What the list shows of one contact besides its own fields."""

    dnd: ContactDnd
    addresses: dict[str, str] = field(default_factory=dict)
    lists: list[tuple[str, str]] = field(default_factory=list)


class ContactChangeList(ChangeList):
    """A page of contacts, each with its row."""

    def get_results(self, request: HttpRequest) -> None:
        """Read the page, and everything about its contacts at once."""
        super().get_results(request)
        self.result_list = list(self.result_list)
        rows = rows_of([contact.pk for contact in self.result_list])
        for contact in self.result_list:
            contact.row = rows[contact.pk]
        self.is_capped = self.paginator.is_capped
        self.active_filters = [
            {"title": spec.title, "label": spec.label(), "without": self.get_query_string(remove=[spec.parameter_name])}
            for spec in self.filter_specs
            if spec.chosen()
        ]
        if self.is_capped or not (self.has_active_filters or self.query):
            # Unfold's heading would call the count of everything "results".
            self.full_result_count = self.result_count


def rows_of(contact_ids: Sequence[int]) -> dict[int, Row]:
    """Return the rows of these contacts, in six queries."""
    rows = {contact_id: Row(dnd) for contact_id, dnd in contacts_dnd(contact_ids).items()}
    primary = ContactAddress.objects.filter(contact_id__in=contact_ids, is_primary=True)
    for contact_id, kind, shown in primary.values_list("contact_id", "kind", "address__shown"):
        rows[contact_id].addresses[kind] = shown
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

    @display(description="Phone", empty_value="–")
    def phone(self, contact: Contact) -> str | None:
        """Return the primary phone number."""
        return contact.row.addresses.get(AddressKind.PHONE)

    @display(description="E-mail", empty_value="–")
    def email(self, contact: Contact) -> str | None:
        """Return the primary e-mail."""
        return contact.row.addresses.get(AddressKind.EMAIL)

    @display(description="DND")
    def dnd(self, contact: Contact) -> str:
        """Return On, Partial or Off, and a mark for each silenced channel."""
        dnd: ContactDnd = contact.row.dnd
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

    @display(description="Lists", empty_value="–")
    def lists(self, contact: Contact) -> str | None:
        """Return the names of the lists the contact is on, with their flags."""
        shown = contact.row.lists[:3]
        more = len(contact.row.lists) - len(shown)
        if not shown:
            return None
        tags = format_html_join(
            " ",
            '<span class="cd-tag">{}{}</span>',
            ((name, format_html(' <em class="cd-flag">{}</em>', flag) if flag else "") for name, flag in shown),
        )
        return format_html('<span class="cd-tags">{}{}</span>', tags, format_html(" +{}", more) if more else "")

    @display(description="Owner", empty_value="–")
    def owner_name(self, contact: Contact) -> str | None:
        """Return who looks after the contact."""
        return user_name(contact.owner) if contact.owner else None
