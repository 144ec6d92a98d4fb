"""POST lists/{slug}/members/bulk/: thousands put on a list, taken off it, opted out or blocked in one call."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import OpenApiExample
from rest_framework import serializers
from rest_framework.request import Request

from config.api.answering import answer
from config.api.bodies import Body, Choice, Flag, Text, read
from config.api.finding import list_of
from config.api.schema import operation
from config.api.subjects import MOST, contact_numbers, named_addresses, read_subjects
from config.api.views import ApiView
from config.api.vocabulary import Scope
from consent.vocabulary import Effect
from contacts.models import Address, Contact, ContactAddress
from contacts.services import get_or_create_addresses
from lists import services as verbs
from lists.sentences import refusal
from lists.values import CHANGES, ListChange, MembershipOutcome

ACTS = ("subscribe", "remove", "opt_out", "block", "unblock")
TEXTS = {
    "invalid_address": "This is no e-mail address and no phone number.",
    "ambiguous_address": "Several contacts hold this address. Name the one that is meant by id.",
    "unknown_address": "Nobody holds this address. Create the contact first.",
}
"""Code → sentence, for what lists have no sentence for."""


class BulkMembersBody(Body):
    act = Choice([(each, each) for each in ACTS])
    contacts = serializers.JSONField(required=False, help_text="Ids of contacts.")
    addresses = serializers.JSONField(required=False, help_text="E-mail addresses and phone numbers in any spelling.")
    note = Text(required=False, default="")
    also_add_to_paired = Flag(required=False, default=False, help_text="With remove: onto the paired opt-out list.")


class BulkMembersShape(serializers.Serializer[Any]):
    """Who it is about; 1 to 10,000 contacts and addresses together."""

    act = serializers.ChoiceField([(each, each) for each in ACTS])
    contacts = serializers.ListField(child=serializers.UUIDField(), required=False, max_length=MOST)
    addresses = serializers.ListField(child=serializers.CharField(max_length=400), required=False, max_length=MOST)
    note = serializers.CharField(required=False)
    also_add_to_paired = serializers.BooleanField(required=False)


class MemberOutcomeShape(serializers.Serializer[Any]):
    contact = serializers.UUIDField(allow_null=True)
    address = serializers.CharField(allow_null=True)
    effect = serializers.ChoiceField(
        Effect.choices(),
        help_text="In the ledger's words: `lifted`: it joined, or may; `set`: it left, or may not.",
    )
    code = serializers.CharField(help_text="Why nothing changed; empty elsewhere.")
    text = serializers.CharField()


class MemberOutcomesShape(serializers.Serializer[Any]):
    """Results are in the order of the request: contacts first, then addresses."""

    list = serializers.CharField()
    act = serializers.ChoiceField([(each, each) for each in ACTS])
    changed = serializers.IntegerField()
    effects = serializers.DictField(child=serializers.IntegerField(), help_text="Effect → results.")
    results = MemberOutcomeShape(many=True)


class MembersBulk(ApiView):
    scopes = {"POST": Scope.LISTS_WRITE}
    max_body = 5_000_000

    @operation(
        name="change_members",
        tag="lists",
        summary="Subscribe, remove, opt out, block or unblock up to 10,000 at once",
        description="Each row has its outcome; a row that can't be changed stops no other. Subscribing leaves out who"
        " opted out or is blocked. Nobody is brought back from an opt-out in bulk: each needs a consent of their own."
        " An address that nobody holds can be opted out before anybody imports it.",
        request=BulkMembersShape,
        answers={200: MemberOutcomesShape},
        problems=["not_found", "too_many_subjects", "no_paired_list"],
        is_write=True,
        examples=[
            OpenApiExample(
                "Two leave",
                request_only=True,
                value={
                    "act": "opt_out",
                    "contacts": ["5f0c2a52-6b0e-4c57-9f0e-1d2c3b4a5968"],
                    "addresses": ["ada@example.com"],
                    "note": "Left in the shop's own account page",
                },
            )
        ],
    )
    def post(self, request: Request, slug: str) -> HttpResponse:
        given, found = read(BulkMembersBody, request.data), list_of(slug)
        contacts, spelled = read_subjects(given)
        asked = _asked(contacts, spelled, given["act"], view=self)
        told: dict[str, Any] = {
            "list_id": found.pk,
            "by": self.caller.actor,
            "at": self.at,
            "source": self.caller.source,
            "note": given["note"],
        }
        results = _results(contacts, spelled, asked, _change(given, asked, told))
        return answer(
            {
                "list": slug,
                "act": given["act"],
                "changed": sum(each["effect"] in CHANGES for each in results),
                "effects": Counter(str(each["effect"]) for each in results),
                "results": results,
            }
        )


@dataclass(frozen=True, slots=True)
class _Asked:
    """Who is meant: contacts by id, and for each spelling of an address its number, or why it names nobody.

    Shape: `holders` maps the number of an address to the contacts who hold it.
    """

    numbers: Mapping[str, int]
    address_ids: Mapping[str, int]
    codes: Mapping[str, str]
    values: Mapping[str, str]
    holders: Mapping[int, Sequence[int]]

    @property
    def contact_ids(self) -> set[int]:
        """Everybody who is meant by id or by address."""
        return {*self.numbers.values(), *(pk for each in self.address_ids.values() for pk in self.holders[each])}


def _asked(contacts: Sequence[str], spelled: Sequence[str], act: str, *, view: ApiView) -> _Asked:
    read = dict(zip(spelled, named_addresses(spelled), strict=True))
    canonicals = [each for each in read.values() if each is not None]
    if act == "opt_out":
        # What nobody holds yet is opted out too, before somebody imports it.
        rows: Iterable[Address] = get_or_create_addresses(canonicals=canonicals, at=view.at, by=view.caller.actor)
    else:
        rows = Address.objects.filter(value__in={each.value for each in canonicals})
    ids = {(row.kind, row.value): row.pk for row in rows}
    holders = _holders(ids.values())
    address_ids: dict[str, int] = {}
    codes: dict[str, str] = {}
    for spelling, each in read.items():
        pk = None if each is None else ids.get((each.kind, each.value))
        code = "invalid_address" if each is None else "unknown_address" if pk is None else _code(holders[pk], act)
        if code or pk is None:
            codes[spelling] = code
        else:
            address_ids[spelling] = pk
    values = {spelling: each.value for spelling, each in read.items() if each is not None}
    return _Asked(contact_numbers(contacts), address_ids, codes, values, holders)


def _code(holders: Sequence[int], act: str) -> str:
    """Return why an address names nobody for an act, or ""."""
    if act == "opt_out":
        return ""
    if not holders:
        return "unknown_address"
    return "ambiguous_address" if len(holders) > 1 and act in {"subscribe", "unblock"} else ""


def _holders(address_ids: Collection[int]) -> Mapping[int, list[int]]:
    held: dict[int, list[int]] = defaultdict(list)
    rows = ContactAddress.objects.filter(
        address_id__in=address_ids, contact__deleted_at=None, contact__erased_at=None
    ).order_by("address_id", "contact_id")
    for address_id, contact_id in rows.values_list("address_id", "contact_id"):
        held[address_id].append(contact_id)
    return held


def _change(given: Mapping[str, Any], asked: _Asked, told: Mapping[str, Any]) -> ListChange:
    ids = asked.contact_ids
    match given["act"]:
        case "subscribe":
            return verbs.add(**told, contact_ids=ids)
        case "remove":
            return verbs.remove(**told, contact_ids=ids, also_add_to_paired=given["also_add_to_paired"])
        case "block":
            return verbs.block(**told, contact_ids=ids)
        case "unblock":
            return verbs.unblock(**told, contact_ids=ids)
        case _:
            return verbs.opt_out_many(
                **told, contact_ids=asked.numbers.values(), address_ids=asked.address_ids.values()
            )


_FIRST = (Effect.SET, Effect.LIFTED, Effect.KEPT, Effect.REFUSED, Effect.UNCHANGED, Effect.NOTHING)
"""Which outcome speaks for an address that several hold: a change first, then what stood against one."""


def _results(
    contacts: Sequence[str], spelled: Sequence[str], asked: _Asked, change: ListChange
) -> list[dict[str, Any]]:
    of_contact = {each.contact_id: each for each in change.contacts}
    of_address = {each.address_id: each for each in change.addresses}
    unknown = MembershipOutcome(Effect.REFUSED, code="unknown_contact")
    results = [_tell(each, None, of_contact.get(asked.numbers.get(each), unknown)) for each in contacts]
    alone = {pk: asked.holders[pk][0] for pk in asked.address_ids.values() if len(asked.holders[pk]) == 1}
    names = dict(Contact.objects.filter(pk__in=alone.values()).values_list("pk", "public_id"))
    for each in spelled:
        if (code := asked.codes.get(each)) is not None:
            value = asked.values.get(each, each)
            results.append(_tell(None, value, MembershipOutcome(Effect.REFUSED, code=code)))
            continue
        pk = asked.address_ids[each]
        outcomes = [of_contact[holder] for holder in asked.holders[pk] if holder in of_contact]
        outcomes += [of_address[pk]] if pk in of_address else []
        spoken = min(outcomes, key=lambda outcome: _FIRST.index(outcome.effect))
        results.append(_tell(str(names[alone[pk]]) if pk in alone else None, asked.values[each], spoken))
    return results


def _tell(contact: str | None, address: str | None, outcome: MembershipOutcome) -> dict[str, Any]:
    code = outcome.code
    text = (TEXTS.get(code) or refusal(code)) if code else ""
    return {"contact": contact, "address": address, "effect": outcome.effect, "code": code, "text": text}
