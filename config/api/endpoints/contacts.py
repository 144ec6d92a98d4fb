"""contacts/: find, create, upsert, read and change contacts, in our shape or HighLevel's."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from django.db import transaction
from django.http import HttpResponse
from django.urls import reverse
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, PolymorphicProxySerializer
from rest_framework import serializers
from rest_framework.request import Request

from config.api.answering import answer, etag
from config.api.bodies import read
from config.api.filters import ContactFilters, filtered, names_of, parameters_of
from config.api.finding import contact_of
from config.api.highlevel import HighLevelBody, HighLevelShape, highlevel_content, wanted
from config.api.highlevel_dnd import turn_dnd
from config.api.paging import PARAMETERS, page_of
from config.api.people import ContactBody, ContactShape, Written, contacts_content, written
from config.api.preconditions import check_unchanged
from config.api.problems import Fault, Problem, invalid
from config.api.reasons import REFUSALS
from config.api.schema import ETAG, IF_MATCH, operation
from config.api.upserting import locked_holder
from config.api.views import ApiView
from config.api.vocabulary import Scope
from consent.models import LedgerEntry
from consent.services import ledger
from contacts.models import Contact, ContactAddress
from contacts.selectors import visible_contacts
from contacts.services import (
    add_address,
    create_contact,
    get_or_create_addresses,
    lock_for_contact,
    read_draft,
    remove_address,
    set_addresses,
    update_contact,
)

OURS, HIGHLEVEL = "desk", "highlevel"
SHAPE = OpenApiParameter(
    "shape", str, enum=[OURS, HIGHLEVEL], description="HighLevel's shape needs the scopes for DND too."
)


class ContactPage(serializers.Serializer[Any]):
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = ContactShape(many=True)


class HighLevelPage(serializers.Serializer[Any]):
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = HighLevelShape(many=True)


PAGE = PolymorphicProxySerializer(
    component_name="AnyContactPage",
    serializers=[ContactPage, HighLevelPage],
    resource_type_field_name=None,
    many=False,
)
ANSWER = PolymorphicProxySerializer(
    component_name="AnyContact", serializers=[ContactShape, HighLevelShape], resource_type_field_name=None
)
BODY = PolymorphicProxySerializer(
    component_name="AnyContactBody", serializers=[ContactBody, HighLevelBody], resource_type_field_name=None
)
EXAMPLE = {
    "first_name": "Ada",
    "last_name": "Lovelace",
    "addresses": [
        {"kind": "phone", "value": "+1 503 555 0101", "primary": True},
        {"kind": "email", "value": "ada@example.com"},
    ],
}


class ContactView(ApiView):
    """What both addresses of contacts share: the two shapes, and what a person needs for each method."""

    permissions = {
        "GET": ("contacts.view_contact",),
        "POST": ("contacts.add_contact",),
        "PATCH": ("contacts.change_contact",),
    }

    def shape(self, request: Request) -> str:
        """Return the shape that is asked for. Raises: Problem."""
        given = request.query_params.get("shape", OURS)
        if given not in {OURS, HIGHLEVEL}:
            raise invalid(Fault("shape", "invalid_choice", f"Send {OURS} or {HIGHLEVEL}, or leave it out."))
        if given == HIGHLEVEL:
            self.need(Scope.DND_READ)
        return given

    def need(self, scope: Scope) -> None:
        """Let the request go on if the caller has one more scope. Raises: Problem."""
        if not self.caller.has(scope):
            detail = f"HighLevel's shape holds DND; this needs the scope “{scope}” too."
            code = "missing_scope" if self.caller.key is not None else "missing_permission"
            raise Problem(403, code, detail)

    def tell(self, shape: str, contacts: Sequence[Contact]) -> list[dict[str, Any]]:
        """Return contacts in the shape that is asked for."""
        return highlevel_content(contacts) if shape == HIGHLEVEL else contacts_content(contacts)

    def told(self, shape: str, contact_id: int, *, status: int = 200) -> HttpResponse:
        """Return one contact as it stands now, with its ETag; a new one with its address."""
        contact = Contact.objects.select_related("owner").get(pk=contact_id)
        content = self.tell(shape, [contact])[0]
        headers = {"ETag": etag(content)}
        if status == 201:
            headers["Location"] = reverse("api-contact", args=[contact.public_id])
        return answer(content, status=status, **headers)

    def turn(self, given: dict[str, Any], contact_id: int, change: Callable[[], None]) -> Problem | None:
        """Make a change with the DND that a body in HighLevel's shape asks for, if any; return what the rules refused.

        What is refused leaves nothing changed, and its ledger rows.
        """
        if not given:
            change()
            return None
        self.need(Scope.DND_WRITE)
        return turn_dnd(given, contact_id, change=change, by=self.caller.actor, at=self.at, source=self.caller.source)


class Contacts(ContactView):
    scopes = {"GET": Scope.CONTACTS_READ, "POST": Scope.CONTACTS_WRITE}
    query = {"GET": PARAMETERS | names_of(ContactFilters) | {"shape"}, "POST": frozenset({"upsert", "shape"})}

    @operation(
        name="list_contacts",
        tag="contacts",
        summary="Find contacts",
        description="By filters that hold together, oldest contact first.",
        answers={200: PAGE},
        parameters=[*parameters_of(ContactFilters), SHAPE],
        is_list=True,
    )
    def get(self, request: Request) -> HttpResponse:
        shape = self.shape(request)
        rows = filtered(ContactFilters, request, visible_contacts().select_related("owner"))
        page = page_of(request, rows, purpose="contacts")
        return answer(page.content(request, lambda contacts: self.tell(shape, contacts)))

    @operation(
        name="create_contact",
        tag="contacts",
        summary="Create a contact, or update who holds the address",
        description="With `?upsert=address` the one contact that holds any of the addresses is updated (200): fields"
        " that are given change, addresses are added and none is taken away. Where nobody holds one, it is created"
        " (201); where several do, the answer is 409.",
        request=BODY,
        answers={200: ANSWER, 201: ANSWER},
        problems=["ambiguous_address", *REFUSALS],
        parameters=[OpenApiParameter("upsert", str, enum=["address"]), SHAPE, ETAG],
        is_write=True,
        examples=[OpenApiExample("Ada", request_only=True, value=EXAMPLE)],
    )
    def post(self, request: Request) -> HttpResponse:
        shape, upsert = self.shape(request), request.query_params.get("upsert")
        if upsert not in {None, "address"}:
            raise invalid(Fault("upsert", "invalid_choice", "Send upsert=address, or leave it out."))
        asked, given = self._asked(shape, request)
        by, at = self.caller.actor, self.at
        holder: Contact | None = None
        if upsert:
            if not asked.addresses:
                raise invalid(Fault("addresses", "required", "Name the addresses by which the contact is known."))
            holder = locked_holder(asked.addresses, by=by, at=at)
        if holder is None:
            try:
                with transaction.atomic():
                    made = create_contact(**asked.fields, addresses=asked.addresses or (), by=by, at=at)
                    if refused := self.turn(given, made.pk, lambda: None):
                        raise _NotMade(refused, ledger.refusals_about(contact_id=made.pk))
            except _NotMade as no:
                ledger.keep(entries=no.entries)
                return no.problem.response()
            return self.told(shape, made.pk, status=201)
        if refused := self.turn(given, holder.pk, lambda: _change_and_add(holder, asked, self)):
            return refused.response()
        return self.told(shape, holder.pk)

    def _asked(self, shape: str, request: Request) -> tuple[Written, dict[str, Any]]:
        """Return what is wanted of the contact, and the body as far as it speaks of DND."""
        if shape != HIGHLEVEL:
            return written(read(ContactBody, request.data)), {}
        given = read(HighLevelBody, request.data)
        asked = wanted(given)
        return asked.written, given if asked.says_dnd else {}


class _NotMade(Exception):
    """The contact that a refusal would be about is not made; the refusal stays, about its addresses."""

    def __init__(self, problem: Problem, entries: Sequence[LedgerEntry]) -> None:
        super().__init__()
        self.problem, self.entries = problem, entries


class OneContact(ContactView):
    scopes = {"GET": Scope.CONTACTS_READ, "PATCH": Scope.CONTACTS_WRITE}
    query = {"GET": frozenset({"shape"}), "PATCH": frozenset({"shape"})}

    @operation(
        name="get_contact",
        tag="contacts",
        summary="Read a contact",
        answers={200: ANSWER},
        problems=["not_found"],
        parameters=[SHAPE, ETAG],
    )
    def get(self, request: Request, contact_id: UUID) -> HttpResponse:
        return self.told(self.shape(request), contact_of(contact_id).pk)

    @operation(
        name="change_contact",
        tag="contacts",
        summary="Change a contact",
        description="Fields that are given change. `addresses` replaces all addresses of the contact; what silences one"
        " that leaves stays, for the contact and for the address.",
        request=BODY,
        answers={200: ANSWER},
        problems=["not_found", "precondition_failed", *REFUSALS],
        parameters=[SHAPE, IF_MATCH, ETAG],
        is_write=True,
        examples=[OpenApiExample("Another company", request_only=True, value={"company": "Analytical Engines"})],
    )
    def patch(self, request: Request, contact_id: UUID) -> HttpResponse:
        shape, contact = self.shape(request), contact_of(contact_id)
        if shape == HIGHLEVEL:
            return self._patch_highlevel(request, contact)
        asked = written(read(ContactBody, request.data))
        locked = _locked(contact, asked, self)
        check_unchanged(request, self.tell(shape, [locked])[0])
        _change(locked, asked, self)
        return self.told(shape, contact.pk)

    def _patch_highlevel(self, request: Request, contact: Contact) -> HttpResponse:
        """Change fields, DND, and the primary phone and e-mail; other addresses stay."""
        given = read(HighLevelBody, request.data)
        asked = wanted(given)
        locked = _locked(contact, asked.written, self)
        check_unchanged(request, self.tell(HIGHLEVEL, [locked])[0])
        by, at = self.caller.actor, self.at
        held = ContactAddress.objects.filter(contact=contact, kind__in=asked.kinds, is_primary=True)
        before = dict(held.values_list("kind", "address_id"))
        spoken = given if asked.says_dnd else {}
        if refused := self.turn(spoken, contact.pk, lambda: _change_and_add(locked, asked.written, self)):
            return refused.response()
        left = ContactAddress.objects.filter(contact=contact, address_id__in=before.values())
        emptied = asked.kinds - {address.kind for address in asked.written.addresses or ()}
        for row in left:
            if not row.is_primary or row.kind in emptied:
                remove_address(contact_id=contact.pk, address_id=row.address_id, by=by, at=at)
        return self.told(HIGHLEVEL, contact.pk)


def _locked(contact: Contact, asked: Written, view: ApiView) -> Contact:
    """Lock a contact with the addresses it has and is to have, and return it as it is now."""
    drafts = asked.addresses or ()
    rows = get_or_create_addresses(canonicals=[read_draft(draft) for draft in drafts], at=view.at, by=view.caller.actor)
    return lock_for_contact(contact_id=contact.pk, address_ids=[row.pk for row in rows]).contact


def _change_and_add(contact: Contact, asked: Written, view: ApiView) -> None:
    """Change a locked contact's fields, and add addresses to those it holds."""
    _change(contact, Written(asked.fields), view)
    for address in asked.addresses or ():
        add_address(contact_id=contact.pk, address=address, by=view.caller.actor, at=view.at)


def _change(contact: Contact, asked: Written, view: ApiView) -> None:
    """Change a locked contact's fields and addresses."""
    by, at = view.caller.actor, view.at
    version = contact.version
    if asked.fields:
        version = update_contact(
            contact_id=contact.pk, expected_version=version, changes=asked.fields, by=by, at=at
        ).version
    if asked.addresses is not None:
        set_addresses(contact_id=contact.pk, expected_version=version, addresses=asked.addresses, by=by, at=at)
