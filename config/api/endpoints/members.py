"""lists/{slug}/members/: who is on a list, and how one contact stands with it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import django_filters as filters
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from drf_spectacular.utils import OpenApiExample
from rest_framework import serializers
from rest_framework.request import Request

from config.api.answering import answer, iso
from config.api.bodies import Body, Flag, Moment, Text, read
from config.api.filters import filtered, names_of, parameters_of
from config.api.finding import contact_of, list_of
from config.api.paging import PARAMETERS, page_of
from config.api.problems import Fault, Problem, not_found
from config.api.schema import operation
from config.api.views import ApiView
from config.api.vocabulary import Scope
from consent.vocabulary import Effect
from contacts.models import Contact
from contacts.services import lock_for_contact
from lists import services as verbs
from lists.models import ListMembership
from lists.selectors.memberships import ON_LIST, SUBSCRIBED, members
from lists.sentences import refusal
from lists.values import LaterConsent, ListChange

REFUSALS = (
    "list_opted_out",
    "list_blocked",
    "list_archived",
    "later_consent_required",
    "shared_address",
    "newer_opt_out",
)
STANDINGS: dict[str, Q] = {
    "on": ON_LIST,
    "subscribed": SUBSCRIBED,
    "opted_out": Q(opted_out_at__isnull=False),
    "blocked": Q(blocked_at__isnull=False),
    "removed": Q(removed_at__isnull=False),
}


class MemberShape(serializers.Serializer[Any]):
    contact = serializers.UUIDField()
    list = serializers.CharField()
    subscribed = serializers.BooleanField(help_text="On the list without a flag; the gate may still say no.")
    opted_out = serializers.BooleanField()
    blocked = serializers.BooleanField()
    added_at = serializers.DateTimeField(allow_null=True)
    opted_out_at = serializers.DateTimeField(allow_null=True)
    blocked_at = serializers.DateTimeField(allow_null=True)
    removed_at = serializers.DateTimeField(allow_null=True)
    consent_given_at = serializers.DateTimeField(allow_null=True, help_text="Of the consent that brought it back.")
    note = serializers.CharField()
    updated_at = serializers.DateTimeField(allow_null=True)


class ChangedMemberShape(MemberShape):
    changed = serializers.BooleanField()


class MemberPage(serializers.Serializer[Any]):
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = MemberShape(many=True)


class ConsentBody(Body):
    """The contact's later consent: when it was given, how, and in which words."""

    consent_given_at = Moment(required=False, allow_null=True)
    consent_how = Text(required=False, max_length=200)
    consent_text = Text(required=False)


