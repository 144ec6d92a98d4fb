"""Read contacts and addresses. Deleted and erased contacts are hidden here."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import phonenumbers
from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Collate, Reverse

from contacts.models import Address, Contact, ContactAddress
from contacts.normalize import InvalidAddress, normalize_email, normalize_phone
from contacts.vocabulary import AddressKind

SHORTEST_PART = 3
"""Fewer digits or letters than this match too many addresses to be of use."""

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


def find_address(kind: AddressKind, value: str) -> Address | None:
    """Return the address with this match key, if anybody ever had it."""
    return Address.objects.filter(kind=kind.value, value=value).first()


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
    return contact and ContactDetail(contact, addresses_of(contact.pk))


def search(query: str, *, region: str) -> QuerySet[Contact]:
    """Return the contacts a person means by some words, a phone number in any spelling or an e-mail.

    Words are looked for in names and company, all of them. Digits find a whole number, its last digits or its
    first ones, with or without country code. An e-mail is found whole or by its beginning. An empty query finds
    everybody. `region` is the country of numbers without a country code. Each way is served by an index.
    """
    text = " ".join(query.replace("\x00", "").split())
    if not text:
        return visible_contacts()
    by_address = _address_matches(text, region)
    if by_address is None:
        return visible_contacts().filter(_named(text))
    found = ContactAddress.objects.filter(address__in=by_address).values("contact_id")
    if "@" not in text:
        found = found.union(Contact.objects.filter(_named(text)).values("id"))
    return visible_contacts().filter(id__in=found)


def _address_matches(text: str, region: str) -> QuerySet[Address] | None:
    """Return the addresses a text may mean, or nothing if it can only be a name."""
    if "@" in text:
        return _union(_emails(text))
    digits = "".join(re.findall(r"[0-9]", text))
    if _PHONE_LIKE.fullmatch(text) and len(digits) >= SHORTEST_PART:
        return _union([*_phones(text, digits, region), _ids(text)])
    if " " not in text and len(text) >= SHORTEST_PART:
        phone = _phone_key(text, region)
        more = [_keyed(AddressKind.PHONE, value=phone)] if phone else []
        return _union([_keyed(AddressKind.EMAIL, value__startswith=text.lower()), _ids(text), *more])
    phone = _phone_key(text, region)
    return _keyed(AddressKind.PHONE, value=phone).values("id") if phone else None


def _emails(text: str) -> list[QuerySet[Address]]:
    begin = _keyed(AddressKind.EMAIL, value__startswith=text.lower())
    try:
        return [begin, _keyed(AddressKind.EMAIL, value=normalize_email(text, strict=False).value)]
    except InvalidAddress:
        return [begin]


def _phones(text: str, digits: str, region: str) -> list[QuerySet[Address]]:
    last = Address.objects.annotate(backwards=Collate(Reverse("value"), "C")).filter(
        kind=AddressKind.PHONE.value, backwards__startswith=digits[::-1]
    )
    begins = [f"+{digits}"]
    if not text.startswith("+") and (code := phonenumbers.country_code_for_region(region.upper())):
        # The trunk prefix is dialled inside the country only; it is no part of the key.
        begins.append(f"+{code}{digits.lstrip('0')}")
    found = [last, *(_keyed(AddressKind.PHONE, value__startswith=one) for one in begins)]
    key = _phone_key(text, region)
    return [*found, _keyed(AddressKind.PHONE, value=key)] if key else found


def _ids(text: str) -> QuerySet[Address]:
    return Address.objects.filter(kind__in=[AddressKind.MESSENGER.value, AddressKind.GMB.value], value=text)


def _phone_key(text: str, region: str) -> str | None:
    try:
        return normalize_phone(text, region=region).value
    except InvalidAddress:
        return None


def _keyed(kind: AddressKind, **condition: str) -> QuerySet[Address]:
    return Address.objects.filter(kind=kind.value, **condition)


def _union(parts: list[QuerySet[Address]]) -> QuerySet[Address]:
    first, *others = [part.values("id") for part in parts]
    return first.union(*others)


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
