"""Making addresses, joining them to contacts and parting them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

from contacts.drafts import NewAddress
from contacts.models import Address, Contact, ContactAddress
from contacts.normalize import InvalidAddress, normalize_email, normalize_phone
from contacts.registry import Registry
from contacts.services import (
    AddressMissing,
    ContactDeleted,
    StaleContact,
    TwoPrimaries,
    add_address,
    create_contact,
    get_or_create_address,
    get_or_create_addresses,
    holdings,
    make_primary,
    remove_address,
    set_addresses,
)
from contacts.values import SYSTEM, Actor
from contacts.vocabulary import AddressKind
from tests.factories.contacts import AddressFactory, ContactFactory

pytestmark = pytest.mark.django_db


def _draft(raw: str, *, is_primary: bool = False) -> NewAddress:
    kind = AddressKind.EMAIL if "@" in raw else AddressKind.PHONE
    return NewAddress(kind, raw, is_primary=is_primary, region="US")


def _held(contact: Contact) -> dict[str, bool]:
    rows = ContactAddress.objects.filter(contact=contact).select_related("address")
    return {row.address.value: row.is_primary for row in rows}


@pytest.fixture
def contact() -> Contact:
    """Holds two phones, the first of them primary, and an e-mail."""
    return ContactFactory(
        holding=[
            AddressFactory(raw="+14155550101"),
            AddressFactory(raw="+14155550102"),
            AddressFactory(kind="email", raw="ada@example.com"),
        ]
    )


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[tuple[str, int, int, bool]]]:
    """What hooks heard: the word, contact, address, and whether the contact held it at that moment."""
    heard: list[tuple[str, int, int, bool]] = []

    def hook(word: str) -> Any:
        def listen(*, contact_id: int, address_id: int, by: Actor, at: datetime) -> None:
            holds = ContactAddress.objects.filter(contact_id=contact_id, address_id=address_id).exists()
            heard.append((word, contact_id, address_id, holds))

        return listen

    registry = Registry()
    registry.on_address_joined(hook("joined"))
    registry.on_address_leaving(hook("leaving"))
    monkeypatch.setattr(holdings, "registry", registry)
    return heard


def test_an_address_is_made_with_its_history_and_found_again(at: datetime, by: Actor, agent: Any) -> None:
    canonical = normalize_phone("+1 415 555 0142", region=None)

    made = get_or_create_address(canonical=canonical, at=at, by=by)
    found = get_or_create_address(canonical=canonical, at=at)

    assert made == found
    row = Address.history.get()
    assert (row.value, row.history_user, row.history_date) == ("+14155550142", agent, at)
    assert row.history_change_reason == f"created by user:{agent.pk}"


def test_several_addresses_come_back_in_the_order_asked(at: datetime) -> None:
    present = AddressFactory(raw="+14155550142")
    ann = normalize_email("ann@example.com")

    rows = get_or_create_addresses(
        canonicals=[ann, normalize_phone("+14155550142", region=None), ann, normalize_email("Bo@example.com")],
        at=at,
        by=SYSTEM,
    )

    assert [row.value for row in rows] == ["ann@example.com", "+14155550142", "ann@example.com", "bo@example.com"]
    assert rows[1] == present
    assert Address.history.count() == 3


def test_the_same_value_of_two_kinds_is_two_addresses(at: datetime) -> None:
    phone, messenger = AddressFactory(raw="+14155550142"), AddressFactory(kind="messenger", raw="+14155550142")

    assert get_or_create_address(canonical=normalize_phone("+14155550142", region=None), at=at) == phone
    assert phone != messenger


def test_setting_addresses_joins_parts_and_moves_the_primary(
    contact: Contact, by: Actor, agent: Any, at: datetime, calls: list[tuple[str, int, int, bool]]
) -> None:
    left = Address.objects.get(value="+14155550101")
    kept = Address.objects.get(value="+14155550102")

    change = set_addresses(
        contact_id=contact.pk,
        expected_version=1,
        addresses=[_draft("ada@example.com"), _draft("+14155550102"), _draft("(415) 555-0103", is_primary=True)],
        by=by,
        at=at,
    )

    joined = Address.objects.get(value="+14155550103")
    assert (change.joined, change.left, change.made_primary) == ((joined.pk,), (left.pk,), (joined.pk,))
    assert _held(contact) == {"ada@example.com": True, kept.value: False, joined.value: True}
    assert calls == [("leaving", contact.pk, left.pk, True), ("joined", contact.pk, joined.pk, True)]
    contact.refresh_from_db()
    assert (contact.version, contact.updated_at) == (2, at)
    assert contact.history.first().history_change_reason == f"addresses changed by user:{agent.pk}"
    gone = ContactAddress.history.get(history_type="-")
    assert (gone.address, gone.history_user, gone.history_date) == (left, agent, at)


def test_setting_the_same_addresses_changes_nothing(
    contact: Contact, by: Actor, at: datetime, calls: list[tuple[str, int, int, bool]]
) -> None:
    change = set_addresses(
        contact_id=contact.pk,
        expected_version=1,
        addresses=[_draft("415 555 0102"), _draft("415 555 0101"), _draft("Ada@example.com")],
        by=by,
        at=at,
    )

    assert change.is_empty
    assert calls == []
    contact.refresh_from_db()
    assert (contact.version, contact.history.count()) == (1, 1)
    assert _held(contact)["+14155550101"] is True


def test_setting_addresses_of_a_contact_somebody_changed_is_refused(contact: Contact, by: Actor, at: datetime) -> None:
    before = _held(contact)

    with pytest.raises(StaleContact):
        set_addresses(contact_id=contact.pk, expected_version=7, addresses=[], by=by, at=at)

    assert _held(contact) == before


def test_two_primaries_of_one_kind_are_refused(contact: Contact, by: Actor, at: datetime) -> None:
    drafts = [_draft("+14155550101", is_primary=True), _draft("+14155550102", is_primary=True)]

    with pytest.raises(TwoPrimaries) as refusal:
        set_addresses(contact_id=contact.pk, expected_version=1, addresses=drafts, by=by, at=at)

    assert refusal.value.kind is AddressKind.PHONE


def test_a_contact_can_be_left_without_an_address(contact: Contact, by: Actor, at: datetime) -> None:
    change = set_addresses(contact_id=contact.pk, expected_version=1, addresses=[], by=by, at=at)

    assert len(change.left) == 3
    assert _held(contact) == {}
    assert Address.objects.count() == 3


def test_an_added_address_is_primary_only_when_it_is_the_first_of_its_kind(
    contact: Contact, by: Actor, at: datetime
) -> None:
    second = add_address(contact_id=contact.pk, address=_draft("ada2@example.com"), by=by, at=at)
    first = add_address(contact_id=contact.pk, address=NewAddress(AddressKind.MESSENGER, "12345"), by=by, at=at)

    assert (len(second.joined), second.made_primary) == (1, ())
    assert first.joined == first.made_primary
    contact.refresh_from_db()
    assert contact.version == 3


def test_an_added_address_takes_over_as_primary_when_asked(contact: Contact, by: Actor, at: datetime) -> None:
    add_address(contact_id=contact.pk, address=_draft("+14155550102", is_primary=True), by=by, at=at)

    assert _held(contact) == {"+14155550101": False, "+14155550102": True, "ada@example.com": True}


def test_adding_what_is_held_changes_nothing(contact: Contact, by: Actor, at: datetime) -> None:
    change = add_address(contact_id=contact.pk, address=_draft("415-555-0101"), by=by, at=at)

    assert change.is_empty
    assert contact.history.count() == 1


def test_an_invalid_address_is_not_added(contact: Contact, by: Actor, at: datetime) -> None:
    with pytest.raises(InvalidAddress):
        add_address(contact_id=contact.pk, address=_draft("741741"), by=by, at=at)


def test_when_the_primary_leaves_the_longest_held_of_its_kind_follows(
    contact: Contact, by: Actor, at: datetime
) -> None:
    primary = Address.objects.get(value="+14155550101")

    change = remove_address(contact_id=contact.pk, address_id=primary.pk, by=by, at=at)

    assert _held(contact) == {"+14155550102": True, "ada@example.com": True}
    assert change.left == (primary.pk,)
    assert change.made_primary == (Address.objects.get(value="+14155550102").pk,)
    assert Address.objects.filter(pk=primary.pk).exists()


def test_making_an_address_primary_moves_the_mark(contact: Contact, by: Actor, agent: Any, at: datetime) -> None:
    second = Address.objects.get(value="+14155550102")

    change = make_primary(contact_id=contact.pk, address_id=second.pk, by=by, at=at)
    again = make_primary(contact_id=contact.pk, address_id=second.pk, by=by, at=at)

    assert (change.made_primary, again.is_empty) == ((second.pk,), True)
    assert _held(contact) == {"+14155550101": False, "+14155550102": True, "ada@example.com": True}
    reasons = ContactAddress.history.filter(history_type="~").values_list("history_change_reason", flat=True)
    assert set(reasons) == {f"made primary by user:{agent.pk}", f"no longer primary by user:{agent.pk}"}


@pytest.mark.parametrize("verb", [remove_address, make_primary])
def test_an_address_the_contact_does_not_hold_is_refused(verb: Any, contact: Contact, by: Actor, at: datetime) -> None:
    with pytest.raises(AddressMissing):
        verb(contact_id=contact.pk, address_id=AddressFactory().pk, by=by, at=at)


def test_the_addresses_of_a_deleted_contact_stand_still(contact: Contact, by: Actor, at: datetime) -> None:
    Contact.objects.filter(pk=contact.pk).update(deleted_at=at)

    with pytest.raises(ContactDeleted):
        set_addresses(contact_id=contact.pk, expected_version=1, addresses=[], by=by, at=at)
    with pytest.raises(ContactDeleted):
        add_address(contact_id=contact.pk, address=_draft("+14155550109"), by=by, at=at)


def test_a_new_contact_tells_the_hooks_of_each_address(
    by: Actor, at: datetime, calls: list[tuple[str, int, int, bool]]
) -> None:
    contact = create_contact(addresses=[_draft("+14155550101"), _draft("ada@example.com")], by=by, at=at)

    held = contact.held_addresses.order_by("id").values_list("address_id", flat=True)
    assert calls == [("joined", contact.pk, address_id, True) for address_id in held]


def test_a_hook_that_raises_undoes_the_whole_verb(
    contact: Contact, by: Actor, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(**_: object) -> None:
        raise RuntimeError("no room in the ledger")

    registry = Registry()
    registry.on_address_joined(refuse)
    monkeypatch.setattr(holdings, "registry", registry)
    before = _held(contact)

    with pytest.raises(RuntimeError, match="no room"):
        add_address(contact_id=contact.pk, address=_draft("+14155550109"), by=by, at=at)

    assert _held(contact) == before
    assert not Address.objects.filter(value="+14155550109").exists()
    assert contact.history.count() == 1
