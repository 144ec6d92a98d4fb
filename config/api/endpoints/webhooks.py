"""webhook-endpoints/: who is told of the ledger, and how it arrives."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponse
from django.urls import reverse
from drf_spectacular.utils import OpenApiExample, OpenApiParameter
from rest_framework.request import Request

from config.api.answering import answer
from config.api.bodies import read
from config.api.paging import PARAMETERS, page_of
from config.api.problems import Fault, Problem, invalid, not_found
from config.api.schema import operation
from config.api.views import ApiView
from config.api.vocabulary import Scope
from config.api.webhook_endpoints import (
    CREATED,
    EXAMPLE,
    NOTICE,
    EndpointChange,
    EndpointPage,
    EndpointShape,
    IssuedShape,
    NewEndpoint,
    Nothing,
    NoticePage,
    NoticeShape,
    Replay,
    Rotation,
    endpoints_content,
    notices_content,
)
from config.webhooks.models import WebhookEndpoint, WebhookNotice
from config.webhooks.services import endpoints
from config.webhooks.services.endpoints import Issued, TooManyEndpoints, UnableToChangeEndpoint
from config.webhooks.vocabulary import NoticeState

VIEW = ("config.view_webhookendpoint", "consent.view_ledgerentry")
ADD = (*VIEW, "config.add_webhookendpoint")
CHANGE = (*VIEW, "config.change_webhookendpoint")


act = partial(operation, tag="webhooks", problems=["not_found"], is_write=True)
"""Describes what is done to an endpoint that there is."""


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
            raise not_found(
                "There is no such webhook endpoint, or it is another integration's. webhook-endpoints/ lists yours."
            )
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
        return answer(page_of(request, self.visible(), purpose="webhooks").content(request, endpoints_content))

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
        where = reverse("api-webhook", args=[issued.endpoint.public_id])
        return _issued(issued, status=201, Location=where)


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
        return answer(endpoints_content([self.found(endpoint_id)])[0])

    @operation(
        name="change_webhook_endpoint",
        tag="webhooks",
        summary="Change a webhook endpoint",
        description="Changes the fields given. `enabled: false` stops it; enabled again, it is told of all since.",
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
        return answer(endpoints_content([changed])[0])

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


class EndpointAct(EndpointView):
    """What is done to an endpoint."""

    scopes = {"POST": Scope.EVENTS_READ}
    permissions = {"POST": CHANGE}


class RotateSecret(EndpointAct):
    @act(
        name="rotate_webhook_secret",
        summary="Rotate the secret of a webhook endpoint",
        description="Until the overlap is over, each message has two signatures: of the new secret and of the old one.",
        request=Rotation,
        answers={200: IssuedShape},
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


class ReplayNotices(EndpointAct):
    @act(
        name="replay_webhooks",
        summary="Send again",
        description="`since`: everything that was recorded since, in order, with the ids it had. `given_up`: what was"
        " given up after three days of trying.",
        request=Replay,
        answers={202: EndpointShape},
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
        return answer(endpoints_content([self.found(endpoint_id)])[0], status=202)


class SendTest(EndpointAct):
    @act(
        name="send_test_webhook",
        summary="Send a test to a webhook endpoint",
        description="Puts a message of the type `webhook.test` on its way. What became of it is under `notices/`.",
        request=Nothing,
        answers={202: NoticeShape},
        examples=[
            OpenApiExample("Nothing to say", request_only=True, value={}),
            OpenApiExample("On its way", response_only=True, status_codes=["202"], value=NOTICE),
        ],
    )
    def post(self, request: Request, endpoint_id: UUID) -> HttpResponse:
        endpoint = self.found(endpoint_id)
        read(Nothing, request.data or {})
        return answer(notices_content([endpoints.send_test(endpoint_id=endpoint.pk, at=self.at)])[0], status=202)


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
        examples=[
            OpenApiExample("A test", response_only=True, value={"next": None, "previous": None, "results": [NOTICE]})
        ],
        parameters=[OpenApiParameter("state", str, enum=[each.value for each in NoticeState])],
        problems=["not_found"],
        is_list=True,
    )
    def get(self, request: Request, endpoint_id: UUID) -> HttpResponse:
        rows = WebhookNotice.objects.filter(endpoint=self.found(endpoint_id))
        state = request.query_params.get("state")
        if state is not None:
            if state not in set(NoticeState):
                known = ", ".join(NoticeState)
                raise invalid(Fault("state", "invalid_choice", f"There is no such state. Known are: {known}."))
            rows = rows.filter(state=state)
        page = page_of(request, rows, purpose=f"notices:{endpoint_id}", newest_first=True)
        return answer(page.content(request, notices_content))


def _issued(issued: Issued, *, status: int = 200, **headers: str) -> HttpResponse:
    return answer({**endpoints_content([issued.endpoint])[0], "secret": issued.secret}, status=status, **headers)


def _problem(no: UnableToChangeEndpoint) -> Problem:
    if isinstance(no, TooManyEndpoints):
        return Problem(409, no.code, str(no))
    return invalid(Fault(no.field, no.code, str(no)))
