"""evidence/{id}/approve/ and …/reject/: what a second person decides, or the integration that they answer for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar
from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.utils import OpenApiExample
from rest_framework.request import Request

from config.api.answering import answer
from config.api.bodies import Body, Text, read
from config.api.endpoints.evidence import OneEvidenceShape, evidence_of, told
from config.api.problems import Fault, Problem
from config.api.schema import operation
from config.api.views import ApiView
from config.api.vocabulary import Scope
from config.roles import SCOPE_PERMISSIONS
from consent.sentences import refusal
from consent.services import evidence as verbs
from consent.services.evidence import Reviewed

REFUSALS = ("own_evidence", "reviewer_unknown", "already_reviewed")


class ReviewBody(Body):
    reason = Text(allow_blank=False, help_text="What was checked, and why it is decided so.")


class Review(ApiView):
    """What both verdicts share. A refused one is in the ledger."""

    scopes = {"POST": Scope.EVIDENCE_REVIEW}
    verb: ClassVar[Callable[..., Reviewed]]

    def review(self, request: Request, evidence_id: UUID) -> HttpResponse:
        """Return the evidence after the verdict, or the problem of a refused one."""
        given = read(ReviewBody, request.data)
        reviewed = type(self).verb(
            evidence_id=evidence_of(evidence_id).pk,
            reason=given["reason"],
            by=self.caller.actor,
            at=self.at,
            source=self.caller.source,
            person_id=_reviewer(self),
        )
        if reviewed.refused:
            sentence = refusal(reviewed.refused)
            fault = Fault("", reviewed.refused, sentence)
            return Problem(409, reviewed.refused, f"Nothing was changed. {sentence}", [fault]).response()
        outcomes: Any = reviewed.recorded.outcomes if reviewed.recorded is not None else ()
        return answer(told(evidence_of(evidence_id), outcomes))


def _reviewer(view: ApiView) -> int | None:
    """Return who reviews through a key: its owner, as long as they may review evidence themselves."""
    key = view.caller.key
    owner = None if key is None else key.owner
    return owner.pk if owner is not None and owner.has_perms(SCOPE_PERMISSIONS[Scope.EVIDENCE_REVIEW]) else None


class Approve(Review):
    verb = staticmethod(verbs.approve)

    @operation(
        name="approve_evidence",
        tag="evidence",
        summary="Approve evidence that somebody else filed",
        description="Lifts what the evidence can lift; `effects` tells what was lifted and what stays. Refused to the"
        " integration and the person who filed it, to all integrations of that person, and to an integration whose"
        " owner may not review evidence, or that has none.",
        request=ReviewBody,
        answers={200: OneEvidenceShape},
        problems=["not_found", *REFUSALS],
        is_write=True,
        examples=[
            OpenApiExample("Checked", request_only=True, value={"reason": "Form and IP address match the shop's log."})
        ],
    )
    def post(self, request: Request, evidence_id: UUID) -> HttpResponse:
        return self.review(request, evidence_id)


class Reject(Review):
    verb = staticmethod(verbs.reject)

    @operation(
        name="reject_evidence",
        tag="evidence",
        summary="Reject evidence that somebody else filed",
        description="It lifts nothing and stays on file. Refused to whom approving is refused to.",
        request=ReviewBody,
        answers={200: OneEvidenceShape},
        problems=["not_found", *REFUSALS],
        is_write=True,
        examples=[OpenApiExample("Not enough", request_only=True, value={"reason": "The form names another number."})],
    )
    def post(self, request: Request, evidence_id: UUID) -> HttpResponse:
        return self.review(request, evidence_id)
