"""Contacts, addresses and staff as rows, for tests that need them to be there already."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import factory
from django.contrib.auth import get_user_model
from django.db.models import Model

from contacts.drafts import NewAddress
from contacts.models import Address, Contact, ContactAddress
from contacts.normalize import normalize
from contacts.services import create_contact
from contacts.values import SYSTEM
from contacts.vocabulary import AddressKind

LONG_AGO = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)


class UserFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = get_user_model()

    username = factory.Sequence("agent{}".format)
    first_name = "Alex"
    last_name = factory.Sequence("Agent{}".format)


class LongAgoFactory(factory.django.DjangoModelFactory):
    """Dates the history too, so that what a test does comes after it."""

    class Meta:
        abstract = True

    @classmethod
    def _create(cls, model_class: type[Model], *args: Any, **kwargs: Any) -> Model:
        row = model_class(*args, **kwargs)
        row._history_date = LONG_AGO
        row.save(force_insert=True)
        del row._history_date
        return row


class ContactFactory(LongAgoFactory):
    class Meta:
        model = Contact
        skip_postgeneration_save = True

    first_name = "Ada"
    last_name = factory.Sequence("Lovelace{}".format)
    created_at = LONG_AGO
    updated_at = LONG_AGO

    @factory.post_generation
    def holding(self, create: bool, addresses: tuple[Address, ...] | None, **kwargs: object) -> None:
        """Join the addresses given as `holding=[…]`; the first of each kind is the primary."""
        kinds: set[str] = set()
        for address in addresses or ():
            ContactAddressFactory(contact=self, address=address, is_primary=address.kind not in kinds)
            kinds.add(address.kind)


class AddressFactory(LongAgoFactory):
    """An address from any spelling: `AddressFactory(raw="ann@example.com", kind="email")`."""

    class Meta:
        model = Address
        exclude = ("raw", "canonical")

    kind = AddressKind.PHONE.value
    raw = factory.Sequence("+1415555{:04}".format)
    canonical = factory.LazyAttribute(lambda it: normalize(AddressKind(it.kind), it.raw, region="US"))
    value = factory.LazyAttribute(lambda it: it.canonical.value)
    shown = factory.LazyAttribute(lambda it: it.canonical.shown)
    created_at = LONG_AGO


class ContactAddressFactory(LongAgoFactory):
    class Meta:
        model = ContactAddress

    contact = factory.SubFactory(ContactFactory)
    address = factory.SubFactory(AddressFactory)
    kind = factory.SelfAttribute("address.kind")
    is_primary = False
    joined_at = LONG_AGO


def make_contact(
    first_name: str = "Dana",
    last_name: str = "Scully",
    *,
    phone: str = "",
    email: str = "",
    messenger: str = "",
    at: datetime = LONG_AGO,
    **fields: Any,
) -> Contact:
    """Return a contact with one primary address of each kind given, made by the product's own verb."""
    given = {AddressKind.PHONE: phone, AddressKind.EMAIL: email, AddressKind.MESSENGER: messenger}
    return create_contact(
        first_name=first_name,
        last_name=last_name,
        addresses=[NewAddress(kind, raw, is_primary=True) for kind, raw in given.items() if raw],
        by=SYSTEM,
        at=at,
        **fields,
    )
