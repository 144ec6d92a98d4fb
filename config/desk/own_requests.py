"""What became of the evidence that one filed oneself."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.http import HttpRequest
from django.urls import reverse
from django.utils.safestring import SafeString

from consent.admin import links
from consent.admin.evidence import TONES
from consent.models.evidence import EvidenceStatus
from consent.selectors.evidence import own_requests
from contacts.values import staff_name

SHOWN_FOR = timedelta(days=14)
MOST = 10


def lines(request: HttpRequest, *, now: datetime) -> list[dict[str, str | SafeString]]:
    """Return one's own evidence that waits or was decided lately, the newest first."""
    if request.user.pk is None or not request.user.has_perm("consent.view_evidence"):
        return []
    return [
        {
            "link": reverse("admin:consent_evidence_change", args=[row.pk]),
            "who": str(row.contact),
            "filed": links.moment(row.submitted_at),
            "mark": links.mark(row.get_status_display(), TONES[EvidenceStatus(row.status)]),
            "by": staff_name(row.reviewed_by),
            "reason": row.review_reason,
        }
        for row in own_requests(request.user.pk, since=now - SHOWN_FOR, limit=MOST)
    ]
