"""What needs somebody now, each with the rows behind it, and only what the person may open."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.timesince import timeuntil

from consent.admin import links
from consent.models import Evidence
from consent.selectors import desk
from consent.selectors.people import names


@dataclass(frozen=True, slots=True)
class Card:
    """One number that asks for somebody. `is_calm`: nothing to do; `note` says what it is about."""

    title: str
    count: int
    link: str
    note: str

    @property
    def is_calm(self) -> bool:
        return self.count == 0


def cards(request: HttpRequest, *, now: datetime, day: date) -> list[Card]:
    """Return the cards that this person may open."""
    return [*_inbox(request, now=now, day=day), *_evidence(request)]


def _inbox(request: HttpRequest, *, now: datetime, day: date) -> Iterator[Card]:
    if not request.user.has_perm("consent.view_delivery"):
        return
    since = now - timedelta(days=desk.CONFLICT_DAYS)
    yield Card(
        "Failed deliveries",
        desk.failed_deliveries(),
        listing("consent_delivery", status__exact="failed"),
        "Authentic, stored, and not read yet.",
    )
    yield Card(
        "Conflicting deliveries",
        desk.conflicting_deliveries(since=since),
        listing("consent_delivery", status__exact="conflict", received_at_from=since.date().isoformat()),
        f"Another body under the same id, in {desk.CONFLICT_DAYS} days.",
    )
    refused = desk.refused_at_doors(day=day)
    by_door = ", ".join(f"{each.door} {each.cause}: {each.count}" for each in refused[:3])
    yield Card(
        "Refused at the door today",
        sum(each.count for each in refused),
        listing("consent_doorcounter", day_date__exact=day.isoformat()),
        by_door or "Every request was signed.",
    )


def _evidence(request: HttpRequest) -> Iterator[Card]:
    model_admin = admin.site._registry.get(Evidence)
    if model_admin is not None and model_admin.has_view_permission(request):
        link = listing("consent_evidence", status__exact="pending")
        yield Card("Evidence to review", desk.pending_evidence(), link, "A second person decides.")


@dataclass(frozen=True, slots=True)
class HoldLine:
    """One held message with its clock."""

    who: str
    channel: str
    detail: str
    since: str
    due: str
    is_overdue: bool
    link: str


def holds(request: HttpRequest, *, now: datetime, tz: tzinfo) -> dict[str, object] | None:
    """Return the review holds with their clock, or nothing for who may not see the register."""
    if not request.user.has_perm("consent.view_suppression"):
        return None
    found = desk.review_holds(tz=tz)
    known = names(
        contact_ids=[each.contact_id for each in found.oldest if each.contact_id],
        address_ids=[each.address_id for each in found.oldest if each.address_id],
    )
    lines = [
        HoldLine(
            who=known.contacts.get(each.contact_id or 0) or known.addresses.get(each.address_id or 0, ""),
            channel=each.channel.label,
            detail=each.detail,
            since=links.moment(each.since),
            due="overdue" if each.due_at <= now else f"{timeuntil(each.due_at, now, depth=1)} left",
            is_overdue=each.due_at <= now,
            link=reverse("admin:consent_suppression_change", args=[each.suppression_id]),
        )
        for each in found.oldest
    ]
    link = listing("consent_suppression", state="active", reason__exact="review_hold")
    return {"count": found.count, "lines": lines, "link": link}


def listing(model: str, **filters: str | int) -> str:
    """Return the address of a list with filters set. Shape: `model` is "app_model"."""
    return f"{reverse(f'admin:{model}_changelist')}?{urlencode(filters)}"
