"""Evidence: the queue of claims, the page where a second person judges one, and the form that files one.

Nobody approves through a bulk action, and nobody their own.
"""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from unfold.decorators import display

from consent import sentences
from consent.admin import evidence_page, links
from consent.admin.actors import staff
from consent.admin.evidence_forms import FileEvidenceForm, ReviewForm
from consent.admin.filters import ChoiceFilter, DayFilter
from consent.admin.named import under
from consent.admin.view_only import ViewOnlyAdmin
from consent.models import Evidence
from consent.models.evidence import EvidenceStatus
from consent.selectors import evidence as selectors
from consent.services import evidence as verbs
from consent.services import evidence_files, evidence_pictures, reconsent
from consent.services.evidence import UnableToFileEvidence
from consent.values import Outcome
from consent.vocabulary import Channel, Effect
from contacts.models import Contact
from contacts.selectors import visible_contacts

TONES = {
    EvidenceStatus.PENDING: "wait",
    EvidenceStatus.APPROVED: "good",
    EvidenceStatus.REJECTED: "bad",
    EvidenceStatus.EXPIRED: "quiet",
}


@admin.register(Evidence)
class EvidenceAdmin(ViewOnlyAdmin):
    """Shows claims oldest first. A claim's page previews what approving would lift, and what would stay."""

    screen = "Evidence"
    list_display = ("filed", "who", "for_channels", "given", "by", "status_mark")
    list_display_links = ("filed",)
    list_filter = (("status", ChoiceFilter), ("submitted_at", DayFilter))
    list_filter_submit = True
    ordering = selectors.WAITING_FIRST
    fields = (
        "who",
        "where",
        "for_channels",
        "method",
        "given",
        "where_given",
        "provider_reconsent",
        "by",
        "filed",
        "status_mark",
    )
    change_form_template = "consent/evidence.html"

    def has_view_permission(self, request: HttpRequest, obj: Evidence | None = None) -> bool:
        return request.user.has_perm("consent.view_evidence")

    def has_file_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("consent.add_evidence")

    def has_review_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("consent.review_evidence")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Evidence]:
        return selectors.queue(super().get_queryset(request))

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("file/<int:contact_id>/", view(self.file), name="consent_evidence_file"),
            path("<int:evidence_id>/proof/", view(self.proof), name="consent_evidence_proof"),
            path("<int:evidence_id>/picture/", view(self.picture), name="consent_evidence_picture"),
            path("<int:evidence_id>/approve/", view(self.approve), name="consent_evidence_approve"),
            path("<int:evidence_id>/reconsent/", view(self.reconsent), name="consent_evidence_reconsent"),
            path("<int:evidence_id>/reject/", view(self.reject), name="consent_evidence_reject"),
            *super().get_urls(),
        ]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        claim = self.get_object(request, object_id)
        if not isinstance(claim, Evidence) or not self.has_view_permission(request, claim):
            return super().change_view(request, object_id, form_url, extra_context)
        context = evidence_page.told(request, claim, may_review=self.has_review_permission(request))
        return super().change_view(request, object_id, form_url, {**context, **(extra_context or {})})

    def file(self, request: HttpRequest, contact_id: int) -> HttpResponse:
        """File evidence for a contact: the form, and the claim once it is whole."""
        if not self.has_file_permission(request):
            raise PermissionDenied
        contact = get_object_or_404(visible_contacts(), pk=contact_id)
        addresses = selectors.address_choices(contact_id)
        asked = request.GET.get("channel", "")
        form = FileEvidenceForm(request.POST or None, request.FILES or None, addresses=addresses, channel=asked)
        if request.method == "POST" and form.is_valid() and (claim := self._filed(request, form, contact)):
            messages.success(request, "Filed. Somebody else must review it before anything is lifted.")
            return HttpResponseRedirect(reverse("admin:consent_evidence_change", args=[claim.pk]))
        context = {
            **self.admin_site.each_context(request),
            **under(str(contact), reverse("admin:contacts_contact_change", args=[contact.pk]), "File opt-in evidence"),
            "contact": contact,
            "form": form,
            "has_addresses": bool(addresses),
        }
        return TemplateResponse(request, "consent/evidence_file.html", context)

    def _filed(self, request: HttpRequest, form: FileEvidenceForm, contact: Contact) -> Evidence | None:
        at = timezone.now()
        upload, stored = form.cleaned_data["file"], None
        try:
            stored = evidence_files.store(upload=upload, at=at) if upload else None
            claim = form.claim(contact_id=contact.pk, file=stored)
            return verbs.file_evidence(claim=claim, by=staff(request), at=at)
        except UnableToFileEvidence as error:
            evidence_files.discard(stored)
            form.add_error(error.field if error.field in form.fields else None, str(error))
            return None

    def proof(self, request: HttpRequest, evidence_id: int) -> FileResponse:
        """Hand out the proof file as an attachment that no browser runs."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        claim = get_object_or_404(Evidence, pk=evidence_id)
        if not claim.file_key:
            raise Http404("No file was filed with this evidence.")
        return FileResponse(
            evidence_files.open_file(claim),
            as_attachment=True,
            filename=claim.file_name,
            content_type=claim.file_type,
            headers={"X-Content-Type-Options": "nosniff", "Cache-Control": "private, no-store"},
        )

    def picture(self, request: HttpRequest, evidence_id: int) -> HttpResponse:
        """Show the first pages of a PDF as a picture."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        drawn = evidence_pictures.picture_of_pdf(get_object_or_404(Evidence, pk=evidence_id))
        if drawn is None:
            raise Http404("There is no PDF here that can be drawn.")
        headers = {"X-Content-Type-Options": "nosniff", "Cache-Control": "private, no-store"}
        return HttpResponse(drawn, content_type="image/png", headers=headers)

    def approve(self, request: HttpRequest, evidence_id: int) -> HttpResponse:
        """Approve a claim and lift what it lifts."""
        return self._review(request, evidence_id, verbs.approve)

    def reject(self, request: HttpRequest, evidence_id: int) -> HttpResponse:
        """Reject a claim with a reason."""
        return self._review(request, evidence_id, verbs.reject)

    def reconsent(self, request: HttpRequest, evidence_id: int) -> HttpResponse:
        """Tell the provider that the contact consented again, and show what it answered."""
        if not self.has_review_permission(request):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        claim = get_object_or_404(Evidence, pk=evidence_id)
        try:
            told = reconsent.tell_provider(evidence_id=claim.pk, by=staff(request), at=timezone.now())
        except reconsent.UnableToTellProvider as refusal:
            messages.error(request, str(refusal))
        else:
            show = messages.success if told.accepted else messages.error
            show(request, evidence_page.answer(told)["text"])
        return HttpResponseRedirect(reverse("admin:consent_evidence_change", args=[claim.pk]))

    def _review(self, request: HttpRequest, evidence_id: int, verb: Any) -> HttpResponse:
        if not self.has_review_permission(request):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        claim = get_object_or_404(Evidence, pk=evidence_id)
        page = HttpResponseRedirect(reverse("admin:consent_evidence_change", args=[claim.pk]))
        form = ReviewForm(request.POST)
        if not form.is_valid():
            messages.error(request, "Not decided: say what you checked, and why you decide so.")
            return page
        reviewed = verb(evidence_id=claim.pk, reason=form.cleaned_data["reason"], by=staff(request), at=timezone.now())
        if reviewed.refused:
            messages.error(request, f"Not decided. {sentences.refusal(reviewed.refused)}")
        elif reviewed.recorded is None:
            messages.success(request, "Rejected. Nothing was lifted.")
        else:
            messages.success(request, _told(reviewed.recorded.outcomes))
        return page

    @display(description="Filed")
    def filed(self, row: Evidence) -> str:
        return links.moment(row.submitted_at)

    @display(description="Contact")
    def who(self, row: Evidence) -> SafeString:
        return links.contact(row.contact_id, str(row.contact))

    @display(description="Address")
    def where(self, row: Evidence) -> str:
        return row.address.shown

    @display(description="Channels")
    def for_channels(self, row: Evidence) -> str:
        return ", ".join(Channel(value).label for value in row.channels)

    @display(description="Consent given")
    def given(self, row: Evidence) -> str:
        return links.moment(row.consent_given_at)

    @display(description="Filed by")
    def by(self, row: Evidence) -> str:
        return selectors.submitter(row)

    @display(description="Status")
    def status_mark(self, row: Evidence) -> SafeString:
        return links.mark(row.get_status_display(), TONES[EvidenceStatus(row.status)])


def _told(outcomes: tuple[Outcome, ...]) -> str:
    lifted = sum(outcome.effect is Effect.LIFTED for outcome in outcomes)
    kept = sum(outcome.effect is Effect.KEPT for outcome in outcomes)
    stays = f" {kept} stay{'s' if kept == 1 else ''}; the timeline tells why." if kept else ""
    return f"Approved. {lifted} suppression{'' if lifted == 1 else 's'} lifted.{stays}"
