"""evidence/: opt-in evidence, filed for a second person to review."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import django_filters as filters
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse, QueryDict
from django.urls import reverse
from drf_spectacular.utils import OpenApiExample
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request

from config.api.answering import answer, iso
from config.api.bodies import Body, Choice, JsonParser, Moment, Text, read
from config.api.filters import filtered, names_of, parameters_of
from config.api.paging import PARAMETERS, page_of
from config.api.problems import Fault, Problem, invalid, not_found
from config.api.schema import operation
from config.api.views import ApiView
from config.api.vocabulary import CHANNEL_CHOICES, Scope
from consent.models import Evidence
from consent.models.evidence import ConsentMethod, EvidenceStatus
from consent.selectors.business import default_region
from consent.sentences import refusal
from consent.services import evidence as verbs
from consent.services import evidence_files
from consent.services.evidence import Claim
from consent.values import Outcome
from consent.vocabulary import ADDRESS_KIND_OF, Channel, Effect, Kind, Reason
from contacts.models import Contact
from contacts.normalize import InvalidAddress, normalize
from contacts.selectors import addresses_of
from contacts.vocabulary import AddressKind

EXAMPLE = {
    "contact": "5f0c2a52-6b0e-4c57-9f0e-1d2c3b4a5968",
    "address": "+1 503 555 0101",
    "channels": ["sms"],
    "method": "web_form",
    "wording": "Yes, text me offers again.",
    "consent_given_at": "2026-11-20T10:00:00Z",
    "where_given": "https://shop.example.com/account, 192.0.2.7",
}


class EffectShape(serializers.Serializer[Any]):
    effect = serializers.ChoiceField(Effect.choices())
    channel = serializers.ChoiceField(Channel.choices())
    reason = serializers.ChoiceField(Reason.choices(), allow_null=True)
    kind = serializers.ChoiceField(Kind.choices(), allow_null=True)
    code = serializers.CharField(help_text="Why it stays; empty where it is lifted.")
    text = serializers.CharField()


class EvidenceShape(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    contact = serializers.UUIDField()
    address = serializers.CharField()
    channels = serializers.ListField(child=serializers.ChoiceField(CHANNEL_CHOICES))
    method = serializers.ChoiceField(ConsentMethod.choices())
    wording = serializers.CharField()
    consent_given_at = serializers.DateTimeField()
    where_given = serializers.CharField()
    note = serializers.CharField()
    file_name = serializers.CharField()
    file_type = serializers.CharField()
    file_sha256 = serializers.CharField()
    status = serializers.ChoiceField(EvidenceStatus.choices())
    submitted_by = serializers.CharField(allow_null=True, help_text="A log-in's name.")
    submitted_with = serializers.CharField(allow_null=True, help_text="The integration that filed it.")
    submitted_at = serializers.DateTimeField()
    reviewed_by = serializers.CharField(allow_null=True)
    reviewed_with = serializers.CharField(allow_null=True)
    reviewed_at = serializers.DateTimeField(allow_null=True)
    review_reason = serializers.CharField()


class OneEvidenceShape(EvidenceShape):
    effects = EffectShape(many=True, help_text="What approving would lift now, and what would stay.")


class EvidencePage(serializers.Serializer[Any]):
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = EvidenceShape(many=True)


class EvidenceBody(Body):
    contact = serializers.UUIDField()
    address = Text(max_length=400, allow_blank=False, help_text="One that the contact holds, in any spelling.")
    channels = serializers.ListField(child=Choice(CHANNEL_CHOICES), min_length=1, max_length=6)
    method = Choice(ConsentMethod.choices())
    wording = Text(allow_blank=False, max_length=20_000, help_text="The exact words that the contact agreed to.")
    consent_given_at = Moment(help_text="Later than what it is to lift.")
    where_given = Text(required=False, default="", max_length=400, help_text="URL, IP address, campaign.")
    note = Text(required=False, default="")
    file = serializers.FileField(required=False, help_text="The proof: PDF, image, text or audio; multipart only.")


class EvidenceFilters(filters.FilterSet):
    status = filters.ChoiceFilter(choices=EvidenceStatus.choices(), label="How far it is")
    contact = filters.UUIDFilter(field_name="contact__public_id", label="The id of a contact")


class EvidenceList(ApiView):
    scopes = {"GET": Scope.EVIDENCE_WRITE, "POST": Scope.EVIDENCE_WRITE}
    or_scopes = {"GET": Scope.EVIDENCE_REVIEW}
    permissions = {"GET": ("consent.view_evidence",), "POST": ("consent.add_evidence",)}
    query = {"GET": PARAMETERS | names_of(EvidenceFilters)}
    parser_classes = [JsonParser, MultiPartParser]
    max_body = 100_000_000

    @operation(
        name="list_evidence",
        tag="evidence",
        summary="Read evidence",
        description="Oldest first; `?status=pending` is what waits for a reviewer. Needs evidence:write or :review.",
        answers={200: EvidencePage},
        parameters=[*parameters_of(EvidenceFilters)],
        is_list=True,
    )
    def get(self, request: Request) -> HttpResponse:
        rows = filtered(EvidenceFilters, request, rows_of_evidence())
        return answer(page_of(request, rows, purpose="evidence").content(request, _tell))

    @operation(
        name="file_evidence",
        tag="evidence",
        summary="File evidence that a contact consented again",
        description="It changes nothing until somebody else approves it. A proof file comes as multipart/form-data;"
        " `channels` is then repeated, or separated by commas.",
        request={"multipart/form-data": EvidenceBody, "application/json": EvidenceBody},
        answers={201: EvidenceShape},
        is_write=True,
        examples=[OpenApiExample("A form on the web", request_only=True, value=EXAMPLE)],
    )
    def post(self, request: Request) -> HttpResponse:
        given = read(EvidenceBody, _plain(request.data))
        contact = Contact.objects.filter(public_id=given["contact"], deleted_at=None, erased_at=None).first()
        if contact is None:
            raise invalid(Fault("contact", "unknown_contact", "There is no such contact. Look it up under contacts/."))
        channels = [Channel(each) for each in given["channels"]]
        address_id = _address(contact.pk, given["address"], channels)
        upload: UploadedFile | None = given.get("file")
        stored = evidence_files.store(upload=upload, at=self.at) if upload is not None else None
        try:
            claim = Claim(
                contact_id=contact.pk,
                address_id=address_id,
                channels=channels,
                method=ConsentMethod(given["method"]),
                wording=given["wording"],
                consent_given_at=given["consent_given_at"],
                where_given=given["where_given"],
                note=given["note"],
                file=stored,
            )
            filed = verbs.file_evidence(
                claim=claim, by=self.caller.actor, at=self.at, source=self.caller.source, person_id=person_of(self)
            )
        except Exception:
            evidence_files.discard(stored)
            raise
        row = rows_of_evidence().get(pk=filed.pk)
        return answer(_tell([row])[0], status=201, Location=reverse("api-evidence", args=[filed.public_id]))


class OneEvidence(ApiView):
    scopes = {"GET": Scope.EVIDENCE_WRITE}
    or_scopes = {"GET": Scope.EVIDENCE_REVIEW}
    permissions = {"GET": ("consent.view_evidence",)}

    @operation(
        name="get_evidence",
        tag="evidence",
        summary="Read evidence, and what approving would lift",
        answers={200: OneEvidenceShape},
        problems=["not_found"],
    )
    def get(self, request: Request, evidence_id: UUID) -> HttpResponse:
        row = evidence_of(evidence_id)
        pending = row.status == EvidenceStatus.PENDING
        outcomes = verbs.preview(evidence=row, at=self.at) if pending else ()
        return answer(told(row, outcomes))


def rows_of_evidence() -> Any:
    """Return all evidence with whom an answer names."""
    return Evidence.objects.select_related("contact", "address", "submitted_by", "reviewed_by")


def evidence_of(public_id: UUID) -> Evidence:
    """Return evidence. Raises: Problem (404)."""
    found: Evidence | None = rows_of_evidence().filter(public_id=public_id).first()
    if found is None:
        raise not_found("There is no evidence with this id. evidence/ lists it.")
    return found


def person_of(view: ApiView) -> int | None:
    """Return who answers for what a key does."""
    key = view.caller.key
    return None if key is None else key.owner_id


def told(row: Evidence, outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """Return evidence with what approving it does to each suppression."""
    effects = [
        {
            "effect": each.effect,
            "channel": each.channel,
            "reason": each.reason,
            "kind": each.kind,
            "code": each.code,
            "text": refusal(each.code) if each.code else "",
        }
        for each in outcomes
    ]
    return {**_tell([row])[0], "effects": effects}


def _plain(data: Any) -> Any:
    """Return a form as the object that JSON would have sent. Raises: Problem for a name that comes twice."""
    if not isinstance(data, QueryDict):
        return data
    forms: Mapping[str, list[Any]] = dict(data.lists())
    if twice := [name for name, values in forms.items() if len(values) > 1 and name != "channels"]:
        raise Problem(400, "malformed", f"“{twice[0]}” comes twice in one form. Send it once.")
    plain = {name: values[0] for name, values in forms.items()}
    if "channels" in forms:
        plain["channels"] = [
            word.strip() for each in forms["channels"] for word in (each.split(",") if isinstance(each, str) else [""])
        ]
    return plain


def _address(contact_id: int, spelling: str, channels: Sequence[Channel]) -> int:
    """Return the address of a contact that is meant. Raises: Problem."""
    kinds = {ADDRESS_KIND_OF[channel] for channel in channels}
    kind = kinds.pop() if len(kinds) == 1 else AddressKind.EMAIL if "@" in spelling else AddressKind.PHONE
    try:
        value = normalize(kind, spelling, region=default_region()).value
    except InvalidAddress as wrong:
        raise invalid(Fault("address", wrong.code, str(wrong))) from wrong
    for held in addresses_of(contact_id):
        if (held.kind, held.value) == (kind, value):
            return held.id
    raise invalid(Fault("address", "not_held", "The contact does not hold this address. Add it first."))


def _name(ref: str) -> str | None:
    return ref.partition(":")[2] or None


def _tell(rows: Sequence[Evidence]) -> list[dict[str, Any]]:
    return [
        {
            "id": str(row.public_id),
            "contact": str(row.contact.public_id),
            "address": row.address.value,
            "channels": row.channels,
            "method": row.method,
            "wording": row.wording,
            "consent_given_at": iso(row.consent_given_at),
            "where_given": row.where_given,
            "note": row.note,
            "file_name": row.file_name,
            "file_type": row.file_type,
            "file_sha256": row.file_sha256,
            "status": row.status,
            "submitted_by": row.submitted_by.get_username() if row.submitted_by is not None else None,
            "submitted_with": _name(row.submitted_with),
            "submitted_at": iso(row.submitted_at),
            "reviewed_by": row.reviewed_by.get_username() if row.reviewed_by is not None else None,
            "reviewed_with": _name(row.reviewed_with),
            "reviewed_at": iso(row.reviewed_at),
            "review_reason": row.review_reason,
        }
        for row in rows
    ]
