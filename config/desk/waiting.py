"""What needs somebody now, each with the rows behind it, and only what the person may open."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.timesince import timeuntil

from config.desk import contradictions
from config.upkeep.selectors import failing_tasks
from config.webhooks import selectors as webhooks
from consent.admin import links
from consent.admin.holds import may_read
from consent.models import Evidence, InboundMessage
from consent.selectors import desk, seals
from consent.selectors.consents import running_out_count
from consent.selectors.drift import count_to_settle
from consent.selectors.email import ALERT_DAYS, count_sender_alerts
from consent.selectors.holds import Case, calendar, messages_of, waiting_holds
from consent.selectors.people import Names, names
from consent.selectors.requests import REQUEST_BUSINESS_DAYS, overdue_count

MOST_COUNTED = 1000
MOST_HOLDS = 5
"""Held messages on the Desk; the rest is on their own page."""


@dataclass(frozen=True, slots=True)
class Card:
    """One number that asks for somebody; `note` says what it is about.

    `is_calm`: nothing to do. `is_urgent` False: worth a look when there is time, because nobody waits for it.
    """

    title: str
    count: int
    link: str
    note: str
    is_urgent: bool = True

    @property
    def is_calm(self) -> bool:
        return self.count == 0


def cards(request: HttpRequest, *, now: datetime, day: date) -> list[Card]:
    """Return the cards that this person may open."""
    return [
        *_inbox(request, now=now, day=day),
        *_drift(request),
        *_evidence(request),
        *_seals(request, now=now),
        *_webhooks(request),
        *_jobs(request, now=now),
        *_requests(request, now=now),
        *_consents(request, now=now),
        *_contradictions(request, now=now),
    ]


def _contradictions(request: HttpRequest, *, now: datetime) -> Iterator[Card]:
    if not request.user.has_perm("consent.view_suppression"):
        return
    counts = contradictions.counts(now=now)
    told = "; ".join(f"{each.label}: {contradictions.shown(n)}" for each, n in counts.items() if n)
    yield Card(
        "Contradictions",
        sum(counts.values()),
        reverse("admin:contradictions"),
        told or "All records fit together.",
        is_urgent=False,
    )


def _webhooks(request: HttpRequest) -> Iterator[Card]:
    """Yield what fails of the webhooks that integrations are told by; nothing where all is well."""
    if not request.user.has_perm("config.view_webhookendpoint"):
        return
    link = reverse("admin:config_webhookendpoint_changelist")
    if stopped := webhooks.count_stopped():
        yield Card("Stopped webhooks", stopped, link, "Integrations are not told any more: their endpoint fails.")
    if dead := webhooks.count_dead():
        yield Card("Webhook notices given up", dead, link, "After three days of trying. They can be sent again.")


def _jobs(request: HttpRequest, *, now: datetime) -> Iterator[Card]:
    """Yield the jobs that fail and have not got through since; nothing where all is well."""
    if not request.user.has_perm("procrastinate.view_procrastinatejob"):
        return
    if failing := failing_tasks(now=now):
        told = "; ".join(f"{task.name}, last on {links.moment(task.last_at)}" for task in failing[:3])
        link = listing("procrastinate_procrastinatejob", status__exact="failed")
        yield Card("Jobs that fail", len(failing), link, f"{told}. The worker's log tells why.")


def _requests(request: HttpRequest, *, now: datetime) -> Iterator[Card]:
    if not request.user.has_perm("consent.view_optoutrequest"):
        return
    waiting, late = overdue_count(now=now)
    note = f"{waiting} wait, within {REQUEST_BUSINESS_DAYS} business days each." if waiting else "None waits."
    yield Card("Overdue opt-out requests", late, reverse("admin:opt_out_requests"), note)


def _consents(request: HttpRequest, *, now: datetime) -> Iterator[Card]:
    if not request.user.has_perm("consent.view_consentrecord"):
        return
    found = running_out_count(now=now, days=30, most=MOST_COUNTED)
    if found:
        more = " or more" if found == MOST_COUNTED else ""
        link = listing("consent_consentrecord", state="soon_30")
        yield Card("Consents that run out", found, link, f"Within 30 days{more}. Ask again before.", is_urgent=False)


def _inbox(request: HttpRequest, *, now: datetime, day: date) -> Iterator[Card]:
    if not request.user.has_perm("consent.view_delivery"):
        return
    since = now - timedelta(days=desk.CONFLICT_DAYS)
    failed, left = desk.unread_deliveries(now=now)
    yield Card(
        "Failed deliveries",
        failed,
        listing("consent_delivery", status__exact="failed"),
        "Authentic, stored, and not read yet.",
    )
    if left:
        link = listing("consent_delivery", status__exact="pending")
        yield Card("Deliveries nobody reads", left, link, "They wait for minutes. Is a worker running?")
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
    yield Card(
        "Sender alerts",
        count_sender_alerts(since=now - timedelta(days=ALERT_DAYS)),
        reverse("admin:sender_alerts"),
        f"E-mail refused because of us, in {ALERT_DAYS} days.",
    )


def _drift(request: HttpRequest) -> Iterator[Card]:
    if request.user.has_perm("consent.view_drift"):
        yield Card(
            "Drift",
            count_to_settle(),
            listing("consent_drift", state="to_do"),
            "The provider's lists and ours differ.",
        )


def _evidence(request: HttpRequest) -> Iterator[Card]:
    model_admin = admin.site._registry.get(Evidence)
    if model_admin is not None and model_admin.has_view_permission(request):
        link = listing("consent_evidence", status__exact="pending")
        yield Card("Evidence to review", desk.pending_evidence(), link, "A second person decides.")


def _seals(request: HttpRequest, *, now: datetime) -> Iterator[Card]:
    """Yield what is wrong with the proof of the ledger; nothing where all is well."""
    if not request.user.has_perm("consent.view_ledgerseal"):
        return
    stand, link = seals.sealing(), reverse("admin:consent_ledgerseal_changelist")
    verification = stand.verification
    if verification is not None and not verification.holds:
        note = f"The ledger does not hold: {verification.findings[0]['text']}"
        yield Card("Findings in the ledger", len(verification.findings), link, note)
    elif stand.is_unverified(now=now):
        yield Card("Ledger not verified lately", 1, link, "The nightly check has not run. Is a worker running?")
    if stand.lags(now=now):
        yield Card("Ledger entries without a seal", stand.unsealed, link, "Sealing lags. Is a worker running?")


@dataclass(frozen=True, slots=True)
class HoldLine:
    """One held message with its clock. `detail` is what made us hold it, and no quote."""

    who: str
    channel: str
    detail: str
    message: str
    since: str
    due: str
    is_overdue: bool
    link: str


def holds(request: HttpRequest, *, now: datetime) -> dict[str, object] | None:
    """Return the review holds with their clock, or nothing for who may not see reviews."""
    if not may_read(request):
        return None
    found = waiting_holds()
    oldest = found[:MOST_HOLDS]
    known = names(
        contact_ids=[contact for case in oldest for contact in case.contact_ids[:1]],
        address_ids=[case.address_id for case in oldest if case.address_id and not case.contact_ids],
    )
    clock, told = calendar(), messages_of(oldest)
    lines = [
        _hold_line(case, message, known, due_at=clock.hold_due_at(case.since), now=now)
        for case, message in zip(oldest, told, strict=True)
    ]
    return {"count": len(found), "lines": lines, "days": clock.hold_days, "link": reverse("admin:review_holds")}


def _hold_line(
    case: Case, message: InboundMessage | None, known: Names, *, due_at: datetime, now: datetime
) -> HoldLine:
    named = [known.contacts.get(contact, "") for contact in case.contact_ids[:1]]
    return HoldLine(
        who=next(filter(None, named), "") or known.addresses.get(case.address_id or 0, ""),
        channel=case.channel.label,
        detail=case.detail,
        message=message.body if message else "",
        since=links.moment(case.since),
        due="overdue" if due_at <= now else f"{timeuntil(due_at, now, depth=1)} left",
        is_overdue=due_at <= now,
        link=reverse("admin:review_case", args=[case.suppression_id]),
    )


def listing(model: str, **filters: str | int) -> str:
    """Return the address of a list with filters set. Shape: `model` is "app_model"."""
    return f"{reverse(f'admin:{model}_changelist')}?{urlencode(filters)}"
