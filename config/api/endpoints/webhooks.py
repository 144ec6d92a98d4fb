"""webhook-endpoints/: who is told of the ledger, and how it arrives."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponse
from drf_spectacular.utils import OpenApiExample, OpenApiParameter
from rest_framework import serializers
from rest_framework.request import Request

from config.api.answering import answer, iso
from config.api.bodies import Body, Flag, Moment, Text, read
from config.api.entries import EntryShape
from config.api.paging import PARAMETERS, page_of
from config.api.problems import Fault, Problem, invalid, not_found
from config.api.schema import operation
from config.api.views import ApiView
from config.api.vocabulary import Scope
from config.webhooks import selectors
from config.webhooks.models import WebhookEndpoint, WebhookNotice
from config.webhooks.services import endpoints
from config.webhooks.services.endpoints import Issued, TooManyEndpoints, UnableToChangeEndpoint
from config.webhooks.targets import LONGEST
from config.webhooks.vocabulary import Failure, NoticeState, StoppedFor
from consent.vocabulary import CHANNELS, EventKind

VIEW = ("config.view_webhookendpoint", "consent.view_ledgerentry")
ADD = (*VIEW, "config.add_webhookendpoint")
CHANGE = (*VIEW, "config.change_webhookendpoint")
_CHANNELS = [(each.value, each.label) for each in CHANNELS]
EXAMPLE: dict[str, Any] = {
    "id": "0d2f6f0e-7c43-4a55-9a0e-3f1c2b6d8e21",
    "url": "https://shop.example.com/consent",
    "description": "Webshop",
    "kinds": ["opt_out"],
    "channels": [],
    "enabled": True,
    "stopped_at": None,
    "stopped_for": None,
    "failing_since": None,
    "last_delivered_at": "2026-11-21T19:05:00Z",
    "old_secret_until": None,
    "waiting": 0,
    "given_up": 0,
    "created_at": "2026-11-20T08:00:00Z",
}
CREATED = {**EXAMPLE, "last_delivered_at": None, "secret": "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"}


class NewEndpoint(Body):
    url = Text(max_length=LONGEST, allow_blank=False, help_text="https://, a public host, port 443 or 8443.")
    description = Text(max_length=200, required=False)
    kinds = serializers.ListField(
        child=serializers.ChoiceField(EventKind.choices()), required=False, help_text="Empty: every kind."
    )
    channels = serializers.ListField(
        child=serializers.ChoiceField(_CHANNELS), required=False, help_text="Empty: every channel, and none."
    )


class EndpointChange(NewEndpoint):
    enabled = Flag(required=False, help_text="Stopped, it keeps its place in the ledger.")


class Rotation(Body):
    overlap_hours = serializers.IntegerField(
        required=False, min_value=0, max_value=168, help_text="How long the old secret signs too; 24 if not given."
    )


class Replay(Body):
    since = Moment(required=False, help_text="Send everything again that was recorded since.")
    given_up = Flag(required=False, help_text="true: send again what was given up.")


class Nothing(Body):
    """An empty object, or no body."""


class EndpointShape(serializers.Serializer[Any]):
    """An endpoint. It never tells its secret."""

    id = serializers.UUIDField()
    url = serializers.CharField()
    description = serializers.CharField()
    kinds = serializers.ListField(child=serializers.ChoiceField(EventKind.choices()))
    channels = serializers.ListField(child=serializers.ChoiceField(_CHANNELS))
    enabled = serializers.BooleanField()
    stopped_at = serializers.DateTimeField(allow_null=True)
    stopped_for = serializers.ChoiceField(StoppedFor.choices(), allow_null=True)
    failing_since = serializers.DateTimeField(allow_null=True)
    last_delivered_at = serializers.DateTimeField(allow_null=True)
    old_secret_until = serializers.DateTimeField(allow_null=True)
    waiting = serializers.IntegerField()
    given_up = serializers.IntegerField()
    created_at = serializers.DateTimeField()


class IssuedShape(EndpointShape):
    """An endpoint with its secret, which is told this once."""

    secret = serializers.CharField()


class EndpointPage(serializers.Serializer[Any]):
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = EndpointShape(many=True)


class NoticeShape(serializers.Serializer[Any]):
    """A notice: its `id` is the `webhook-id` header, and the id of the entry of the ledger that it tells of."""

    id = serializers.UUIDField()
    is_test = serializers.BooleanField()
    state = serializers.ChoiceField(NoticeState.choices())
    attempts = serializers.IntegerField()
    status = serializers.IntegerField(allow_null=True)
    failure = serializers.ChoiceField(Failure.choices(), allow_null=True)
    due_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()
    settled_at = serializers.DateTimeField(allow_null=True)


class NoticePage(serializers.Serializer[Any]):
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = NoticeShape(many=True)


class WebhookBody(serializers.Serializer[Any]):
    """What arrives at an endpoint: the entry of the ledger as `GET events/` tells it."""

    type = serializers.CharField(help_text="`ledger.` and the kind of the entry, or `webhook.test`.")
    timestamp = serializers.DateTimeField()
    data = EntryShape()


class EndpointView(ApiView):
    """What the addresses of webhook-endpoints/ share. An integration sees its own endpoints; people see all."""

    max_body = 20_000

    def visible(self) -> QuerySet[WebhookEndpoint]:
        """Return the endpoints that the caller may see."""
        rows = WebhookEndpoint.objects.all()
        return rows if self.caller.key is None else rows.filter(key=self.caller.key)

    def found(self, public_id: UUID) -> WebhookEndpoint:
        """Return one of them. Raises: Problem (404)."""
        endpoint = self.visible().filter(public_id=public_id).first()
        if endpoint is None:
            raise not_found("There is no such webhook endpoint, or it is another integration's.")
        return endpoint


class WebhookEndpoints(EndpointView):
    scopes = {"GET": Scope.EVENTS_READ, "POST": Scope.EVENTS_READ}
    permissions = {"GET": VIEW, "POST": ADD}
    query = {"GET": PARAMETERS}

    @operation(
        name="list_webhook_endpoints",
        tag="webhooks",
        summary="List webhook endpoints",
        description="Those of the key; a person sees all.",
        answers={200: EndpointPage},
        is_list=True,
        examples=[
            OpenApiExample(
                "One endpoint", response_only=True, value={"next": None, "previous": None, "results": [EXAMPLE]}
            )
        ],
    )
    def get(self, request: Request) -> HttpResponse:
        return answer(page_of(request, self.visible(), purpose="webhooks").content(request, _tell))

    @operation(
        name="create_webhook_endpoint",
        tag="webhooks",
        summary="Subscribe to webhooks",
        description="From now on each entry of the ledger is posted to `url`, signed after the Standard Webhooks"
        " specification, at least once, and in order for each contact. The secret is in this answer alone. For what was"
        " before, replay.",
        request=NewEndpoint,
        answers={201: IssuedShape},
        problems=["too_many_endpoints"],
        is_write=True,
        examples=[
            OpenApiExample(
                "Every opt-out", request_only=True, value={"url": EXAMPLE["url"], "kinds": EXAMPLE["kinds"]}
            ),
            OpenApiExample("With its secret", response_only=True, status_codes=["201"], value=CREATED),
        ],
    )
    def post(self, request: Request) -> HttpResponse:
        values = read(NewEndpoint, request.data)
        try:
            issued = endpoints.create_endpoint(**values, key=self.caller.key, by=self.caller.actor, at=self.at)
        except UnableToChangeEndpoint as no:
            raise _problem(no) from no
        return _issued(issued, status=201)


class OneWebhookEndpoint(EndpointView):
    scopes = {"GET": Scope.EVENTS_READ, "PATCH": Scope.EVENTS_READ, "DELETE": Scope.EVENTS_READ}
    permissions = {"GET": VIEW, "PATCH": CHANGE, "DELETE": CHANGE}

    @operation(
        name="get_webhook_endpoint",
        tag="webhooks",
        summary="Read a webhook endpoint",
        answers={200: EndpointShape},
        problems=["not_found"],
        examples=[OpenApiExample("An endpoint", response_only=True, value=EXAMPLE)],
    )
    def get(self, request: Request, endpoint_id: UUID) -> HttpResponse:
        return answer(_tell([self.found(endpoint_id)])[0])

    @operation(
        name="change_webhook_endpoint",
        tag="webhooks",
        summary="Change a webhook endpoint",
        description="Changes the fields given. `enabled: false` stops it; enabled again it is told of everything since.",
        request=EndpointChange,
        answers={200: EndpointShape},
        problems=["not_found"],
        is_write=True,
        examples=[
            OpenApiExample("Go on", request_only=True, value={"enabled": True}),
            OpenApiExample("An endpoint", response_only=True, value=EXAMPLE),
        ],
    )
    def patch(self, request: Request, endpoint_id: UUID) -> HttpResponse:
        endpoint = self.found(endpoint_id)
        values = read(EndpointChange, request.data, partial=True)
        try:
            changed = endpoints.change_endpoint(endpoint_id=endpoint.pk, **values, by=self.caller.actor, at=self.at)
        except UnableToChangeEndpoint as no:
            raise _problem(no) from no
        return answer(_tell([changed])[0])

    @operation(
        name="delete_webhook_endpoint",
        tag="webhooks",
        summary="Delete a webhook endpoint",
        description="Deletes it with everything on its way to it.",
        answers={204: None},
        problems=["not_found"],
        is_write=True,
    )
    def delete(self, request: Request, endpoint_id: UUID) -> HttpResponse:
        endpoints.delete_endpoint(endpoint_id=self.found(endpoint_id).pk, by=self.caller.actor, at=self.at)
        return HttpResponse(status=204)


class RotateSecret(EndpointView):
    scopes = {"POST": Scope.EVENTS_READ}
    permissions = {"POST": CHANGE}

    @operation(
        name="rotate_webhook_secret",
        tag="webhooks",
        summary="Rotate the secret of a webhook endpoint",
        description="Until the overlap is over, each message has two signatures: of the new secret and of the old one.",
        request=Rotation,
        answers={200: IssuedShape},
        problems=["not_found"],
        is_write=True,
        examples=[
            OpenApiExample("Two days", request_only=True, value={"overlap_hours": 48}),
            OpenApiExample("With its secret", response_only=True, value=CREATED),
        ],
    )
    def post(self, request: Request, endpoint_id: UUID) -> HttpResponse:
        endpoint = self.found(endpoint_id)
        hours = read(Rotation, request.data or {}).get("overlap_hours")
        overlap = endpoints.USUAL_OVERLAP if hours is None else timedelta(hours=hours)
        return _issued(
            endpoints.rotate_secret(endpoint_id=endpoint.pk, overlap=overlap, by=self.caller.actor, at=self.at)
        )


class ReplayNotices(EndpointView):
    scopes = {"POST": Scope.EVENTS_READ}
    permissions = {"POST": CHANGE}

    @operation(
        name="replay_webhooks",
        tag="webhooks",
        summary="Send again",
        description="`since`: everything that was recorded since, in order, with the ids it had. `given_up`: what was"
        " given up after three days of trying.",
        request=Replay,
        answers={202: EndpointShape},
        problems=["not_found"],
        is_write=True,
        examples=[
            OpenApiExample("Since a time", request_only=True, value={"since": "2026-11-21T00:00:00Z"}),
            OpenApiExample("An endpoint", response_only=True, status_codes=["202"], value=EXAMPLE),
        ],
    )
    def post(self, request: Request, endpoint_id: UUID) -> HttpResponse:
        endpoint = self.found(endpoint_id)
        values = read(Replay, request.data)
        since, given_up = values.get("since"), values.get("given_up", False)
        if (since is None) == (not given_up):
            raise invalid(Fault("since", "required", "Send either “since” or “given_up”: true."))
        who, at = self.caller.actor, self.at
        if since is not None:
            endpoints.replay_since(endpoint_id=endpoint.pk, since=since, by=who, at=at)
        else:
            endpoints.retry_dead(endpoint_id=endpoint.pk, by=who, at=at)
        return answer(_tell([self.found(endpoint_id)])[0], status=202)


class SendTest(EndpointView):
    scopes = {"POST": Scope.EVENTS_READ}
    permissions = {"POST": CHANGE}

    @operation(
        name="send_test_webhook",
        tag="webhooks",
        summary="Send a test to a webhook endpoint",
        description="Puts a message of the type `webhook.test` on its way. What became of it is under `notices/`.",
        request=Nothing,
        answers={202: NoticeShape},
        problems=["not_found"],
        is_write=True,
    )
    def post(self, request: Request, endpoint_id: UUID) -> HttpResponse:
        endpoint = self.found(endpoint_id)
        read(Nothing, request.data or {})
        return answer(_tell_notices([endpoints.send_test(endpoint_id=endpoint.pk, at=self.at)])[0], status=202)


class Notices(EndpointView):
    scopes = {"GET": Scope.EVENTS_READ}
    permissions = {"GET": VIEW}
    query = {"GET": PARAMETERS | {"state"}}

    @operation(
        name="list_webhook_notices",
        tag="webhooks",
        summary="List what was sent to a webhook endpoint",
        description="Newest first: what waits, what arrived in the last 7 days, what was given up in the last 90.",
        answers={200: NoticePage},
        parameters=[OpenApiParameter("state", str, enum=[each.value for each in NoticeState])],
        problems=["not_found"],
        is_list=True,
    )
    def get(self, request: Request, endpoint_id: UUID) -> HttpResponse:
        rows = WebhookNotice.objects.filter(endpoint=self.found(endpoint_id))
        state = request.query_params.get("state")
        if state is not None:
            if state not in NoticeState:
                known = ", ".join(NoticeState)
                raise invalid(Fault("state", "invalid_choice", f"There is no such state. Known are: {known}."))
            rows = rows.filter(state=state)
        page = page_of(request, rows, purpose=f"notices:{endpoint_id}", newest_first=True)
        return answer(page.content(request, _tell_notices))


def _tell(rows: Sequence[WebhookEndpoint]) -> list[dict[str, Any]]:
    queues = selectors.queues([row.pk for row in rows])
    told = []
    for row in rows:
        queue = queues.get(row.pk, selectors.Queue())
        told.append(
            {
                "id": str(row.public_id),
                "url": row.url,
                "description": row.description,
                "kinds": row.kinds,
                "channels": row.channels,
                "enabled": row.stopped_at is None,
                "stopped_at": iso(row.stopped_at),
                "stopped_for": row.stopped_for or None,
                "failing_since": iso(row.failing_since),
                "last_delivered_at": iso(row.last_delivered_at),
                "old_secret_until": iso(row.old_secret_until),
                "waiting": queue.waiting,
                "given_up": queue.dead,
                "created_at": iso(row.created_at),
            }
        )
    return told


def _tell_notices(rows: Sequence[WebhookNotice]) -> list[dict[str, Any]]:
    return [
        {
            "id": str(row.message_id),
            "is_test": row.entry_id is None,
            "state": row.state,
            "attempts": row.attempts,
            "status": row.status,
            "failure": row.failure or None,
            "due_at": iso(row.due_at) if row.state == NoticeState.WAITING else None,
            "created_at": iso(row.created_at),
            "settled_at": iso(row.settled_at),
        }
        for row in rows
    ]


def _issued(issued: Issued, *, status: int = 200) -> HttpResponse:
    return answer({**_tell([issued.endpoint])[0], "secret": issued.secret}, status=status)


def _problem(no: UnableToChangeEndpoint) -> Problem:
    if isinstance(no, TooManyEndpoints):
        return Problem(409, no.code, str(no))
    return invalid(Fault(no.field, no.code, str(no)))
