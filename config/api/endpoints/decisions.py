"""POST decisions/: may we contact them here, for this purpose, now?"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import OpenApiExample
from rest_framework import serializers
from rest_framework.request import Request

from config.api.answering import answer_written, dump, iso, quoted
from config.api.bodies import Body, Choice, Moment, Text, read
from config.api.problems import Fault, invalid
from config.api.reasons import ReasonShape, write_refusal
from config.api.schema import operation
from config.api.subjects import MOST, canonical_values, read_subjects
from config.api.views import ApiView
from config.api.vocabulary import CHANNEL_CHOICES, Scope
from consent.selectors import decide_many
from consent.selectors.decisions import Answer, Subject
from consent.selectors.past import MomentRefused
from consent.services.decisions import recording
from consent.values import Decision, GateRequest
from consent.vocabulary import ADDRESS_KIND_OF, CHANNELS, Channel, Purpose


class Question(Body):
    channel = Choice(CHANNEL_CHOICES)
    purpose = Choice(Purpose.choices())
    list = Text(max_length=80, required=False, allow_null=True, allow_blank=False, help_text="A list's slug, or null.")
    contacts = serializers.JSONField(required=False, help_text="Ids of contacts.")
    addresses = serializers.JSONField(required=False, help_text="Addresses in any spelling.")
    at = Moment(required=False, allow_null=True, help_text="null: now. Else: was it allowed then?")


class QuestionShape(serializers.Serializer[Any]):
    """Who is asked about; 1 to 10,000 contacts and addresses together."""

    channel = serializers.ChoiceField(CHANNEL_CHOICES)
    purpose = serializers.ChoiceField(Purpose.choices())
    list = serializers.CharField(required=False, allow_null=True, max_length=80)
    contacts = serializers.ListField(child=serializers.UUIDField(), required=False, max_length=MOST)
    addresses = serializers.ListField(child=serializers.CharField(max_length=400), required=False, max_length=MOST)
    at = serializers.DateTimeField(required=False, allow_null=True)


class DecisionShape(serializers.Serializer[Any]):
    contact = serializers.UUIDField(allow_null=True)
    address = serializers.CharField(allow_null=True)
    allowed = serializers.BooleanField()
    reasons = ReasonShape(many=True)


class AnswerShape(serializers.Serializer[Any]):
    """Results are in the order of the request: contacts first, then addresses."""

    channel = serializers.ChoiceField(CHANNEL_CHOICES)
    purpose = serializers.ChoiceField(Purpose.choices())
    list = serializers.CharField(allow_null=True)
    checked_at = serializers.DateTimeField()
    results = DecisionShape(many=True)


class Decisions(ApiView):
    scopes = {"POST": Scope.DECISIONS}
    reads = ApiView.reads | {"POST"}
    max_body = 5_000_000

    @operation(
        name="decide",
        tag="decisions",
        summary="Ask who may be contacted",
        description="Answers for 1 to 10,000 contacts and addresses, in the order asked: contacts first. With `at`: as"
        " it was then, from the recorded history. What was answered is kept as a record.",
        request=QuestionShape,
        answers={200: AnswerShape},
        problems=["too_many_subjects"],
        examples=[
            OpenApiExample(
                "A contact and a number",
                request_only=True,
                value={
                    "channel": "sms",
                    "purpose": "marketing",
                    "list": None,
                    "contacts": ["5f0c2a52-6b0e-4c57-9f0e-1d2c3b4a5968"],
                    "addresses": ["+1 500 555 0006"],
                    "at": None,
                },
            ),
            OpenApiExample(
                "One no, one yes",
                response_only=True,
                status_codes=["200"],
                value={
                    "channel": "sms",
                    "purpose": "marketing",
                    "list": None,
                    "checked_at": "2026-11-21T19:05:00Z",
                    "results": [
                        {
                            "contact": "5f0c2a52-6b0e-4c57-9f0e-1d2c3b4a5968",
                            "address": "+15005550001",
                            "allowed": False,
                            "reasons": [
                                {
                                    "code": "opt_out",
                                    "kind": "permanent",
                                    "channel": "sms",
                                    "since": "2026-10-02T14:11:09Z",
                                    "expires_at": None,
                                    "text": "Texted STOP on 2 Oct 2026",
                                    "lifted_by": ["contact_opt_in", "approved_evidence"],
                                    "rule": "R01",
                                }
                            ],
                        },
                        {"contact": None, "address": "+15005550006", "allowed": True, "reasons": []},
                    ],
                },
            ),
        ],
    )
    def post(self, request: Request) -> HttpResponse:
        asked = _read(request.data)
        question = GateRequest(Channel(asked["channel"]), Purpose(asked["purpose"]), asked.get("list"))
        contacts, addresses = read_subjects(asked)
        canonical = canonical_values(addresses, ADDRESS_KIND_OF[question.channel])
        subjects = [Subject(public_id=each) for each in contacts]
        subjects += [
            Subject(address_value=value) if value is not None else Subject(invalid=True)
            for value in (canonical[each] for each in addresses)
        ]
        now, about_at = self.at, asked.get("at")
        try:
            found = decide_many(question, subjects, at=about_at)
        except MomentRefused as no:
            raise invalid(Fault("at", no.code, str(no))) from no
        with recording(
            request=question,
            answers=found,
            by=self.caller.actor,
            at=now,
            source=self.caller.source,
            about_at=about_at,
        ):
            head = dump({"channel": question.channel, "purpose": question.purpose, "list": question.list_slug})
            results = ",".join(_tell(contacts, addresses, found))
        return answer_written(f'{head[:-1]},"checked_at":"{iso(now)}","results":[{results}]}}')


_CHANNEL_NAMES = tuple(each.value for each in CHANNELS)
_PURPOSE_NAMES = tuple(each.value for each in Purpose)
_USUAL_LIST = re.compile("[a-z0-9][a-z0-9-]{0,79}")
_SUBJECTS = {"contacts", "addresses"}


def _read(body: Any) -> dict[str, Any]:
    """Return the checked question. The usual one about now needs no serializer; any other goes through it.

    Raises: serializers.ValidationError.
    """
    if isinstance(body, dict) and body.get("at") is None:
        slug = body.get("list")
        usual = (
            body.keys() <= {"channel", "purpose", "list", "at", *_SUBJECTS}
            and body.get("channel") in _CHANNEL_NAMES
            and body.get("purpose") in _PURPOSE_NAMES
            and (slug is None or (isinstance(slug, str) and _USUAL_LIST.fullmatch(slug)))
            and all(isinstance(body[name], list) for name in _SUBJECTS & body.keys())
        )
        if usual:
            return body
    return read(Question, body)


def _tell(contacts: Sequence[str], addresses: Sequence[str], found: Sequence[Answer]) -> Iterator[str]:
    """Yield each result as JSON. Thousands have the same decision, which is written once."""
    distinct = {id(each.decision): each.decision for each in found}
    told = {place: _tell_decision(each) for place, each in distinct.items()}
    for contact, (_, value, decision, _, _) in zip(contacts, found, strict=False):  # addresses come after contacts
        address = "null" if value is None else quoted(value)
        yield f'{{"contact":"{contact}","address":{address},{told[id(decision)]}'
    for spelled, (_, value, decision, _, _) in zip(addresses, found[len(contacts) :], strict=True):
        yield f'{{"contact":null,"address":{quoted(spelled if value is None else value)},{told[id(decision)]}'


def _tell_decision(decision: Decision) -> str:
    """Return the rest of a result, which hangs on the decision alone."""
    reasons = ",".join(map(write_refusal, decision.reasons))
    return f'"allowed":{"true" if decision.allowed else "false"},"reasons":[{reasons}]}}'
