"""A contact's DND: read it, set and clear it per channel or on all, Do Not Contact, and the block."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.utils import OpenApiExample, OpenApiParameter
from rest_framework import serializers
from rest_framework.request import Request

from config.api.answering import answer, etag
from config.api.bodies import Body, Flag, Moment, Text, one_of, read
from config.api.finding import contact_of
from config.api.preconditions import check_unchanged
from config.api.problems import Fault, invalid, not_found
from config.api.reasons import REFUSALS, refused
from config.api.schema import ETAG, IF_MATCH, operation
from config.api.standing import ChangedDndShape, DndShape, dnd_content
from config.api.views import ApiView
from config.api.vocabulary import Scope
from consent.selectors.dnd import contact_dnd, standing_by_contact
from consent.services import dnd as verbs
from consent.services.recording import Recorded
from consent.values import Attestation
from consent.vocabulary import Channel, Direction
from contacts.models import Contact
from contacts.services import lock_for_contact


class AttestBody(Body):
    """What is stated where a bounce (the first two) or an unsubscribe (the others) is cleared."""

    provider_entry_removed = Flag(required=False)
    address_validated = Flag(required=False)
    consent_given_at = Moment(required=False, allow_null=True)
    consent_how = Text(required=False, max_length=200)
    consent_text = Text(required=False)


class DndBody(Body):
    dnd = Flag(help_text="true: silence; false: clear everything temporary there.")
    note = Text(required=False, default="")
    expires_at = Moment(required=False, allow_null=True, help_text="When it ends by itself; null: never.")
    contact_asked = Flag(
        required=False, default=False, help_text="The contact asked for it: a permanent opt-out, with a note."
    )
    asked_at = Moment(required=False, allow_null=True, help_text="When the contact asked; null: now.")
    attest = AttestBody(required=False, allow_null=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        on, asked = attrs["dnd"], attrs["contact_asked"]
        wrong = {}
        if attrs.get("expires_at") and (asked or not on):
            wrong["expires_at"] = "What the contact asked for never ends." if asked else "Only what is set can end."
        if asked and not on:
            wrong["contact_asked"] = "Where the contact wants contact again, only they or evidence can say so."
        if attrs.get("asked_at") and not asked:
            wrong["asked_at"] = "Send contact_asked: true with it."
        if attrs.get("attest") and on:
            wrong["attest"] = "Statements belong to clearing (dnd: false)."
        if wrong:
            raise serializers.ValidationError(
                {name: [serializers.ErrorDetail(told, code="does_not_fit")] for name, told in wrong.items()}
            )
        return attrs


class SwitchBody(Body):
    on = Flag()
    note = Text(required=False, default="")


class ContactDndView(ApiView):
    scopes = {"GET": Scope.DND_READ}

    @operation(
        name="get_dnd",
        tag="dnd",
        summary="Read a contact's DND",
        answers={200: DndShape},
        problems=["not_found"],
        parameters=[ETAG],
    )
    def get(self, request: Request, contact_id: UUID) -> HttpResponse:
        contact = contact_of(contact_id)
        content = dnd_content(contact_id, contact_dnd(contact.pk))
        return answer(content, ETag=etag(content))


class DndWrite(ApiView):
    """What changes a contact's DND: under the contact's lock, against what the caller has seen."""

    scopes = {"PUT": Scope.DND_WRITE}

    def change(self, request: Request, contact_id: UUID, act: Callable[[Contact], Recorded]) -> HttpResponse:
        """Return the DND after an act, or the problem of a refused one."""
        contact = contact_of(contact_id)
        lock_for_contact(contact_id=contact.pk)
        check_unchanged(request, dnd_content(contact_id, contact_dnd(contact.pk)))
        before = standing_by_contact([contact.pk])[contact.pk]
        recorded = act(contact)
        if recorded.refusals:
            return refused(recorded, before).response()
        content = dnd_content(contact_id, contact_dnd(contact.pk))
        done = {"changed": recorded.changed, "event": str(recorded.event_id)}
        return answer({**content, **done}, ETag=etag(content))


class ChannelDndView(DndWrite):
    query = {"PUT": frozenset({"direction"})}

    @operation(
        name="put_dnd",
        tag="dnd",
        summary="Set or clear DND on a channel, or on all",
        description="Sets a temporary DND; with `contact_asked` a permanent opt-out. Clearing ends everything temporary"
        " that is named, or nothing where one reason refuses: see `reasons` of the 409.",
        request=DndBody,
        answers={200: ChangedDndShape},
        problems=["not_found", "precondition_failed", *REFUSALS],
        parameters=[
            OpenApiParameter("channel", str, OpenApiParameter.PATH, enum=[each.value for each in Channel]),
            OpenApiParameter("direction", str, enum=[each.value for each in Direction]),
            IF_MATCH,
            ETAG,
        ],
        is_write=True,
        examples=[
            OpenApiExample(
                "For a week",
                request_only=True,
                value={"dnd": True, "note": "On holiday", "expires_at": "2026-12-01T00:00:00Z"},
            ),
            OpenApiExample(
                "The contact asked",
                request_only=True,
                value={"dnd": True, "note": "Asked in the shop", "contact_asked": True},
            ),
            OpenApiExample(
                "Clear a bounce",
                request_only=True,
                value={"dnd": False, "attest": {"provider_entry_removed": True, "address_validated": True}},
            ),
        ],
    )
    def put(self, request: Request, contact_id: UUID, channel: str) -> HttpResponse:
        where, direction = _channel(channel), _direction(request)
        given = read(DndBody, request.data)
        if given["contact_asked"] and direction is Direction.INBOUND:
            detail = "An opt-out is from what we send. Leave ?direction=inbound out."
            raise invalid(Fault("contact_asked", "does_not_fit", detail))
        return self.change(request, contact_id, lambda contact: self._act(contact, where, direction, given))

    def _act(self, contact: Contact, channel: Channel, direction: Direction, given: dict[str, Any]) -> Recorded:
        by, at, source = self.caller.actor, self.at, self.caller.source
        if given["contact_asked"]:
            return verbs.record_verbal_opt_out(
                contact_id=contact.pk,
                channels=[channel],
                note=given["note"],
                asked_at=given.get("asked_at"),
                source=source,
                by=by,
                at=at,
            )
        if given["dnd"]:
            return verbs.switch_on(
                contact_id=contact.pk,
                channels=[channel],
                note=given["note"],
                expires_at=given.get("expires_at"),
                direction=direction,
                source=source,
                by=by,
                at=at,
            )
        return verbs.lift(
            contact_id=contact.pk,
            channels=[channel],
            note=given["note"],
            attest=Attestation(**(given.get("attest") or {})),
            direction=direction,
            source=source,
            by=by,
            at=at,
        )


class Switch(DndWrite):
    """What is on or off for the contact as a whole."""

    def switch(self, request: Request, contact_id: UUID, verb: Callable[..., Recorded]) -> HttpResponse:
        """Return the DND after a switch was turned, or the problem of a refused turn."""
        given = read(SwitchBody, request.data)
        told = {**given, "source": self.caller.source, "by": self.caller.actor, "at": self.at}
        return self.change(request, contact_id, lambda contact: verb(contact_id=contact.pk, **told))


class DoNotContactView(Switch):
    @operation(
        name="put_do_not_contact",
        tag="dnd",
        summary="Switch Do Not Contact on or off",
        description="On: only transactional messages pass, on every channel. Lists stay as they are.",
        request=SwitchBody,
        answers={200: ChangedDndShape},
        problems=["not_found", "precondition_failed", "permanent_dnd"],
        parameters=[IF_MATCH, ETAG],
        is_write=True,
        examples=[OpenApiExample("On", request_only=True, value={"on": True, "note": "Complained to the manager"})],
    )
    def put(self, request: Request, contact_id: UUID) -> HttpResponse:
        return self.switch(request, contact_id, verbs.do_not_contact)


class BlockView(Switch):
    @operation(
        name="put_block",
        tag="dnd",
        summary="Block or unblock a contact",
        description="Blocks calls and texts in both directions, and opts out of SMS. Unblocking leaves that opt-out.",
        request=SwitchBody,
        answers={200: ChangedDndShape},
        problems=["not_found", "precondition_failed"],
        parameters=[IF_MATCH, ETAG],
        is_write=True,
        examples=[OpenApiExample("On", request_only=True, value={"on": True, "note": "Threatened staff"})],
    )
    def put(self, request: Request, contact_id: UUID) -> HttpResponse:
        return self.switch(request, contact_id, verbs.block)


def _channel(name: str) -> Channel:
    try:
        return Channel(name)
    except ValueError as no:
        raise not_found(f"There is no channel “{name}”. Known are {', '.join(Channel)}.") from no


def _direction(request: Request) -> Direction:
    given = request.query_params.get("direction", Direction.OUTBOUND)
    if given not in set(Direction):
        raise invalid(Fault("direction", "invalid_choice", one_of(Direction)))
    return Direction(given)
