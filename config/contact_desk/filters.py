"""The filters of the contacts list, each a list to choose from."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib.admin import SimpleListFilter
from django.contrib.auth import get_user_model
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest

from consent.selectors import connected_channels
from consent.selectors.finding import blocked, with_dnd, with_pending_evidence, with_status
from consent.vocabulary import CHANNELS, Channel, DndStatus, Kind, Reason
from contacts.models import Contact
from contacts.values import staff_name
from contacts.vocabulary import Word
from lists.models import ContactList, ListMembership

Choices = list[tuple[str, str]]


class _Select(SimpleListFilter):
    """One list to choose from. A value that is none of its choices filters nothing."""

    template = "contact_desk/list/filter.html"

    def chosen(self) -> str:
        """Return the value in force, or ""."""
        value = self.value()
        return value if value in {key for key, _ in self.lookup_choices} else ""

    def label(self) -> str:
        """Return the label of the value in force."""
        return str(dict(self.lookup_choices)[self.chosen()])

    def choices(self, changelist: Any) -> Iterator[Any]:
        yield {"selected": not self.chosen(), "value": "", "display": "Any"}
        for value, label in self.lookup_choices:
            yield {"selected": value == self.chosen(), "value": value, "display": label}


class StatusFilter(_Select):
    title, parameter_name = "DND", "dnd"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        return DndStatus.choices()

    def queryset(self, request: HttpRequest, queryset: QuerySet[Contact]) -> QuerySet[Contact]:
        if not self.chosen():
            return queryset
        return queryset.filter(with_status(DndStatus(self.chosen()), connected=connected_channels()))


class _StandingFilter(_Select):
    """Channel, kind and reason are about one suppression together; the first of them that is chosen asks for all."""

    def queryset(self, request: HttpRequest, queryset: QuerySet[Contact]) -> QuerySet[Contact]:
        asked = {
            "channel": _known(Channel, request.GET.get("channel")),
            "kind": _known(Kind, request.GET.get("kind")),
            "reason": _known(Reason, request.GET.get("reason")),
        }
        first = next((name for name, value in asked.items() if value is not None), None)
        return queryset.filter(with_dnd(**asked)) if first == self.parameter_name else queryset


def _known(words: type[Word], value: str | None) -> Any:
    return words(value) if value and value in words._value2member_map_ else None


class ChannelFilter(_StandingFilter):
    title, parameter_name = "silenced on", "channel"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        return [(channel.value, channel.label) for channel in CHANNELS]


class KindFilter(_StandingFilter):
    title, parameter_name = "kind", "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        return Kind.choices()


class ReasonFilter(_StandingFilter):
    title, parameter_name = "reason", "reason"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        return Reason.choices()


class BlockedFilter(_Select):
    title, parameter_name = "blocked", "blocked"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        return [("yes", "Blocked"), ("no", "Not blocked")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Contact]) -> QuerySet[Contact]:
        return {"yes": queryset.filter(blocked()), "no": queryset.exclude(blocked())}.get(self.chosen(), queryset)


class ListFilter(_Select):
    title, parameter_name = "list", "list"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        lists = ContactList.objects.filter(archived_at=None).order_by("name")
        return [(slug, name) for slug, name in lists.values_list("slug", "name")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Contact]) -> QuerySet[Contact]:
        if not self.chosen():
            return queryset
        on = ListMembership.objects.filter(
            contact=OuterRef("pk"), list__slug=self.chosen(), added_at__isnull=False, removed_at=None
        )
        return queryset.filter(Exists(on))


class OwnerFilter(_Select):
    title, parameter_name = "owner", "owner"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        staff = get_user_model().objects.filter(is_staff=True, is_active=True).exclude(pk=request.user.pk or 0)
        others = sorted((staff_name(user), str(user.pk)) for user in staff)
        return [("me", "Me"), ("nobody", "Nobody"), *((pk, name) for name, pk in others)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Contact]) -> QuerySet[Contact]:
        match self.chosen():
            case "":
                return queryset
            case "me":
                return queryset.filter(owner_id=request.user.pk)
            case "nobody":
                return queryset.filter(owner_id=None)
            case pk:
                return queryset.filter(owner_id=int(pk))


class EvidenceFilter(_Select):
    title, parameter_name = "evidence", "evidence"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        return [("pending", "Waiting for review")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Contact]) -> QuerySet[Contact]:
        return queryset.filter(with_pending_evidence()) if self.chosen() else queryset


FILTERS = (
    StatusFilter,
    ChannelFilter,
    KindFilter,
    ReasonFilter,
    ListFilter,
    OwnerFilter,
    BlockedFilter,
    EvidenceFilter,
)
