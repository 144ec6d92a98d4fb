"""suppressions/: every standing reason not to contact, and those of other systems taken over in bulk."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import django_filters as filters
from django.db.models import QuerySet
from django.http import HttpResponse
from drf_spectacular.utils import OpenApiExample
from rest_framework import serializers
from rest_framework.request import Request

from config.api.answering import answer, iso
from config.api.bodies import Body, Text, read
from config.api.filters import YES_OR_NO, filtered, moment, names_of, parameters_of
from config.api.paging import PARAMETERS, page_of
from config.api.problems import Fault, Problem, invalid
from config.api.schema import operation
from config.api.subjects import MOST, named_addresses
from config.api.views import ApiView
from config.api.vocabulary import Scope
from consent.models import Suppression
from consent.rules import LIFT_ROUTES
from consent.selectors.business import default_region
from consent.services.foreign_rows import ForeignSuppression, RowRefused, read_row
from consent.services.importing import RefusedRow, import_suppressions
from consent.services.recording import CHANGES, Recorded
from consent.values import Outcome
from consent.vocabulary import Channel, Covers, Direction, Effect, Kind, LiftRoute, Reason, Source


class SuppressionShape(serializers.Serializer[Any]):
    """One reason not to contact an address, a contact, or a contact at an address."""

    id = serializers.UUIDField()
    contact = serializers.UUIDField(allow_null=True)
    address = serializers.CharField(allow_null=True)
    address_kind = serializers.CharField(allow_null=True)
    channel = serializers.ChoiceField(Channel.choices())
    direction = serializers.ChoiceField(Direction.choices())
    reason = serializers.ChoiceField(Reason.choices())
    kind = serializers.ChoiceField(Kind.choices())
    covers = serializers.ChoiceField(Covers.choices())
    rule = serializers.CharField()
    detail = serializers.CharField(help_text="The word or code that told us, as STOP or 30003.")
    source = serializers.ChoiceField(Source.choices())  # type: ignore[assignment]  # the ledger's word, not the field's own
    note = serializers.CharField()
    since = serializers.DateTimeField()
    recorded_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField(allow_null=True)
    active = serializers.BooleanField()
    lifted_at = serializers.DateTimeField(allow_null=True)
    lifted_by = serializers.ListField(
        child=serializers.ChoiceField(LiftRoute.choices()), help_text="What would end it; once lifted, what did."
    )


class SuppressionPage(serializers.Serializer[Any]):
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = SuppressionShape(many=True)


class SuppressionFilters(filters.FilterSet):
    """What suppressions can be found by. All that are given hold together."""

    channel = filters.ChoiceFilter(choices=Channel.choices(), label="Set on this channel, or with `all` on all at once")
    kind = filters.ChoiceFilter(
        choices=Kind.choices(), label="What staff may clear, or what only the contact or evidence ends"
    )
    reason = filters.ChoiceFilter(choices=Reason.choices(), label="Why")
    direction = filters.ChoiceFilter(choices=Direction.choices(), label="Of what we send, or of what comes in")
    active = filters.ChoiceFilter(method="by_state", choices=YES_OR_NO, label="Standing, or lifted")
    contact = filters.UUIDFilter(field_name="contact__public_id", label="The id of a contact")
    address = filters.CharFilter(method="by_address", max_length=400, label="An address in any spelling")
    since = filters.CharFilter(method="by_time", max_length=40, label="Began at this time or later")
    recorded_after = filters.CharFilter(method="by_time", max_length=40, label="Recorded after this time")

    def by_state(self, rows: QuerySet[Suppression], name: str, value: str) -> QuerySet[Suppression]:
        return rows.filter(lifted_at__isnull=value == "true")

    def by_address(self, rows: QuerySet[Suppression], name: str, value: str) -> QuerySet[Suppression]:
        found = named_addresses([value])[0]
        if found is None:
            raise invalid(Fault(name, "invalid_address", "Send an e-mail address or a phone number."))
        return rows.filter(address__kind=found.kind, address__value=found.value)

    def by_time(self, rows: QuerySet[Suppression], name: str, value: str) -> QuerySet[Suppression]:
        asked = {"since": "since__gte", "recorded_after": "recorded_at__gt"}[name]
        return rows.filter(**{asked: moment(name, value)})


class Suppressions(ApiView):
    scopes = {"GET": Scope.DND_READ}
    query = {"GET": PARAMETERS | names_of(SuppressionFilters)}

    @operation(
        name="list_suppressions",
        tag="suppressions",
        summary="Read suppressions, standing and lifted",
        description="In the order in which they were recorded. `?active=true` gives what stands now.",
        answers={200: SuppressionPage},
        parameters=[*parameters_of(SuppressionFilters)],
        is_list=True,
    )
    def get(self, request: Request) -> HttpResponse:
        rows = filtered(SuppressionFilters, request, Suppression.objects.select_related("contact", "address"))
        return answer(page_of(request, rows, purpose="suppressions").content(request, _tell))


class ForeignRowShape(serializers.Serializer[Any]):
    """One suppression of another system. Without a kind it is the only kind of its reason, else permanent.

    A block, and a hold that is not said to be temporary, become imported suppressions.
    """

    address = serializers.CharField(max_length=400, help_text="In any spelling; nobody needs to hold it.")
    channel = serializers.ChoiceField(Channel.choices())
    reason = serializers.CharField(required=False, help_text=f"One of {', '.join(Reason)}.")
    kind = serializers.ChoiceField(Kind.choices(), required=False)
    covers = serializers.ChoiceField(Covers.choices(), required=False)
    direction = serializers.ChoiceField(Direction.choices(), required=False)
    since = serializers.DateTimeField(required=False, allow_null=True, help_text="When it began; a day will do.")
    expires_at = serializers.DateTimeField(required=False, allow_null=True, help_text="Of temporary ones only.")
    note = serializers.CharField(required=False, max_length=2000)


class BulkSuppressionsShape(serializers.Serializer[Any]):
    suppressions = serializers.ListField(child=ForeignRowShape(), min_length=1, max_length=MOST)
    origin = serializers.CharField(required=False, max_length=80, help_text="Where they come from, for the ledger.")


class BulkSuppressionsBody(Body):
    suppressions = serializers.JSONField()
    origin = Text(required=False, default="", max_length=80)


class SuppressionOutcomeShape(serializers.Serializer[Any]):
    address = serializers.CharField(allow_null=True)
    channel = serializers.CharField(allow_null=True)
    effect = serializers.ChoiceField(Effect.choices())
    reason = serializers.CharField(allow_null=True)
    kind = serializers.ChoiceField(Kind.choices(), allow_null=True)
    field = serializers.CharField(help_text="What is wrong with a row that was refused.")
    code = serializers.CharField()
    text = serializers.CharField()


class BulkOutcomesShape(serializers.Serializer[Any]):
    """Results are in the order of the request."""

    changed = serializers.IntegerField()
    effects = serializers.DictField(child=serializers.IntegerField())
    results = SuppressionOutcomeShape(many=True)


class SuppressionsBulk(ApiView):
    scopes = {"POST": Scope.DND_WRITE}
    max_body = 10_000_000

    @operation(
        name="import_suppressions",
        tag="suppressions",
        summary="Take over up to 10,000 suppressions of another system",
        description="Rule R24. A row that can't be taken over is refused with what is wrong and stops no other; the"
        " ledger names its number. Nothing is ever ended or weakened by it, and who opted in after `since` stays opted"
        " in (`superseded`).",
        request=BulkSuppressionsShape,
        answers={200: BulkOutcomesShape},
        problems=["too_many_subjects"],
        is_write=True,
        examples=[
            OpenApiExample(
                "Two of a former system",
                request_only=True,
                value={
                    "origin": "Former newsletter tool",
                    "suppressions": [
                        {"address": "ada@example.com", "channel": "email", "reason": "spam_complaint"},
                        {"address": "+1 503 555 0101", "channel": "sms", "since": "2025-04-01T00:00:00Z"},
                    ],
                },
            )
        ],
    )
    def post(self, request: Request) -> HttpResponse:
        given = read(BulkSuppressionsBody, request.data)
        region = default_region()
        asked = [_row(each, region, self) for each in _listed(given["suppressions"])]
        recorded = import_suppressions(
            rows=[each for each in asked if isinstance(each, ForeignSuppression)],
            refused=[
                RefusedRow(number, len(asked), each.code)
                for number, each in enumerate(asked, start=1)
                if isinstance(each, RowRefused)
            ],
            detail=given["origin"],
            source=self.caller.source,
            by=self.caller.actor,
            at=self.at,
        )
        done = iter(recorded)
        told = [
            _outcome(each, next(done)) if isinstance(each, ForeignSuppression) else _refused(raw, each)
            for raw, each in zip(given["suppressions"], asked, strict=True)
        ]
        effects = Counter(str(each["effect"]) for each in told)
        return answer({"changed": sum(effects[each] for each in CHANGES), "effects": effects, "results": told})


def _listed(given: Any) -> list[Any]:
    if not isinstance(given, list) or not given:
        raise invalid(Fault("suppressions", "not_a_list", "Send a list of 1 to 10,000 suppressions."))
    if len(given) > MOST:
        raise Problem(413, "too_many_subjects", f"{len(given)} rows; a call takes {MOST}. Send several calls.")
    return given


def _row(given: Any, region: str, view: ApiView) -> ForeignSuppression | RowRefused:
    if not isinstance(given, dict):
        return RowRefused("", "not_an_object", "Send an object with address and channel.")
    try:
        return read_row(given, region=region, at=view.at)
    except RowRefused as no:
        return no


def _outcome(row: ForeignSuppression, recorded: Recorded) -> dict[str, Any]:
    """Return what became of a row. Where several hold its address, a change of any of them speaks for all."""
    spoken: Outcome = next((each for each in recorded.outcomes if each.effect in CHANGES), recorded.outcomes[0])
    empty = {"field": "", "code": spoken.code, "text": ""}
    named = {"address": row.address.value, "channel": row.channel, "effect": spoken.effect}
    return {**named, "reason": spoken.reason, "kind": spoken.kind, **empty}


def _refused(given: Any, no: RowRefused) -> dict[str, Any]:
    said = given if isinstance(given, dict) else {}
    named = {name: said[name] if isinstance(said.get(name), str) else None for name in ("address", "channel")}
    told = {"field": no.field, "code": no.code, "text": str(no)}
    return {**named, "effect": Effect.REFUSED, "reason": None, "kind": None, **told}


def _tell(rows: Sequence[Suppression]) -> list[dict[str, Any]]:
    return [
        {
            "id": str(row.public_id),
            "contact": _uuid(row.contact.public_id if row.contact is not None else None),
            "address": row.address.value if row.address is not None else None,
            "address_kind": row.address.kind if row.address is not None else None,
            "channel": row.channel,
            "direction": row.direction,
            "reason": row.reason,
            "kind": row.kind,
            "covers": row.covers,
            "rule": row.rule,
            "detail": row.detail,
            "source": row.source,
            "note": row.note,
            "since": iso(row.since),
            "recorded_at": iso(row.recorded_at),
            "expires_at": iso(row.expires_at),
            "active": row.lifted_at is None,
            "lifted_at": iso(row.lifted_at),
            "lifted_by": _routes(row),
        }
        for row in rows
    ]


def _uuid(value: UUID | None) -> str | None:
    return None if value is None else str(value)


def _routes(row: Suppression) -> list[str]:
    if row.lifted_at is not None:
        return [row.lift_route]
    routes = LIFT_ROUTES[Reason(row.reason), Kind(row.kind)]
    return [route for route in LiftRoute if route in routes]
