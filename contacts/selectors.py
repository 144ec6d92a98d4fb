"""Read contacts and addresses. Deleted and erased contacts are hidden here."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import phonenumbers
from django.conf import settings
from django.db.models import BooleanField, Count, Q, QuerySet
from django.db.models.expressions import RawSQL
from django.db.models.functions import Collate, Reverse

from contacts.models import Address, Contact, ContactAddress
from contacts.normalize import InvalidAddress, erased_value, normalize_email, normalize_phone
from contacts.vocabulary import AddressKind

SHORTEST_PART = 3
"""Fewer digits or letters than this match too many addresses to be of use."""

_NAME_LIKE = re.compile(r"[^0-9@._+]*")
_PHONE_LIKE = re.compile(r"[0-9+()\s./\-]*")


@dataclass(frozen=True, slots=True)
class AddressView:
    """One address as a contact holds it. `shared_with` counts the other contacts that hold it too."""

    id: int
    public_id: UUID
    kind: AddressKind
    value: str
    shown: str
    is_primary: bool
    joined_at: datetime
    shared_with: int


@dataclass(frozen=True, slots=True)
class ContactDetail:
    """Everything the contacts app knows of one contact, in two queries."""

    contact: Contact
    addresses: tuple[AddressView, ...]

    def primary(self, kind: AddressKind) -> AddressView | None:
        return next((one for one in self.addresses if one.kind is kind and one.is_primary), None)


def visible_contacts() -> QuerySet[Contact]:
    """Return every contact that is neither deleted nor erased."""
    return Contact.objects.filter(deleted_at=None, erased_at=None)


def one_of(column: str, ids: Collection[int]) -> RawSQL:
    """Return the condition that a column of the queried table itself is one of these ids, for thousands of them.

    One array is one parameter; Django's `in` writes each id into the statement, which takes longer than the answer.
    Shape: `column` as the database names it, with its table.
    """
    return RawSQL(f"{column} = ANY (%s::bigint[])", [id_array(ids)], output_field=BooleanField())  # noqa: S611


def id_array(ids: Iterable[int | None]) -> str:
    """Return ids as PostgreSQL writes an array. The driver would prepare each by itself, for ten times as long."""
    return "{" + ",".join(["NULL" if each is None else str(each) for each in ids]) + "}"


def find_address(kind: AddressKind, value: str) -> Address | None:
    """Return the address with this match key, if anybody ever had it; an erased one is found by its hash."""
    return known_addresses([(kind.value, value)]).get((kind.value, value))


def known_addresses(keys: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Address]:
    """Return the address of each key that anybody ever had, by (kind, match key) as asked.

    Erased ones are found by their keyed hash, so that nobody who was erased comes back as a stranger.
    """
    wanted = set(keys)
    rows = Address.objects.filter(kind__in={kind for kind, _ in wanted}, value__in=[value for _, value in wanted])
    found = {(row.kind, row.value): row for row in rows if (row.kind, row.value) in wanted}
    if hashes := erased_spellings(wanted - found.keys()):
        erased = Address.objects.filter(kind__in={kind for kind, _ in hashes}, value__in=[each for _, each in hashes])
        found |= {hashes[row.kind, row.value]: row for row in erased if (row.kind, row.value) in hashes}
    return found


def erased_spellings(keys: Iterable[tuple[str, str]]) -> dict[tuple[str, str], tuple[str, str]]:
    """Return how each key is spelled if it was erased, under any of the installation's keys: (kind, hash) → key."""
    return {
        (kind, erased_value(AddressKind(kind), value, key=key)): (kind, value)
        for kind, value in keys
        for key in settings.ERASURE_KEYS
    }


def merged_ids(contact_id: int) -> tuple[int, ...]:
    """Return the contacts that were merged into this one, at any time."""
    absorbed = Contact.objects.filter(merged_into_id=contact_id).order_by("id")
    return tuple(absorbed.values_list("id", flat=True))


def duplicates_of(contact_id: int, *, limit: int = 10) -> list[Contact]:
    """Return contacts that may be the same person: one of the same addresses first, then the same full name."""
    contact = Contact.objects.get(pk=contact_id)
    others = visible_contacts().exclude(pk=contact_id)
    held = ContactAddress.objects.filter(contact_id=contact_id).values("address_id")
    same = ContactAddress.objects.filter(address_id__in=held).values("contact_id")
    found = list(others.filter(pk__in=same).order_by("id")[:limit])
    if contact.first_name and contact.last_name and len(found) < limit:
        # The trigram index finds the words; whether they are the whole name is asked of the few that have them.
        named = others.filter(_named(contact.full_name)).exclude(pk__in=[each.pk for each in found])
        named = named.filter(first_name__iexact=contact.first_name, last_name__iexact=contact.last_name)
        found += named.order_by("id")[: limit - len(found)]
    return found