class MemberBody(Body):
    subscribed = Flag(required=False, help_text="true: put on the list; false: take off it.")
    opted_out = Flag(required=False, help_text="true: the contact left; false: it came back, with `attest`.")
    blocked = Flag(required=False)
    note = Text(required=False, default="")
    attest = ConsentBody(required=False, allow_null=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        wrong = {}
        if not {"subscribed", "opted_out", "blocked"} & set(attrs):
            wrong["subscribed"] = ("required", "Send subscribed, opted_out or blocked.")
        if attrs.get("subscribed") and (attrs.get("opted_out") or attrs.get("blocked")):
            wrong["subscribed"] = ("does_not_fit", "Who opts out or is blocked is not subscribed. Leave one out.")
        if attrs.get("opted_out") is False and attrs.get("blocked"):
            wrong["opted_out"] = ("does_not_fit", "Who is blocked does not come back. Leave one out.")
        if attrs.get("attest") and attrs.get("opted_out") is not False:
            wrong["attest"] = ("does_not_fit", "A consent ends an opt-out. Send opted_out: false with it.")
        if wrong:
            raise serializers.ValidationError(
                {name: [serializers.ErrorDetail(told, code=code)] for name, (code, told) in wrong.items()}
            )
        return attrs


class MemberFilters(filters.FilterSet):
    standing = filters.ChoiceFilter(
        method="by_standing", choices=[(each, each) for each in STANDINGS], label="How they stand with the list"
    )

    def by_standing(self, rows: QuerySet[ListMembership], name: str, value: str) -> QuerySet[ListMembership]:
        return rows.filter(STANDINGS[value])


class Members(ApiView):
    scopes = {"GET": Scope.LISTS_READ}
    query = {"GET": PARAMETERS | names_of(MemberFilters)}

    @operation(
        name="list_members",
        tag="lists",
        summary="Read who is on a list, or was",
        description="By contact, oldest contact first. Who opted out, was blocked or removed stays here with the flag.",
        answers={200: MemberPage},
        problems=["not_found"],
        parameters=[*parameters_of(MemberFilters)],
        is_list=True,
    )
    def get(self, request: Request, slug: str) -> HttpResponse:
        found = list_of(slug)
        rows = filtered(MemberFilters, request, members(found.pk))
        page = page_of(request, rows, purpose=f"members:{slug}", key="contact_id")
        return answer(page.content(request, lambda shown: _tell(slug, shown)))


class Member(ApiView):
    scopes = {"GET": Scope.LISTS_READ, "PUT": Scope.LISTS_WRITE}

    @operation(
        name="get_member",
        tag="lists",
        summary="Read how a contact stands with a list",
        answers={200: MemberShape},
        problems=["not_found"],
    )
    def get(self, request: Request, slug: str, contact_id: UUID) -> HttpResponse:
        row = members(list_of(slug).pk).filter(contact=contact_of(contact_id)).first()
        if row is None:
            raise not_found("The contact never was on this list. PUT puts it there.")
        return answer(_tell(slug, [row])[0])

    @operation(
        name="put_member",
        tag="lists",
        summary="Subscribe, remove, opt out, bring back, block or unblock a contact",
        description="What is left out stays as it is. Subscribing never ends an opt-out: `opted_out: false` does, with"
        " the contact's later consent in `attest`, and not while it is blocked. All of it is done, or nothing.",
        request=MemberBody,
        answers={200: ChangedMemberShape},
        problems=["not_found", *REFUSALS],
        is_write=True,
        examples=[
            OpenApiExample("Subscribe", request_only=True, value={"subscribed": True, "note": "Bought a ticket"}),
            OpenApiExample(
                "Bring back",
                request_only=True,
                value={
                    "opted_out": False,
                    "attest": {
                        "consent_given_at": "2026-11-20T10:00:00Z",
                        "consent_how": "web form",
                        "consent_text": "Yes, send me offers again.",
                    },
                },
            ),
        ],
    )
    def put(self, request: Request, slug: str, contact_id: UUID) -> HttpResponse:
        given = read(MemberBody, request.data)
        found, contact = list_of(slug), contact_of(contact_id)
        lock_for_contact(contact_id=contact.pk)
        changes: list[ListChange] = []
        steps = _steps(given, list_id=found.pk, contact=contact, view=self)
        try:
            with transaction.atomic():
                for step in steps:
                    changes.append(_done(step))
        except _Refused as no:
            # What was done before it is undone with its ledger entries; the refusal stays in the ledger.
            told = no.step()
            return _problem(_verdict(told)[1] or no.code).response()
        row = members(found.pk).filter(contact=contact).first()
        content = _tell(slug, [row])[0] if row is not None else _never_on(slug, contact)
        return answer({**content, "changed": any(change.changed for change in changes)})


Step = Callable[[], ListChange]


@dataclass(eq=False)
class _Refused(Exception):
    step: Step
    code: str


def _steps(given: dict[str, Any], *, list_id: int, contact: Contact, view: ApiView) -> list[Step]:
    """Return the verbs that make a membership what is asked for, in the order in which one permits the next."""
    told: dict[str, Any] = {
        "list_id": list_id,
        "by": view.caller.actor,
        "at": view.at,
        "source": view.caller.source,
        "note": given["note"],
    }
    one = {**told, "contact_ids": [contact.pk]}
    steps: dict[tuple[str, bool], Step] = {
        ("blocked", True): lambda: verbs.block(**one),
        ("blocked", False): lambda: verbs.unblock(**one),
        ("opted_out", True): lambda: verbs.opt_out(**one),
        ("opted_out", False): lambda: verbs.bring_back(**told, contact_id=contact.pk, consent=_consent(given)),
        ("subscribed", True): lambda: verbs.add(**one),
        ("subscribed", False): lambda: verbs.remove(**one),
    }
    return [step for (name, value), step in steps.items() if given.get(name) is value]


def _consent(given: dict[str, Any]) -> LaterConsent:
    attest = given.get("attest") or {}
    return LaterConsent(attest.get("consent_given_at"), attest.get("consent_how", ""), attest.get("consent_text", ""))


def _done(step: Step) -> ListChange:
    """Return what a verb did to the contact. Raises: _Refused."""
    change = step()
    effect, code = _verdict(change)
    if effect in {Effect.REFUSED, Effect.KEPT}:
        raise _Refused(step, code)
    return change


def _verdict(change: ListChange) -> tuple[Effect, str]:
    outcome = change.contacts[0]
    return outcome.effect, outcome.code


_HOW_TO_SEND = {
    "list_opted_out": ("opted_out", "Send opted_out: false with it in attest."),
    "list_blocked": ("blocked", "Send blocked: false."),
    "later_consent_required": ("attest", "Send it in attest: consent_given_at, consent_how, consent_text."),
}
"""Refusal → the field that takes what would help, and how."""


def _problem(code: str) -> Problem:
    field, how = _HOW_TO_SEND.get(code, ("", ""))
    sentence = f"{refusal(code)} {how}".rstrip()
    return Problem(409, code, f"Nothing was changed. {sentence}", [Fault(field, code, sentence)])


def _never_on(slug: str, contact: Contact) -> dict[str, Any]:
    empty = ("added_at", "opted_out_at", "blocked_at", "removed_at", "consent_given_at", "updated_at")
    flags = {"subscribed": False, "opted_out": False, "blocked": False, "note": ""}
    return {"contact": str(contact.public_id), "list": slug, **flags, **dict.fromkeys(empty)}


def _tell(slug: str, rows: Sequence[ListMembership]) -> list[dict[str, Any]]:
    return [
        {
            "contact": str(row.contact.public_id),
            "list": slug,
            "subscribed": row.added_at is not None and not (row.opted_out_at or row.blocked_at or row.removed_at),
            "opted_out": row.opted_out_at is not None,
            "blocked": row.blocked_at is not None,
            "added_at": iso(row.added_at),
            "opted_out_at": iso(row.opted_out_at),
            "blocked_at": iso(row.blocked_at),
            "removed_at": iso(row.removed_at),
            "consent_given_at": iso(row.consent_given_at),
            "note": row.note,
            "updated_at": iso(row.updated_at),
        }
        for row in rows
    ]
