"""Sender alerts: what e-mail providers told that is about us, not about anybody's wish or mailbox."""

from __future__ import annotations

from datetime import timedelta

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from consent.admin import links
from consent.providers.email import TITLES
from consent.selectors.email import ALERT_DAYS, sender_alerts

PERIODS = (ALERT_DAYS, 30, 90)
ADVICE: tuple[tuple[str, str], ...] = (
    ("espblock", "The receiver blocks our sending address or provider: ask the provider for another, slow down."),
    ("blacklisted", "Our sending address is on a blocklist: find which, mend the cause, ask to be taken off."),
    ("5.7", "Refused by policy: check SPF, DKIM and DMARC of the sending domain, and the content."),
)
"""What to do, by a word in the detail."""


def view(request: HttpRequest) -> HttpResponse:
    """Show the causes of a period, the most frequent first."""
    if not request.user.has_perm("consent.view_delivery"):
        raise PermissionDenied
    asked = request.GET.get("days", "")
    days = int(asked) if asked in {str(each) for each in PERIODS} else ALERT_DAYS
    since = timezone.now() - timedelta(days=days)
    lines = [
        {
            "provider": TITLES.get(alert.provider, alert.provider),
            "cause": alert.detail or "no detail",
            "advice": next((told for word, told in ADVICE if word in alert.detail), "Look at the delivery."),
            "count": alert.count,
            "last": links.moment(alert.last_at),
            "link": f"{reverse('admin:consent_delivery_changelist')}?"
            + urlencode({"door": f"email.{alert.provider}", "received_at_from": since.date().isoformat()}),
        }
        for alert in sender_alerts(since=since)
    ]
    context = {
        **admin.site.each_context(request),
        "title": "Sender alerts",
        "lines": lines,
        "days": days,
        "periods": PERIODS,
    }
    return TemplateResponse(request, "consent/alerts.html", context)