def addresses_of(contact_id: int) -> tuple[AddressView, ...]:
    """Return what a contact holds, by kind, the primary first."""
    others = Count(
        "address__holders",
        filter=Q(address__holders__contact__deleted_at=None, address__holders__contact__erased_at=None)
        & ~Q(address__holders__contact_id=contact_id),
    )
    held = (
        ContactAddress.objects.filter(contact_id=contact_id)
        .select_related("address")
        .annotate(shared_with=others)
        .order_by("kind", "-is_primary", "joined_at", "id")
    )
    return tuple(
        AddressView(
            id=holding.address_id,
            public_id=holding.address.public_id,
            kind=AddressKind(holding.kind),
            value=holding.address.value,
            shown=holding.address.shown,
            is_primary=holding.is_primary,
            joined_at=holding.joined_at,
            shared_with=holding.shared_with,
        )
        for holding in held
    )


def holders_of(address_id: int) -> QuerySet[Contact]:
    """Return the contacts that hold an address."""
    return visible_contacts().filter(held_addresses__address_id=address_id)


def contact_detail(public_id: UUID) -> ContactDetail | None:
    """Return one contact with its addresses, or nothing if it is unknown, deleted or erased."""
    contact = visible_contacts().select_related("owner").filter(public_id=public_id).first()
    return None if contact is None else ContactDetail(contact, addresses_of(contact.pk))


def search(query: str, *, region: str) -> QuerySet[Contact]:
    """Return the contacts a person means by some words, a phone number in any spelling or an e-mail.

    Words are looked for in names and company, all of them. Digits find a whole number, its last digits or its
    first ones, with or without country code. An e-mail is found whole, by its beginning or by "@" and its domain;
    a word that is in nobody's name counts as such a beginning. An empty query finds everybody.
    Shape: `region` is the country of numbers without a country code. Each way is served by an index.
    """
    text = " ".join(query.replace("\x00", "").split())
    if not text:
        return visible_contacts()
    named = visible_contacts().filter(_named(text))
    # In one query with other ways, a word that thousands are named by would cost a scan of all contacts.
    if _NAME_LIKE.fullmatch(text) and (" " in text or len(text) < SHORTEST_PART or named.exists()):
        return named
    ways: list[QuerySet[Any, Any]] = [] if "@" in text else [Contact.objects.filter(_named(text)).values("id")]
    ways += [
        ContactAddress.objects.annotate(backwards=_BACKWARDS).filter(way).values("contact_id")
        for way in _address_ways(text, region)
    ]
    first, *others = ways
    return visible_contacts().filter(id__in=first.union(*others) if others else first)


# As the index has it.
_BACKWARDS = Collate(Reverse("address__value"), "C")


def _address_ways(text: str, region: str) -> list[Q]:
    """Return each way in which a text may mean an address that a contact holds."""
    if "@" in text:
        return _email_ways(text)
    ways = _whole(AddressKind.PHONE, key) if (key := _phone_key(text, region)) else []
    digits = "".join(re.findall(r"[0-9]", text))
    if _PHONE_LIKE.fullmatch(text) and len(digits) >= SHORTEST_PART:
        ways += _phone_ways(text, digits, region)
    elif " " not in text and len(text) >= SHORTEST_PART:
        ways.append(_keyed(AddressKind.EMAIL, value__startswith=text.lower()))
    if " " not in text and digits:
        ways += [*_whole(AddressKind.MESSENGER, text), *_whole(AddressKind.GMB, text)]
    return ways


def _email_ways(text: str) -> list[Q]:
    if text.startswith("@"):
        return [_backwards(AddressKind.EMAIL, text.lower())]
    ways = [_keyed(AddressKind.EMAIL, value__startswith=text.lower())]
    try:
        return [*ways, *_whole(AddressKind.EMAIL, normalize_email(text, strict=False).value)]
    except InvalidAddress:
        return ways


def _phone_ways(text: str, digits: str, region: str) -> list[Q]:
    begins = [f"+{digits}"]
    if not text.startswith("+") and (code := phonenumbers.country_code_for_region(region.upper())):
        # The trunk prefix is dialled inside the country only; it is no part of the key.
        begins.append(f"+{code}{digits.lstrip('0')}")
    starts = [_keyed(AddressKind.PHONE, value__startswith=begin) for begin in begins]
    return [_backwards(AddressKind.PHONE, digits), *starts]


def _keyed(kind: AddressKind, **condition: str) -> Q:
    return Q(address__kind=kind.value, **{f"address__{name}": value for name, value in condition.items()})


def _whole(kind: AddressKind, key: str) -> list[Q]:
    """Return the ways in which a whole match key is spelled: itself, and as it would be after an erasure."""
    return [_keyed(kind, value=each) for each in (key, *(value for _, value in erased_spellings([(kind.value, key)])))]


def _backwards(kind: AddressKind, end: str) -> Q:
    return Q(address__kind=kind.value, backwards__startswith=end[::-1])


def _phone_key(text: str, region: str) -> str | None:
    try:
        return normalize_phone(text, region=region).value
    except InvalidAddress:
        return None


def _named(text: str) -> Q:
    """Return the condition that every word occurs in names or company.

    One or two letters give no trigram of their own, so they have to begin a word.
    """
    condition = Q()
    for word in text.lower().split():
        if len(word) >= SHORTEST_PART:
            condition &= Q(search_text__contains=word)
        else:
            condition &= Q(search_text__startswith=word) | Q(search_text__contains=f" {word}")
    return condition
