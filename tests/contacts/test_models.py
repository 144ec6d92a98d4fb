"""What the database itself refuses, whoever asks."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, IntegrityError, connection, transaction

from contacts.models import Address, Contact, ContactAddress, Erasure
from tests.factories.contacts import AddressFactory, ContactAddressFactory, ContactFactory

pytestmark = pytest.mark.django_db


def _address(kind: str, value: str, at: datetime) -> Address:
    return Address.objects.create(kind=kind, value=value, shown=value, created_at=at)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("phone", "+14155550142"),
        ("phone", "+12345"),
        ("phone", "erased:00ff"),
        ("email", "ann+news@example.com"),
        ("email", "用户@xn--fsqu00a.xn--4rr70v"),
        ("email", "ann@[192.0.2.1]"),
        ("email", "erased:00ff"),
        ("messenger", "1234567890"),
        ("gmb", "4F0C"),
    ],
)
def test_a_canonical_value_is_stored(kind: str, value: str, at: datetime) -> None:
    assert _address(kind, value, at).pk


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("phone", "4155550142"),
        ("phone", "+0123456789"),
        ("phone", "+1234"),
        ("phone", "+1234567890123456"),
        ("phone", "+1415555O142"),
        ("phone", "+14155550142\n+14155550143"),
        ("email", "Ann@example.com"),
        ("email", "ann@EXAMPLE.com"),
        ("email", "ann@例子.广告"),
        ("email", "ann@bo@example.com"),
        ("email", "ann@exam ple.com"),
        ("email", "ann"),
        ("messenger", ""),
        ("pager", "1234"),
    ],
)
def test_another_spelling_is_refused(kind: str, value: str, at: datetime) -> None:
    with pytest.raises(IntegrityError):
        _address(kind, value, at)


def test_an_address_exists_once(at: datetime) -> None:
    _address("phone", "+14155550142", at)

    with pytest.raises(IntegrityError, match="address_unique"):
        _address("phone", "+14155550142", at)


def test_the_unique_key_serves_an_upsert(at: datetime) -> None:
    address = _address("phone", "+14155550142", at)

    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO contacts_address (public_id, kind, value, shown, created_at) "
            "VALUES (gen_random_uuid(), 'phone', '+14155550142', 'x', now()) "
            "ON CONFLICT (kind, value) DO UPDATE SET shown = excluded.shown RETURNING id"
        )
        assert cursor.fetchone() == (address.pk,)


@pytest.mark.parametrize(
    "change",
    [{"value": "+14155550999"}, {"kind": "messenger"}, {"kind": "gmb", "value": "erased:1"}, {"value": "erased:00ff"}],
)
def test_an_address_never_becomes_another(change: dict[str, str]) -> None:
    address = AddressFactory()

    with pytest.raises(DatabaseError, match="Cannot update"):
        Address.objects.filter(pk=address.pk).update(**change)


def test_an_address_can_be_erased_and_never_comes_back() -> None:
    address, other = AddressFactory(raw="+14155550142"), AddressFactory(raw="+14155550143")
    Erasure.objects.create(contact_ids=[], address_ids=[address.pk], reason="test", erased_by="user:1")

    Address.objects.filter(pk=address.pk).update(value="erased:00ff", shown="")

    for which, value in ((address, "+14155550142"), (address, "erased:11ff"), (other, "erased:22ff")):
        with pytest.raises(DatabaseError, match="Cannot update"), transaction.atomic():
            Address.objects.filter(pk=which.pk).update(value=value)
    assert Address.objects.get(pk=address.pk).value == "erased:00ff"


def test_the_shown_spelling_of_an_address_may_change() -> None:
    address = AddressFactory()

    Address.objects.filter(pk=address.pk).update(shown="+1 (415) 555 0142")

    address.refresh_from_db()
    assert address.shown == "+1 (415) 555 0142"


def test_a_contact_holds_an_address_once() -> None:
    holding = ContactAddressFactory()

    with pytest.raises(IntegrityError, match="contact_address_unique"):
        ContactAddressFactory(contact=holding.contact, address=holding.address)


def test_a_contact_has_one_primary_address_of_each_kind() -> None:
    contact = ContactFactory(holding=[AddressFactory(), AddressFactory(kind="email", raw="ann@example.com")])

    with pytest.raises(IntegrityError, match="contact_address_one_primary"):
        ContactAddressFactory(contact=contact, is_primary=True)


def test_a_holding_carries_the_kind_of_its_address() -> None:
    holding = ContactAddressFactory()

    with pytest.raises(IntegrityError, match="is not the kind of address"), transaction.atomic():
        ContactAddressFactory(kind="email")
    with pytest.raises(IntegrityError, match="is not the kind of address"):
        ContactAddress.objects.filter(pk=holding.pk).update(kind="email")


@pytest.mark.parametrize("field", ["contact", "address"])
def test_a_holding_never_moves(field: str) -> None:
    holding, other = ContactAddressFactory(), ContactAddressFactory()

    with pytest.raises(DatabaseError, match="Cannot update"):
        ContactAddress.objects.filter(pk=holding.pk).update(**{field: getattr(other, field)})


@pytest.mark.parametrize("model", [Contact, Address, ContactAddress])
@pytest.mark.parametrize("act", ["update", "delete"])
def test_history_is_append_only(model: type[Contact], act: str) -> None:
    ContactAddressFactory()
    history = model.history.all()
    assert history.count() == 1

    with pytest.raises(DatabaseError, match=r"Cannot update or delete|never changed or deleted"):
        history.update(history_change_reason="another") if act == "update" else history.delete()


def test_a_contact_that_holds_an_address_cannot_be_deleted_for_good() -> None:
    holding = ContactAddressFactory()

    Contact.objects.filter(pk=holding.contact_id)._raw_delete("default")

    with pytest.raises(IntegrityError), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_search_text_follows_the_names() -> None:
    contact = ContactFactory(first_name="Ada", last_name="LOVELACE", company="Engine Ltd")

    Contact.objects.filter(pk=contact.pk).update(first_name="Ángela")

    contact.refresh_from_db()
    assert contact.search_text == "ángela lovelace engine ltd"


def test_a_history_row_gives_back_the_contact_as_it_was() -> None:
    contact = ContactFactory(first_name="Ada")
    contact.first_name = "Augusta"
    contact.save()

    assert [row.instance.first_name for row in contact.history.all()] == ["Augusta", "Ada"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("language", "english please"),
        ("language", "en\n"),
        ("time_zone", "Europe/Nowhere"),
        ("time_zone", "Europe"),
        ("time_zone", "../etc"),
    ],
)
def test_an_unknown_language_or_time_zone_is_refused(field: str, value: str) -> None:
    contact = ContactFactory.build(**{field: value})

    with pytest.raises(ValidationError) as refusal:
        contact.clean_fields()

    assert list(refusal.value.message_dict) == [field]


@pytest.mark.parametrize(("field", "value"), [("language", "es-MX"), ("language", ""), ("time_zone", "Europe/London")])
def test_a_known_language_or_time_zone_is_accepted(field: str, value: str) -> None:
    ContactFactory.build(**{field: value}).clean_fields()


def test_a_contact_is_named_by_what_is_known_of_it() -> None:
    assert str(ContactFactory.build(first_name="Ada", last_name="")) == "Ada"
    assert str(ContactFactory.build(first_name="", last_name="", company="Engine Ltd")) == "Engine Ltd"
    assert str(ContactFactory.build(pk=7, first_name="", last_name="")) == "Contact 7"


def test_an_address_is_named_by_its_shown_spelling() -> None:
    address = AddressFactory(raw="+14155550142")

    assert str(address) == "+1 415-555-0142"
    assert not address.is_erased


def test_a_holding_is_named_by_both_its_ends() -> None:
    holding = ContactAddressFactory()

    assert str(holding) == f"contact {holding.contact_id} holds address {holding.address_id}"
