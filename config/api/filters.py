"""The filters of lists, by django-filter. A value that none of them knows is refused: it would find everybody."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

import django_filters as filters
from django.db.models import Exists, Model, OuterRef, QuerySet
from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.request import Request

from config.api.bodies import one_of, read_moment
from config.api.problems import Fault, invalid
from config.api.vocabulary import CHANNEL_CHOICES
from consent.selectors import connected_channels
from consent.selectors.business import default_region
from consent.selectors.finding import blocked, with_dnd, with_status
from consent.vocabulary import Channel, DndStatus, Kind
from contacts.models import Contact, ContactAddress
from contacts.normalize import InvalidAddress, normalize
from contacts.selectors import search
from contacts.vocabulary import AddressKind
from lists.models import ContactList, ListMembership

Row = TypeVar("Row", bound=Model)
YES_OR_NO = [("true", "Yes"), ("false", "No")]


class ContactFilters(filters.FilterSet):
    """What contacts can be found by. All that are given hold together."""

    q = filters.CharFilter(method="by_words", max_length=200, label="Name, phone in any spelling, or e-mail")
    phone = filters.CharFilter(method="by_phone", max_length=100, label="A phone number in any spelling")
    email = filters.CharFilter(method="by_email", max_length=400, label="An e-mail address in any spelling")
    dnd_status = filters.ChoiceFilter(
        method="by_status", choices=DndStatus.choices(), label="Silenced on all, some or none of the connected channels"
    )
    dnd_channel = filters.ChoiceFilter(method="by_dnd", choices=CHANNEL_CHOICES, label="Silenced on this channel")
    dnd_kind = filters.ChoiceFilter(
        method="by_dnd", choices=Kind.choices(), label="Silenced so; with dnd_channel: there"
    )
    list = filters.CharFilter(method="by_list", max_length=80, label="On the list with this slug")
    blocked = filters.ChoiceFilter(method="by_block", choices=YES_OR_NO, label="Blocked or not")
    updated_after = filters.CharFilter(method="by_update", max_length=40, label="Changed after this time")

    def by_words(self, rows: QuerySet[Contact], name: str, value: str) -> QuerySet[Contact]:
        return rows.filter(id__in=search(value, region=default_region()).values("id"))

    def by_phone(self, rows: QuerySet[Contact], name: str, value: str) -> QuerySet[Contact]:
        return _holding(rows, name, AddressKind.PHONE, value)

    def by_email(self, rows: QuerySet[Contact], name: str, value: str) -> QuerySet[Contact]:
        return _holding(rows, name, AddressKind.EMAIL, value)

    def by_status(self, rows: QuerySet[Contact], name: str, value: str) -> QuerySet[Contact]:
        return rows.filter(with_status(DndStatus(value), connected=connected_channels()))

    def by_dnd(self, rows: QuerySet[Contact], name: str, value: str) -> QuerySet[Contact]:
        """Channel and kind are about one suppression together; the first of them that is given asks for both."""
        channel, kind = self.data.get("dnd_channel"), self.data.get("dnd_kind")
        if name == "dnd_kind" and channel:
            return rows
        return rows.filter(with_dnd(channel=Channel(channel) if channel else None, kind=Kind(kind) if kind else None))

    def by_list(self, rows: QuerySet[Contact], name: str, value: str) -> QuerySet[Contact]:
        if not ContactList.objects.filter(slug=value).exists():
            raise invalid(Fault(name, "unknown_list", f"There is no list “{value}”. lists/ names them."))
        on = ListMembership.objects.filter(list__slug=value, added_at__isnull=False, removed_at=None)
        return rows.filter(Exists(on.filter(contact=OuterRef("pk"))))

    def by_block(self, rows: QuerySet[Contact], name: str, value: str) -> QuerySet[Contact]:
        return rows.filter(blocked()) if value == "true" else rows.exclude(blocked())

    def by_update(self, rows: QuerySet[Contact], name: str, value: str) -> QuerySet[Contact]:
        return rows.filter(updated_at__gt=moment(name, value))


def filtered(filters: type[filters.FilterSet], request: Request, rows: QuerySet[Row]) -> QuerySet[Row]:
    """Return the rows that a request asks for. Raises: Problem for values that are none."""
    found = filters(request.query_params, queryset=rows)
    if not found.is_valid():
        raise invalid(
            *(
                Fault(name, each["code"] or "invalid", _told(filters.base_filters[name], each))
                for name, errors in found.errors.get_json_data().items()
                for each in errors
            )
        )
    queryset: QuerySet[Row] = found.qs
    return queryset


def _told(asked: filters.Filter, error: dict[str, str]) -> str:
    return one_of(_values(asked)) if error["code"] == "invalid_choice" else error["message"]


def _values(asked: filters.Filter) -> list[str]:
    """Return the values that a filter knows; none where any will do."""
    return [value for value, _ in asked.extra.get("choices", ())]


def parameters_of(asked: type[filters.FilterSet]) -> Iterator[OpenApiParameter]:
    """Yield the query parameters of some filters, for the OpenAPI document."""
    for name, each in asked.base_filters.items():
        kind = UUID if isinstance(each, filters.UUIDFilter) else str
        yield OpenApiParameter(name, kind, enum=_values(each) or None, description=str(each.label or ""))


def names_of(filters: type[filters.FilterSet]) -> frozenset[str]:
    """Return the query parameters of some filters."""
    return frozenset(filters.base_filters)


def moment(name: str, value: str) -> datetime:
    """Return a time in a query. A “+” that was not encoded came as a space. Raises: Problem."""
    try:
        return read_moment(value.replace(" ", "+") if "T" in value else value)
    except ValidationError as wrong:
        detail: Any = wrong.detail
        told: ErrorDetail = detail[0]
        raise invalid(Fault(name, str(told.code), str(told))) from wrong


def _holding(rows: QuerySet[Contact], name: str, kind: AddressKind, value: str) -> QuerySet[Contact]:
    try:
        address = normalize(kind, value, region=default_region())
    except InvalidAddress as wrong:
        raise invalid(Fault(name, wrong.code, wrong.message)) from wrong
    held = ContactAddress.objects.filter(address__kind=kind, address__value=address.value)
    return rows.filter(id__in=held.values("contact_id"))
