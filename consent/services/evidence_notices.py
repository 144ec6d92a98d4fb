"""Telling submitters what became of their evidence, by e-mail where the site sends any. The Desk shows it anyway."""

from __future__ import annotations

import structlog
from django.conf import settings
from django.core.mail import send_mail
from procrastinate.contrib.django import app

from consent.models import Evidence
from consent.models.evidence import EvidenceStatus
from contacts.values import staff_name

log = structlog.get_logger(__name__)
NO_MAIL = "django.core.mail.backends.dummy.EmailBackend"
_SUBJECTS = {
    EvidenceStatus.APPROVED: "Your opt-in evidence was approved",
    EvidenceStatus.REJECTED: "Your opt-in evidence was rejected",
    EvidenceStatus.EXPIRED: "Your opt-in evidence expired unreviewed",
}


def sends_mail() -> bool:
    """Return whether an e-mail backend is configured that reaches anybody."""
    return settings.EMAIL_BACKEND != NO_MAIL


def have_submitter_told(evidence_id: int) -> None:
    """Hand the notice to a worker, in the transaction of the verdict. Without a backend there is nothing to hand."""
    if sends_mail():
        app.configure_task(name="tell_submitter").defer(evidence_id=evidence_id)


def tell_submitter(*, evidence_id: int) -> bool:
    """Send the submitter what became of their evidence, and return whether anything was sent.

    The message names no contact and no address: it leads to the evidence, which asks who one is.
    Once: sent again; the job that calls it runs once for each verdict.
    """
    evidence = Evidence.objects.select_related("submitted_by", "reviewed_by").get(pk=evidence_id)
    subject = _SUBJECTS.get(EvidenceStatus(evidence.status))
    submitter = evidence.submitted_by
    if subject is None or not sends_mail() or submitter is None or not submitter.email:
        return False
    lines = [f"{subject} (number {evidence.pk})."]
    if evidence.review_reason and evidence.reviewed_by is not None:
        lines.append(f"{staff_name(evidence.reviewed_by)} wrote: {evidence.review_reason}")
    if evidence.status == EvidenceStatus.EXPIRED:
        lines.append("Nobody reviewed it in time. File it again, if the consent still stands.")
    lines.append("Open Evidence on the staff site to see it.")
    send_mail(subject, "\n\n".join(lines), None, [submitter.email])
    log.info("submitter_told", evidence_id=evidence.pk, user_id=evidence.submitted_by_id)
    return True
