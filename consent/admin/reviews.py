"""One case before a reviewer: the message in its conversation, and the buttons that decide."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from consent.admin import links
from consent.admin.actors import staff
from consent.admin.holds import check_may_read, lines
from consent.admin.named import under
from consent.models import Suppression
from consent.selectors import holder_ids
from consent.selectors.holds import SIGNALS, Case, case_of, conversation, mark_of, reviews_of, told_by
from consent.selectors.people import names
from consent.services.reviews import Reviewed, UnableToReview, correct_number, decide_hold, mark_false_positive
from consent.vocabulary import Channel, LiftRoute, Reason


class NoteForm(forms.Form):
    """Why the reviewer decides so."""

    note = forms.CharField(label="Why", max_length=1000, widget=UnfoldAdminTextareaWidget(attrs={"rows": 2}))


class CorrectionForm(NoteForm):
    """The right number of a contact who holds the wrong one."""

    contact = forms.TypedChoiceField(coerce=int, widget=UnfoldAdminSelectWidget, label="Whose number is wrong")
    new_number = forms.CharField(label="Right number", max_length=40, widget=UnfoldAdminTextInputWidget)
    field_order = ("contact", "new_number", "note")

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        holders = holder_ids(case.address_id) if case.address_id is not None else ()
        known = names(contact_ids=holders).contacts
        cast(forms.ChoiceField, self.fields["contact"]).choices = [
            (each, known.get(each, f"Contact {each}")) for each in holders
        ]
        self.fields["note"].label = "How you found out"


_DONE = {
    "opt_out": "Recorded as an opt-out. Only the contact, or approved evidence, can end it.",
    "not_opt_out": "Recorded as no opt-out. The message silences nobody any more; other reasons stay.",
    "false_positive": "Recorded as a false positive. What it had silenced is lifted.",
    "correct": "The number is corrected. The wrong one stays silenced.",
}


def view(request: HttpRequest, suppression_id: int) -> HttpResponse:
    """Show a case, and take the reviewer's decision. Raises: Http404 for what was never to be reviewed."""
    check_may_read(request)
    case = case_of(suppression_id)
    if case is None:
        return _settled(request, suppression_id)
    decision = request.POST.get("decision", "")
    form = NoteForm(request.POST if decision in {"opt_out", "not_opt_out", "false_positive"} else None, prefix="judge")
    correction = _correction(request, case, decision)
    if request.method == "POST":
        if not request.user.has_perm("consent.decide_review"):
            raise PermissionDenied
        sent = correction if decision == "correct" and correction is not None else form
        if sent.is_bound and sent.is_valid() and _decide(request, case, decision, sent) is not None:
            messages.success(request, _DONE[decision])
            return HttpResponseRedirect(reverse("admin:signals" if case.reason in SIGNALS else "admin:review_holds"))
    return TemplateResponse(request, "consent/holds/case.html", _context(request, case, form, correction))


def _correction(request: HttpRequest, case: Case, decision: str) -> CorrectionForm | None:
    if case.reason is not Reason.WRONG_NUMBER or case.address_id is None or not holder_ids(case.address_id):
        return None
    return CorrectionForm(request.POST if decision == "correct" else None, case=case, prefix="correct")


def _decide(request: HttpRequest, case: Case, decision: str, form: forms.Form) -> Reviewed | None:
    """Call the one verb that was asked for. What it refuses stands at the form's field."""
    told = {
        "suppression_id": case.suppression_id,
        "note": form.cleaned_data["note"],
        "by": staff(request),
        "at": timezone.now(),
    }
    seen = request.POST.get("seen", "")
    try:
        if decision == "correct":
            number = form.cleaned_data["new_number"]
            return correct_number(contact_id=form.cleaned_data["contact"], new_number=number, **told)
        if decision == "false_positive":
            return mark_false_positive(seen=seen, **told)
        return decide_hold(is_opt_out=decision == "opt_out", seen=seen, **told)
    except UnableToReview as refused:
        form.add_error(refused.field if refused.field in form.fields else None, str(refused))
        return None


def _context(request: HttpRequest, case: Case, form: NoteForm, correction: CorrectionForm | None) -> dict[str, object]:
    # First of all: what comes while the rest is read has not been shown for sure.
    seen = mark_of(case)
    stated = {message.pk for message in told_by(case)}
    talk = conversation(case)
    return {
        **admin.site.each_context(request),
        **_heading(case.reason, case.channel),
        "case": case,
        "line": lines([case], now=timezone.now())[0],
        "told": [message for message in told_by(case) if message.pk not in {each.pk for each in talk}],
        "talk": [(message, message.pk in stated) for message in talk],
        "form": form,
        "correction": correction,
        "is_hold": case.reason is Reason.REVIEW_HOLD,
        "may_decide": request.user.has_perm("consent.decide_review"),
        "reviews": reviews_of(case.rows),
        "seen": seen,
    }


def _heading(reason: Reason, channel: Channel) -> dict[str, str]:
    if reason is Reason.REVIEW_HOLD:
        return under("Review holds", reverse("admin:review_holds"), f"{reason.label} on {channel.label}")
    return under("Signals", reverse("admin:signals"), reason.label)


def _settled(request: HttpRequest, suppression_id: int) -> HttpResponse:
    row = Suppression.objects.filter(
        pk=suppression_id, reason__in=[Reason.REVIEW_HOLD, *SIGNALS], lifted_at__isnull=False
    ).first()
    if row is None or row.lifted_at is None:
        raise Http404
    context = {
        **admin.site.each_context(request),
        **_heading(Reason(row.reason), Channel(row.channel)),
        "how": LiftRoute(row.lift_route).label,
        "when": links.moment(row.lifted_at),
        "who": names(actors={row.lifted_by}).actor(row.lifted_by),
        "reviews": reviews_of([row.pk]),
    }
    # A conflict for who pressed a button that somebody else had pressed first.
    return TemplateResponse(
        request, "consent/holds/settled.html", context, status=409 if request.method == "POST" else 200
    )
