"""Creating, changing and deleting a contact."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from contacts.drafts import NewAddress
from contacts.models import Address, Contact, ContactAddress
from contacts.normalize import InvalidAddress
from contacts.services import (
    ContactDeleted,
    ContactMissing,
    StaleContact,
    TwoPrimaries,
    UnknownField,
    create_contact,
    delete_contact,
    update_contact,
)
from contacts.values import Actor
from contacts.vocabulary import ActorKind, AddressKind
from tests.factories.contacts import AddressFactory, ContactFactory, UserFactory

pytestmark = pytest.mark.django_db


def _phone(raw: str, *, is_primary: bool = False) -> NewAddress:
    return NewAddress(AddressKind.PHONE, raw, is_primary=is_primary, region="US")


def test_a_new_contact_holds_its_addresses(by: Actor, at: datetime) -> None:
    contact = create_contact(
        first_name=" Ada ",
        company="Engine Ltd",
        addresses=[_phone("(415) 555-0142"), NewAddress(AddressKind.EMAIL, "Ada@Example.com")],
        by=by,
        at=at,
    )

    held = ContactAddress.objects.filter(contact=contact).select_related("address").order_by("kind")
    assert [(one.address.value, one.address.shown, one.is_primary, one.joined_at) for one in held] == [
        ("ada@example.com", "Ada@Example.com", True, at),
        ("+14155550142", "+1 415-555-0142", True, at),
    ]
    contact.refresh_from_db()
    assert (contact.first_name, contact.version, contact.created_at, contact.updated_at) == ("Ada", 1, at, at)


def test_a_new_contact_leaves_one_history_row_for_each_row(by: Actor, agent: Any, at: datetime) -> None:
    contact = create_contact(first_name="Ada", addresses=[_phone("(415) 555-0142")], by=by, at=at)

    rows = [*contact.history.all(), *Address.history.all(), *ContactAddress.history.all()]
    assert [(row.history_user, row.history_date, row.history_type) for row in rows] == [(agent, at, "+")] * 3
    assert [row.history_change_reason for row in rows] == [
        f"created by user:{agent.pk}",
        f"created by user:{agent.pk}",
        f"address joined by user:{agent.pk}",
    ]


def test_an_integration_is_named_in_the_history_without_a_user(at: datetime) -> None:
    contact = create_contact(first_name="Ada", by=Actor(ActorKind.INTEGRATION, "7"), at=at)

    row = contact.history.get()
    assert (row.history_user, row.history_change_reason) == (None, "created by integration:7")


def test_an_address_somebody_holds_is_shared(by: Actor, at: datetime) -> None:
    address = AddressFactory(raw="+14155550142")
    ContactFactory(holding=[address])

    contact = create_contact(addresses=[_phone("415-555-0142")], by=by, at=at)

    assert contact.held_addresses.get().address == address
    assert Address.objects.count() == 1


def test_one_address_in_two_spellings_is_held_once(by: Actor, at: datetime) -> None:
    contact = create_contact(
        addresses=[_phone("415-555-0142"), _phone("+1 415 555 0142", is_primary=True)], by=by, at=at
    )

    assert contact.held_addresses.get().is_primary


def test_a_number_without_a_region_is_read_in_the_installations_own(by: Actor, at: datetime, settings: Any) -> None:
    settings.DEFAULT_REGION = "GB"

    contact = create_contact(addresses=[NewAddress(AddressKind.PHONE, "020 7946 0958")], by=by, at=at)

    assert contact.held_addresses.get().address.value == "+442079460958"


@pytest.mark.parametrize(
    ("given", "refusal"),
    [
        ({"addresses": [_phone("415-555-0142"), _phone("741741")]}, InvalidAddress),
        (
            {"addresses": [_phone("415-555-0142", is_primary=True), _phone("415-555-0143", is_primary=True)]},
            TwoPrimaries,
        ),
        ({"first_name": "A" * 151}, ValidationError),
        ({"owner_id": 999_999}, ValidationError),
        ({"time_zone": "Mars/Olympus"}, ValidationError),
    ],
)
def test_a_contact_at_fault_is_refused_as_a_whole(
    given: dict[str, Any], refusal: type[Exception], by: Actor, at: datetime
) -> None:
    with pytest.raises(refusal):
        create_contact(**{"first_name": "Ada", **given}, by=by, at=at)

    assert not Contact.objects.exists()
    assert not Address.objects.exists()
    assert not Contact.history.exists()


def test_an_update_makes_the_next_version_and_its_history(by: Actor, agent: Any, at: datetime) -> None:
    contact, owner = ContactFactory(first_name="Ada", company="Engine Ltd"), UserFactory()

    updated = update_contact(
        contact_id=contact.pk,
        expected_version=1,
        changes={"first_name": " Augusta\x00 ", "owner_id": owner.pk, "company": "Engine Ltd"},
        by=by,
        at=at,
    )

    contact.refresh_from_db()
    assert (contact.first_name, contact.owner, contact.version, contact.updated_at) == ("Augusta", owner, 2, at)
    assert updated.version == 2
    newest = contact.history.first()
    assert (newest.history_user, newest.history_date) == (agent, at)
    changes = newest.diff_against(newest.prev_record).changes
    assert {change.field: (change.old, change.new) for change in changes} == {
        "first_name": ("Ada", "Augusta"),
        "owner": (None, owner.pk),
    }


def test_an_update_to_the_same_values_changes_nothing(by: Actor, at: datetime) -> None:
    contact = ContactFactory(first_name="Ada")

    updated = update_contact(contact_id=contact.pk, expected_version=1, changes={"first_name": "Ada "}, by=by, at=at)

    assert updated.version == 1
    assert contact.history.count() == 1


def test_the_second_of_two_agents_is_told_who_saved_first(at: datetime) -> None:
    contact, grace = ContactFactory(first_name="Ada"), UserFactory(first_name="Grace", last_name="Hopper")
    by = Actor(ActorKind.USER, str(grace.pk))
    update_contact(contact_id=contact.pk, expected_version=1, changes={"first_name": "Augusta"}, by=by, at=at)

    with pytest.raises(StaleContact) as refusal:
        update_contact(
            contact_id=contact.pk,
            expected_version=1,
            changes={"company": "Engine Ltd"},
            by=Actor(ActorKind.INTEGRATION, "7"),
            at=at + timedelta(minutes=1),
        )

    stale = refusal.value
    assert (stale.code, stale.expected_version, stale.current_version) == ("contact_stale", 1, 2)
    assert (stale.changed_by, stale.changed_at) == ("Grace Hopper", at)
    contact.refresh_from_db()
    assert (contact.first_name, contact.company) == ("Augusta", "")


def test_a_change_by_an_integration_is_told_by_its_ref(at: datetime) -> None:
    contact, integration = ContactFactory(), Actor(ActorKind.INTEGRATION, "7")
    update_contact(contact_id=contact.pk, expected_version=1, changes={"notes": "Hi"}, by=integration, at=at)

    with pytest.raises(StaleContact) as refusal:
        update_contact(contact_id=contact.pk, expected_version=1, changes={"notes": "Ho"}, by=integration, at=at)

    assert refusal.value.changed_by == "integration:7"


def test_only_editable_fields_can_be_updated(by: Actor, at: datetime) -> None:
    contact = ContactFactory()

    with pytest.raises(UnknownField) as refusal:
        update_contact(contact_id=contact.pk, expected_version=1, changes={"deleted_at": None}, by=by, at=at)

    assert (refusal.value.code, refusal.value.field) == ("unknown_field", "deleted_at")


def test_an_unknown_contact_is_refused(by: Actor, at: datetime) -> None:
    with pytest.raises(ContactMissing):
        update_contact(contact_id=404, expected_version=1, changes={"notes": "Hi"}, by=by, at=at)


def test_a_deleted_contact_stays_as_a_tombstone_with_its_addresses(by: Actor, agent: Any, at: datetime) -> None:
    contact = ContactFactory(holding=[AddressFactory()])

    deleted = delete_contact(contact_id=contact.pk, by=by, at=at)

    contact.refresh_from_db()
    assert (contact.deleted_at, contact.version, deleted.is_deleted) == (at, 2, True)
    assert contact.held_addresses.count() == 1
    newest = contact.history.first()
    assert (newest.history_user, newest.history_change_reason) == (agent, f"deleted by user:{agent.pk}")


def test_deleting_twice_is_deleting_once(by: Actor, at: datetime) -> None:
    contact = ContactFactory()
    delete_contact(contact_id=contact.pk, by=by, at=at)

    delete_contact(contact_id=contact.pk, by=by, at=at + timedelta(days=1))

    contact.refresh_from_db()
    assert (contact.deleted_at, contact.version, contact.history.count()) == (at, 2, 2)


def test_a_deleted_contact_is_not_edited(by: Actor, at: datetime) -> None:
    contact = ContactFactory(deleted_at=at)

    with pytest.raises(ContactDeleted):
        update_contact(contact_id=contact.pk, expected_version=1, changes={"notes": "Hi"}, by=by, at=at)
