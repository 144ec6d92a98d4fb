"""Review holds and signals: what waits for a reviewer, and what a reviewer may take back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.timesince import timeuntil

from consent.admin import links
from consent.selectors.holds import Calendar, Case, Told, calendar, standing_signals, told_of, waiting_holds
from consent.selectors.people import Names, names
from consent.vocabulary import Reason
from contacts.values import staff_name


@dataclass(frozen=True, slots=True)
class CaseLine:
    """One case as the lists print it. `due` is empty for a signal, which has no clock."""

    suppression_id: int
    reason: str
    channel: str
    people: tuple[SafeString, ...]
    address: str
    message: str
    matched: str
    since: str
    due: str
    due_at: str
    is_overdue: bool
    judged: str


def holds(request: HttpRequest) -> HttpResponse:
    """Show the held messages, the oldest first, each with its clock."""
    return _page(request, "Review holds", "consent/holds/holds.html", waiting_holds())


def signals(request: HttpRequest) -> HttpResponse:
    """Show the wrong numbers, deaths and hostile messages that silence somebody, the newest first."""
    return _page(request, "Signals", "consent/holds/signals.html", standing_signals())


def may_read(request: HttpRequest) -> bool:
    """Return whether this person may read messages and reviews."""
    return request.user.has_perms(["consent.view_review", "consent.view_inboundmessage"])


def check_may_read(request: HttpRequest) -> None:
    """Raises: PermissionDenied for who may not read messages and reviews."""
    if not may_read(request):
        raise PermissionDenied


def _page(request: HttpRequest, title: str, template: str, cases: Sequence[Case]) -> HttpResponse:
    check_may_read(request)
    context = {
        **admin.site.each_context(request),
        "title": title,
        "lines": lines(cases, now=timezone.now()),
        "hold_days": calendar().hold_days,
    }
    return TemplateResponse(request, template, context)


def lines(cases: Sequence[Case], *, now: datetime) -> list[CaseLine]:
    """Return cases with everything that is printed about them."""
    told = told_of(cases)
    known = names(
        contact_ids={contact for each in told for contact in each.people},
        address_ids={case.address_id for case in cases if case.address_id},
    )
    clock = calendar()
    return [_line(case, each, known, clock, now) for case, each in zip(cases, told, strict=True)]


def _line(case: Case, told: Told, known: Names, clock: Calendar, now: datetime) -> CaseLine:
    due_at = clock.hold_due_at(case.since) if case.reason is Reason.REVIEW_HOLD else None
    left = f"{timeuntil(due_at, now, depth=1)} left" if due_at and due_at > now else "overdue"
    return CaseLine(
        suppression_id=case.suppression_id,
        reason=case.reason.label,
        channel=case.channel.label,
        people=tuple(links.contact(each, known.contacts[each]) for each in told.people if each in known.contacts),
        address=known.addresses.get(case.address_id or 0, ""),
        message=told.message.body if told.message else "",
        matched=case.detail,
        since=links.moment(case.since),
        due=left if due_at else "",
        due_at=links.moment(due_at) if due_at else "",
        is_overdue=due_at is not None and due_at <= now,
        judged=f"{told.review.get_verdict_display()}, {staff_name(told.review.reviewer)}" if told.review else "",
    )
